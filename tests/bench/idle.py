#!/usr/bin/python3
"""The whole set with nothing to do: how soon it is ready and gone, what it uses meanwhile. No peer.

First start: with a new database and the demo group. Second: with what is there."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
import bench  # noqa: E402
from stack import Stack  # noqa: E402

SETTLE = 15  # seconds after the start
SECONDS = float(os.environ.get("BENCH_SECONDS", "30"))
TICKS = os.sysconf("SC_CLK_TCK")


def processes(runner, home):
    """{pid: name}: the programs that the runner started, and its PostgreSQL with all its children."""
    parents, names = {}, {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
                command = file.read().split("\0")
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                parents[pid] = file.read().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
        base = os.path.basename(command[0])
        if base.startswith("dacheng-"):
            names[pid] = base[len("dacheng-"):]
        elif base == "postgres" and home in " ".join(command):
            names[pid] = "postgres"
    names.update({pid: "postgres" for pid, parent in parents.items() if names.get(parent) == "postgres"})

    def is_ours(pid):
        while pid in parents and pid != runner:
            pid = parents[pid]
        return pid == runner
    return {pid: name for pid, name in names.items() if name == "postgres" or is_ours(pid)}


def used(names):
    """Seconds of processor time so far, by name."""
    seconds = {}
    for pid, name in names.items():
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        seconds[name] = seconds.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICKS
    return seconds


def took(act):
    begin = time.monotonic()
    act()
    return time.monotonic() - begin


def main():
    stack = Stack(fresh=True)
    first = took(stack.start)
    try:
        stops = [took(stack.stop)]
        second = took(stack.start)
        time.sleep(SETTLE)
        names = processes(str(stack.process.pid), stack.home)
        before, begin = used(names), time.monotonic()
        time.sleep(SECONDS)
        after, seconds = used(names), time.monotonic() - begin
        share = {name: (after[name] - before.get(name, 0)) / seconds * 100 for name in after}
        memory = {}
        for pid, name in names.items():
            if name != "postgres":
                memory[name] = memory.get(name, 0) + bench.resident_mib(pid)
    finally:
        stops.append(took(stack.stop))
    bench.alone("start", f"first={first:.1f}s second={second:.1f}s")
    bench.alone("stop", " ".join(f"{seconds:.1f}s" for seconds in stops))
    bench.alone("idle", f"cpu={sum(share.values()):.2f}% of a core: "
                + " ".join(f"{name}={value:.2f}" for name, value in sorted(share.items(), key=lambda item: -item[1])))
    bench.alone("idle_memory", " ".join(f"{name}={mib:.0f}MiB" for name, mib in sorted(memory.items())))


if __name__ == "__main__":
    main()
