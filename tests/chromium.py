"""A Chromium for browser tests: KARAT_CHROMIUM, else one on PATH, else the one in an npm package.

That package carries its own NSS libraries and a font: a bare machine needs no system package.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Playwright

UI = Path(__file__).parent.parent / "ui"
NPM_PACKAGE = UI / "node_modules" / "@sparticuz" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Without a sandbox because CI runs as root; without the services that look for hosts that are not there.
FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)

UNPACK = 'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath());'


class ChromiumUnavailable(RuntimeError):
    """No Chromium can be had here; the message says what would help."""


@dataclass(frozen=True)
class Chromium:
    """What to run, with which flags, in which environment."""

    executable: Path
    flags: tuple[str, ...] = FLAGS
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))


def find_chromium() -> Chromium:
    """The first Chromium of the three places.

    Raises
    ------
    ChromiumUnavailable
        When KARAT_CHROMIUM names a file that is not there, or no place has one.
    """
    if given := os.environ.get("KARAT_CHROMIUM"):
        if not Path(given).is_file():
            raise ChromiumUnavailable(f"KARAT_CHROMIUM names {given}, which is not a file.")
        return Chromium(Path(given))
    for name in NAMES:
        if found := shutil.which(name):
            return Chromium(Path(found))
    return chromium_from_npm()


def launch(playwright: Playwright, chromium: Chromium) -> Browser:
    """Start it, without a window."""
    return playwright.chromium.launch(
        executable_path=chromium.executable, args=list(chromium.flags), env=dict(chromium.environment)
    )


def chromium_from_npm() -> Chromium:
    """The browser of the npm package, unpacked beside it once (about a second, 230 MB)."""
    if not NPM_PACKAGE.exists():
        raise ChromiumUnavailable(
            "no Chromium: install one, name one in KARAT_CHROMIUM, or run `npm ci` in ui/ (./dev test does)."
        )
    home = UI / "node_modules" / ".karat-chromium"
    if not home.exists():
        _unpack_into(home)
    executable = home / "chromium"
    return Chromium(executable, (*FLAGS, "--no-zygote"), os.environ | _what_is_missing(executable, home))


def _unpack_into(home: Path) -> None:
    """Unpack beside `home` and rename: two test runs at once must not start half a browser."""
    with tempfile.TemporaryDirectory(prefix=".karat-chromium-", dir=home.parent, ignore_cleanup_errors=True) as folder:
        # The package unpacks its libraries only where it believes to be in the place they were made for.
        environment = os.environ | {"TMPDIR": folder, "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"}
        command = ["node", "--input-type=module", "--eval", UNPACK]
        done = subprocess.run(
            command, cwd=UI, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        if done.returncode != 0:
            raise ChromiumUnavailable(f"the npm package could not unpack its Chromium: {done.stderr.strip()}")
        with contextlib.suppress(OSError):  # another run was first: its copy is as good
            Path(folder).rename(home)


def _what_is_missing(executable: Path, home: Path) -> dict[str, str]:
    """The package's libraries and font, each only where the system has none: a system's own fit it better."""
    variables = {}
    linked = subprocess.run(["ldd", str(executable)], capture_output=True, text=True, check=False).stdout
    if "not found" in linked:
        variables["LD_LIBRARY_PATH"] = str(home / "al2023" / "lib")
    if not any(Path("/usr/share/fonts").rglob("*.[ot]tf")):
        variables["FONTCONFIG_FILE"] = str(_font_configuration(home))
    return variables


def _font_configuration(home: Path) -> Path:
    configuration = home / "fonts.conf"
    fonts, cache = home / "fonts" / "fonts", home / "fonts-cache"
    configuration.write_text(
        f"<?xml version='1.0'?>\n<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    return configuration
