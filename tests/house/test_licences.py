"""The licence gate lets through what may be shipped and stops what may not."""

from __future__ import annotations

import tomllib

import pytest

from tools.licences import (
    ALLOWED,
    PERMISSIVE,
    ROOT,
    Package,
    all_packages,
    node_packages,
    objections,
    permits,
    shipped_names,
)


def test_everything_installed_here_passes() -> None:
    assert list(objections(all_packages())) == []


@pytest.mark.parametrize("licence", ["AGPL-3.0-only", "GPL-3.0-or-later", "LGPL-3.0-only", "", "SSPL-1.0"])
def test_a_planted_licence_that_binds_users_is_refused(licence: str) -> None:
    refused = list(objections([Package("planted", licence)]))

    assert len(refused) == 1
    assert refused[0].startswith("planted: ")


def test_a_build_tool_may_be_mpl_but_not_agpl() -> None:
    tools = [Package("lightningcss", "MPL-2.0", ships=False), Package("parser", "AGPL-3.0-only", ships=False)]

    assert [line.split(":")[0] for line in objections(tools)] == ["parser"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", True),
        ("MIT OR GPL-2.0-only", True),
        ("MIT AND GPL-2.0-only", False),
        ("(MIT OR AGPL-3.0-only) AND BSD-3-Clause", True),
        ("BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("MIT AND", False),
        ("(MIT", False),
        ("MIT Apache-2.0", False),
    ],
)
def test_an_expression_is_read_with_its_choices(expression: str, expected: bool) -> None:
    assert permits(expression, PERMISSIVE) is expected


def test_every_exception_is_still_a_dependency_and_says_why() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))

    assert set(ALLOWED) <= shipped_names(lock)
    assert all(len(reason.split()) > 2 for reason in ALLOWED.values())


def test_development_groups_do_not_ship() -> None:
    lock = {
        "package": [
            {
                "name": "karat",
                "dependencies": [{"name": "numpy"}],
                "optional-dependencies": {"server": [{"name": "fastapi"}]},
                "dev-dependencies": {"dev": [{"name": "pytest"}]},
            },
            {"name": "fastapi", "dependencies": [{"name": "starlette"}]},
            {"name": "pytest"},
        ]
    }

    assert shipped_names(lock) == {"numpy", "fastapi", "starlette"}


def test_a_node_package_ships_unless_the_lock_marks_it_as_development() -> None:
    lock = {
        "packages": {
            "": {"license": "Apache-2.0"},
            "node_modules/svelte": {"license": "MIT"},
            "node_modules/vite/node_modules/tool": {"license": "MPL-2.0", "dev": True},
        }
    }

    assert list(node_packages(lock)) == [Package("svelte", "MIT"), Package("tool", "MPL-2.0", ships=False)]
