#!/usr/bin/python3
"""Everything is bounded: who stops listening, reads the whole log ten times at once, asks too much, or holds
a lock for long is refused or falls behind himself; the others do not notice, and memory stays flat."""
import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from stack import CallError, Client, Stack, wait_until  # noqa: E402

GROWTH_MIB = 48      # what a program may need for a while, and malloc keep
PATIENCE_S = 5       # others are answered within, on a machine that is busy with the flood itself
FLOOD = 300          # requests at once
UNIT = "scoring.ScoringService/GetUnit"
REFUSALS = ("unavailable", "resource_exhausted", "deadline_exceeded")


def resident_mib(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


class Bounded(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack())
        cls.supervisor, cls.boss = cls.stack.login("supervisor"), cls.stack.login("boss")
        cls.period = cls.boss.call("scoring.ScoringService/ListPeriods")["current"]
        cls.day = cls.stack.sql("SELECT current_date")[0][0]
        cls.number = 0
        for _ in range(5):  # so that memory is what it is at work
            cls.push(500)
            cls.boss.call(UNIT, {"period": cls.period})

    @classmethod
    def push(cls, count):
        cls.number += 1
        cls.supervisor.call("ingest.IngestService/PushRecords", {"source": "bounded", "records": [
            {"sourceKey": f"{cls.number}/{n}", "amount": "1.00", "personCode": "E1001", "occurredAt": cls.day, "customer": f"c{n}"}
            for n in range(count)]})

    def memory(self):
        return {name: resident_mib(self.stack.pid(name)) for name in self.stack.programs()}

    @contextlib.contextmanager
    def flat(self):
        before = self.memory()
        pids = {name: self.stack.pid(name) for name in before}
        yield
        self.assertEqual(pids, {name: self.stack.pid(name) for name in pids}, "a program died")
        grown = {name: mib - before[name] for name, mib in self.memory().items() if mib - before[name] > GROWTH_MIB}
        self.assertEqual(grown, {})

    def work(self, pushes):
        """Others do their work meanwhile; how long the slowest answer took."""
        slowest = 0
        for _ in range(pushes):
            start = time.monotonic()
            self.push(50)
            self.boss.call(UNIT, {"period": self.period})
            slowest = max(slowest, time.monotonic() - start)
        return slowest

    def subscriber(self, *arguments):
        script = f'. "{self.stack.home}/dacheng.env" && exec dacheng sub "$@"'
        return subprocess.Popen(["bash", "-c", script, "sub", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def test_1_a_subscriber_that_stops_reading_falls_behind_alone(self):
        stuck = self.subscriber("--from", "beginning", ">")
        try:
            stuck.stdout.readline()  # it has begun
            os.kill(stuck.pid, signal.SIGSTOP)
            with self.flat():
                self.assertLess(self.work(40), PATIENCE_S)
        finally:
            stuck.kill()
            stuck.communicate()

    def test_2_ten_replays_of_a_whole_log_do_not_delay_work(self):
        last = int(self.stack.sql("SELECT max(overall) FROM ingest.stamp")[0][0])
        with self.flat():
            readers = [self.subscriber("--from", "beginning", "--count", str(last), "ingest.>") for _ in range(10)]
            heard = []
            threads = [threading.Thread(target=lambda r=reader: heard.append(len(r.communicate()[0].splitlines()))) for reader in readers]
            for thread in threads:
                thread.start()
            slowest = self.work(20)
            for thread in threads:
                thread.join(120)
        self.assertLess(slowest, PATIENCE_S)
        self.assertEqual(heard, [last] * 10)

    def test_3_a_flood_of_requests_is_answered_or_refused_at_once(self):
        answers = []

        def ask():
            client = Client(self.stack.address)
            client.cookie = self.boss.cookie
            start = time.monotonic()
            try:
                client.call(UNIT, {"period": self.period}, timeout=60)
                answers.append(("ok", time.monotonic() - start))
            except CallError as error:
                answers.append((error.code, time.monotonic() - start))
            except (OSError, http.client.HTTPException) as error:
                answers.append((repr(error), time.monotonic() - start))
        with self.flat():
            threads = [threading.Thread(target=ask) for _ in range(FLOOD)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(90)
        self.assertEqual(len(answers), FLOOD)
        self.assertEqual({code for code, _ in answers} - {"ok", *REFUSALS}, set())
        self.assertGreater(sum(code == "ok" for code, _ in answers), FLOOD // 4)
        self.assertLess(self.work(2), PATIENCE_S)

    def test_4_a_slow_database_of_one_service_is_that_services_alone(self):
        """A lock that is held for long: who needs it is refused when his time is up, everybody else is answered."""
        holder = subprocess.Popen(["bash", "-c", f'. "{self.stack.home}/pg.env" && exec psql -XqAt -d dacheng'], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        try:
            holder.stdin.write("BEGIN; LOCK TABLE goals.target IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n")
            holder.stdin.flush()
            self.assertEqual(holder.stdout.readline().strip(), "held")
            with self.flat():
                indicator = self.stack.sql("SELECT indicator_id FROM scoring.indicator LIMIT 1")[0][0]
                codes = []

                def tree():
                    client = Client(self.stack.address)
                    client.cookie = self.supervisor.cookie
                    headers = dict(client.headers(), **{"Connect-Timeout-Ms": "2000"})
                    body = f'{{"indicatorId": "{indicator}", "period": "{self.period}"}}'.encode()
                    start = time.monotonic()
                    response, data = client.request("POST", "/dacheng.goals.v1.GoalService/GetTargetTree", body, headers)
                    codes.append((response.status, data[:60], time.monotonic() - start))
                threads = [threading.Thread(target=tree) for _ in range(40)]
                for thread in threads:
                    thread.start()
                self.assertLess(self.work(5), PATIENCE_S)
                for thread in threads:
                    thread.join(60)
                self.assertEqual(len(codes), 40)
                self.assertTrue(all(status in (429, 503, 504) and took < 2 + PATIENCE_S for status, _, took in codes), codes)
        finally:
            holder.communicate("ROLLBACK;\n")
        wait_until(lambda: self.supervisor.call("goals.GoalService/GetTargetTree", {"indicatorId": indicator, "period": self.period}), 20, "goals to answer")


if __name__ == "__main__":
    unittest.main(verbosity=2)
