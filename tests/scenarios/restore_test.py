#!/usr/bin/python3
"""The drill: a set works and is backed up, works on, and is brought back in a new place to a moment
between. What had happened by then is there, what came later is not, and positions, logs and audit
agree. A consumer that had seen more than was brought back stops, says so, and goes on when told to."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from stack import ROOT, SERVICES, Stack, wait_until  # noqa: E402



def backup(*arguments, **settings):
    done = subprocess.run([os.path.join(ROOT, "deploy/backup/local"), *arguments], capture_output=True, text=True, timeout=300,
                          env=dict(os.environ, **settings))
    if done.returncode != 0:
        raise AssertionError(f"backup {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout.strip().splitlines()[-1]


def number(stack, statement):
    return int(stack.sql(statement)[0][0])


def push(client, name, count):
    """So many records, acknowledged."""
    people = ("E1100", "E1204", "E1301", "E1403", "E2100", "E3206", "E4203")
    answer = client.call("ingest.IngestService/PushRecords", {"source": name, "records": [
        {"sourceKey": f"{name}-{i}", "amount": "100.01", "customer": f"c{i}", "personCode": people[i % len(people)],
         "occurredAt": time.strftime("%F")} for i in range(count)]})
    if answer.get("rejected"):
        raise AssertionError(answer)


HEADS = " UNION ALL ".join(f"SELECT '{s}' AS stream, h.* FROM (SELECT overall, numbers FROM {s}.log_head ORDER BY batch DESC LIMIT 1) h" for s in SERVICES)


def behind(stack):
    """(service, stream, partition, position, end) of whoever is not at the end of a stream."""
    positions = " UNION ALL ".join(f"SELECT '{s}' AS service, stream, partition, number FROM {s}.consumer_position" for s in SERVICES)
    return stack.sql(f"SELECT p.*, h.numbers[p.partition + 1] FROM ({positions}) p JOIN ({HEADS}) h USING (stream) "
                     "WHERE p.number <> h.numbers[p.partition + 1]")


def heads(stack):
    return {stream: int(overall) for stream, overall in stack.sql(f"SELECT stream, overall FROM ({HEADS}) h")}


def settled(stack):
    """Every event has its number, and everybody has applied everything."""
    waiting = " + ".join(f"(SELECT count(*) FROM {s}.outbox) - (SELECT count(*) FROM {s}.stamp)" for s in SERVICES)
    return number(stack, f"SELECT {waiting}") == 0 and not behind(stack)


class Restore(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="dc-backup-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.directory, True)
        os.chmod(cls.directory, 0o755)

    def agree(self, stack):
        """Positions, logs and the record say the same, in every schema."""
        self.assertEqual(behind(stack), [])
        for service in SERVICES:
            # Dense: as many stamps as the last number says, in each partition and over all.
            self.assertEqual(stack.sql(f"SELECT count(*), max(overall) FROM {service}.stamp")[0][0],
                             stack.sql(f"SELECT overall FROM {service}.log_head ORDER BY batch DESC LIMIT 1")[0][0], service)
            self.assertEqual(stack.sql(f"SELECT partition FROM {service}.stamp GROUP BY 1 HAVING count(*) <> max(number)"), [], service)
            # The record holds each event of the stream once, and nothing else.
            told = number(stack, f"SELECT count(*) FROM {service}.stamp")
            self.assertEqual(number(stack, f"SELECT count(*) FROM audit.entry WHERE stream = '{service}'"), told, service)
        intact = stack.ctl_call("audit/Verify", {}, "--as", "auditor")
        self.assertTrue(intact["intact"], intact)

    def test_back_to_a_moment(self):
        with Stack(backup=self.directory) as stack:
            supervisor = stack.login("supervisor")
            first = backup("backup", stack.home, self.directory)
            push(supervisor, "early", 200)
            taken = backup("backup", stack.home, self.directory, KEEP="1")
            self.assertFalse(os.path.exists(first))  # more than are to be kept
            with open(os.path.join(taken, "data/backup_label"), encoding="ascii") as label:
                begins = re.search(r"\(file (\w+)\)", label.read()).group(1)
            self.assertEqual([name for name in os.listdir(os.path.join(self.directory, "wal")) if len(name) == 24 and name < begins], [])
            push(supervisor, "between", 200)
            wait_until(lambda: settled(stack), 60, "the set to be settled")
            at = stack.sql("SELECT clock_timestamp()")[0][0]
            before = heads(stack)
            push(supervisor, "late", 200)
            wait_until(lambda: settled(stack), 60, "the set to be settled again")
            ahead = stack.sql("SELECT partition, epoch, number FROM notify.consumer_position WHERE stream = 'ingest'")
            last = stack.sql("SELECT pg_walfile_name(pg_switch_wal())")[0][0]
            wait_until(lambda: os.path.exists(os.path.join(self.directory, "wal", last)), 60, "the log to be archived")
            again = backup("backup", stack.home, self.directory)
            self.assertNotEqual(taken, again)
            people = stack.people
        home = tempfile.mkdtemp(prefix="dc-", dir="/tmp")
        os.chmod(home, 0o711)
        backup("restore", self.directory, home, at)
        with Stack(home=home, clock_ahead_file="", demo=False) as stack:
            stack.people = people
            self.back(stack, before)
            self.ahead(stack, ahead)

    def back(self, stack, before):
        sources = {row[0] for row in stack.sql("SELECT DISTINCT split_part(source_key, '-', 1) FROM ingest.record")}
        self.assertTrue({"early", "between"} <= sources, sources)
        self.assertNotIn("late", sources)
        wait_until(lambda: settled(stack), 60, "what was brought back to be settled")
        after = heads(stack)
        for service in SERVICES:
            self.assertGreaterEqual(after[service], before[service])
            wait_until(lambda service=service: number(stack, f"SELECT max(epoch) FROM {service}.log_epoch") == 2, 20, f"a new epoch of {service}")
        self.agree(stack)

    def ahead(self, stack, positions):
        """As if notify's schema lay on a server of its own that was not brought back."""
        stack.kill("notify", signal.SIGSTOP)
        stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'notify-%'")
        stack.sql("UPDATE notify.consumer_position p SET epoch = v.epoch, number = v.number FROM (VALUES "
                  + ", ".join(f"({p}, {e}, {n})" for p, e, n in positions)
                  + ") v (partition, epoch, number) WHERE p.stream = 'ingest' AND p.partition = v.partition")
        gone = len([row for row in behind(stack) if row[0] == "notify"])
        self.assertGreater(gone, 0)
        stack.kill("notify", signal.SIGKILL)

        def stopped():
            lines = [line for line in stack.ctl("lag").stdout.splitlines() if line.startswith("notify ") and "STOPPED" in line]
            return len(lines) == gone
        wait_until(stopped, 60, "those partitions to stop")
        self.assertIn("is ahead of this log", stack.read("log/notify.log"))
        push(stack.login("supervisor"), "after", 50)
        done = subprocess.run(["bash", "-c", f'. "{stack.home}/dacheng.env" && exec deploy/backup/rejoin notify ingest 1'],
                              capture_output=True, text=True, cwd=ROOT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, rf"^{gone} partitions were ahead, by [1-9]")
        wait_until(lambda: settled(stack), 60, "everybody to go on")
        wait_until(lambda: "STOPPED" not in stack.ctl("lag").stdout, 20, "nobody to be stopped")
        self.agree(stack)


if __name__ == "__main__":
    unittest.main()
