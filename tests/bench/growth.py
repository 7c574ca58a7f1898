#!/usr/bin/python3
"""growth: what a record, a person and an event cost at one, ten and a hundred times the size, by the benchmarks
import, rescore, preview and replay themselves, and the exponent of the whole: the slope of the logarithm of the
time by that of the size (1 = each costs the same, however many there are). BENCH_RUNS (1) of each import."""
import math
import os
import re
import subprocess

from bench import alone
from stack import ROOT

SIZES = (1, 10, 100)
# name: (benchmark, setting, size at 1, line, a figure that is a time or else a rate)
GROWING = {
    "import_per_record": ("import", "BENCH_ROWS", 10000, r"^bench import ours=([\d.e+]+)/s"),
    "rescore_per_person": ("rescore", "BENCH_PEOPLE", 2000, r"^bench rescore ours=([\d.e+]+)s"),
    "incremental_per_score": ("rescore", "BENCH_PEOPLE", 2000, r"^bench incremental ours=([\d.e+]+) scores/s"),
    "preview_per_person": ("preview", "BENCH_PEOPLE", 2000, r"^bench preview ours=([\d.e+]+)s"),
    "stamp_per_event": ("replay", "BENCH_ROWS", 10000, r"^bench stamp ours=([\d.e+]+)/s"),
    "replay_per_event": ("replay", "BENCH_ROWS", 10000, r"^bench replay ours=([\d.e+]+)/s"),
}


def outputs():
    """{(benchmark, size): what it printed}, each run once."""
    printed = {}
    for benchmark, setting, base, _ in GROWING.values():
        for times in SIZES:
            if (benchmark, times) not in printed:
                environment = dict({"BENCH_RUNS": "1"}, **os.environ, **{setting: str(base * times)})
                done = subprocess.run([os.path.join(ROOT, "tests/bench/run"), benchmark], capture_output=True, text=True,
                                      stdin=subprocess.DEVNULL, env=environment, timeout=900, check=False)
                assert done.returncode == 0, done.stdout + done.stderr
                printed[benchmark, times] = done.stdout
    return printed


def microseconds(pattern, text, size):
    """Of each, from a rate or from the time of all."""
    figure = float(re.search(pattern, text, re.M).group(1))
    return 1e6 / figure if pattern.endswith("/s") else figure / size * 1e6


def main():
    printed = outputs()
    for name, (benchmark, _, base, pattern) in GROWING.items():
        costs = [microseconds(pattern, printed[benchmark, times], base * times) for times in SIZES]
        slope = math.log(costs[-1] / costs[0]) / math.log(SIZES[-1] / SIZES[0])
        whole = 0 if name.startswith("incremental") else 1  # that many scores at each size: only the group around them grows
        alone("growth", f"of={name} " + " ".join(f"x{times}={cost:.3g}us" for times, cost in zip(SIZES, costs))
              + f" size={base}..{base * SIZES[-1]} exponent={whole + slope:.2f}")


if __name__ == "__main__":
    main()
