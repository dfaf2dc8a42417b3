"""The import contracts catch what they say, tried on a small package of the same shape with one violation planted."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A `karat` with every folder the contracts name, and in each nothing but what the contracts refer to."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    karat = tmp_path / "karat"
    for contract in contracts:
        for container in contract.get("containers", []):
            for name in re.findall(r"\w+", " ".join(contract["layers"])):
                _module(karat / "/".join(container.split(".")[1:]) / name / "__init__.py")
    _module(karat / "__init__.py")
    _module(karat / "store" / "tables.py")
    _module(karat / "store" / "database.py")
    _module(karat / "api" / "context.py", "import karat.store.database")
    return karat


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("actions/planted.py", "import karat.api", "Imports point down"),
        ("domain/planted.py", "import karat.quality", "Imports point down"),
        ("quality/agreement/planted.py", "import karat.quality.consensus", "Quality families stand alone"),
        ("quality/agreement/planted.py", "import sqlite3", "quality runs in a bare notebook"),
        ("domain/planted.py", "import numpy", "domain is plain Python"),
        ("actions/planted.py", "import sqlite3", "SQL lives in store"),
        ("api/planted.py", "import karat.store.database", "HTTP reaches the store only through"),
        ("schemas/planted.py", "import karat.store", "schemas know only the domain"),
        ("client/planted.py", "import karat.actions", "client installs without the server"),
    ],
)
def test_a_planted_violation_breaks_its_contract(package: Path, file: str, line: str, contract: str) -> None:
    _module(package / file, line)

    report = check_imports(package)

    assert re.search(rf"^{contract}.* BROKEN", report, re.MULTILINE), report


def test_modules_that_import_each_other_are_refused(package: Path) -> None:
    _module(package / "domain" / "first.py", "import karat.domain.second")
    _module(package / "domain" / "second.py", "import karat.domain.first")

    assert "No import cycles anywhere BROKEN" in check_imports(package)


def test_a_folder_that_no_contract_names_is_refused(package: Path) -> None:
    _module(package / "utils" / "__init__.py")

    report = check_imports(package)

    assert "Imports point down BROKEN" in report
    assert "utils" in report


def test_without_a_violation_every_contract_is_kept(package: Path) -> None:
    report = check_imports(package)

    assert "0 broken" in report, report


def check_imports(package: Path) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=package.parent,
        env={"PYTHONPATH": str(package.parent), "PATH": "", "LANG": "C.UTF-8", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def _module(path: Path, line: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{line}\n")
