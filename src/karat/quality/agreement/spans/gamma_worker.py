"""A program that `gamma_measure` runs: what to measure comes from standard input, disorders go to standard output."""

from __future__ import annotations

import json
import sys

from karat.quality.agreement.spans.disorder import disorders


def main() -> None:
    """One JSON object in, one JSON list out."""
    json.dump(disorders(**json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
