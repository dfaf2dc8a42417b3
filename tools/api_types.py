"""The interface's types of the API, generated from the routes themselves: ui/src/lib/api/types.d.ts.

With --check nothing is written; it fails when the committed file is not what the routes say.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from karat.api.app import bare_app
from karat.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
UI = ROOT / "ui"
DESCRIPTION = ROOT / "artifacts" / "openapi.json"


def describe() -> None:
    """Write the OpenAPI description where `npm run types` reads it."""
    DESCRIPTION.parent.mkdir(exist_ok=True)
    description = bare_app(Settings()).openapi()
    DESCRIPTION.write_text(json.dumps(description, indent=2, sort_keys=True), encoding="utf-8")


def main(arguments: list[str]) -> int:
    describe()
    check = arguments == ["--check"]
    command = ["npm", "run", "--silent", "types", *(["--", "--check"] if check else [])]
    code = subprocess.run(command, cwd=UI, check=False).returncode
    if check and code != 0:
        print("ui/src/lib/api/types.d.ts is older than the routes. Run ./dev ui types and commit the file.")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
