"""The licence gate: what Karat ships or installs with itself is permissive, and nothing at all is AGPL or GPL.

Every package of both lock files is read: Python's from its installed copy, Node's from the lock itself. Those that
only build or test may be MPL as well.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

PERMISSIVE = frozenset(
    {"0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "ISC", "MIT", "MIT-0"}
    | {"MIT-CMU", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"}
)

# For tools that stay on the developer's machine: file-level copyleft asks nothing of what they build.
BUILD_TIME = PERMISSIVE | {"MPL-2.0", "CC-BY-4.0"}

ALLOWED = {
    "psycopg": "LGPL-3.0-only: an unmodified dependency that users can replace; Karat's own code is not affected.",
    "psycopg-binary": "LGPL-3.0-only: as psycopg.",
    "psycopg-pool": "LGPL-3.0-only: as psycopg.",
    "certifi": "MPL-2.0: the list of certificate authorities, unmodified; the licence stays with its files.",
    "llvmlite": "Apache-2.0 WITH LLVM-exception: the exception only adds permissions.",
    "orjson": "MPL-2.0 for some files: unmodified; the licence stays with its files.",
}

# Node packages whose lock entry lacks the field, with what their own files say.
STATED_ELSEWHERE = {"svelte-toolbelt": "MIT"}

CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "zlib/libpng License": "Zlib",
}


@dataclass(frozen=True)
class Package:
    """A dependency with its licence as an SPDX expression; empty when it states none."""

    name: str
    licence: str
    ships: bool = True
    """Whether users get it, rather than only who builds or tests Karat."""


def objections(packages: Iterable[Package], allowed: Mapping[str, str] = ALLOWED) -> Iterator[str]:
    """Why each refused package is refused."""
    for package in packages:
        accepted = PERMISSIVE if package.ships else BUILD_TIME
        if package.name in allowed or permits(package.licence, accepted):
            continue
        stated = package.licence or "no licence that can be read"
        yield (f"{package.name}: {stated}. Replace it, or, when it may stay, say why in tools/licences.py (ALLOWED).")


def permits(expression: str, accepted: frozenset[str] | set[str]) -> bool:
    """Whether an SPDX expression leaves a choice among the accepted licences: all sides of AND, one side of OR.

    >>> permits("MPL-2.0 AND (Apache-2.0 OR MIT)", {"MIT"})
    False
    >>> permits("GPL-2.0-only OR MIT", {"MIT"})
    True
    """
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    result, rest = _alternatives(tokens, accepted) if tokens else (False, [])
    return result and not rest


def _alternatives(tokens: list[str], accepted: frozenset[str] | set[str]) -> tuple[bool, list[str]]:
    result, tokens = _conjunction(tokens, accepted)
    while tokens[:1] == ["OR"]:
        other, tokens = _conjunction(tokens[1:], accepted)
        result = result or other
    return result, tokens


def _conjunction(tokens: list[str], accepted: frozenset[str] | set[str]) -> tuple[bool, list[str]]:
    result, tokens = _single(tokens, accepted)
    while tokens[:1] == ["AND"]:
        other, tokens = _single(tokens[1:], accepted)
        result = result and other
    return result, tokens


def _single(tokens: list[str], accepted: frozenset[str] | set[str]) -> tuple[bool, list[str]]:
    if not tokens:
        return False, []
    if tokens[0] == "(":
        result, rest = _alternatives(tokens[1:], accepted)
        return (result, rest[1:]) if rest[:1] == [")"] else (False, rest)
    return tokens[0] in accepted, tokens[1:]


def python_packages(lock: Mapping[str, Any]) -> Iterator[Package]:
    """Every package of a uv.lock, with the licence of its installed copy.

    Packages for another platform or Python are in the lock but not here; they are checked where they are installed.
    """
    shipped = shipped_names(lock)
    for name in sorted({package["name"] for package in lock["package"]} - {"karat"}):
        try:
            metadata = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        yield Package(name, _stated_licence(metadata), name in shipped)


def shipped_names(lock: Mapping[str, Any]) -> set[str]:
    """Names reachable from `karat` in a uv.lock, over all extras and without development groups."""
    needs: dict[str, set[str]] = {}
    for package in lock["package"]:
        extras = [entry for extra in package.get("optional-dependencies", {}).values() for entry in extra]
        entries = [*package.get("dependencies", []), *extras]
        needs.setdefault(package["name"], set()).update(entry["name"] for entry in entries)
    reached, waiting = set(), {"karat"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= needs.get(name, set()) - reached
    return reached - {"karat"}


def _stated_licence(metadata: importlib.metadata.PackageMetadata) -> str:
    """The expression when there is one, else the classifiers, else a short text."""
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    titles = [line.split(" :: ")[-1] for line in metadata.get_all("Classifier", []) if line.startswith("License :: ")]
    if titles:
        # Several classifiers do not say whether all or one of them apply; the careful reading is all.
        return " AND ".join(CLASSIFIERS.get(title, title.replace(" ", "-")) for title in titles)
    text = " ".join(metadata.get_all("License", []))
    return text if len(text.split()) == 1 else ""


def node_packages(lock: Mapping[str, Any]) -> Iterator[Package]:
    """Every package of a package-lock.json."""
    for path, package in sorted(lock["packages"].items()):
        if path:
            name = path.rsplit("node_modules/", 1)[-1]
            ships = not (package.get("dev") or package.get("devOptional"))
            yield Package(name, package.get("license") or STATED_ELSEWHERE.get(name, ""), ships)


def all_packages() -> Iterator[Package]:
    yield from python_packages(tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8")))
    yield from node_packages(json.loads((ROOT / "ui" / "package-lock.json").read_text(encoding="utf-8")))


if __name__ == "__main__":
    found = list(objections(all_packages()))
    print("\n".join(found))
    sys.exit(1 if found else 0)
