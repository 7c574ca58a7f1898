"""The process that chases by itself, over all services and with a turned clock: directors who answer
in time, late, absent and by returning; escalation to who may decide then; the gate of the data
submission; an approval by values; a whole monthly cycle; and the ledger, which must add up."""
import datetime
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from mail_sink import MailSink  # noqa: E402
from sms_receiver import SmsReceiver  # noqa: E402
from stack import CallError, Stack, wait_until  # noqa: E402

WORKFLOW = "workflow.WorkflowService/"
DAY = 86400


def setUpModule():
    global mail, sms, stack
    mail, sms = MailSink().__enter__(), SmsReceiver().__enter__()
    stack = Stack(smtp_url=f"smtp://127.0.0.1:{mail.port}", dacheng_gather_s=0, **sms.settings()).__enter__()
    # Whatever the hour is: here nobody sleeps.
    settings = call("supervisor", "notify/GetTenantSettings")["settings"]
    settings["quiet"]["off"] = True
    call("supervisor", "notify/SetTenantSettings", {"settings": settings})


def tearDownModule():
    stack.__exit__(None, None, None)
    sms.__exit__(None, None, None)
    mail.__exit__(None, None, None)


def call(account, method, request=None):
    """As somebody, over the bus: sessions do not outlive days that pass in seconds."""
    return stack.ctl_call(method, request or {}, "--as", account)


def flow(account, method, request=None):
    return call(account, "workflow/" + method, request)


def refused(account, method, request, code):
    done = stack.ctl("call", "--as", account, method, json.dumps(request), check=False)
    assert done.returncode == 1 and code in done.stderr, (done.returncode, done.stdout, done.stderr)
    return done.stderr


def tasks_of(account):
    return flow(account, "ListMyTasks", {"limit": 200}).get("tasks", [])


def the_task(account, cycle, subject):
    return next((t for t in tasks_of(account) if t["cycleId"] == cycle["id"] and t["subjectName"].startswith(subject)), None)


def board(cycle):
    return flow("supervisor", "GetBoard", {"cycleId": cycle["id"]})


def start(definition, period, unit="CO", account="supervisor"):
    cycle = flow(account, "StartCycle", {"definition": definition, "unitId": units[unit], "period": period, "reason": "scenario"})["cycle"]
    wait_until(lambda: board(cycle)["summary"]["cycle"]["state"] == "CYCLE_STATE_RUNNING", 60, f"{definition} running")
    return board(cycle)["summary"]["cycle"]


def turn_to(us):
    """Turns the clock to just after an instant."""
    stack.turn_clock(seconds=max(1, int(int(us) / 1e6 - stack.now()) + 2))




