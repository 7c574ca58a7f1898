"""The whole of Dacheng for a test: started by the same runner that users start, in a directory of
its own, on a port of its own; and a client that speaks the Connect protocol with JSON.

    with Stack() as stack:
        boss = stack.login("boss")
        boss.call("scoring.ScoringService/GetUnit", {"period": "2026Q4"})
"""
import base64
import fcntl
import hashlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PASSWORD = "scenario-Pass-2026"
with open(os.path.join(ROOT, "deploy/database/services"), encoding="ascii") as services:
    SERVICES = tuple(line.strip() for line in services if line.strip() and not line.startswith("#"))


def wait_until(condition, seconds=30, what="the condition", every=0.02):
    """Waits for a true value of `condition()` and returns it. Not a sleep: a deadline. `every`: seconds between looks."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(every)


class CallError(Exception):
    def __init__(self, status, body):
        self.status = status
        self.code = body.get("code", "?")
        # The field at fault is a detail of its own (google.rpc.BadRequest).
        fields = [base64.b64decode(d["value"] + "==").decode("utf-8", "replace") for d in body.get("details", []) if "value" in d]
        self.message = " ".join([body.get("message", "")] + fields)
        self.blames_request = bool(fields)
        super().__init__(f"{status} {self.code}: {self.message}")


class Client:
    """One person's browser: cookie, keep-alive connection. For one thread."""

    def __init__(self, address, bearer=None, tls=None):
        self.address = address
        self.tls = tls  # an ssl.SSLContext, or None for plain HTTP
        self.cookie = None
        self.bearer = bearer
        self.me = None
        self.connection = None

    def headers(self):
        headers = {"Content-Type": "application/json", "Connect-Protocol-Version": "1"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.bearer:
            headers["Authorization"] = "Bearer " + self.bearer
        return headers

    def request(self, method, path, body=b"", headers=None, timeout=60):
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPSConnection(self.address, timeout=timeout, context=self.tls) \
                    if self.tls else http.client.HTTPConnection(self.address, timeout=timeout)
            try:
                self.connection.request(method, path, body, headers or self.headers())
                response = self.connection.getresponse()
                data = response.read()
                return response, data
            except (http.client.HTTPException, ConnectionError, OSError):
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise

    def call(self, method, request=None, key=None, timeout=60):
        """`method` is "goals.GoalService/AdjustTarget"; answers the response as a dict."""
        service, name = method.split(".", 1)
        headers = self.headers()
        headers["Idempotency-Key"] = key or str(uuid.uuid4())
        response, data = self.request("POST", f"/dacheng.{service}.v1.{name}",
                                      json.dumps(request or {}).encode(), headers, timeout)
        try:
            answer = json.loads(data or b"{}")
        except ValueError:
            raise CallError(response.status, {"code": "not_json", "message": data[:200].decode("utf-8", "replace")})
        if response.status != 200:
            raise CallError(response.status, answer)
        cookie = response.getheader("Set-Cookie")
        if cookie:
            self.cookie = cookie.split(";")[0]
        return answer

    def call_retrying(self, method, request, seconds=60):
        """As a careful caller does: the same key again after every failure that may be retried. One that
        blames a field of the request (a version that is too old) comes again however often it is asked."""
        key = str(uuid.uuid4())
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.call(method, request, key)
            except CallError as error:
                if error.code not in ("unavailable", "deadline_exceeded", "aborted", "resource_exhausted", "not_json") \
                        or error.blames_request or time.monotonic() > deadline:
                    raise
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def upload(self, data, name="records.csv", source="test", all_or_nothing=False, piece=4 << 20):
        run = self.call("ingest.IngestService/StartUpload", {
            "source": source, "name": name, "size": str(len(data)), "allOrNothing": all_or_nothing})
        run_id, offset = run["run"]["id"], int(run.get("offset", 0))
        while offset < len(data):
            headers = dict(self.headers(), **{"Content-Type": "application/octet-stream"})
            response, body = self.request("PUT", f"/upload/{run_id}?offset={offset}", data[offset:offset + piece], headers)
            if response.status != 200:
                raise CallError(response.status, json.loads(body or b"{}"))
            offset = int(json.loads(body)["offset"])
        self.call("ingest.IngestService/FinishUpload", {"runId": run_id})
        return self.wait_run(run_id)

    def wait_run(self, run_id, seconds=300):
        done = ("RUN_STATE_DONE", "RUN_STATE_REFUSED", "RUN_STATE_CANCELLED")

        def finished():
            run = self.call("ingest.IngestService/GetRun", {"runId": run_id})["run"]
            return run if run.get("state") in done else None
        return wait_until(finished, seconds, f"run {run_id}")


def build_directory():
    return os.environ.get("BUILD") or os.path.join(ROOT, "build/dev")


class Template:
    """A home with the demo group, loaded once for each state of the programs and of the demo, and copied
    for every stack: most of a test's time would be the loading. It lies in the build directory."""

    PARTS = ("pg", "secrets", "keys", "demo-loaded", "one-time-passwords.txt")

    def __init__(self):
        directory = os.path.join(build_directory(), "demo")
        os.makedirs(directory, exist_ok=True)
        self.path = os.path.join(directory, self.state())
        self.lock = os.path.join(directory, "lock")

    @staticmethod
    def state():
        seen = hashlib.sha256(time.strftime("%F").encode())  # the demo's figures are of today
        for top in (os.path.join(build_directory(), "bin"), os.path.join(ROOT, "deploy")):
            for directory, names, files in sorted(os.walk(top)):
                names[:] = [name for name in names if name != "node_modules"]
                for name in sorted(files):
                    facts = os.stat(os.path.join(directory, name))
                    seen.update(f"{directory}/{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
        return seen.hexdigest()[:16]

    def copy_to(self, home):
        with open(self.lock, "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.exists(self.path):
                self.make()
        copy(self.path, home)

    def make(self):
        for name in os.listdir(os.path.dirname(self.path)):
            if name != "lock":
                shutil.rmtree(os.path.join(os.path.dirname(self.path), name))
        with Stack(fresh=True) as stack:
            stack.stop()
            os.mkdir(self.path + ".new", 0o711)
            copy(stack.home, self.path + ".new")
        os.rename(self.path + ".new", self.path)


def copy(source, target):
    subprocess.run(["cp", "-a", "--reflink=auto", *(os.path.join(source, part) for part in Template.PARTS), target], check=True)


class Stack:
    """demo: with the demo group; fresh: loaded now, not copied; disk: called with the directory of the
    database before anything is in it; home: one that is there already. environment: further settings of deploy/local/run."""

    def __init__(self, demo=True, fresh=False, disk=None, home=None, **environment):
        # Below /tmp, where the database's own user may enter, and with a path short enough for sockets.
        self.home = home or tempfile.mkdtemp(prefix="dc-", dir="/tmp")
        os.chmod(self.home, 0o711)
        self.environment = dict(os.environ, DACHENG_HOME=self.home, PORT="0", DEMO="1" if demo else "0")
        self.environment.update({key.upper() if key != "replicas" else "REPLICAS": str(value)
                                 for key, value in environment.items()})
        self.environment.setdefault("CLOCK_AHEAD_FILE", os.path.join(self.home, "clock"))
        self.process = None
        self.people = {}
        self.seeded = {}  # accounts that the demo does not have, with their one-time passwords
        self.ahead = 0
        if disk:
            os.mkdir(os.path.join(self.home, "pg"), 0o711)
            disk(os.path.join(self.home, "pg"))
        if demo and not fresh and not home:
            Template().copy_to(self.home)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self.show_logs()
        self.stop()
        if not os.environ.get("KEEP_HOME"):
            shutil.rmtree(self.home, ignore_errors=True)

    def start(self, seconds=180):
        output = open(os.path.join(self.home, "runner.log"), "ab")
        self.process = subprocess.Popen([os.path.join(ROOT, "deploy/local/run")], stdin=subprocess.DEVNULL,
                                        stdout=output, stderr=subprocess.STDOUT, env=self.environment, cwd=ROOT,
                                        start_new_session=True)
        output.close()

        def up():
            if self.process.poll() is not None:
                raise AssertionError("the runner ended:\n" + self.read("runner.log")[-4000:])
            return os.path.exists(os.path.join(self.home, "run/ready"))
        try:
            wait_until(up, seconds, "the stack")
        except AssertionError:
            self.show_logs()
            self.stop()
            raise
        self.address = self.read("run/address").strip()

    def keep_examples(self):
        """`make events-page`: what this deployment told, as examples of its events."""
        directory = os.environ.get("CAPTURE_EVENTS")
        if not directory or not self.process or self.process.poll() is not None:
            return
        told = self.ctl("replay", ">", check=False).stdout
        with open(os.path.join(build_directory(), "examples.lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            subprocess.run([os.path.join(ROOT, "deploy/api/make"), "capture", directory], input=told, text=True, check=True, cwd=ROOT)

    def stop(self):
        self.keep_examples()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process = None

    def read(self, name):
        with open(os.path.join(self.home, name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def show_logs(self):
        for directory, _, files in os.walk(os.path.join(self.home, "log")):
            for name in sorted(files):
                lines = self.read(os.path.join(directory, name)).splitlines()
                for line in lines[-15:]:
                    print(f"{name}: {line}")

    # --- people
    def one_time_passwords(self):
        rows = [line.split("\t") for line in self.read("one-time-passwords.txt").splitlines() if line]
        return dict({row[0]: row[1] for row in rows if len(row) >= 2 and row[0] != "account"}, **self.seeded)

    def seed(self, accounts):
        """Accounts for people of the demo: [{"personCode": …, "account": …, "grants": […]}]."""
        tenant = self.sql("SELECT id FROM org.tenant")[0][0]
        made = self.ctl_call("org/SeedAccounts", {"tenantId": tenant, "accounts": accounts})["accounts"]
        self.seeded.update({a["account"]: a["oneTimePassword"] for a in made if a.get("oneTimePassword")})

    def seed_directors(self):
        """The demo has directors of A and B alone; these are C's and D's."""
        self.seed([{"personCode": f"E{n}001", "account": f"director.{unit.lower()}",
                    "grants": [{"role": "ROLE_DIRECTOR", "scope": "SCOPE_UNIT_TREE", "unitCode": unit}]} for n, unit in ((3, "C"), (4, "D"))])

    def login(self, account):
        """A client that is logged in; the first time its one-time password is changed."""
        client = Client(self.address)
        if account not in self.people:
            first = self.one_time_passwords()[account]
            client.call("org.SessionService/Login", {"account": account, "password": first})
            client.call("org.SessionService/ChangePassword", {"oldPassword": first, "newPassword": PASSWORD})
            self.people[account] = PASSWORD
        answer = client.call("org.SessionService/Login", {"account": account, "password": PASSWORD})
        client.me = answer["me"]
        return client

    def move_person(self, administrator, code, unit_code, on):
        """From the day on the person's main post is in another unit, by whoever keeps the organisation."""
        person = self.sql(f"SELECT id FROM org.person WHERE code = '{code}'")[0][0]
        unit = self.sql(f"SELECT id FROM org.unit WHERE code = '{unit_code}'")[0][0]
        known = administrator.call("org.OrgService/GetPerson", {"personId": person})["person"]
        last = known["posts"][-1]
        known["posts"] = known["posts"][:-1] + [dict(last, validTo=str(on)), dict(last, unitId=unit, validFrom=str(on))]
        administrator.call("org.OrgService/SavePeople", {"people": [known], "reason": "组织调整"})
        return person

    # --- the command line and the database
    def ctl(self, *arguments, check=True, timeout=60, text_input=None):
        script = f'. "{self.home}/dacheng.env" && exec dacheng "$@"'
        done = subprocess.run(["bash", "-c", script, "dacheng", *arguments], capture_output=True, text=True,
                              timeout=timeout, input=text_input, cwd=ROOT)
        if check and done.returncode != 0:
            raise AssertionError(f"dacheng {' '.join(arguments)}: {done.stderr}")
        return done

    def ctl_call(self, method, request=None, *flags):
        return json.loads(self.ctl("call", *flags, method, json.dumps(request or {})).stdout)

    def sql(self, statement, role=None):
        """As the superuser, or as a service's role with its password; answers the rows' fields."""
        environment = dict(os.environ)
        for part in self.read("pg.env").split():
            if "=" in part:
                key, value = part.split("=", 1)
                environment[key] = value
        if role:
            environment["PGUSER"] = "dacheng_" + role
            environment["PGPASSWORD"] = self.read(f"secrets/{role}.db").strip()
        done = subprocess.run(["psql", "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose",
                               "-d", "dacheng", "-c", statement], capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            raise AssertionError(done.stderr.strip())
        return [line.split("\t") for line in done.stdout.splitlines()]

    # --- time
    def turn_clock(self, days=0, hours=0, seconds=0):
        """Turns every service's clock further ahead. People's sessions may be over then: log in again."""
        self.ahead += days * 86400 + hours * 3600 + seconds
        with open(os.path.join(self.home, "clock.new"), "w", encoding="ascii") as file:
            file.write(f"{self.ahead}\n")
        os.rename(os.path.join(self.home, "clock.new"), os.path.join(self.home, "clock"))
        for name in self.programs():
            if not name.startswith(("bus", "gateway")):
                self.kill(name, signal.SIGHUP)

    def now(self):
        """The services' time, seconds since 1970."""
        return time.time() + self.ahead

    # --- processes
    def pid(self, name):
        return int(self.read(f"run/{name}.pid"))

    def programs(self):
        return sorted(name[:-4] for name in os.listdir(os.path.join(self.home, "run")) if name.endswith(".pid"))

    def kill(self, name, number=signal.SIGKILL):
        try:
            os.kill(self.pid(name), number)
            return True
        except (OSError, ValueError):
            return False

    def crash_database(self):
        subprocess.run([os.path.join(ROOT, "deploy/local/postgres"), "kill", self.home], check=True)

    def start_database(self):
        subprocess.run([os.path.join(ROOT, "deploy/local/postgres"), "start", self.home], check=True)
