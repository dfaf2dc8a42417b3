"""What the detectors promise, and what they keep on planted truth: ./dev bench control [--worlds 10] [--only NAME]

Prints the realised figure beside each bar. A detector is added as one function in a `_control_*` module's `MEASURES`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
for _place in (ROOT, ROOT / "src"):
    if str(_place) not in sys.path:
        sys.path.insert(0, str(_place))

from bench import _control_people, _control_project  # noqa: E402 - runs as a script, from anywhere
from bench._control import print_figures  # noqa: E402

MEASURES = (*_control_people.MEASURES, *_control_project.MEASURES)


def main() -> int:
    """Measure; 1 when a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10, help="simulated worlds for each figure")
    parser.add_argument("--only", choices=[measure.__name__ for measure in MEASURES], help="one detector")
    options = parser.parse_args()
    chosen = [measure for measure in MEASURES if options.only in {None, measure.__name__}]
    return 0 if print_figures(chosen, options.worlds) else 1


if __name__ == "__main__":
    sys.exit(main())
