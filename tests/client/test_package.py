"""The client is installed without the server."""

from __future__ import annotations

import subprocess
import sys

HIDDEN = ("pydantic", "fastapi", "uvicorn", "psycopg", "structlog", "numpy", "scipy", "duckdb", "orjson")


def test_the_client_needs_httpx_alone() -> None:
    hide = f"import sys; sys.modules.update(dict.fromkeys({HIDDEN}))"

    subprocess.run([sys.executable, "-c", f"{hide}; from karat.client import Client; Client('http://x')"], check=True)
