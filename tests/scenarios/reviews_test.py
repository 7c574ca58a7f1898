"""A review round over all services: asked by tasks, rated, one who lets it lapse excused by his manager,
closed, scored to the last digit and explained, released; and everybody who tries to learn who answered
what, by pages, events, audit record, logs and tables."""
import json
import os
import subprocess
import sys
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from rules_reference import half_up, written  # noqa: E402
from stack import Stack, wait_until  # noqa: E402

REVIEWS = "reviews/"
SECRET = "只有孔强会这样写-7f3a"
QUESTIONS = ("results", "customer", "teamwork", "communication", "learning")


def setUpModule():
    global stack
    stack = unittest.enterModuleContext(Stack(dacheng_gather_s=0))
    stack.seed([{"personCode": "E1105", "account": "rep5", "grants": [{"role": "ROLE_EMPLOYEE", "scope": "SCOPE_SELF"}]}])


def call(account, method, request=None):
    return stack.ctl_call(method, request or {}, "--as", account)


def refused(account, method, request, code):
    done = stack.ctl("call", "--as", account, method, json.dumps(request), check=False)
    assert done.returncode == 1 and code in done.stderr, (account, method, done.returncode, done.stdout, done.stderr)
    return done.stderr


def tasks_of(account):
    tasks = call(account, "workflow/ListMyTasks", {"limit": 200}).get("tasks", [])
    return [t for t in tasks if t["definition"] == "rating_request"]


def rate(account, person, level, comment="", passed=()):
    """Everything that the account is asked to say of a person."""
    mine = next(r for r in call(account, REVIEWS + "ListMyRatings")["ratings"] if r["personId"] == person)
    answers = [{"question": q, "pass": True} if q in passed else {"question": q, "level": level} for q in QUESTIONS]
    if comment:
        answers.append({"question": "improve", "text": comment})
    return call(account, REVIEWS + "SaveRating", {"id": mine["id"], "answers": answers, "submit": True})["rating"]


