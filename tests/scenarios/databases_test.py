#!/usr/bin/python3
"""The schemas on several PostgreSQL servers, queries on a streaming standby, and the standby's taking over:
scoring and audit live on a second server, and nothing of theirs is left on the first; scoring's queries read a
standby of the second, until that one dies."""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from stack import ROOT, Stack, wait_until  # noqa: E402

BIN = "/usr/lib/postgresql/15/bin"
MOVED = ("scoring", "audit")


class Server:
    """A PostgreSQL in a directory of its own, as the local runner keeps one."""

    def __init__(self, home):
        self.home = home
        self.data = os.path.join(home, "pg/data")

    def run(self, action):
        subprocess.run([os.path.join(ROOT, "deploy/local/postgres"), action, self.home], check=True)

    def start(self):
        self.run("start")
        with open(os.path.join(self.home, "pg.env"), encoding="ascii") as file:
            self.environment = dict(part.split("=", 1) for part in file.read().split() if "=" in part)
        self.host = self.environment["PGHOST"]

    def command(self, *command, **options):
        return subprocess.run(command, env=dict(os.environ, **self.environment), check=True, **options)

    def sql(self, statement):
        return self.command("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", "dacheng", "-c", statement,
                            capture_output=True, text=True).stdout.strip()


def as_database_user(*command):
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


class Databases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        first = Server(cls.stack.home)
        cls.second = Server(os.path.join(cls.stack.home, "second"))
        cls.standby = Server(os.path.join(cls.stack.home, "standby"))
        for server in (first, cls.second):
            cls.addClassCleanup(server.run, "stop")
            server.start()
        cls.second.command(os.path.join(ROOT, "deploy/database/roles"), os.path.join(cls.stack.home, "secrets"))
        for schema in MOVED:
            dump = first.command("pg_dump", "--clean", "--if-exists", "-n", schema, "-d", "dacheng", capture_output=True).stdout
            cls.second.command("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", "dacheng", input=dump, stdout=subprocess.DEVNULL)
            first.sql(f"DROP SCHEMA {schema} CASCADE; DROP OWNED BY dacheng_{schema}, dacheng_{schema}_owner; "
                      f"DROP ROLE dacheng_{schema}, dacheng_{schema}_owner")
        cls.make_standby()
        os.mkdir(os.path.join(cls.stack.home, "env"))
        for schema in MOVED:
            with open(os.path.join(cls.stack.home, "env", schema), "w", encoding="ascii") as file:
                file.write(f"DACHENG_DB_DSN=host={cls.second.host},{cls.standby.host} dbname=dacheng user=dacheng_{schema}\n"
                           f"DACHENG_MIGRATE_DSN=host={cls.second.host} dbname=dacheng user=dacheng_{schema}_owner\n")
                if schema == "scoring":
                    file.write(f"DACHENG_DB_READ_DSN=host={cls.standby.host} dbname=dacheng user=dacheng_scoring\n")
        cls.enterClassContext(cls.stack)
        cls.boss, cls.supervisor = cls.stack.login("boss"), cls.stack.login("supervisor")
        cls.period = cls.boss.call("scoring.ScoringService/ListPeriods")["current"]

    @classmethod
    def make_standby(cls):
        with open(os.path.join(cls.second.data, "pg_hba.conf"), "a", encoding="ascii") as file:
            file.write("local replication postgres peer map=superuser\n")
        cls.second.sql("SELECT pg_reload_conf()")
        os.makedirs(os.path.dirname(cls.standby.data), mode=0o711)
        os.chmod(cls.standby.home, 0o711)
        if os.geteuid() == 0:
            subprocess.run(["chown", "postgres:", os.path.dirname(cls.standby.data)], check=True)
        subprocess.run(as_database_user(f"{BIN}/pg_basebackup", "-h", cls.second.host, "-U", "postgres", "-D", cls.standby.data,
                                        "-R", "-c", "fast", "-C", "-S", "standby"), check=True)
        cls.addClassCleanup(cls.standby.run, "stop")
        cls.standby.start()

    def sold(self):
        return float(self.boss.call("scoring.ScoringService/GetUnit", {"period": self.period})["unit"]["actual"])

    def sell(self, key):
        """100.00 more."""
        day = self.stack.sql("SELECT current_date")[0][0]
        self.supervisor.call("ingest.IngestService/PushRecords", {"source": "databases", "records": [
            {"sourceKey": key, "amount": "100.00", "personCode": "E1001", "occurredAt": day}]})

    def reads(self):
        return int(self.standby.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'dacheng_scoring'"))

    def test_1_a_record_moves_the_number_across_servers(self):
        before = self.sold()
        self.sell("one")
        wait_until(lambda: self.sold() == before + 100, 20, "the number to move")
        self.assertGreater(int(self.second.sql("SELECT count(*) FROM audit.entry")), 0)
        self.assertTrue(self.stack.ctl_call("audit/Verify", {}, "--as", "auditor").get("intact"))

    def test_2_queries_read_the_standby(self):
        self.assertEqual(self.standby.sql("SELECT pg_is_in_recovery()"), "t")
        self.assertGreater(self.reads(), 0)
        before = self.sold()
        self.standby.sql("SELECT pg_wal_replay_pause()")
        try:
            self.sell("two")
            total = f"SELECT max(actual) FROM scoring.unit_score WHERE period = '{self.period}'"
            wait_until(lambda: float(self.second.sql(total)) == before + 100, 20, "the primary to have it")
            self.assertEqual(self.sold(), before)
        finally:
            self.standby.sql("SELECT pg_wal_replay_resume()")
        wait_until(lambda: self.sold() == before + 100, 20, "the standby to follow")

    def test_3_without_its_standby_the_primary_answers(self):
        before = self.sold()
        self.standby.run("kill")
        self.sell("three")
        wait_until(lambda: self.sold() == before + 100, 20, "the primary to answer")
        self.standby.start()
        wait_until(lambda: self.sold() == before + 100 and self.reads() > 0, 20, "the standby to be asked again")

    def test_4_the_standby_takes_over_and_nothing_is_lost(self):
        before = self.sold()
        self.second.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.second.sql("SELECT pg_reload_conf()")
        wait_until(lambda: self.second.sql("SELECT sync_state FROM pg_stat_replication") == "sync", 20, "every commit to wait for the standby")
        self.sell("four")
        self.second.run("kill")
        self.sell("five")
        subprocess.run(as_database_user(f"{BIN}/pg_ctl", "-D", self.standby.data, "-w", "promote"), check=True, stdout=subprocess.DEVNULL)
        self.standby.sql("ALTER SYSTEM SET synchronous_standby_names = ''")
        self.standby.sql("SELECT pg_reload_conf()")
        wait_until(lambda: self.sold() == before + 200, 30, "the numbers to go on")
        self.assertEqual(self.standby.sql("SELECT count(DISTINCT epoch) > 1 FROM scoring.log_epoch"), "t")
        wait_until(lambda: self.stack.ctl_call("audit/Verify", {}, "--as", "auditor").get("intact"), 20, "the audit record to be whole")
        lag = wait_until(self.caught_up, 30, "everybody to have heard everything")
        self.assertGreater(lag, 16)

    def caught_up(self):
        """How many streams are heard to their end, when all are."""
        done = self.stack.ctl("lag", "--json", check=False)
        lags = [json.loads(line)["lag"] for line in done.stdout.splitlines() if line.startswith("{")]
        return len(lags) if done.returncode == 0 and all(lag.get("position", "0") == lag.get("last", "0") for lag in lags) else 0


if __name__ == "__main__":
    unittest.main(verbosity=2)
