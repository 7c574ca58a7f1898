#!/usr/bin/python3
"""Everything is killed at random while records and adjustments stream in; afterwards a checker that
knows every acknowledgement compares.

    faults.py [--seconds 60] [--seed 1]

Kills (kill -9) and stops (SIGSTOP for a moment) every program in turn, and stops PostgreSQL with
`pg_ctl stop -m immediate`. Every victim is taken at least once, the rest is drawn from the seed.
Prints one line `faults=… acknowledged=… lost=0 duplicated=0 reordered=0 diverged=0 seed=…`, what
differs if anything does, and `N passed, N failed`.
"""
import argparse
import collections
import os
import random
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from check import Checker  # noqa: E402
from mail_sink import MailSink  # noqa: E402
from stack import Client, Stack, wait_until  # noqa: E402


class Load:
    """Pushers with their own records, corrections and deletions; one who adjusts targets."""

    def __init__(self, stack, seed):
        self.stack, self.seed = stack, seed
        self.stop = threading.Event()
        self.acknowledged = {}  # source key -> (person code, cents): the last acknowledged state
        self.adjusted = 0
        self.last_value = None
        self.problems = []
        self.calls = 0
        supervisor = stack.login("supervisor")
        people = supervisor.call("org.OrgService/ListPeople", {"limit": 500})["people"]
        self.codes = [p["code"] for p in people if p["posts"] and p["posts"][0]["position"] == "sales_rep"]
        definitions = supervisor.call("goals.GoalService/ListDefinitions")
        self.indicator = next(i for i in definitions["indicators"] if i.get("primary"))["id"]
        self.period = supervisor.call("scoring.ScoringService/ListPeriods")["current"]
        tree = supervisor.call("goals.GoalService/GetTargetTree",
                               {"indicatorId": self.indicator, "period": self.period, "levels": 10})["nodes"]
        self.target = next(n["target"] for n in tree if n["ownerCode"] == "A1")
        self.day = stack.sql("SELECT current_date")[0][0]
        self.cookie = supervisor.cookie
        self.threads = [threading.Thread(target=self.guard, args=(self.push, n)) for n in range(3)]
        self.threads.append(threading.Thread(target=self.guard, args=(self.adjust, 0)))

    def guard(self, work, number):
        try:
            work(number)
        except Exception as problem:  # a refusal that may not happen
            self.problems.append(repr(problem))

    def push(self, worker):
        draw = random.Random(self.seed * 100 + worker)
        client = Client(self.stack.address)
        client.cookie = self.cookie
        n = 0
        while not self.stop.is_set():
            records, states = [], {}
            for _ in range(draw.randrange(1, 20)):
                if n > 10 and draw.random() < 0.15:  # a correction, or a deletion, of an earlier one
                    key = f"w{worker}-{draw.randrange(n)}"
                else:
                    key, n = f"w{worker}-{n}", n + 1
                if key in states:
                    continue
                code = self.acknowledged.get(key, (draw.choice(self.codes), 0))[0]
                cents = draw.randrange(1, 100000)
                deleted = key in self.acknowledged and draw.random() < 0.3
                records.append({"sourceKey": key, "amount": f"{cents / 100:.2f}", "personCode": code, "occurredAt": self.day,
                                "customer": f"c{draw.randrange(500)}", "deleted": deleted})
                states[key] = (code, 0 if deleted else cents)
            client.call_retrying("ingest.IngestService/PushRecords", {"source": "faults", "records": records}, 120)
            self.acknowledged.update(states)
            self.calls += 1

    def adjust(self, _):
        client = Client(self.stack.address)
        client.cookie = self.cookie
        draw = random.Random(self.seed)
        while not self.stop.is_set():
            value = f"{draw.randrange(400000000, 600000000) / 100:.2f}"
            client.call_retrying("goals.GoalService/AdjustTarget", {
                "targetId": self.target["id"], "value": value, "reason": f"faults {self.adjusted}", "effectiveOn": self.day,
                "policy": "ADJUST_POLICY_RESTATE", "allowOverAssignment": True}, 120)
            self.last_value = value
            self.adjusted += 1
            self.stop.wait(0.5)

    def start(self):
        for thread in self.threads:
            thread.start()

    def finish(self):
        self.stop.set()
        for thread in self.threads:
            thread.join(150)


def inject(stack, seconds, seed, faults):
    draw = random.Random(seed)
    programs = stack.programs()
    turn = programs + ["database"]
    draw.shuffle(turn)
    end = time.monotonic() + seconds
    while time.monotonic() < end or turn:
        victim = turn.pop() if turn else draw.choice(programs + ["database"])
        if victim == "database":
            stack.crash_database()
            time.sleep(draw.uniform(0.1, 1))
            stack.start_database()
            faults["database"] += 1
        elif draw.random() < 0.8:
            before = stack.pid(victim)
            if stack.kill(victim):
                faults["kill"] += 1
                wait_until(lambda: stack.pid(victim) != before, 10, f"{victim} to come back")
        else:
            pid = stack.pid(victim)
            stack.kill(victim, signal.SIGSTOP)
            time.sleep(draw.uniform(0.5, 4))
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
            faults["stop"] += 1
        time.sleep(draw.uniform(0.2, 1.5))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    faults = collections.Counter()
    # Mail goes out at once, and wherever it is noon: no quiet hours.
    noon = (12 * 3600 - int(time.time()) % 86400) // 60 * 60
    with MailSink() as mail, Stack(smtp_url=f"smtp://127.0.0.1:{mail.port}", replicas="scoring=2",
                                   dacheng_gather_s=1, dacheng_utc_offset_s=noon) as stack:
        load = Load(stack, options.seed)
        load.start()
        try:
            inject(stack, options.seconds, options.seed, faults)
        finally:
            load.finish()
        checker = Checker(stack, load, mail)
        findings = checker.check()
        counts = collections.Counter(kind for kind, _ in findings)
        print(f"faults={sum(faults.values())} ({dict(faults)}) acknowledged={len(load.acknowledged)} pushes={load.calls} "
              f"adjustments={load.adjusted} lost={counts['lost']} duplicated={counts['duplicated']} reordered={counts['reordered']} "
              f"holes={counts['hole']} diverged={counts['diverged']} refused={len(load.problems)} seed={options.seed}")
        for kind, what in findings[:40]:
            print(f"  {kind}: {what}")
        for problem in load.problems:
            print("  refused:", problem)
        failed = len(findings) + len(load.problems)
        print(f"{checker.checks - len(set(findings))} passed, {failed} failed" if not failed else f"{checker.checks} passed, {failed} failed")
        if failed:
            stack.show_logs()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
