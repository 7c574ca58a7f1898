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
    mail, sms = unittest.enterModuleContext(MailSink()), unittest.enterModuleContext(SmsReceiver())
    stack = unittest.enterModuleContext(Stack(smtp_url=f"smtp://127.0.0.1:{mail.port}", dacheng_gather_s=0, **sms.settings()))
    stack.seed_directors()
    # Whatever the hour is: here nobody sleeps.
    settings = call("supervisor", "notify/GetTenantSettings")["settings"]
    settings["quiet"]["off"] = True
    call("supervisor", "notify/SetTenantSettings", {"settings": settings})


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
        wait_until(lambda: stack.sql("SELECT count(*) FROM workflow.org_grant WHERE person_id IN "
                                     f"({self.people['E3001']}, {self.people['E4001']})") != [["0"]], 30, "the directors of C and D")
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

    def mail_with(self, account, words):
        """The last one's text to him in which they stand."""
        return next((text for to, text in reversed(list(mail.texts)) if to.startswith(account + "@") and words in text), None)

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


    # --- data submission and its gate ------------------------------------------------------------------
    def submission(self, account="supervisor", unit="A"):
        return call(account, "ingest/GetSubmission", {"unitId": units[unit], "period": self.month})

    def push(self, records):
        answer = call("crm", "ingest/PushRecords", {"source": "demo-crm", "records": records})
        self.assertFalse(answer.get("rejected"), answer)

    def test_3_a_submission_that_misses_somebody_cannot_go_on(self):
        cycle = start("data_submission", self.month, unit="A")
        task = the_task("director.a", cycle, "华东")
        # 沈思远's records are gone: the check names him, and the gate holds.
        self.push([{"sourceKey": f"E1105-{n:02d}", "deleted": True} for n in range(1, 31)])
        answer = wait_until(lambda: self.checked("SUBMISSION_STATE_FAILED"), 30, "the finding")
        finding = next(f for f in answer["findings"] if f["kind"] == "FINDING_KIND_PERSON_MISSING")
        self.assertEqual(finding["personId"], self.people["E1105"])
        self.assertIn("沈思远", finding["sentenceZh"])
        wait_until(lambda: not flow("director.a", "GetTask", {"taskId": task["id"]})["gate"].get("open"), 30, "the closed gate")
        self.assertIn("沈思远", refused("director.a", "workflow/DecideTask", {"taskId": task["id"], "outcome": "submit"}, "failed_precondition"))
        # He says why; only the next level can accept that.
        hole = {"unitId": units["A"], "period": self.month, "findingIds": [f["id"] for f in answer["findings"]]}
        refused("vp", "ingest/AcceptHoles", hole, "failed_precondition")
        call("director.a", "ingest/DeclareHoles", dict(hole, reason="客户系统停机，下月补录"))
        refused("director.a", "ingest/AcceptHoles", hole, "permission_denied")
        self.assertEqual(self.submission()["submission"]["state"], "SUBMISSION_STATE_FAILED")
        call("vp", "ingest/AcceptHoles", hole)
        wait_until(lambda: flow("director.a", "GetTask", {"taskId": task["id"]})["gate"].get("open"), 30, "the open gate")
        flow("director.a", "DecideTask", {"taskId": task["id"], "outcome": "submit"})
        closed = wait_until(lambda: self.in_state("SUBMISSION_STATE_CLOSED"), 30, "the closed submission")["submission"]
        self.assertEqual(closed["version"], 1)
        # What comes later makes a new version, and says by how much.
        self.push([{"sourceKey": "LATE-1", "amount": "1234.50", "personCode": "E1105", "occurredAt": f"{self.month}-02", "customer": "补录客户"}])
        late = wait_until(lambda: self.in_version(2), 30, "the second version")
        self.assertEqual(float(next(v for v in late["versions"] if v["version"] == 2)["delta"]), 1234.5)
        self.assertEqual(float(late["submission"]["amount"]), float(closed["amount"]) + 1234.5)
        wait_until(lambda: board(cycle)["summary"]["cycle"]["state"] == "CYCLE_STATE_CLOSED", 30, "the cycle's end")

    def checked(self, state):
        answer = call("director.a", "ingest/CheckSubmission", {"unitId": units["A"], "period": self.month})
        return answer if answer["submission"]["state"] == state else None

    def in_state(self, state):
        answer = self.submission()
        return answer if answer["submission"]["state"] == state else None

    def in_version(self, version):
        answer = self.submission()
        return answer if answer["submission"].get("version") == version else None

    # --- approval by values ------------------------------------------------------------------------------
    def target_of(self, unit):
        """Of the next quarter."""
        year, quarter = int(self.period[:4]), int(self.period[5])
        indicator = next(i for i in call("supervisor", "goals/ListDefinitions")["indicators"] if i.get("primary"))
        tree = call("supervisor", "goals/GetTargetTree", {
            "indicatorId": indicator["id"], "period": f"{year + quarter // 4}Q{quarter % 4 + 1}", "levels": 10})["nodes"]
        return next(n["target"] for n in tree if n["ownerCode"] == unit)

    def propose(self, percent):
        target = self.target_of("A")
        value = f"{float(target['value']) * (100 + percent) / 100:.2f}"
        proposal = call("supervisor", "goals/ProposeAdjustment", {
            "targetId": target["id"], "value": value, "reason": f"{percent}%", "effectiveOn": datetime.date.today().isoformat(),
            "policy": "ADJUST_POLICY_RESTATE", "allowOverAssignment": True})["proposal"]
        return proposal, value

    def approve_next(self, account, proposal):
        """Whose turn it is approves; answers the stage."""
        def task():
            return next((t for t in tasks_of(account) if t["definition"] == "target_change"), None)
        found = wait_until(task, 30, f"the approval of {account}")
        facts = {f["name"]: f["value"] for f in flow(account, "GetTask", {"taskId": found["id"]})["facts"]}
        self.assertEqual(facts["raise_percent"], proposal["raisePercent"])
        flow(account, "DecideTask", {"taskId": found["id"], "outcome": "approve"})
        return found["stage"]

    def settled(self, proposal):
        found = call("supervisor", "goals/GetProposal", {"id": proposal["id"]})["proposal"]
        return found if found["state"] != "PROPOSAL_STATE_OPEN" else None

    def told_of(self, proposal):
        """The supervisor's notice of how his proposal ended."""
        notices = call("supervisor", "notify/ListInbox", {"limit": 200}).get("notices", [])
        return next((n for n in notices if n["link"] == f"/goals?proposal={proposal['id']}"), None)

    def test_4_a_raise_of_more_than_a_fifth_goes_to_the_boss(self):
        small, value = self.propose(10)
        self.assertEqual([self.approve_next(who, small) for who in ("director.a", "vp")], ["director", "vice_president"])
        done = wait_until(lambda: self.settled(small), 30, "the change")
        self.assertEqual((done["state"], float(done["newValue"])), ("PROPOSAL_STATE_CARRIED_OUT", float(value)))
        large, value = self.propose(25)
        self.assertEqual([self.approve_next(who, large) for who in ("director.a", "vp", "boss")], ["director", "vice_president", "boss"])
        done = wait_until(lambda: self.settled(large), 30, "the change")
        self.assertEqual(done["state"], "PROPOSAL_STATE_CARRIED_OUT")
        self.assertEqual(float(self.target_of("A")["value"]), float(value))
        # Who proposed it hears of that; his mail says no figure.
        told = wait_until(lambda: self.told_of(large), 30, "the notice of the end")
        self.assertIn(f"→ {float(value):,.2f}", told["text"])
        text = wait_until(lambda: self.mail_with("supervisor", "您提出的"), 30, "the mail of the end")
        self.assertIn("已获批准并执行", text)
        self.assertNotIn("→", text)

    # --- a whole month ---------------------------------------------------------------------------------
    def test_5_the_whole_monthly_cycle_runs_to_its_archive(self):
        codes = self.accounts_for_everybody_in("A")
        cycle = start("monthly_sales", self.month, unit="A")
        self.decide_all(cycle, {"director.a": "submit"})  # closed before: its gate is open
        # 张三 writes none; his manager then decides about it, past the deadline.
        others = [c for c in codes if c not in ("E1101",)]
        self.decide_all(cycle, {self.account(c): "submit" for c in others})
        open_task = wait_until(lambda: self.mine("zhangsan", cycle), 30, "zhangsan's self review")[0]
        turn_to(open_task["dueAtUs"])
        moved = wait_until(lambda: [t for t in self.mine("lead.a1", cycle) if t["stage"] == "self_review"], 30, "his manager's turn")
        flow("lead.a1", "DecideTask", {"taskId": moved[0]["id"], "outcome": "skip"})
        # Managers review; one review is returned and comes again.
        returned = wait_until(lambda: [t for t in self.mine("lead.a1", cycle) if t["subjectId"] == self.people["E1102"]], 30, "a review")[0]
        flow("lead.a1", "DecideTask", {"taskId": returned["id"], "outcome": "return", "reason": "请补充客户拜访"})
        self.decide_all(cycle, {self.account("E1102"): "submit"})
        managers = ["lead.a1"] + [self.account(c) for c in ("E1200", "E1300", "E1400")] + ["director.a", "vp"]
        self.decide_until(cycle, "manager_review", {m: "approve" for m in managers})
        self.decide_until(cycle, "result_approval", {"director.a": "approve", "vp": "approve"})
        self.decide_until(cycle, "feedback_talk", {m: "talked" for m in managers})
        # One objects, and is heard by the director.
        objected = wait_until(lambda: self.mine(self.account("E1103"), cycle), 30, "the consent of E1103")[0]
        flow(self.account("E1103"), "DecideTask", {"taskId": objected["id"], "outcome": "object", "reason": "回款没有算全"})
        heard = wait_until(lambda: [t for t in self.mine("director.a", cycle) if t["stage"] == "objection"], 30, "the objection")[0]
        flow("director.a", "DecideTask", {"taskId": heard["id"], "outcome": "upheld"})
        self.decide_until(cycle, "consent", {self.account(c): "agree" for c in codes})
        self.decide_until(cycle, "archive", {"supervisor": "archived"})
        wait_until(lambda: board(cycle)["summary"]["cycle"]["state"] == "CYCLE_STATE_CLOSED", 30, "the cycle's end")
        # The ledger adds up: as many decided seats as the board has done tasks, of two in each approval.
        done = {s["stage"]: int(s.get("done", 0)) for s in board(cycle)["stages"]}
        rows = {r["code"]: int(r["decided"]) for r in flow("boss", "GetLedger", {"cycleIds": [cycle["id"]], "by": "stage"})["rows"]}
        self.assertEqual(done["self_review"], len(codes) + 1)
        self.assertEqual((done["objection"], done["archive"], rows["result_approval"]), (1, 1, 2 * done["result_approval"]))
        for stage, count in done.items():
            self.assertEqual(rows.get(stage, 0), count * (2 if stage == "result_approval" else 1), stage)

    def accounts_for_everybody_in(self, unit):
        people = call("supervisor", "org/ListPeople", {"unitId": units[unit], "tree": True, "limit": 500})["people"]
        codes = sorted(p["code"] for p in people)
        have = {row[0] for row in stack.sql("SELECT p.code FROM org.account a JOIN org.person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id")}
        stack.seed([{"personCode": c, "account": c.lower(), "grants": []} for c in codes if c not in have])
        type(self).known = {row[0]: row[1] for row in stack.sql(
            "SELECT p.code, a.account FROM org.account a JOIN org.person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id")}
        return codes

    def account(self, code):
        return self.known[code]

    def mine(self, account, cycle):
        return [t for t in tasks_of(account) if t["cycleId"] == cycle["id"]]

    def decide_all(self, cycle, outcomes):
        """Each of these people decides all that is his now."""
        for account, outcome in outcomes.items():
            tasks = wait_until(lambda account=account: self.mine(account, cycle), 30, f"a task of {account}")
            answer = flow(account, "DecideTasks", {"taskIds": [t["id"] for t in tasks], "outcome": outcome})
            self.assertFalse(answer.get("problems"), answer)

    def decide_until(self, cycle, stage, outcomes):
        """These people decide what is theirs until nothing of the stage is open, and some was done."""
        def done():
            for account, outcome in outcomes.items():
                ids = [t["id"] for t in self.mine(account, cycle) if t["stage"] == stage]
                if ids:
                    answer = flow(account, "DecideTasks", {"taskIds": ids, "outcome": outcome})
                    self.assertFalse(answer.get("problems"), answer)
            count = next(s for s in board(cycle)["stages"] if s["stage"] == stage)
            return int(count.get("open", 0)) == 0 and int(count.get("done", 0)) > 0
        wait_until(done, 90, f"stage {stage}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
