#!/usr/bin/python3
"""fresh: from the acknowledged push of a record to the changed number at a streaming client, while
1,000 records a second stream in (50 pushes of 20 records a second, and a probe every 100 ms)."""
import json
import os
import sys
import threading
import time

from bench import alone, percentile
from stack import Stack

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "scenarios"))
from main_job_test import stack_stream  # noqa: E402

RUN_SECONDS = float(os.environ.get("BENCH_SECONDS", "30"))


def main():
    with Stack() as stack:
        supervisor, zhangsan = stack.login("supervisor"), stack.login("zhangsan")
        period = zhangsan.call("scoring.ScoringService/ListPeriods")["current"]
        people = [p["code"] for p in supervisor.call("org.OrgService/ListPeople", {"limit": 500})["people"]
                  if any(post["position"] == "sales_rep" for post in p.get("posts", []))]
        first = zhangsan.call("scoring.ScoringService/GetPerson", {"period": period})
        code = first["person"]["code"]
        base = round(float(next(i for i in first["items"] if i.get("primary"))["actual"]) * 100)
        people = [p for p in people if p != code]
        day = stack.sql("SELECT current_date")[0][0]
        end = time.monotonic() + RUN_SECONDS
        acknowledged, shown, pushed, stop = {}, [], [0], threading.Event()

        def watch():
            try:
                look()
            except AssertionError:
                if not stop.is_set():  # at the end the stream ends with the service
                    raise

        def look():
            for answer in stack_stream(stack.address, zhangsan.cookie, [{
                    "id": "me", "method": "dacheng.scoring.v1.ScoringService/GetPerson", "requestJson": json.dumps({"period": period}),
                    "events": ["scoring.ScoresChanged"], "ownerIds": [zhangsan.me["personId"]]}]):
                if answer.get("answerJson"):
                    item = next(i for i in json.loads(answer["answerJson"])["items"] if i.get("primary"))
                    shown.append((round(float(item["actual"]) * 100) - base, time.monotonic()))
                if stop.is_set():
                    return

        def load(worker):
            client = stack.login("supervisor")
            n = 0
            while time.monotonic() < end:
                due = time.monotonic() + 0.08
                client.call("ingest.IngestService/PushRecords", {"source": "fresh", "records": [
                    {"sourceKey": f"{worker}-{n}-{i}", "amount": "10.00", "customer": f"c{i}", "personCode": people[(n * 20 + i) % len(people)],
                     "occurredAt": day} for i in range(20)]})
                n += 1
                pushed[0] += 20
                time.sleep(max(0, due - time.monotonic()))
        threads = [threading.Thread(target=watch, daemon=True)] + [threading.Thread(target=load, args=(w,)) for w in range(4)]
        for thread in threads:
            thread.start()
        start = time.monotonic()
        probe = 0
        client = stack.login("supervisor")
        while time.monotonic() < end:
            probe += 1
            client.call("ingest.IngestService/PushRecords", {"source": "probe", "records": [
                {"sourceKey": f"p{probe}", "amount": "0.01", "personCode": code, "occurredAt": day}]})
            acknowledged[probe] = time.monotonic()
            time.sleep(0.1)
        seconds = time.monotonic() - start
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not (shown and shown[-1][0] >= probe):
            time.sleep(0.05)
        stop.set()
        for thread in threads[1:]:
            thread.join()
        delays = []
        for number, at in acknowledged.items():
            seen = [t for cents, t in shown if cents >= number]
            assert seen, f"probe {number} never reached the page"
            delays.append(max(0.0, min(seen) - at))
        alone("fresh", f"p50={percentile(delays, .5) * 1000:.0f}ms p99={percentile(delays, .99) * 1000:.0f}ms max={max(delays) * 1000:.0f}ms "
                       f"load={pushed[0] / seconds:.0f}records/s probes={probe} aim=p99<1000ms")


if __name__ == "__main__":
    main()
