#!/usr/bin/python3
"""import: a CSV of 1,000,000 records through the gateway until every total is measured, beside
`\\copy` of the same file into one table with the same primary and unique keys, on the same server.
Also memory: of every process before and after. BENCH_ROWS changes the size, BENCH_RUNS the runs."""
import os
import random
import subprocess
import tempfile
import time

from bench import alone, report, resident_mib
from stack import Stack

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))


def write_csv(path, run, people, days):
    draw = random.Random(run)
    with open(path, "w", encoding="utf-8") as file:
        file.write("source_key,order_no,amount,collected_amount,customer,customer_type,product,campaign,person_code,occurred_at\n")
        for n in range(ROWS):
            amount = draw.randrange(1000, 500000)
            file.write(f"{run}-{draw.getrandbits(40):x}-{n},O{n},{amount / 100:.2f},{amount // 2 / 100:.2f},C{draw.randrange(50000)},"
                       f"{'new' if n % 5 == 0 else 'old'},P{draw.randrange(40)},{'spring' if n % 7 == 0 else ''},"
                       f"{people[draw.randrange(len(people))]},{days[draw.randrange(len(days))]}\n")


def memory(stack):
    return {name: resident_mib(stack.pid(name)) for name in stack.programs()}


def main():
    with Stack() as stack, tempfile.TemporaryDirectory(prefix="dacheng-bench-") as directory:
        os.chmod(directory, 0o755)
        supervisor = stack.login("supervisor")
        people = [p["code"] for p in supervisor.call("org.OrgService/ListPeople", {"limit": 500})["people"]
                  if any(post["position"] == "sales_rep" for post in p.get("posts", []))]
        days = [row[0] for row in stack.sql("SELECT (date_trunc('quarter', current_date) + n * interval '1 day')::date "
                                            "FROM generate_series(0, (current_date - date_trunc('quarter', current_date)::date)) n")]
        idle = memory(stack)
        ours, peer = [], []
        for run in range(RUNS):
            path = os.path.join(directory, f"{run}.csv")
            write_csv(path, run, people, days)
            with open(path, "rb") as file:
                data = file.read()
            start = time.monotonic()
            done = supervisor.upload(data, name=f"{run}.csv", source=f"bench{run}", piece=8 << 20)
            ours.append(ROWS / (time.monotonic() - start))
            assert done["state"] == "RUN_STATE_DONE" and int(done["created"]) == ROWS, done
            stack.sql("DROP TABLE IF EXISTS public.peer; CREATE TABLE public.peer (tenant_id bigint, id bigint GENERATED ALWAYS AS IDENTITY, "
                      "source_key text NOT NULL, order_no text, amount numeric(20,2), collected_amount numeric(20,2), customer text, "
                      "customer_type text, product text, campaign text, person_code text, occurred_at date, PRIMARY KEY (id), UNIQUE (source_key))")
            start = time.monotonic()
            stack.sql(f"\\copy public.peer (source_key, order_no, amount, collected_amount, customer, customer_type, product, campaign, "
                      f"person_code, occurred_at) FROM '{path}' CSV HEADER")
            peer.append(ROWS / (time.monotonic() - start))
            os.unlink(path)
        report("import", ours, peer, "/s", True, f"rows={ROWS}")
        after = memory(stack)
        for name in sorted(idle):
            alone("memory", f"program={name} idle={idle[name]:.1f}MiB after_import={after.get(name, 0):.1f}MiB")


if __name__ == "__main__":
    main()
