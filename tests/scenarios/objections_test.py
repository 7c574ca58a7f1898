"""An objection to a published line over all services: raised by the person, a task in workflow, a stated
correction, agreed to by two, the next version of the result, and the difference for payroll."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from stack import CallError, Stack, wait_until  # noqa: E402

RESULTS = "scoring.ResultService/"
OBJECTIONS = "scoring.ObjectionService/"
WORKFLOW = "workflow.WorkflowService/"


def setUpModule():
    global stack
    stack = Stack().__enter__()


def tearDownModule():
    stack.__exit__(None, None, None)


class Objections(unittest.TestCase):
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
            client.call(method, request)
        self.assertEqual(caught.exception.code, code, str(caught.exception))

    def result(self, version="0"):
        return self.zhangsan.call(RESULTS + "GetResult", {"period": self.period, "version": version})["result"]

    def objection(self):
        return self.zhangsan.call(OBJECTIONS + "GetObjection", {"id": self.id_})["objection"]

    def task(self, client, stage):
        """The task of the objection that waits for somebody, once it is there."""
        def found():
            tasks = client.call(WORKFLOW + "ListMyTasks").get("tasks", [])
            return next((t for t in tasks if t["definition"] == "objection" and t["stage"] == stage), None)
        return wait_until(found, 60, "the task " + stage)

    def decide(self, client, task, outcome, reason=""):
        return client.call(WORKFLOW + "DecideTask", {"taskId": task["id"], "outcome": outcome, "reason": reason})

    def test_1_a_line_is_objected_to_and_frozen(self):
        raising = {"period": self.period, "indicatorId": "1", "reason": "漏记一单"}
        self.refused("failed_precondition", self.zhangsan, OBJECTIONS + "RaiseObjection", raising)
        self.supervisor.call(RESULTS + "Publish", {"unitId": self.unit, "period": self.period, "reason": "季度结果", "objectionDays": 7, "acceptChanged": True})
        line = next(i for i in self.result()["items"] if i.get("primary"))
        type(self).line = line
        raising["indicatorId"] = line["indicatorId"]
        raised = self.zhangsan.call(OBJECTIONS + "RaiseObjection", dict(raising, wishedValue="500000"))["objection"]
        type(self).id_ = raised["id"]
        self.refused("already_exists", self.zhangsan, OBJECTIONS + "RaiseObjection", raising)
        frozen = [i["indicatorId"] for i in self.result()["items"] if i.get("frozenBy")]
        self.assertEqual(frozen, [line["indicatorId"]])

    def test_2_nothing_is_agreed_to_before_it_is_stated(self):
        task = self.task(self.supervisor, "decide")
        self.refused("failed_precondition", self.supervisor, WORKFLOW + "DecideTask", {"taskId": task["id"], "outcome": "correct"})
        self.refused("permission_denied", self.zhangsan, OBJECTIONS + "StateCorrection", {"id": self.id_, "value": "500000", "reason": "x"})
        value = str(float(self.line["actual"]) + 100000)
        tried = self.supervisor.call(OBJECTIONS + "TryCorrection", {"id": self.id_, "value": value})["correction"]
        self.assertGreater(float(tried["score"]), float(self.line["score"]))
        type(self).tried = tried
        self.supervisor.call(OBJECTIONS + "StateCorrection", {"id": self.id_, "value": value, "reason": "合同补录"})
        wait_until(lambda: self.supervisor.call(WORKFLOW + "GetTask", {"taskId": task["id"]})["gate"].get("open"), 60, "the gate")
        self.decide(self.supervisor, task, "correct", "已核实")
        if float(tried.get("coefficientChange") or "0") != 0:
            vice = stack.login("vp")
            self.decide(vice, self.task(vice, "confirm"), "correct", "同意")

    def test_3_the_correction_is_the_next_version(self):
        wait_until(lambda: self.objection()["state"] == "OBJECTION_STATE_CORRECTED", 60, "the correction")
        result = self.result()
        self.assertEqual(result["version"], "2")
        self.assertEqual(result["person"]["total"], self.tried["total"])
        self.assertEqual(result["person"].get("grade", ""), self.tried.get("grade", ""))
        line = next(i for i in result["items"] if i["indicatorId"] == self.line["indicatorId"])
        self.assertEqual((line["score"], line["scoreBefore"]), (self.tried["score"], self.line["score"]))
        self.assertFalse(line.get("frozenBy"))
        self.assertEqual(self.result("1")["person"]["total"], self.tried["totalBefore"])

    def test_4_payroll_gets_the_difference(self):
        rows = self.supervisor.call(RESULTS + "ReadPayroll", {"period": self.period})["rows"]
        mine = [r for r in rows if r["personId"] == self.me]
        self.assertEqual([r["version"] for r in mine], ["1", "2"])
        self.assertEqual(mine[1]["totalDelta"], self.tried["totalChange"])
        self.assertEqual(mine[1]["objectionId"], self.id_)
        self.assertEqual(int(mine[1]["position"]), len(rows))

    def test_5_the_person_is_told(self):
        def told():
            inbox = self.zhangsan.call("notify.NotifyService/ListInbox", {"limit": 50})
            found = str(inbox)
            return "结果已发布" in found and "结果已更正" in found
        wait_until(told, 60, "both notices")


if __name__ == "__main__":
    unittest.main(verbosity=2)
