#!/usr/bin/python3
"""scale: the same work with 1, 2 and 4 replicas of a service, and more while it goes on: how much is done
a second, and how much processor time a unit of work takes in all programs and PostgreSQL together. Two cores
gain little from replicas; the time per unit has to stay flat. BENCH_RUNS, BENCH_ROWS (records), BENCH_SECONDS."""
import contextlib
import json
import os
import random
import statistics
import subprocess
import tempfile
import time

from bench import alone
from stack import Stack, wait_until

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
ROWS = int(os.environ.get("BENCH_ROWS", "40000"))
LENGTH = int(os.environ.get("BENCH_SECONDS", "5"))
BATCH = 400
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pids):
    total = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):  # a backend that has just ended: PostgreSQL has its time
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += sum(map(int, fields[11:15])) / TICKS  # its own, and of children that have ended
    return total


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def everybody(stack):
    """The programs, and PostgreSQL with its backends."""
    with open(os.path.join(stack.home, "pg/data/postmaster.pid"), encoding="ascii") as file:
        postmaster = int(file.readline())
    return [stack.pid(name) for name in stack.programs()] + [postmaster] + children(postmaster)


def at_rest(stack):
    lags = [json.loads(line)["lag"] for line in stack.ctl("lag", "--json", check=False).stdout.splitlines() if line.startswith("{")]
    return lags and all(lag.get("position", "0") == lag.get("last", "0") for lag in lags) and \
        stack.sql("SELECT (SELECT count(*) FROM ingest.pending) + (SELECT count(*) FROM scoring.dirty)") == [["0"]]


def records(stack, supervisor, run):
    """Records pushed until every score is there: records a second, processor time of each in microseconds."""
    people = [p["code"] for p in supervisor.call("org.OrgService/ListPeople", {"limit": 500})["people"]
              if any(post["position"] == "sales_rep" for post in p.get("posts", []))]
    day, draw = stack.sql("SELECT current_date")[0][0], random.Random(run)
    wait_until(lambda: at_rest(stack), 60, "rest")
    before, start = processor_seconds(everybody(stack)), time.monotonic()
    for first in range(0, ROWS, BATCH):
        supervisor.call("ingest.IngestService/PushRecords", {"source": f"scale{run}", "records": [
            {"sourceKey": str(first + n), "amount": f"{draw.randrange(100, 99999) / 100:.2f}", "personCode": draw.choice(people),
             "occurredAt": day, "customer": f"c{draw.randrange(5000)}"} for n in range(BATCH)]})
    wait_until(lambda: at_rest(stack), 120, "every score")
    return ROWS / (time.monotonic() - start), (processor_seconds(everybody(stack)) - before) / ROWS * 1e6


def requests(stack, supervisor, directory):
    """One page's request by wrk: requests a second, processor time of each in microseconds."""
    script = os.path.join(directory, "page.lua")
    with open(script, "w", encoding="ascii") as file:
        file.write('wrk.method = "POST"\nwrk.body = "{}"\nwrk.headers["Content-Type"] = "application/json"\n'
                   f'wrk.headers["Cookie"] = "{supervisor.cookie}"\n')
    before = processor_seconds(everybody(stack))
    out = subprocess.run(["wrk", "-t1", "-c32", f"-d{LENGTH}s", "-s", script, f"http://{stack.address}/dacheng.scoring.v1.ScoringService/ListPeriods"],
                         capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True).stdout
    used = processor_seconds(everybody(stack)) - before
    assert "Non-2xx" not in out, out
    rate = float(out.split("Requests/sec:")[1].split()[0])
    return rate, used / (rate * LENGTH) * 1e6


def main():
    with tempfile.TemporaryDirectory() as directory:
        for replicas in (1, 2, 4):
            with Stack(replicas=f"scoring={replicas} ingest={replicas}") as stack:
                supervisor = stack.login("supervisor")
                for name, measure in (("records", lambda run: records(stack, supervisor, run)),
                                      ("requests", lambda run: requests(stack, supervisor, directory))):
                    figures = [measure(run) for run in range(RUNS)]
                    rates, costs = zip(*figures)
                    alone("scale", f"work={name} replicas={replicas} ours={statistics.median(rates):.4g}/s "
                                   f"cpu_per_unit={statistics.median(costs):.4g}us range={min(rates):.4g}..{max(rates):.4g} runs={RUNS}")


if __name__ == "__main__":
    main()
