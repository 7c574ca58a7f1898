"""Sales records and an adjusted target while everything is being killed. What was acknowledged is
noted, and compared by check.py."""
import random
import threading

from stack import Client


class RecordLoad:
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
