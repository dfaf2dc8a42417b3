"""Builds the interface into wheel and source archive, so that who installs Karat needs neither Node nor npm."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class InterfaceHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling names it
        """Run before anything is packed."""
        is_source_archive = (Path(self.root) / "PKG-INFO").exists()  # it brings the interface built
        if version == "editable" or is_source_archive:  # an editable install serves what ./dev builds
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "building Karat needs npm, for the interface in ui/; install Node.js 20.19 or later, "
                "or install the published wheel, which has the interface inside."
            )
        for command in (["ci"], ["run", "build"]):
            subprocess.run([npm, *command], cwd=Path(self.root) / "ui", check=True)