class Process(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        global units
        tree = call("boss", "org/GetTree")["nodes"]
        units = {n["unit"]["code"]: n["unit"]["id"] for n in tree}
        cls.people = {p["code"]: p["id"] for p in call("supervisor", "org/ListPeople", {"limit": 500})["people"]}
        cls.period = call("boss", "scoring/ListPeriods")["current"]
        cls.month = datetime.date.today().strftime("%Y-%m")

    # --- goal confirmation: the example of the product, to the minute -----------------------------
    def test_1_goals_are_confirmed_in_time_late_absent_and_by_returning(self):
        preview = flow("supervisor", "PreviewCycle", {"definition": "goal_confirmation", "unitId": units["CO"], "period": self.period})
        self.assertEqual(int(preview["stages"][0]["tasks"]), 5)
        # C's director is away: what is his goes to the one of D.
        today = datetime.date.today()
        flow("director.c", "SaveDelegation", {"delegation": {
            "toPersonId": self.people["E4001"], "from": today.isoformat(), "until": (today + datetime.timedelta(days=60)).isoformat(),
            "reason": "休假"}})
        preview = flow("supervisor", "PreviewCycle", {"definition": "goal_confirmation", "unitId": units["CO"], "period": self.period})
        self.assertEqual([p["personId"] for p in preview["absent"]], [self.people["E3001"]])
        cycle = start("goal_confirmation", self.period)

        # In time, and told at once in the inbox.
        task = the_task("director.a", cycle, "华东")
        wait_until(lambda: any("华东" in n["title"] + n["text"] for n in call("director.a", "notify/ListInbox").get("notices", [])), 30, "the notice")
        decided = flow("director.a", "DecideTask", {"taskId": task["id"], "outcome": "confirm"})["task"]
        self.assertEqual(decided["state"], "TASK_STATE_DECIDED")
        refused("director.a", "workflow/DecideTask", {"taskId": task["id"], "outcome": "confirm"}, "failed_precondition")
        refused("director.b", "workflow/GetTask", {"taskId": task["id"]}, "permission_denied")

        # For the absent one, with the record whose right it was.
        task = the_task("director.d", cycle, "华北")
        self.assertEqual(task["seats"][0]["heldBy"], "HELD_BY_DELEGATION")
        self.assertEqual((task["seats"][0]["ownerId"], task["seats"][0]["holderId"]), (self.people["E3001"], self.people["E4001"]))
        flow("director.d", "DecideTask", {"taskId": task["id"], "outcome": "confirm"})
        self.assertIsNone(the_task("director.c", cycle, "华北"))

        # Returned with a reason, adjusted, confirmed in the second round.
        task = the_task("director.d", cycle, "西部")
        refused("director.d", "workflow/DecideTask", {"taskId": task["id"], "outcome": "return"}, "invalid_argument")
        flow("director.d", "DecideTask", {"taskId": task["id"], "outcome": "return", "reason": "新区刚开，目标偏高"})
        adjust = the_task("supervisor", cycle, "西部")
        self.assertEqual(adjust["stage"], "adjust")
        flow("supervisor", "DecideTask", {"taskId": adjust["id"], "outcome": "adjusted"})
        again = the_task("director.d", cycle, "西部")
        self.assertEqual((again["stage"], again["round"]), ("confirm", 2))
        flow("director.d", "DecideTask", {"taskId": again["id"], "outcome": "confirm"})
        lines = flow("supervisor", "GetTask", {"taskId": again["id"]})["history"]
        self.assertEqual([l["outcome"] for l in lines if l["what"] == "decided"], ["return", "adjusted", "confirm"])
        self.assertIn("新区刚开，目标偏高", [l.get("reason") for l in lines])

        # Nobody of the head office: its task is the starter's.
        task = the_task("supervisor", cycle, "总部")
        flow("supervisor", "DecideTask", {"taskId": task["id"], "outcome": "confirm"})

        # Late: SMS three days before, mail one day before, then the right moves.
        task = the_task("director.b", cycle, "华南")
        due, before = int(task["dueAtUs"]), self.sms("E2001")
        turn_to(due - 3 * DAY * 10**6)
        wait_until(lambda: self.sms("E2001") > before, 30, "the SMS three days before")
        mails = self.mails_to("director.b")
        turn_to(due - 1 * DAY * 10**6)
        wait_until(lambda: self.mails_to("director.b") > mails, 30, "the mail one day before")
        self.assertIsNotNone(the_task("director.b", cycle, "华南"))
        turn_to(due)
        moved = wait_until(lambda: the_task("vp", cycle, "华南"), 30, "the escalation")
        seat = moved["seats"][0]
        self.assertEqual((seat["heldBy"], seat["ownerId"], seat["holderId"], seat["rung"]),
                         ("HELD_BY_ESCALATION", self.people["E2001"], self.people["E0002"], 1))
        self.assertTrue(moved["overdue"])
        refused("director.b", "workflow/DecideTask", {"taskId": task["id"], "outcome": "confirm"}, "permission_denied")
        wait_until(lambda: any(n["template"] == "tasks_escalated_owner" for n in call("director.b", "notify/ListInbox").get("notices", [])),
                   30, "the director is told")
        flow("vp", "DecideTask", {"taskId": task["id"], "outcome": "confirm"})
        wait_until(lambda: board(cycle)["summary"]["cycle"]["state"] == "CYCLE_STATE_CLOSED", 30, "the cycle's end")
        self.assertEqual(board(cycle)["summary"]["completion"], "100.0")
        type(self).confirmed = cycle

    def sms(self, code):
        return len(sms.to(stack.sql(f"SELECT mobile FROM notify.org_person WHERE code = '{code}'")[0][0]))

    def mails_to(self, account):
        return sum(1 for to, _, _ in list(mail.messages) if to.startswith(account + "@"))

    # --- the ledger adds up --------------------------------------------------------------------------
    def test_2_the_ledger_adds_up(self):
        rows = flow("boss", "GetLedger", {"cycleIds": [self.confirmed["id"]], "by": "stage"})["rows"]
        stage = {r["code"]: r for r in rows}
        self.assertEqual((int(stage["confirm"]["decided"]), int(stage["adjust"]["decided"])), (6, 1))
        self.assertEqual(int(stage["confirm"]["escalated"]), 1)
        people = flow("boss", "GetLedger", {"cycleIds": [self.confirmed["id"]], "by": "person"})["rows"]
        self.assertEqual(sum(int(r.get("tasks", 0)) for r in people), 7)
        late = next(r for r in people if r["id"] == self.people["E2001"])
        self.assertEqual((int(late.get("onTime", 0)), int(late["escalated"]), int(late["reminders"])), (0, 1, 2))
        ranked = flow("boss", "GetLedger", {"cycleIds": [self.confirmed["id"]], "by": "person", "role": "ROLE_DIRECTOR"})["rows"]
        self.assertTrue(all(r["id"] in {self.people[c] for c in ("E1001", "E2001", "E3001", "E4001")} for r in ranked))
        # It is an indicator's actual too: B's director decided nothing in time.
        measure = wait_until(lambda: self.approval_on_time("E2001"), 30, "the measure of the ledger")
        self.assertEqual(float(measure["numerator"]), 0)

    def approval_on_time(self, code):
        definitions = call("supervisor", "goals/ListDefinitions")
        indicator = next(i for i in definitions["indicators"] if i["code"] == "approval_on_time")
        answer = call("supervisor", "ingest/ListRecords", {"measureId": indicator["measureId"], "ownerKind": "OWNER_KIND_PERSON",
                                                           "ownerId": self.people[code], "period": self.period})
        return answer.get("total") if int(answer.get("total", {}).get("records", 0)) > 0 else None


if __name__ == "__main__":
    unittest.main(verbosity=2)
