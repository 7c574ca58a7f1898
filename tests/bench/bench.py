"""What the benchmarks share: medians, the line that is printed, memory of processes."""
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))


def report(name, ours, peer, unit, higher_is_better, note=""):
    """ours and peer: the figures of several runs. ratio above 1 = ours is better."""
    a, b = statistics.median(ours), statistics.median(peer)
    ratio = a / b if higher_is_better else b / a
    print(f"bench {name} ours={a:.4g}{unit} peer={b:.4g}{unit} ratio={ratio:.2f} "
          f"ours_range={min(ours):.4g}..{max(ours):.4g} peer_range={min(peer):.4g}..{max(peer):.4g} runs={len(ours)}"
          + (f" {note}" if note else ""), flush=True)


def alone(name, text):
    """A figure without a peer."""
    print(f"bench {name} {text}", flush=True)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0
