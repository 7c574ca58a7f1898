"""The real docker-compose.yml: built, brought up, used through nginx with TLS, scaled to three
scoring replicas and back, while nothing is lost. Needs root; starts a Docker engine when none runs,
and makes the base image from Debian's packages when no registry is reachable."""
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from stack import PASSWORD, ROOT, Client, wait_until  # noqa: E402


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = None
        if subprocess.run(["docker", "info"], capture_output=True).returncode != 0:
            if os.getuid() != 0:
                raise unittest.SkipTest("no Docker engine, and not root to start one")
            cls.engine_log = open("/tmp/dacheng-dockerd.log", "ab")
            cls.engine = subprocess.Popen(["dockerd"], stdin=subprocess.DEVNULL, stdout=cls.engine_log, stderr=cls.engine_log)
            wait_until(lambda: subprocess.run(["docker", "info"], capture_output=True).returncode == 0, 60, "the Docker engine")
        if subprocess.run(["docker", "image", "inspect", "debian:bookworm-slim"], capture_output=True).returncode != 0:
            subprocess.run([os.path.join(ROOT, "deploy/containers/base-image")], check=True)
        cls.project = "dacheng" + uuid.uuid4().hex[:6]
        cls.port = free_port()
        cls.environment = dict(os.environ, COMPOSE_PROJECT_NAME=cls.project, DACHENG_PORT=f"127.0.0.1:{cls.port}",
                               DACHENG_HTTP_PORT=f"127.0.0.1:{free_port()}", DACHENG_VERSION="test")
        cls.command = ["docker", "compose"] if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0 \
            else ["docker-compose"]
        try:
            cls.compose("build", timeout=1800)
            cls.compose("up", "-d", timeout=600)
            cls.tls = ssl.create_default_context()
            cls.tls.check_hostname = False
            cls.tls.verify_mode = ssl.CERT_NONE
            cls.people = {}
            wait_until(lambda: "one-time" in cls.logs("demo") or cls.logs("demo").count("zhangsan"), 300, "the demo group")
            cls.passwords = dict(re.findall(r"(?:^|\|\s*)([a-z][a-z0-9.]+)\s+([A-Za-z0-9-]{10,})\s", cls.logs("demo"), re.M))
        except BaseException:
            print(cls.compose("ps", check=False).stdout)
            print(cls.compose("logs", "--tail=30", check=False).stdout[-12000:])
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.compose("down", "-v", "--timeout", "20", check=False, timeout=300)
        if cls.engine:
            cls.engine.terminate()
            cls.engine.wait(60)

    @classmethod
    def compose(cls, *arguments, check=True, timeout=120):
        done = subprocess.run(cls.command + list(arguments), cwd=ROOT, env=cls.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"compose {' '.join(arguments)}:\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}")
        return done

    @classmethod
    def logs(cls, service):
        return cls.compose("logs", "--no-color", service, check=False).stdout

    def login(self, account):
        client = Client(f"127.0.0.1:{self.port}", tls=self.tls)
        if account not in self.people:
            first = self.passwords[account]
            client.call("org.SessionService/Login", {"account": account, "password": first})
            client.call("org.SessionService/ChangePassword", {"oldPassword": first, "newPassword": PASSWORD})
            self.people[account] = True
        client.me = client.call("org.SessionService/Login", {"account": account, "password": PASSWORD})["me"]
        return client

    def dacheng(self, *arguments):
        return self.compose("run", "--rm", "demo", "dacheng", *arguments, timeout=120).stdout

    def test_the_main_job_through_nginx_with_three_scoring_replicas(self):
        boss, zhangsan, supervisor = self.login("boss"), self.login("zhangsan"), self.login("supervisor")
        period = boss.call("scoring.ScoringService/ListPeriods")["current"]

        def sales():
            score = zhangsan.call("scoring.ScoringService/GetPerson", {"period": period})
            return next(i for i in score["items"] if i.get("primary"))
        self.assertEqual((float(sales()["actual"]), sales()["attainment"]), (400000, "80.00"))

        # Three replicas share the work while records stream in, then one is left.
        code = zhangsan.call("scoring.ScoringService/GetPerson", {"period": period})["person"]["code"]
        day = time.strftime("%Y-%m-%d")
        stop, acknowledged, problems = threading.Event(), [], []

        def push():
            n = 0
            while not stop.is_set():
                record = {"sourceKey": f"scale-{n}", "amount": "1.00", "personCode": code, "occurredAt": day}
                try:
                    pusher.call_retrying("ingest.IngestService/PushRecords", {"source": "scale", "records": [record]})
                    acknowledged.append(n)
                except Exception as problem:
                    problems.append(problem)
                    return
                n += 1
        pusher = self.login("supervisor")
        thread = threading.Thread(target=push)
        thread.start()
        try:
            self.compose("up", "-d", "--no-recreate", "--scale", "scoring=3", timeout=180)

            def replicas():
                # Every replica offers its workers to both buses.
                status = json.loads(self.dacheng("top", "--once", "--json"))
                return next(s for s in status["services"] if s["name"] == "scoring")["replicas"]
            one = 4
            wait_until(lambda: replicas() >= 3 * one, 60, "three scoring replicas on the bus")
            enough = len(acknowledged) + 50
            wait_until(lambda: len(acknowledged) >= enough or problems, 60, "records while three replicas work")
            self.compose("up", "-d", "--no-recreate", "--scale", "scoring=1", timeout=180)
            wait_until(lambda: replicas() <= one, 60, "one scoring replica")
            enough = len(acknowledged) + 50
            wait_until(lambda: len(acknowledged) >= enough or problems, 60, "records after scaling back")
        finally:
            stop.set()
            thread.join()
        self.assertEqual(problems, [])
        wait_until(lambda: float(sales()["actual"]) == 400000 + len(acknowledged), 60,
                   f"all {len(acknowledged)} acknowledged records in the score")
        self.assertTrue(supervisor.call("goals.GoalService/ListDefinitions")["plans"])

    def test_containers_are_confined(self):
        ids = self.compose("ps", "-q").stdout.split()
        self.assertGreaterEqual(len(ids), 11)
        for container in ids:
            facts = json.loads(subprocess.run(["docker", "inspect", container], capture_output=True, text=True, check=True).stdout)[0]
            name = facts["Name"]
            self.assertTrue(facts["HostConfig"]["ReadonlyRootfs"], name)
            self.assertEqual(facts["HostConfig"]["CapDrop"], ["ALL"], name)
            self.assertNotIn(facts["Config"]["User"], ("", "0", "root"), name)
            if "edge" not in name:
                self.assertFalse(any(facts["NetworkSettings"]["Ports"].values()), f"{name} publishes a port")

    def test_all_are_healthy(self):
        def healthy():
            states = [json.loads(subprocess.run(["docker", "inspect", "-f", "{{json .State}}", c], capture_output=True, text=True).stdout)
                      for c in self.compose("ps", "-q").stdout.split()]
            return all(s.get("Health", {}).get("Status", "healthy") == "healthy" for s in states if s["Status"] == "running")
        wait_until(healthy, 90, "health of every container")


if __name__ == "__main__":
    unittest.main(verbosity=2)
