"""The main job over all services, as people do it: goals cascade, records come in, numbers move on
the right screens, the people concerned are told, everything is in the audit record."""
import csv
import io
import json
import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from stack import CallError, Stack, wait_until  # noqa: E402


def setUpModule():
    global stack
    stack = Stack().__enter__()


def tearDownModule():
    stack.__exit__(None, None, None)


def person(client, code):
    people = client.call("org.OrgService/ListPeople", {"search": code})["people"]
    return next(p for p in people if p["code"] == code or p["name"] == code)


def units(client):
    return {node["unit"]["code"]: node["unit"] for node in client.call("org.OrgService/GetTree")["nodes"]}


def csv_of(rows, encoding="utf-8", bom=False):
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode(encoding)


class MainJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.supervisor = stack.login("supervisor")
        cls.boss = stack.login("boss")
        cls.zhangsan = stack.login("zhangsan")
        cls.director = stack.login("director.a")
        periods = cls.boss.call("scoring.ScoringService/ListPeriods")
        cls.period = periods["current"]
        cls.units = units(cls.boss)
        definitions = cls.supervisor.call("goals.GoalService/ListDefinitions")
        cls.primary = next(i for i in definitions["indicators"] if i.get("primary"))
        cls.plans = definitions["plans"]
        cls.indicators = {i["code"]: i for i in definitions["indicators"]}

    def my_sales(self, client=None):
        score = (client or self.zhangsan).call("scoring.ScoringService/GetPerson", {"period": self.period})
        return next(item for item in score["items"] if item["indicatorId"] == self.primary["id"])

    def next_period(self):
        year, quarter = int(self.period[:4]), int(self.period[5])
        return f"{year + quarter // 4}Q{quarter % 4 + 1}"

    def test_1_zhangsan_sees_where_he_stands(self):
        item = self.my_sales()
        self.assertEqual((float(item["actual"]), float(item["target"])), (400000, 500000))
        self.assertEqual((item["attainment"], float(item["gap"])), ("80.00", 100000))

    def test_2_departments_stand_as_in_the_example(self):
        view = self.boss.call("scoring.ScoringService/GetUnit", {"period": self.period})
        while len(view.get("children", [])) == 1:
            view = self.boss.call("scoring.ScoringService/GetUnit",
                                  {"period": self.period, "unitId": view["children"][0]["unitId"]})
        attainment = {child["code"]: child.get("attainment") for child in view["children"]}
        self.assertEqual(attainment.get("A"), "120.00")
        self.assertEqual(attainment.get("B"), "80.00")

    def test_3_the_number_opens_down_to_the_records(self):
        me = self.zhangsan.me["personId"]
        why = self.zhangsan.call("scoring.ScoringService/Explain", {
            "ownerKind": "OWNER_KIND_PERSON", "ownerId": me, "period": self.period, "indicatorId": self.primary["id"]})
        self.assertTrue(why["steps"])
        self.assertIn("80", why["sentenceZh"])
        total, page = 0, ""
        while True:
            answer = self.zhangsan.call("ingest.IngestService/ListRecords", {
                "measureId": why["measure"]["id"], "ownerKind": "OWNER_KIND_PERSON", "ownerId": me,
                "period": self.period, "limit": 100, "page": page})
            total += sum(round(float(r["record"]["amount"]) * 100) for r in answer["records"])
            page = answer.get("nextPage", "")
            if not page:
                break
        self.assertEqual(total, 400000 * 100)

        # All lines at once: each the same as opened alone, with who set its weight and its target.
        whole = self.zhangsan.call("scoring.ScoringService/ExplainPerson", {"period": self.period})
        line = next(one for one in whole["lines"] if one["item"]["indicatorId"] == self.primary["id"])
        self.assertEqual(line, why)
        self.assertEqual([one["item"] for one in whole["lines"]], whole["total"]["items"])
        for one in whole["lines"]:
            self.assertIn(f"权重 {one['item']['weight']}% 来自方案“{one['plan']['name']}”", one["planReasonZh"])
            self.assertIn(one["plan"]["effectiveFrom"], one["planReason"])
        self.assertTrue(line["targetAuthor"] and line["targetEffectiveOn"] and int(line["targetAtUs"]) > 0)

    def test_4_a_target_change_reaches_everyone_below(self):
        period = self.next_period()
        tree = self.supervisor.call("goals.GoalService/GetTargetTree",
                                    {"indicatorId": self.primary["id"], "period": period, "levels": 10})
        nodes = tree["nodes"]
        department = next(n for n in nodes if n["ownerCode"] == "A")
        self.assertEqual(float(department["target"]["value"]), 20000000)
        before = self.zhangsan.call("goals.GoalService/ListTargets", {
            "ownerKind": "OWNER_KIND_PERSON", "ownerId": self.zhangsan.me["personId"], "period": period})
        old = next(t for t in before["targets"] if t["target"]["indicatorId"] == self.primary["id"])
        answer = self.supervisor.call("goals.GoalService/AdjustTarget", {
            "targetId": department["target"]["id"], "value": "25000000", "reason": "A 超额完成，上调下季度目标",
            "effectiveOn": "2026-11-24", "policy": "ADJUST_POLICY_RESTATE", "allowOverAssignment": True})
        self.assertGreater(int(answer["changed"]), 10)
        after = self.zhangsan.call("goals.GoalService/ListTargets", {
            "ownerKind": "OWNER_KIND_PERSON", "ownerId": self.zhangsan.me["personId"], "period": period})
        new = next(t for t in after["targets"] if t["target"]["indicatorId"] == self.primary["id"])
        self.assertEqual(float(new["target"]["value"]), float(old["target"]["value"]) * 1.25)
        # The sums still fit below A, at every node that has children.
        tree = self.supervisor.call("goals.GoalService/GetTargetTree", {
            "indicatorId": self.primary["id"], "period": period, "unitId": self.units["A"]["id"], "levels": 10})
        for node in tree["nodes"]:
            if node.get("children"):
                self.assertEqual(float(node["leftOver"]), 0, node["ownerName"])
        # He is told, once, without being asked.
        def told():
            inbox = self.zhangsan.call("notify.NotifyService/ListInbox")
            return [n for n in inbox.get("notices", []) if n["template"] == "targets_adjusted" and period in n["link"] + n["text"] + n["title"]]
        notices = wait_until(told, 20, "the notice of the new target")
        self.assertEqual(len(notices), 1)
        # And scoring works with the new figure.
        def scored():
            score = self.zhangsan.call("scoring.ScoringService/GetPerson", {"period": period})
            return any(i["indicatorId"] == self.primary["id"] and float(i.get("target") or 0) == float(new["target"]["value"])
                       for i in score.get("items", []))
        wait_until(scored, 20, "the new target on the score page")

    def test_5_a_weight_change_reaches_everyone(self):
        hot = self.indicators["hot_product_sales"]
        plan = next(p for p in self.plans if any(i["indicatorId"] == hot["id"] for i in p["items"]))
        self.assertEqual(next(i["weight"] for i in plan["items"] if i["indicatorId"] == hot["id"]), "30.00")
        answer = self.supervisor.call("goals.GoalService/ChangeWeights", {
            "planId": plan["id"], "changes": [{"indicatorId": hot["id"], "weight": "40.00"}],
            "effectiveFrom": "2026-10-01", "reason": "主推热销品"})
        weights = [float(i["weight"]) for i in answer["plan"]["items"]]
        self.assertAlmostEqual(sum(weights), 100.0, places=9)

        def changed():
            score = self.zhangsan.call("scoring.ScoringService/GetPerson", {"period": self.period})
            return any(i["indicatorId"] == hot["id"] and i["weight"] == "40.00" for i in score["items"])
        wait_until(changed, 20, "the new weight on the score page")
        wait_until(lambda: any(n["template"] == "weights_changed"
                               for n in self.zhangsan.call("notify.NotifyService/ListInbox")["notices"]), 20, "the notice")

    def test_6_a_file_moves_the_numbers_once(self):
        before = float(self.my_sales()["actual"])
        day = stack.sql("SELECT current_date")[0][0]
        rows = [{"来源键": f"F-{n}", "订单号": f"F-{n}", "金额": "1000.00", "回款金额": "500.00", "客户": f"客户{n}",
                 "产品": "热销品", "员工编号": self.code(), "日期": day} for n in range(10)]
        rows.append(dict(rows[0], **{"来源键": "F-bad", "金额": "一千"}))
        for encoding, bom in (("gb18030", False), ("utf-8", True), ("utf-8", False)):
            run = self.supervisor.upload(csv_of(rows, encoding, bom), source="file", name=f"records-{encoding}.csv")
            self.assertEqual(run["state"], "RUN_STATE_DONE", run)
            self.assertEqual(int(run["rows"]), 11)
            self.assertEqual(int(run["rejected"]), 1)
            rejected = self.supervisor.call("ingest.IngestService/ListRejected", {"runId": run["id"]})["rows"]
            self.assertEqual((rejected[0]["line"], rejected[0]["value"]), ("12", "一千"))
            self.assertIn(rejected[0]["column"], ("金额", "amount"))
            wait_until(lambda: float(self.my_sales()["actual"]) == before + 10000, 20, "the new total")
        # A correction replaces, a deletion reverses.
        rows = [dict(rows[0], 金额="3000.00")]
        self.supervisor.upload(csv_of(rows), source="file")
        wait_until(lambda: float(self.my_sales()["actual"]) == before + 12000, 20, "the corrected total")
        self.push([{"sourceKey": f"F-{n}", "amount": "1", "personCode": self.code(), "occurredAt": day, "deleted": True}
                   for n in range(10)], source="file")
        wait_until(lambda: float(self.my_sales()["actual"]) == before, 20, "the reversed total")

    def code(self):
        if not hasattr(MainJob, "code_"):
            MainJob.code_ = person(self.zhangsan, "张三")["code"]
        return MainJob.code_

    def push(self, records, source="push", key=None):
        return self.supervisor.call("ingest.IngestService/PushRecords", {"source": source, "records": records}, key)

    def test_7_a_push_is_idempotent_and_moves_an_open_page(self):
        before = float(self.my_sales()["actual"])
        day = stack.sql("SELECT current_date")[0][0]
        seen = []
        ready = threading.Event()

        def watch():
            for answer in stack_stream(stack.address, self.zhangsan.cookie, [{
                    "id": "me", "method": "dacheng.scoring.v1.ScoringService/GetPerson",
                    "requestJson": json.dumps({"period": self.period}), "events": ["scoring.ScoresChanged"]}]):
                if answer.get("id") == "me" and answer.get("answerJson"):
                    items = json.loads(answer["answerJson"])["items"]
                    seen.append(float(next(i for i in items if i["indicatorId"] == self.primary["id"])["actual"]))
                    ready.set()
                    if seen[-1] == before + 777:
                        return
        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        self.assertTrue(ready.wait(20))
        record = {"sourceKey": "P-1", "amount": "777.00", "personCode": self.code(), "occurredAt": day, "customer": "推送客户"}
        first = self.push([record], key="push-key-1")
        again = self.push([record], key="push-key-1")
        self.assertEqual(first["run"]["id"], again["run"]["id"])
        third = self.push([record])
        self.assertEqual(int(third["run"].get("unchanged", 0)), 1)
        with self.assertRaises(CallError) as caught:
            self.push([dict(record, amount="1.00")], key="push-key-1")
        self.assertEqual(caught.exception.code, "invalid_argument")
        thread.join(20)
        self.assertEqual(seen[0], before)
        self.assertEqual(seen[-1], before + 777)
        self.push([dict(record, deleted=True)])

    def test_8_everything_is_in_the_audit_record(self):
        auditor = stack.login("auditor")
        entries = wait_until(lambda: auditor.call("audit.AuditService/Search", {
            "type": "TargetsAdjusted", "limit": 10}).get("entries"), 20, "the adjustment in the audit record")
        self.assertTrue(any(e["account"] == "supervisor" for e in entries))
        verified = auditor.call("audit.AuditService/Verify", {})
        self.assertTrue(verified["intact"])
        self.assertGreater(int(verified["entries"]), 10)

    def test_9_another_program_subscribes_from_the_start(self):
        out = stack.ctl("sub", "--from", "beginning", "--count", "3", "scoring.>").stdout.splitlines()
        events = [json.loads(line) for line in out]
        self.assertEqual(len(events), 3)
        self.assertEqual([int(e["overall"]) for e in events], sorted(int(e["overall"]) for e in events))
        self.assertTrue(all(e["stream"] == "scoring" for e in events))


def stack_stream(address, cookie, watches):
    """The server stream of live.proto: yields its messages (Connect framing: flags, length, JSON)."""
    import http.client
    import struct
    connection = http.client.HTTPConnection(address, timeout=60)
    body = json.dumps({"watches": watches}).encode()
    connection.request("POST", "/dacheng.gateway.v1.LiveService/Watch", struct.pack(">BI", 0, len(body)) + body,
                       {"Content-Type": "application/connect+json", "Cookie": cookie, "Connect-Protocol-Version": "1"})
    response = connection.getresponse()
    assert response.status == 200, response.read()
    while True:
        head = response.read(5)
        if len(head) < 5:
            return
        flags, length = struct.unpack(">BI", head)
        message = json.loads(response.read(length) or b"{}")
        if flags & 2:
            if message.get("error"):
                raise AssertionError(message)
            return
        yield message


if __name__ == "__main__":
    unittest.main(verbosity=2)
