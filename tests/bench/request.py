#!/usr/bin/python3
"""request: requests per second and p99 through gateway -> bus -> service -> one-row SELECT, beside
a bare libmicrohttpd handler with the same SELECT (tests/bench/request_peer.c). Both are loaded by
wrk (Debian's package) with 32 connections, in turn."""
import os
import re
import subprocess
import tempfile

from bench import alone, report
from stack import ROOT, Stack

RUNS = int(os.environ.get("BENCH_RUNS", "5"))
LENGTH = int(os.environ.get("BENCH_SECONDS", "5"))


def wrk(url, script):
    out = subprocess.run(["wrk", "-t1", "-c32", f"-d{LENGTH}s", "--latency", "-s", script, url], capture_output=True, text=True,
                         stdin=subprocess.DEVNULL, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    assert not bad, out
    return rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def main():
    build = os.environ.get("BUILD", os.path.join(ROOT, "build/dev"))
    with Stack() as stack, tempfile.TemporaryDirectory() as directory:
        client = stack.login("supervisor")
        thresholds = client.call("ingest.SubmissionService/GetThresholds", {})["thresholds"]
        client.call("ingest.SubmissionService/SetThresholds", {"thresholds": thresholds})
        environment = dict(os.environ, PGPASSWORD=stack.read("secrets/ingest.db").strip())
        host = dict(part.split("=", 1) for part in stack.read("pg.env").split() if "=" in part)["PGHOST"]
        peer = subprocess.Popen([os.path.join(build, "bench/request_peer"), f"host={host} dbname=dacheng user=dacheng_ingest", client.me["tenantId"]],
                                stdout=subprocess.PIPE, text=True, env=environment)
        try:
            peer_address = peer.stdout.readline().strip()
            scripts = {}
            for name, cookie in (("ours", client.cookie), ("peer", "")):
                scripts[name] = os.path.join(directory, name + ".lua")
                with open(scripts[name], "w", encoding="ascii") as script:
                    script.write('wrk.method = "POST"\nwrk.body = "{}"\nwrk.headers["Content-Type"] = "application/json"\n'
                                 f'wrk.headers["Cookie"] = "{cookie}"\n')
            ours, theirs, ours99, theirs99 = [], [], [], []
            for _ in range(RUNS):
                rate, p99 = wrk(f"http://{stack.address}/dacheng.ingest.v1.SubmissionService/GetThresholds", scripts["ours"])
                ours.append(rate)
                ours99.append(p99)
                rate, p99 = wrk(f"http://{peer_address}/", scripts["peer"])
                theirs.append(rate)
                theirs99.append(p99)
            report("request", ours, theirs, "/s", True)
            report("request-p99", ours99, theirs99, "ms", False)
            alone("request", f"connections=32 seconds={LENGTH}")
        finally:
            peer.terminate()
            peer.wait()


if __name__ == "__main__":
    main()
