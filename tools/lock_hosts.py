"""Lock files name packages and hashes, and no host but the public default: a lock must install anywhere."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
PYTHON_HOSTS = frozenset({"pypi.org", "files.pythonhosted.org"})


def foreign_python_hosts(lock: str) -> list[str]:
    """Hosts in a uv.lock other than the default ones, sorted."""
    tomllib.loads(lock)  # a lock that cannot be read has not been checked
    found = {urlsplit(url).hostname or url for url in re.findall(r'"((?:https?|git\+\w+|ssh)://[^"]+)"', lock)}
    return sorted(found - PYTHON_HOSTS)


def resolved_node_packages(lock: str) -> list[str]:
    """Packages of a package-lock.json that say from which address they came, sorted."""
    packages = json.loads(lock)["packages"]
    return sorted(name for name, package in packages.items() if "resolved" in package and not package.get("link"))


def problems() -> Iterator[str]:
    """What is wrong with this repository's lock files, with what to do."""
    if hosts := foreign_python_hosts((ROOT / "uv.lock").read_text(encoding="utf-8")):
        yield f"uv.lock names {', '.join(hosts)}. Unset UV_DEFAULT_INDEX and UV_INDEX and run `uv lock` again."
    if names := resolved_node_packages((ROOT / "ui" / "package-lock.json").read_text(encoding="utf-8")):
        yield (
            f"ui/package-lock.json says where {len(names)} packages came from ({names[0]} first). "
            "Run npm inside ui/, where .npmrc leaves addresses out, and write the lock again."
        )


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found))
    sys.exit(1 if found else 0)
