"""People who work on tasks while everything is being killed: cycles are started; tasks are decided,
returned, taken back, transferred, urged and delegated. Each act carries a reason of its own, by which
process_check.py finds in the database what was acknowledged, and finds nothing of what was refused."""
import datetime
import os
import random
import threading
import uuid

from stack import CallError, Client

WORKFLOW = "workflow.WorkflowService/"
# Deadlines of a day or two, so that reminders and rungs come due while the clock is turned by hours:
# every person a case, and departments and teams where all sign, or one after the other.
DEFINITIONS = ("faults_review", "faults_sign")
# Those with many tasks first, so that they are there when the clock turns; the shipped ones too.
KINDS = ("faults_review", "goal_confirmation", "faults_sign", "data_submission", "monthly_sales")
DECIDERS = ("director.a", "director.b", "director.c", "director.d", "vp", "boss", "supervisor")
# A task may have moved up, been decided or come back since it was seen, and nobody delegates in a
# circle: these say so.
MOVED_ON = ("failed_precondition", "permission_denied", "aborted")
# Whom a task is about, or who sits in it already, cannot be given a seat of it.
MAY_REFUSE = {"TransferTask": MOVED_ON + ("invalid_argument",)}
RETRY_S = 120
# Sessions and first passwords outlive the weeks that pass in seconds.
PATIENT = {"dacheng_session_idle_s": 2592000, "dacheng_session_absolute_s": 31536000, "dacheng_password_one_time_hours": 0}


