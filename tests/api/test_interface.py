"""Serving the built interface."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from karat.api.errors import handle_errors
from karat.api.interface import Interface


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "assets" / "index-abc123.js").write_text("//")
    return tmp_path


def test_the_page_is_asked_for_anew_and_its_assets_are_kept(built: Path) -> None:
    page, asset = _get(built, "/"), _get(built, "/assets/index-abc123.js")

    assert page.text == "<!doctype html>"
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in asset.headers["cache-control"]


def test_an_asset_is_sent_in_the_smallest_coding_that_the_client_takes(built: Path) -> None:
    script = built / "assets" / "index-abc123.js"
    script.with_name(script.name + ".gz").write_bytes(gzip.compress(b"// zipped"))
    script.with_name(script.name + ".br").write_bytes(b"not really brotli")

    zipped = _get(built, "/assets/index-abc123.js", accept="gzip, br;q=0")
    smallest = _get(built, "/assets/index-abc123.js", accept="gzip, deflate, br", decoded=False)
    plain = _get(built, "/assets/index-abc123.js", accept="identity")

    assert (zipped.headers["content-encoding"], zipped.text) == ("gzip", "// zipped")
    assert (smallest.headers["content-encoding"], smallest.headers["content-length"]) == ("br", "17")
    assert ("content-encoding" not in plain.headers, plain.text) == (True, "//")
    for answer in (zipped, smallest, plain):
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "immutable" in answer.headers["cache-control"]


def test_the_page_itself_is_compressed_too(built: Path) -> None:
    (built / "index.html.gz").write_bytes(gzip.compress(b"<!doctype html><p>zipped"))

    page = _get(built, "/", accept="gzip")

    assert page.text == "<!doctype html><p>zipped"
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"


def test_a_file_without_compressed_copy_is_sent_as_it_is(built: Path) -> None:
    assert "content-encoding" not in _get(built, "/assets/index-abc123.js", accept="gzip, br").headers


def test_nothing_outside_the_folder_is_served(built: Path) -> None:
    (built.parent / "secret.txt").write_text("secret")

    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt"):
        assert _get(built, path).status_code == 404


def test_a_copy_without_interface_says_how_to_build_it(tmp_path: Path) -> None:
    answer = _get(tmp_path, "/")

    assert answer.status_code == 404
    assert "./dev" in answer.json()["message"]


def _get(folder: Path, path: str, *, accept: str = "identity", decoded: bool = True) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(_with_errors(folder))
        async with httpx.AsyncClient(transport=transport, base_url="http://karat.test") as client:
            request = client.build_request("GET", path, headers={"Accept-Encoding": accept})
            answer = await client.send(request, stream=True)
            if decoded:
                await answer.aread()
            await answer.aclose()
            return answer

    return asyncio.run(ask())


def _with_errors(folder: Path) -> FastAPI:
    app = FastAPI(openapi_url=None)
    handle_errors(app)
    app.router.default = Interface(folder)
    return app
