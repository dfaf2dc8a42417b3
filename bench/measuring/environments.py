"""Environments for the peers, made once below .tools/ from the pins beside the benchmark."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.setup import TOOLS, find_uv

BENCH = Path(__file__).parent.parent
PINS = {"peers": BENCH / "peers.txt", "irrcac": BENCH / "peers-irrcac.txt"}


def python_of(name: str) -> Path | str:
    """The interpreter with these peers, or why there is none.

    An environment is made again when its pins change. What cannot be installed leaves a column of the table empty;
    it does not stop the others.
    """
    home, pins = TOOLS / "peers" / name, PINS[name]
    python, stamp = home / "bin" / "python", home / "installed-from"
    if python.exists() and stamp.exists() and stamp.read_text() == pins.read_text():
        return python
    print(f"· {', '.join(names_in(pins.read_text()))} into .tools/peers/{name} …", flush=True)
    uv = find_uv()
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(home)],
        [uv, "pip", "install", "--quiet", "--python", str(python), "--requirement", str(pins)],
    ):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            return f"not installed: {(done.stdout.strip().splitlines() or ['no reason given'])[-1]}"
    stamp.write_text(pins.read_text())
    return python


def names_in(pins: str) -> list[str]:
    """The packages of a file of pins, with their versions."""
    lines = (line.split("#")[0].strip() for line in pins.splitlines())
    return [line.replace("==", " ") for line in lines if line]