class Reviews(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.units = {n["unit"]["code"]: n["unit"]["id"] for n in call("boss", "org/GetTree")["nodes"]}
        cls.people = {p["code"]: p["id"] for p in call("supervisor", "org/ListPeople", {"limit": 500})["people"]}
        cls.period = call("boss", "scoring/ListPeriods")["current"]
        cls.zhang = cls.people["E1101"]

    def state(self):
        return next(r["round"] for r in call("supervisor", REVIEWS + "ListRounds")["rounds"] if r["round"]["id"] == self.round["id"])["state"]

    # --- the plan, the round ----------------------------------------------------------------------
    def test_1_a_round_is_previewed_started_and_asks_by_tasks(self):
        cls = type(self)
        definitions = call("supervisor", "goals/ListDefinitions")
        cls.indicator = next(i["id"] for i in definitions["indicators"] if i["code"] == "review_360")
        plan = {"code": "review", "name": "360 评价", "scope": {"unitId": self.units["A1"]},
                "items": [{"indicatorId": cls.indicator, "weight": "100.00",
                           "rating": {"fullMarks": "100", "scaleMin": "1", "scaleMax": "5", "decimals": 2}}],
                "missingPolicy": "MISSING_POLICY_DROP", "totalDecimals": 2, "effectiveFrom": "2026-01-01"}
        call("supervisor", "goals/SavePlan", {"plan": plan, "reason": "360 计入考核"})

        def forms():
            answer = call("supervisor", REVIEWS + "ListForms")
            return answer if len(answer.get("forms", [])) == 3 and answer.get("measures") else None
        shipped = wait_until(forms, 60, "the shipped forms and the measure")
        request = {"name": "A1 年度 360", "formId": shipped["forms"][0]["id"], "period": self.period, "unitId": self.units["A1"],
                   "measureId": shipped["measures"][0]["id"], "reason": "年度评价",
                   "rules": {"peers": 15, "peerChoice": "PEER_CHOICE_RANDOM", "subordinates": 15}}
        wait_until(lambda: stack.sql("SELECT count(*) FROM reviews.org_person") == [[str(len(self.people))]], 60, "the people")
        preview = call("supervisor", REVIEWS + "StartRound", dict(request, preview=True))["preview"]
        self.assertEqual((int(preview["people"]), int(preview["raters"])), (10, 14))  # and 李雷's superior and three peers
        self.assertEqual(int(preview.get("lackCount", 0)), 0)
        whole = call("supervisor", REVIEWS + "StartRound", dict(request, unitId=self.units["CO"], preview=True))["preview"]
        self.assertIn("刘宏达", [one["personName"] for one in whole["lacks"]])       # nobody is above the boss
        refused("director.a", REVIEWS + "StartRound", request, "permission_denied")
        cls.round = call("supervisor", REVIEWS + "StartRound", request)["round"]
        refused("zhangsan", REVIEWS + "GetProgress", {"id": self.round["id"]}, "permission_denied")
        self.assertEqual(call("supervisor", REVIEWS + "OpenRound", {"id": self.round["id"]})["raters"], "14")
        task = wait_until(lambda: tasks_of("zhangsan"), 30, "the task of a rater")[0]
        self.assertEqual(task["subjectName"], "张三")          # himself, and nobody whom he rates
        opened = call("zhangsan", "workflow/GetTask", {"taskId": task["id"]})
        self.assertEqual(opened["facts"], [{"name": "ratings", "value": "10"}])
        self.assertNotIn("孔强", json.dumps(opened, ensure_ascii=False))
        self.assertIn("not all ratings are given", refused("zhangsan", "workflow/DecideTask", {"taskId": task["id"], "outcome": "given"}, "failed_precondition"))
        wait_until(lambda: any("评价" in n["title"] + n["text"] for n in call("zhangsan", "notify/ListInbox").get("notices", [])), 30, "the notice")

    # --- rating -----------------------------------------------------------------------------------
    def test_2_ratings_are_given_and_the_task_ends_by_itself(self):
        # The director rates 李雷 alone, as his superior.
        wait_until(lambda: tasks_of("director.a"), 30, "the director's task")
        rate("director.a", self.people["E1100"], 4)
        wait_until(lambda: not tasks_of("director.a"), 30, "the director's task to end")
        round_id = self.round["id"]
        history = stack.sql("SELECT h.what, h.outcome FROM workflow.history h JOIN workflow.process_case c USING (tenant_id, case_id) "
                            f"WHERE c.subject_id = {self.people['E1001']} AND c.reference LIKE 'reviews/round/{round_id}/%' AND h.what = 'decided'")
        self.assertEqual(history, [["decided", "given"]])
        rate("lead.a1", self.zhang, 5, "主动复盘")
        rate("zhangsan", self.zhang, 5)
        rate("kongqiang", self.zhang, 4, SECRET)
        rate("xiefang", self.zhang, 4, "多沟通", passed=("customer",))
        rate("mengping", self.zhang, 2, "早汇报")
        rate("mengping", self.zhang, 3, "早汇报")        # changed while it is open
        # Two peers alone of 孔强: never shown.
        rate("zhangsan", self.people["E1102"], 1, "两个人之一")
        rate("xiefang", self.people["E1102"], 1)
        progress = call("supervisor", REVIEWS + "GetProgress", {"id": self.round["id"]})
        self.assertEqual(int(next(r for r in progress["relations"] if r["relation"] == "RELATION_PEER")["given"]), 5)
        for who in ("supervisor", "lead.a1", "zhangsan", "boss", "auditor", "sysadmin"):
            refused(who, REVIEWS + "GetResult", {"roundId": self.round["id"], "personId": self.zhang},
                    "failed_precondition" if who in ("supervisor", "lead.a1", "zhangsan") else "permission_denied")

    def test_3_who_lets_it_lapse_is_excused_by_his_manager(self):
        self.assertTrue(tasks_of("rep5"))
        due = int(tasks_of("rep5")[0]["dueAtUs"])
        stack.turn_clock(seconds=max(1, int(due / 1e6 - stack.now()) + 2))
        task = wait_until(lambda: next((t for t in tasks_of("lead.a1") if t["subjectId"] == self.people["E1105"]), None), 60, "the escalation")
        self.assertEqual(task["seats"][0]["heldBy"], "HELD_BY_ESCALATION")
        refused("lead.a1", "workflow/DecideTask", {"taskId": task["id"], "outcome": "given"}, "failed_precondition")
        call("lead.a1", "workflow/DecideTask", {"taskId": task["id"], "outcome": "excuse", "reason": "休假"})
        wait_until(lambda: not call("rep5", REVIEWS + "ListMyRatings").get("ratings"), 30, "the ratings of who was excused")

    # --- the result -------------------------------------------------------------------------------
    def test_4_the_closed_round_is_scored_exactly_and_explained(self):
        call("supervisor", REVIEWS + "CloseRound", {"id": self.round["id"]})
        wait_until(lambda: self.state() == "ROUND_STATE_CLOSED", 60, "the round to close")
        wait_until(lambda: not tasks_of("kongqiang") and not tasks_of("xiefang"), 30, "the open tasks to be cancelled")
        # xiefang passed one question: two answers are left of it, so the cell is not shown and not counted.
        peers = Fraction(4 + 4 + 3, 3)
        total = (40 * Fraction(5) + 30 * peers) / 70
        score = written(half_up((total - 1) / 4 * 100, 2), 2)

        def scored():
            items = call("supervisor", "scoring/GetPerson", {"personId": self.zhang, "period": self.period})["items"]
            return next((i for i in items if i["indicatorId"] == self.indicator and i.get("score")), None)
        item = wait_until(scored, 60, "the score")
        self.assertEqual(item["score"], score)
        lineage = json.dumps(call("zhangsan", "scoring/Explain", {
            "period": self.period, "ownerKind": "OWNER_KIND_PERSON", "ownerId": self.zhang, "indicatorId": item["indicatorId"]}), ensure_ascii=False)
        self.assertIn("评价均分", lineage)
        self.assertIn(score, lineage)
        for word in ("孔强", SECRET, "PEER", "同级"):
            self.assertNotIn(word, lineage)

        refused("zhangsan", REVIEWS + "GetResult", {"roundId": self.round["id"], "personId": self.zhang}, "failed_precondition")
        call("supervisor", REVIEWS + "ReleaseRound", {"id": self.round["id"]})
        result = call("zhangsan", REVIEWS + "GetResult", {"roundId": self.round["id"], "personId": self.zhang})["result"]
        self.assertEqual((result["numerator"], result["denominator"]), (str(total.numerator), str(total.denominator)))
        peer = next(g for g in result["groups"] if g["relations"] == ["RELATION_PEER"])
        self.assertEqual(sorted(c["question"] for c in peer["cells"]), sorted(set(QUESTIONS) - {"customer"}))
        self.assertEqual(sorted(peer["comments"][0]["texts"]), sorted(["多沟通", "早汇报", SECRET]))
        # 孔强: one relation alone, with too few raters.
        refused("xiefang", REVIEWS + "GetResult", {"roundId": self.round["id"], "personId": self.people["E1102"]}, "permission_denied")
        hidden = call("kongqiang", REVIEWS + "GetResult", {"roundId": self.round["id"], "personId": self.people["E1102"]})["result"]
        self.assertEqual((hidden.get("groups", []), hidden["hidden"], hidden.get("total", "")), ([], ["RELATION_PEER"], ""))

    # --- who tries to learn more ------------------------------------------------------------------
    def test_5_nobody_learns_who_answered_what(self):
        for who in ("kongqiang", "xiefang", "director.b", "director.a", "boss", "auditor", "sysadmin", "secadmin", "crm", "operations"):
            refused(who, REVIEWS + "GetResult", {"roundId": self.round["id"], "personId": self.zhang}, "permission_denied")
        for who in ("director.b", "auditor", "sysadmin", "secadmin", "crm"):
            done = stack.ctl("call", "--as", who, REVIEWS + "ListRounds", "{}", check=False)
            self.assertNotIn("A1 年度", done.stdout)

        # The bus: every event of the stream, as the command line hears it.
        count = int(stack.sql("SELECT count(*) FROM reviews.outbox")[0][0])
        events = [json.loads(line) for line in stack.ctl("sub", "--from", "beginning", "--count", str(count), "reviews.>").stdout.splitlines()]
        self.assertEqual(len(events), count)
        for event in events:
            text = json.dumps(event, ensure_ascii=False)
            self.assertNotIn(SECRET, text)
            self.assertFalse("raters" in text and "numerator" in text, text)
        self.assertTrue(any("numerator" in json.dumps(e) for e in events))

        # The audit record: that somebody was asked and is through, not what he said, nor of whom.
        def audited():
            found = call("auditor", "audit/Search", {"limit": 200})["entries"]
            return found if any(e.get("stream") == "reviews" for e in found) else None
        entries = wait_until(audited, 30, "the audit entries")
        text = json.dumps(entries, ensure_ascii=False)
        self.assertNotIn(SECRET, text)
        self.assertNotIn("numerator", "".join(json.dumps(e) for e in entries if "raters" in json.dumps(e)))

        # Logs of every program, and the other services' roles.
        for directory, _, files in os.walk(os.path.join(stack.home, "log")):
            for name in files:
                self.assertNotIn(SECRET, stack.read(os.path.join(directory, name)))
        for role in ("scoring", "workflow", "audit", "notify"):
            with self.assertRaisesRegex(AssertionError, "42501"):
                stack.sql("SELECT * FROM reviews.result", role=role)

        # The whole database: what he wrote stands in the result alone, without him.
        self.assertEqual(stack.sql("SELECT count(*) FROM reviews.rating JOIN reviews.assignment USING (tenant_id, assignment_id) "
                                   f"WHERE round_id = {self.round['id']}"), [["0"]])
        dump = self.dump()
        self.assertNotIn(SECRET, dump)
        self.assertEqual(dump.count(SECRET.encode().hex()), 1)
        body = stack.sql(f"SELECT encode(body, 'hex') FROM reviews.result WHERE person_id = {self.zhang} AND round_id = {self.round['id']}")[0][0]
        self.assertIn(SECRET.encode().hex(), body)

    def dump(self):
        environment = dict(os.environ)
        for part in stack.read("pg.env").split():
            if "=" in part:
                key, value = part.split("=", 1)
                environment[key] = value
        done = subprocess.run(["pg_dump", "--data-only", "-d", "dacheng"], capture_output=True, text=True, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


if __name__ == "__main__":
    unittest.main(failfast=True)
