"""Lock files install anywhere: they name no host but the public default."""

from __future__ import annotations

import json

from tools.lock_hosts import foreign_python_hosts, problems, resolved_node_packages


def test_the_lock_files_of_this_repository_are_clean() -> None:
    assert list(problems()) == []


def test_a_mirror_in_the_python_lock_is_found() -> None:
    lock = """
[[package]]
name = "numpy"
source = { registry = "https://mirror.example/simple" }
sdist = { url = "https://files.pythonhosted.org/numpy.tar.gz" }
"""

    assert foreign_python_hosts(lock) == ["mirror.example"]


def test_a_package_from_a_git_address_is_found() -> None:
    lock = '[[package]]\nname = "numpy"\nsource = { git = "https://code.example/numpy?rev=main" }\n'

    assert foreign_python_hosts(lock) == ["code.example"]


def test_an_address_in_the_node_lock_is_found() -> None:
    lock = {
        "packages": {
            "": {},
            "node_modules/svelte": {"version": "5.57.3", "integrity": "sha512-x"},
            "node_modules/vite": {"resolved": "https://mirror.example/vite.tgz"},
        }
    }

    assert resolved_node_packages(json.dumps(lock)) == ["node_modules/vite"]
