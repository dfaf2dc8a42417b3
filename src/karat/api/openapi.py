"""Writes the description of the API, the same bytes for the same code: `python -m karat.api.openapi > openapi.json`."""

import json
import sys
from typing import Any

from karat.api.app import bare_app
from karat.settings import Settings


def description() -> dict[str, Any]:
    """The OpenAPI document; needs no database."""
    return bare_app(Settings()).openapi()


if __name__ == "__main__":
    json.dump(description(), sys.stdout, indent=2, sort_keys=True, ensure_ascii=False)
    sys.stdout.write("\n")
