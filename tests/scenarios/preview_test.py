"""Preview 沙盘推演 through the real services: random drafts of weights, rules and targets of the demo group are
tried, carried out, and what then happens is what was foretold, of every person and unit, to the last digit.
What the preview refuses is refused when it is carried out, too. SEED=8 tries other drafts."""
import os
import random
import sys
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from stack import CallError, Stack, wait_until  # noqa: E402

SEED, ROUNDS = int(os.environ.get("SEED", "7")), int(os.environ.get("ROUNDS", "8"))


def setUpModule():
    global stack
    stack = Stack().__enter__()


def tearDownModule():
    stack.__exit__(None, None, None)


def number(text):
    return Fraction(text) if text else None


def with_people(totals):
    """A grade that nobody has stands there only where somebody has it on the other side."""
    return dict(totals, grades=[grade for grade in totals["grades"] if int(grade.get("people", 0)) > 0])


class Preview(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.supervisor = stack.login("supervisor")
        cls.period = cls.supervisor.call("scoring.ScoringService/ListPeriods")["current"]
        cls.random = random.Random(SEED)
        cls.definitions = cls.supervisor.call("goals.GoalService/ListDefinitions")
        cls.day = stack.sql("SELECT current_date")[0][0]
        wait_until(lambda: cls.totals() and cls.settled(), 60, "the demo's scores")

    @classmethod
    def settled(cls):
        return stack.sql("SELECT count(*) FROM scoring.dirty") == [["0"]]

    @classmethod
    def totals(cls):
        rows = stack.sql(f"SELECT person_id, coalesce(total::text, '') FROM scoring.score WHERE period = '{cls.period}' AND unit_id <> 0")
        return {row[0]: number(row[1]) for row in rows}

    @classmethod
    def targets(cls):
        rows = stack.sql(f"SELECT target_id, owner_kind, owner_id, indicator_id, value, pinned FROM goals.target WHERE period = '{cls.period}' ORDER BY target_id")
        return [dict(zip(("id", "kind", "owner", "indicator", "value", "pinned"), row)) for row in rows]

    def plans(self):
        return [p for p in self.supervisor.call("goals.GoalService/ListDefinitions")["plans"] if not p.get("retired")]

    def any_plan(self):
        """Another weight, or other rules and decimals of the whole plan."""
        plan = self.random.choice(self.plans())
        if self.random.random() < 0.5 and len(plan["items"]) > 1:
            item = self.random.choice([i for i in plan["items"] if "veto" not in i])
            weight = f"{self.random.randint(5, 60)}.{self.random.randint(0, 99):02d}"
            return {"plan": {"id": plan["id"], "version": plan["version"], "effectiveFrom": self.day},
                    "weights": [{"indicatorId": item["indicatorId"], "weight": weight}]}
        changed = dict(plan, effectiveFrom=self.day, totalDecimals=self.random.randint(0, 4),
                       missingPolicy=self.random.choice(("MISSING_POLICY_DROP", "MISSING_POLICY_ZERO")))
        for item in changed["items"]:
            if "ratio" in item:
                item["ratio"].update(cap=self.random.choice(("1", "1.1", "1.5")), threshold=self.random.choice(("", "0.7")))
        return {"plan": changed}

    def any_target(self):
        targets = self.targets()
        units = [t for t in targets if t["kind"] == "1"]
        target = self.random.choice(units if self.random.random() < 0.6 else targets)
        decimals = next(i.get("decimals", 0) for i in self.definitions["indicators"] if i["id"] == target["indicator"])
        value = Fraction(target["value"]) * self.random.randint(12, 30) / 20
        return {"targetId": target["id"], "value": str(round(float(value), decimals)),
                "liftParent": self.random.random() < 0.3, "allowOverAssignment": self.random.random() < 0.5}

    def group_target(self):
        """The whole group's, of what units are compared by: everybody's below follows."""
        primary = next(i["id"] for i in self.definitions["indicators"] if i.get("primary"))
        root = max((t for t in self.targets() if t["kind"] == "1" and t["indicator"] == primary), key=lambda t: Fraction(t["value"]))
        return {"targetId": root["id"], "value": str(int(Fraction(root["value"]) * 11 / 10))}

    def any_draft(self, at):
        """The first one is sure to move units."""
        return {"name": f"推演 {at}", "period": self.period, "reason": "推演后执行",
                "plans": [self.any_plan()] if at and self.random.random() < 0.7 else [],
                "targets": [self.any_target() for _ in range(self.random.randint(0, 3))] if at else [self.group_target()]}

    def preview(self, draft, client=None, **more):
        """All pages of the people who change."""
        client = client or self.supervisor
        request = {"period": self.period, "alternatives": [{"plans": draft.get("plans", []), "targets": draft.get("targets", [])}],
                   "limit": 7, **more}
        answer = client.call("scoring.PreviewService/Preview", request)
        people = list(answer.get("people", []))
        while len(people) < answer.get("peopleTotal", 0):
            people += client.call("scoring.PreviewService/Preview", {**request, "offset": len(people)})["people"]
        self.assertEqual(len({p["personId"] for p in people}), answer.get("peopleTotal", 0))
        return answer, {p["personId"]: p for p in people}

    def test_what_was_foretold_happens(self):
        changed, refused, unit_targets = 0, 0, 0
        for at in range(ROUNDS):
            try:
                draft = self.supervisor.call("goals.DraftService/SaveDraft", {"draft": self.any_draft(at)})["draft"]
            except CallError as error:  # a ratio's target cannot lift its parents, a weight leaves nothing
                self.assertIn(error.code, ("invalid_argument", "failed_precondition"), error)
                continue
            if not draft.get("plans") and not draft.get("targets"):
                continue
            try:
                answer, people = self.preview(draft)
            except CallError as foretold:
                refused += 1
                with self.assertRaises(CallError) as really:
                    self.supervisor.call("goals.DraftService/CarryOutDraft", {"id": draft["id"]})
                self.assertEqual(really.exception.code, foretold.code, f"{foretold} / {really.exception}")
                continue
            before, targets = self.totals(), {t["id"]: Fraction(t["value"]) for t in self.targets()}
            for person, line in people.items():
                self.assertEqual(number(line.get("before", "")), before[person])
            wanted = {person: number(people[person]["after"][0]) if person in people else total for person, total in before.items()}
            done = self.supervisor.call("goals.DraftService/CarryOutDraft", {"id": draft["id"], "expectedVersion": draft["version"]})
            moved = sum(Fraction(t["value"]) != targets[t["id"]] for t in self.targets())
            outcome = answer["outcomes"][0]
            self.assertEqual(int(outcome.get("changedTargets", 0)), moved)
            wait_until(lambda: self.totals() == wanted and self.settled(), 30, f"what the preview of round {at} foretold")
            changed += len(people)
            unit_targets += self.compare_units(answer)
            self.assertEqual(done["draft"]["state"], "DRAFT_STATE_CARRIED_OUT")
            # The same again changes nothing: the world is as it was to be.
            again, nobody = self.preview({"targets": [dict(t, expectedVersion="0") for t in draft.get("targets", [])][-1:]})
            self.assertEqual(with_people(again["before"]), with_people(outcome["totals"]))
            self.assertFalse(nobody)
        self.assertGreater(changed, 20, "hardly anything was tried")
        self.assertGreater(unit_targets, 0, "no target of a unit was tried")
        print(f"{changed} changes of people came as foretold, {unit_targets} of units' targets, {refused} drafts were refused by both", file=sys.stderr)

    def compare_units(self, answer):
        """Targets, attainments and means of the units are those that their pages then show."""
        moved = 0
        for line in answer["units"]:
            unit = self.supervisor.call("scoring.ScoringService/GetUnit", {"unitId": line["unitId"], "period": self.period})["unit"]
            after = line["after"][0]
            for ours, theirs in (("target", "target"), ("attainment", "attainment"), ("mean", "meanTotal")):
                self.assertEqual(number(after.get(ours, "")), number(unit.get(theirs, "")), (line["name"], ours))
            moved += after.get("target") != line["before"].get("target")
        return moved

    def test_who_may_try(self):
        director = stack.login("director.a")
        own = director.call("scoring.ScoringService/GetUnit", {"period": self.period})["unit"]
        target = next(t for t in self.targets() if t["kind"] == "1" and t["owner"] == own["unitId"])
        more = str(round(float(Fraction(target["value"]) * Fraction(5, 4)), 2))
        draft = director.call("goals.DraftService/SaveDraft", {"draft": {
            "name": "华东加码", "period": self.period, "reason": "冲刺", "targets": [{"targetId": target["id"], "value": more, "allowOverAssignment": True}]}})["draft"]
        answer, people = self.preview(draft, director)
        self.assertEqual(answer["unitId"], own["unitId"])
        below = {row[0] for row in stack.sql(
            f"SELECT p.person_id FROM scoring.org_post p JOIN scoring.org_unit_tree t ON t.unit_id = p.unit_id WHERE t.ancestor_id = {own['unitId']}")}
        self.assertTrue(people and set(people) <= below)
        with self.assertRaises(CallError) as refused:  # his own unit's target is another's to change
            director.call("goals.DraftService/CarryOutDraft", {"id": draft["id"]})
        self.assertEqual(refused.exception.code, "permission_denied")
        for asked in ({"plans": [{"plan": self.plans()[0]}]}, {"targets": [dict(draft["targets"][0], ownerId=answer["units"][0]["unitId"] + "9")]}):
            with self.assertRaises(CallError) as refused:
                self.preview(asked, director)
            self.assertEqual(refused.exception.code, "permission_denied")
        with self.assertRaises(CallError) as refused:
            self.preview(draft, stack.login("zhangsan"))
        self.assertEqual(refused.exception.code, "permission_denied")


if __name__ == "__main__":
    unittest.main(verbosity=2)
