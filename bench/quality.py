"""How fast and how good the measuring library is, beside the tools people use: ./dev bench quality [--quick]

Karat, crowd-kit, krippendorff, scikit-learn, statsmodels and irrCAC in one run on the same data. Each contestant has a
process of its own, peers in environments of their own (bench/peers.txt, bench/peers-irrcac.txt, made below .tools/),
one thread, taking turns. Times are processor time, the least of several turns; memory is the highest point of the
first turn beyond what the data take. `--only truth,alpha` measures these sections; it never fails for a figure.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.measuring.contest import SINGLE_THREAD  # noqa: E402 - runs as a script, from anywhere

os.environ.update(SINGLE_THREAD)  # before numpy is loaded

from bench.measuring import agreement_speed, report_speed, truth_quality, truth_speed  # noqa: E402
from bench.measuring.contest import Effort  # noqa: E402
from bench.measuring.environments import python_of  # noqa: E402
from bench.measuring.table import Conditions, Line  # noqa: E402

SECTIONS: dict[str, tuple[str, Callable[[Conditions], Iterator[Line]]]] = {
    "truth": ("Dawid-Skene, default against default, frame in and out", truth_speed.default_against_default),
    "equal": ("Dawid-Skene, maximum likelihood to within 1e-6", truth_speed.equal_likelihood),
    "iteration": ("Dawid-Skene, an answer in an iteration, at 10^6 answers", truth_speed.per_answer),
    "alpha": ("Alpha and AC1 on 10^6 annotations (--quick: 10^5)", agreement_speed.alpha),
    "fleiss": ("Fleiss' kappa on 10^6 annotations (--quick: 10^5)", agreement_speed.fleiss),
    "interval": ("Resampled interval on 10^6 annotations (--quick: 10^5)", agreement_speed.interval),
    "pairs": ("Cohen's kappa of all pairs of 100 annotators", agreement_speed.all_pairs),
    "stream": ("A stream, each update", agreement_speed.stream),
    "quality": ("Consensus on public crowds with known truth", truth_quality.quality),
    "gold": ("Calibration with 100 random gold answers", truth_quality.with_gold),
    "report": ("The report on a file", report_speed.report),
    "import": ("Import", report_speed.imports),
}


def main() -> int:
    options = _options()
    peers, irrcac = python_of("peers"), python_of("irrcac")
    effort = Effort(seconds=0.5, most_turns=5, patience=60.0) if options.quick else Effort()
    with tempfile.TemporaryDirectory(prefix="karat-bench-") as folder:
        conditions = Conditions(peers, irrcac, Path(folder), effort, is_quick=options.quick)
        for name in options.only:
            title, section = SECTIONS[name]
            began = time.monotonic()
            print(f"\n{title}", flush=True)
            for line in section(conditions):
                print(line, flush=True)
            load = os.getloadavg()[0]
            print(f"  ({name}: {time.monotonic() - began:.0f} s, load average {load:.1f})", flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench quality", description=__doc__)
    parser.add_argument("--only", type=_sections, default=list(SECTIONS), help=f"some of {','.join(SECTIONS)}")
    parser.add_argument("--quick", action="store_true", help="smaller data and fewer turns: to see that it works")
    return parser.parse_args()


def _sections(text: str) -> list[str]:
    chosen = text.split(",")
    if unknown := [name for name in chosen if name not in SECTIONS]:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