class ProcessLoad:
    def __init__(self, stack, seed):
        self.stack, self.seed = stack, seed
        self.stop = threading.Event()
        self.lock = threading.Lock()
        # What was acknowledged: acts as (what, task id, person id, reason), cycles by their names,
        # and the reasons of delegations; and the reasons of what was refused.
        self.acts, self.cycles, self.delegations, self.refused = [], {}, [], []
        self.problems = []
        self.cookies, self.me = {}, {}
        stack.seed_directors()
        for account in DECIDERS:
            client = stack.login(account)
            self.cookies[account], self.me[account] = client.cookie, client.me["personId"]
        supervisor = self.client("supervisor")
        # Whatever the hour is when the clock has been turned: here nobody sleeps.
        settings = supervisor.call("notify.NotifyService/GetTenantSettings")["settings"]
        settings["quiet"]["off"] = True
        supervisor.call("notify.NotifyService/SetTenantSettings", {"settings": settings})
        for name in DEFINITIONS:
            with open(os.path.join(os.path.dirname(__file__), name + ".yaml"), encoding="utf-8") as file:
                saved = supervisor.call(WORKFLOW + "SaveDefinition", {"yaml": file.read(), "reason": "faults"})
            assert not saved.get("problems"), saved
        nodes = supervisor.call("org.OrgService/GetTree")["nodes"]
        self.company = next(n["unit"]["id"] for n in nodes if n["unit"]["code"] == "CO")
        self.today = datetime.date.fromisoformat(stack.sql("SELECT current_date")[0][0])
        self.quarter = supervisor.call("scoring.ScoringService/ListPeriods")["current"]
        self.threads = [threading.Thread(target=self.guard, args=(self.start_cycles, "supervisor"))]
        self.threads += [threading.Thread(target=self.guard, args=(self.work, account)) for account in DECIDERS]

    def client(self, account):
        client = Client(self.stack.address)
        client.cookie = self.cookies[account]
        return client

    def guard(self, work, account):
        try:
            work(account)
        except Exception as problem:  # a refusal that may not happen
            self.problems.append(f"{account}: {problem!r}")

    def start(self):
        for thread in self.threads:
            thread.start()

    def finish(self):
        self.stop.set()
        for thread in self.threads:
            thread.join(RETRY_S + 30)

    # --- cycles ------------------------------------------------------------------------------------
    def start_cycle(self, client, definition, name):
        period = self.quarter if definition == "goal_confirmation" else f"{self.today:%Y-%m}"
        cycle = client.call_retrying(WORKFLOW + "StartCycle", {
            "definition": definition, "unitId": self.company, "name": name, "period": period, "reason": "faults"}, RETRY_S)["cycle"]
        self.cycles[name] = cycle["id"]

    def start_cycles(self, account):
        client = self.client(account)
        while not self.stop.is_set():
            number = len(self.cycles)
            self.start_cycle(client, KINDS[number % len(KINDS)], f"faults {number}")
            self.stop.wait(3 if number < 2 * len(KINDS) else 15)  # the checker looks at each

    # --- tasks -------------------------------------------------------------------------------------
    def work(self, account):
        draw = random.Random(f"{self.seed}/{account}")
        client = self.client(account)
        own = []  # tasks that he decided
        while not self.stop.is_set():
            tasks = client.call_retrying(WORKFLOW + "ListMyTasks", {"limit": 100}, RETRY_S).get("tasks", [])
            what = draw.random()
            if own and what < 0.10:
                self.withdraw(client, account, own.pop(draw.randrange(len(own))))
            elif what < 0.13:
                self.delegate(client, account, draw)
            elif not tasks:
                pass
            elif what < 0.20:
                self.transfer(client, account, draw, draw.choice(tasks))
            elif what < 0.25:
                self.urge(client, draw.sample(tasks, min(5, len(tasks))))
            elif what < 0.32:
                own += self.decide_many(client, account, draw, tasks)
            else:
                own += self.decide(client, account, draw, draw.choice(tasks))
            self.stop.wait(draw.uniform(0.05, 0.4))  # at a person's pace: some are left for the deadlines

    def call(self, client, method, request):
        """None when it was refused, as it may be; then it left nothing."""
        try:
            return client.call_retrying(WORKFLOW + method, request, RETRY_S)
        except CallError as error:
            if error.code not in MAY_REFUSE.get(method, MOVED_ON):
                raise
            reason = request.get("delegation", request).get("reason")
            if reason:
                with self.lock:
                    self.refused.append(reason)
            return None

    def note(self, what, tasks, account, reason):
        with self.lock:
            self.acts += [(what, int(task), int(self.me[account]), reason) for task in tasks]

    def decide(self, client, account, draw, task):
        """One task; now and then it is returned. Answers the tasks that he decided."""
        outcomes = (self.call(client, "GetTask", {"taskId": task["id"]}) or {}).get("outcomes", [])
        good = [o["code"] for o in outcomes if o.get("kind") != "return"]
        back = [o["code"] for o in outcomes if o.get("kind") == "return"]
        if not outcomes:
            return []
        outcome = draw.choice(back if back and (draw.random() < 0.2 or not good) else good)
        request = {"taskId": task["id"], "outcome": outcome, "reason": f"d/{uuid.uuid4()}"}
        if draw.random() < 0.5:
            request["version"] = task["version"]
        if self.call(client, "DecideTask", request) is None:
            return []
        self.note("decided", [task["id"]], account, request["reason"])
        return [task["id"]]

    def decide_many(self, client, account, draw, tasks):
        first = draw.choice(tasks)
        same = [t["id"] for t in tasks if (t["definition"], t["stage"]) == (first["definition"], first["stage"])][:8]
        request = {"taskIds": same, "outcome": "approve", "reason": f"d/{uuid.uuid4()}"}
        done = [t["id"] for t in (self.call(client, "DecideTasks", request) or {}).get("tasks", [])]
        self.note("decided", done, account, request["reason"])
        return done

    def transfer(self, client, account, draw, task):
        to = self.me[draw.choice([a for a in DECIDERS if a != account])]
        request = {"taskId": task["id"], "toPersonId": to, "reason": f"t/{uuid.uuid4()}"}
        if self.call(client, "TransferTask", request) is not None:
            self.note("transferred", [task["id"]], account, request["reason"])

    def withdraw(self, client, account, task):
        request = {"taskId": task, "reason": f"w/{uuid.uuid4()}"}
        if self.call(client, "WithdrawDecision", request) is not None:
            self.note("withdrawn", [task], account, request["reason"])

    def urge(self, client, tasks):
        self.call(client, "Urge", {"taskIds": [t["id"] for t in tasks]})

    def delegate(self, client, account, draw):
        """Away from today on; or back again, where a delegation stands."""
        listed = client.call_retrying(WORKFLOW + "ListDelegations", {}, RETRY_S).get("delegations", [])
        standing = [d for d in listed if not d.get("ended") and d["personId"] == self.me[account]]
        if standing:
            client.call_retrying(WORKFLOW + "EndDelegation", {"id": standing[0]["id"]}, RETRY_S)
            return
        to = self.me[draw.choice([a for a in DECIDERS if a != account])]
        request = {"delegation": {"toPersonId": to, "from": f"{self.today}", "until": f"{self.today + datetime.timedelta(60)}",
                                  "reason": f"g/{uuid.uuid4()}"}}
        if self.call(client, "SaveDelegation", request) is not None:
            with self.lock:
                self.delegations.append(request["delegation"]["reason"])
