"""From figures to results over all services: grades by the plan's table, a calibration session, a
publication that nothing changes any more, and a refund that comes late."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from stack import CallError, Stack, wait_until  # noqa: E402

SERVICE = "scoring.ResultService/"


def setUpModule():
    global stack
    stack = Stack().__enter__()


def tearDownModule():
    stack.__exit__(None, None, None)


class Results(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.supervisor = stack.login("supervisor")
        cls.director = stack.login("director.a")
        cls.zhangsan = stack.login("zhangsan")
        cls.period = cls.supervisor.call("scoring.ScoringService/ListPeriods")["current"]
        nodes = cls.supervisor.call("org.OrgService/GetTree")["nodes"]
        cls.unit = next(n["unit"]["id"] for n in nodes if n["unit"]["code"] == "A")
        cls.me = cls.zhangsan.me["personId"]

    def refused(self, code, client, method, request):
        with self.assertRaises(CallError) as caught:
            client.call(SERVICE + method, request)
        self.assertEqual(caught.exception.code, code, str(caught.exception))
        return caught.exception

    def person(self):
        return self.zhangsan.call("scoring.ScoringService/GetPerson", {"period": self.period})["person"]

    def result(self):
        return self.zhangsan.call(SERVICE + "GetResult", {"period": self.period}).get("result")

    def session(self, client=None):
        return (client or self.supervisor).call(SERVICE + "GetCalibration", {"id": type(self).id_, "limit": 1000})

    def test_1_a_grade_table_grades_everybody(self):
        definitions = self.supervisor.call("goals.GoalService/ListDefinitions")
        plan = next(p for p in definitions["plans"] if p["code"] == "sales_rep")
        self.assertEqual([row["grade"] for row in plan["grades"]], list("SABCD"))
        plan["grades"][0]["from"] = "60"
        with self.assertRaises(CallError) as caught:
            self.supervisor.call("goals.GoalService/SavePlan", {"plan": plan, "reason": "重叠"})
        self.assertEqual(caught.exception.code, "invalid_argument")
        plan["grades"][0].update({"from": "110", "coefficient": "1.6"})
        self.supervisor.call("goals.GoalService/SavePlan", {"plan": plan, "reason": "系数"})
        unit = {"unitId": self.unit, "period": self.period, "limit": 50}
        wait_until(lambda: any(p.get("coefficient") == "1.6" for p in self.supervisor.call("scoring.ScoringService/ListRanking", unit)["people"]),
                   60, "the new coefficient")
        why = self.zhangsan.call("scoring.ScoringService/Explain", {"ownerKind": "OWNER_KIND_PERSON", "ownerId": self.me, "period": self.period})
        self.assertEqual(why["grade"], self.person()["grade"])
        self.assertIn("等级 " + why["grade"], why["sentenceZh"])

    def test_2_grades_are_calibrated_within_limits(self):
        self.refused("permission_denied", self.director, "OpenCalibration", {"unitId": self.unit, "period": self.period, "reason": "x"})
        opened = self.supervisor.call(SERVICE + "OpenCalibration", {"unitId": self.unit, "period": self.period, "reason": "季度校准"})
        type(self).id_ = opened["calibration"]["id"]
        seen = self.session(self.director)
        for pool in seen["pools"]:
            for grade in pool["grades"]:
                self.assertEqual(grade["people"] if "people" in grade else 0, grade.get("seats", 0), pool["name"])
        mine = next(p for p in self.session()["people"] if p["personId"] == self.me)
        grades = [g["grade"] for g in self.session()["pools"][0]["grades"]]
        at = grades.index(mine["suggested"])
        far, near = grades[at + 2 if at + 2 < len(grades) else at - 2], grades[at + 1 if at + 1 < len(grades) else at - 1]
        move = {"calibrationId": self.id_, "personId": self.me, "reason": "协作", "expectedGrade": mine["grade"]}
        self.refused("permission_denied", self.director, "MoveGrade", dict(move, grade=far))
        self.refused("permission_denied", self.zhangsan, "MoveGrade", dict(move, grade=near))
        moved = self.director.call(SERVICE + "MoveGrade", dict(move, grade=near))["move"]
        self.assertEqual((moved["before"], moved["after"]), (mine["grade"], near))
        type(self).grade = near
        self.refused("failed_precondition", self.supervisor, "Publish", {"unitId": self.unit, "period": self.period, "reason": "早了"})
        self.refused("failed_precondition", self.supervisor, "CloseCalibration", {"id": self.id_, "reason": "完成"})
        self.supervisor.call(SERVICE + "CloseCalibration", {"id": self.id_, "reason": "完成", "acceptDepartures": True})

    def test_3_what_is_published_stays(self):
        self.assertIsNone(self.result())
        published = self.supervisor.call(SERVICE + "Publish", {"unitId": self.unit, "period": self.period, "reason": "季度结果", "objectionDays": 7, "acceptChanged": True})
        self.assertGreater(published["publication"]["people"], 20)
        before = self.result()
        self.assertEqual(before["person"]["grade"], self.grade)
        for statement in ("UPDATE scoring.published_result SET total = 0", "DELETE FROM scoring.published_result", "UPDATE scoring.calibration_move SET after = 'S'"):
            with self.assertRaisesRegex(AssertionError, "42501"):
                stack.sql("SET dacheng.tenant = 1; " + statement, role="scoring")
        # A refund comes late: the figure moves, the result does not.
        actual = float(self.person()["actual"])
        day = stack.sql("SELECT current_date")[0][0]
        self.supervisor.call("ingest.IngestService/PushRecords", {"source": "late", "records": [
            {"sourceKey": "refund-1", "amount": "-100000", "personCode": self.person()["code"], "occurredAt": day, "customer": "退款客户"}]})
        wait_until(lambda: float(self.person()["actual"]) == actual - 100000, 60, "the refund in the figures")
        self.assertEqual(self.result(), before)
        late = self.supervisor.call(SERVICE + "ListLateChanges", {"period": self.period})["changes"]
        mine = next(change for change in late if change["personId"] == self.me)
        self.assertEqual(float(mine["item"]["actualDelta"]), -100000)

    def test_4_payroll_reads_what_was_published(self):
        rows, after = [], "0"
        while True:
            answer = self.supervisor.call(SERVICE + "ReadPayroll", {"period": self.period, "after": after, "limit": 7})
            rows += answer.get("rows", [])
            after = answer["next"]
            if not answer.get("more"):
                break
        self.assertEqual([int(r["position"]) for r in rows], list(range(1, len(rows) + 1)))
        self.assertEqual(next(r for r in rows if r["personId"] == self.me)["grade"], self.grade)
        self.refused("permission_denied", self.director, "ReadPayroll", {"period": self.period})
        self.refused("permission_denied", self.zhangsan, "ReadPayroll", {"period": self.period})

    def test_5_all_of_it_was_told(self):
        told = dict(stack.sql("SELECT type, count(*) FROM scoring.outbox WHERE type IN ('CalibrationChanged', 'ResultPublished') GROUP BY type"))
        self.assertEqual(told.get("CalibrationChanged"), "3")
        self.assertGreater(int(told.get("ResultPublished", 0)), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
