"""Serving the built interface."""

from __future__ import annotations

import asyncio
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


def test_nothing_outside_the_folder_is_served(built: Path) -> None:
    (built.parent / "secret.txt").write_text("secret")

    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt"):
        assert _get(built, path).status_code == 404


def test_a_copy_without_interface_says_how_to_build_it(tmp_path: Path) -> None:
    answer = _get(tmp_path, "/")

    assert answer.status_code == 404
    assert "./dev" in answer.json()["message"]


def _get(folder: Path, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(_with_errors(folder))
        async with httpx.AsyncClient(transport=transport, base_url="http://karat.test") as client:
            return await client.get(path)

    return asyncio.run(ask())


def _with_errors(folder: Path) -> FastAPI:

    app = FastAPI(openapi_url=None)
    handle_errors(app)
    app.router.default = Interface(folder)
    return app
