"""Every scoring rule through the real services: 5,000 generated people, 60 random plans over all rules, random
records, targets, objectives and ratings. Each item's score, each total, grade and seat of a forced distribution
against an independent computation by fractions (tests/lib/rules_reference.py), to the last digit; and after a
random sequence of changes what was computed bit by bit against all of it computed from nothing. SEED=8 makes another
group, RULES_PEOPLE=500 a smaller one."""
import base64
import concurrent.futures
import os
import random
import sys
import time
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from rules_maker import GRADES, INDICATORS, Maker, actual_of, has_okr  # noqa: E402
from rules_reference import Facts, distributed, grade_row, held_row, score_person  # noqa: E402
from stack import CallError, Stack, wait_until  # noqa: E402

PEOPLE, PLANS, GROUPS, TEAMS = int(os.environ.get("RULES_PEOPLE", "5000")), 60, 5, 50
SEED = int(os.environ.get("SEED", "7"))
NEVER_SHOWN = Fraction(-1)


def setUpModule():
    global stack
    stack = Stack().__enter__()


def tearDownModule():
    stack.__exit__(None, None, None)


def varint(value):
    digits = bytearray()
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes(digits) + bytes([value])


def field(number, value):
    """A field of a protobuf message: a number, a text or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"SEED={SEED}", flush=True)
        cls.clients = [stack.login("supervisor") for _ in range(4)]
        cls.supervisor = cls.clients[0]
        cls.period = cls.supervisor.call("scoring.ScoringService/ListPeriods")["current"]
        definitions = cls.supervisor.call("goals.GoalService/ListDefinitions")
        indicators = {i["code"]: i for i in definitions["indicators"]}
        measures = {m["code"]: m["id"] for m in definitions["measures"]}
        cls.ids = {code: indicators[code]["id"] for code in INDICATORS}
        cls.codes = {id_: code for code, id_ in cls.ids.items()}
        cls.lower = {code: indicators[code]["direction"] == "DIRECTION_LOWER" for code in INDICATORS}
        cls.decimals = {code: indicators[code].get("decimals", 0) for code in INDICATORS}
        cls.measure_360 = indicators["review_360"]["measureId"]
        cls.make = Maker(SEED, cls.ids, measures, {code: indicators[code]["direction"] for code in INDICATORS})
        cls.people = [f"R{n:04d}" for n in range(PEOPLE)]
        cls.position = {person: n % PLANS for n, person in enumerate(cls.people)}
        cls.day = stack.sql("SELECT current_date")[0][0]
        cls.known, cls.wanted = {}, {}  # actuals, and what the reference says; forgotten when something changes
        for step in (cls.import_people, cls.save_plans, cls.push_records, cls.set_targets, cls.set_objectives, cls.close_round, cls.count_told):
            start = time.monotonic()
            step()
            print(f"{step.__name__}: {time.monotonic() - start:.1f} s", flush=True)

    # --- the group -------------------------------------------------------------------------------
    @classmethod
    def import_people(cls):
        tenant = stack.sql("SELECT id FROM org.tenant")[0][0]
        cls.above = {f"RG{n}": "RR" for n in range(GROUPS)}
        cls.above.update({f"RT{n}": f"RG{n % GROUPS}" for n in range(TEAMS)})
        cls.team = {person: f"RT{n * 7 % TEAMS}" for n, person in enumerate(cls.people)}
        tables = {
            "UNITS": ["code,name,kind,parent_code,valid_from", "RR,规则大区,department,CO,2026-01-01"] +
                     [f"{unit},{unit},{'department' if unit[1] == 'G' else 'team'},{parent},2026-01-01" for unit, parent in cls.above.items()],
            "PEOPLE": ["code,name,email,mobile,unit_code,position,manager_code,employed_from"] +
                      [f"{p},{p},,,{cls.team[p]},rules_{cls.position[p]},,2026-01-01" for p in cls.people]}
        for kind, rows in tables.items():
            cls.import_rows(tenant, kind, rows)
        cls.person_ids = {row[0]: row[1] for row in stack.sql("SELECT code, id FROM org.person WHERE code LIKE 'R____'")}
        cls.unit_ids = {row[0]: row[1] for row in stack.sql("SELECT code, id FROM org.unit WHERE code LIKE 'R%'")}

    @staticmethod
    def import_rows(tenant, kind, rows):
        for at in range(1, len(rows), 1500):
            body = base64.b64encode("".join(row + "\n" for row in (rows[0], *rows[at:at + 1500])).encode()).decode()
            answer = stack.ctl_call("org/Import", {"kind": "IMPORT_KIND_" + kind, "csv": body}, "--tenant", tenant)
            assert answer.get("written"), answer

    @classmethod
    def save_plans(cls):
        cls.plans = [cls.supervisor.call("goals.GoalService/SavePlan", {"plan": cls.make.plan(at), "reason": "规则对照"})["plan"]
                     for at in range(PLANS)]

    @classmethod
    def push(cls, records):
        for at in range(0, len(records), 4000):
            request = {"source": "rules", "records": records[at:at + 4000]}
            # ingest may not have heard of somebody yet; the same again is one record
            wait_until(lambda: not cls.supervisor.call_retrying("ingest.IngestService/PushRecords", request).get("rejected"), 60, "the records")

    @classmethod
    def push_records(cls):
        cls.records = {person: cls.make.records(person, cls.day) for person in cls.people}
        cls.push([record for records in cls.records.values() for record in records])

    @classmethod
    def text(cls, code, value):
        return f"{float(value):.{cls.decimals[code]}f}"

    @classmethod
    def set_targets(cls):
        """Of one in fifty with floors and stretches, one by one; of all others by sheets."""
        make, cls.targets, requests, cells = cls.make, {}, [], []
        for person in cls.people:
            for code in sorted({cls.codes[item["indicatorId"]] for item in cls.plans[cls.position[person]]["items"]} - {"okr", "review_360"}):
                if make.random.random() < 0.15:
                    continue
                value = cls.text(code, 0 if make.random.random() < 0.03 else make.amount(code))
                target = cls.targets[person, code] = {"value": value, "floor": "", "stretch": ""}
                if make.random.random() < 0.02:
                    cls.set_ends(code, target)
                    requests.append(dict(target, ownerKind="OWNER_KIND_PERSON", ownerId=cls.person_ids[person],
                                         indicatorId=cls.ids[code], period=cls.period, reason="规则对照", allowOverAssignment=True))
                else:
                    cells.append(cls.cell(person, code, value))
        cls.save_cells(cells)
        cls.by_four(requests, lambda client, request: client.call_retrying("goals.GoalService/SetTarget", request))

    @classmethod
    def set_ends(cls, code, target):
        for name, better in (("floor", False), ("stretch", True)):
            value = float(target["value"])
            if cls.make.random.random() < 0.6 and value > 0:
                factor = cls.make.random.choice((1, 1.2, 1.5) if better != cls.lower[code] else (1, 0.8, 0.5, 0))
                end = float(cls.text(code, value * factor))
                target[name] = cls.text(code, end) if (end >= value if better != cls.lower[code] else end <= value) else ""

    @classmethod
    def cell(cls, person, code, value):
        return {"ownerKind": "OWNER_KIND_PERSON", "ownerId": cls.person_ids[person], "indicatorId": cls.ids[code], "period": cls.period, "value": value}

    @classmethod
    def save_cells(cls, cells):
        for at in range(0, len(cells), 10000):
            request = {"cells": cells[at:at + 10000], "reason": "规则对照", "policy": "ADJUST_POLICY_RESTATE", "effectiveOn": cls.day}
            wait_until(lambda: cls.supervisor.call_retrying("goals.SheetService/SaveCells", request).get("saved"), 60, "the sheet")

    @classmethod
    def by_four(cls, work, do):
        def some(at):
            for one in work[at::4]:
                do(cls.clients[at], one)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(some, range(4)))

    @classmethod
    def set_objectives(cls):
        """Of those whose plan has OKR; written, confirmed, checked in, or fed by records."""
        cls.okr = {person: cls.make.objectives() for person in cls.people if has_okr(cls.position[person])}
        work, saved = [(person, objective) for person, all_ in cls.okr.items() for objective in all_], []

        def write(client, one):
            person, objective = one
            made = [{key: value for key, value in key_result.items() if key != "fed"} for key_result, _ in objective["keyResults"]]
            saved.append((objective, client.call_retrying("goals.OkrService/SaveObjective", {"objective": dict(
                objective, ownerKind="OWNER_KIND_PERSON", ownerId=cls.person_ids[person], period=cls.period, keyResults=made)})["objective"]))

        def check_in(client, one):
            objective, kept = one
            entries = [{"keyResultId": there["id"], "value": value, "health": "HEALTH_ON_TRACK"}
                       for there, (_, value) in zip(kept["keyResults"], objective["keyResults"]) if value is not None]
            if entries:
                client.call("goals.OkrService/CheckIn", {"objectiveId": kept["id"], "checkIns": entries})
            objective["keyResults"] = [dict(key_result, value=value) for key_result, value in objective["keyResults"]]
        cls.by_four(work, write)
        for at in range(0, len(saved), 100):
            cls.supervisor.call("goals.OkrService/ConfirmObjectives", {"ids": [kept["id"] for _, kept in saved[at:at + 100]]})
        cls.by_four(saved, check_in)

    @classmethod
    def close_round(cls):
        """What reviews tells when a round of theirs closes, into its log: a round of 5,000 raters is a test of its own."""
        cls.rated = {person: cls.make.ratings() for person in cls.people}
        tenant = stack.sql("SELECT id FROM org.tenant")[0][0]
        told = [(person, value) for person, value in cls.rated.items() if value is not None]
        for at in range(0, len(told), 500):
            results = [field(5, field(1, int(cls.person_ids[person])) + field(2, str(value.numerator)) + field(3, str(value.denominator)) + field(4, 90001))
                       for person, value in told[at:at + 500]]
            body = field(1, 90001) + field(2, "规则 360") + field(3, int(cls.measure_360)) + field(4, cls.period) + b"".join(results)
            stack.sql("INSERT INTO reviews.outbox (partition, tenant_id, key, type, at, body, traceparent, actor_person_id, actor_account, cause) "
                      f"VALUES (1, {tenant}, 'round/90001', 'RatingsClosed', now(), '\\x{body.hex()}', '', 0, '', '')")

    @classmethod
    def count_told(cls):
        """Who has a target or an actual; a record that was taken back leaves an actual of 0."""
        cls.told = {person for person in cls.people if cls.records[person] or cls.okr.get(person) or cls.rated[person] is not None}
        cls.told |= {person for person, _ in cls.targets}

    # --- what the reference says -----------------------------------------------------------------
    def facts_of(self, person):
        def facts(indicator_id):
            code = self.codes[indicator_id]
            target = self.targets.get((person, code), {})
            amount = lambda name: Fraction(target[name]) if target.get(name) else None  # noqa: E731
            if (person, code) not in self.known:
                self.known[person, code] = actual_of(code, self.records[person], self.okr.get(person, ()), self.rated[person])
            return Facts(self.known[person, code], self.lower[code], amount("value"), amount("floor"), amount("stretch"))
        return facts

    def reference(self, person):
        """({indicator: (score, remark)}, total, remark, row of the grade table or 0)"""
        if person not in self.told:
            return {}, "", "", 0  # nothing was asked of him, and nothing is known of him
        if person not in self.wanted:
            plan = self.plans[self.position[person]]
            items, total, remark = score_person(plan, self.facts_of(person))
            grade = max(grade_row(plan["grades"], Fraction(total)), held_row(plan, items)) if total and plan.get("grades") else 0
            self.wanted[person] = items, total, remark, grade
        return self.wanted[person]

    def forget(self, person):
        self.wanted.pop(person, None)
        for code in INDICATORS:
            self.known.pop((person, code), None)

    # --- what the services say -------------------------------------------------------------------
    def stored(self):
        """{person: ({indicator: score}, total, grade)} of everybody, as scoring keeps them."""
        rows = stack.sql("SELECT p.code, c.indicator_ids, s.scores, coalesce(s.total::text, ''), s.grade FROM scoring.score s "
                         "JOIN scoring.scheme c USING (tenant_id, scheme_id) JOIN org.person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id "
                         f"WHERE s.period = '{self.period}' AND p.code LIKE 'R____'")
        return {code: (dict(zip(ids.strip("{}").split(","), scores.strip("{}").split(","))), total, int(grade)) for code, ids, scores, total, grade in rows}

    def differences(self, stored, people):
        """{person: in words}"""
        wrong = {}
        for person in people:
            items, total, _, grade = self.reference(person)
            got = stored.get(person, ({}, "", 0))
            same = Fraction(total or NEVER_SHOWN) == Fraction(got[1] or NEVER_SHOWN) and grade == got[2] and \
                all(Fraction(score or NEVER_SHOWN) == Fraction(got[0].get(id_, "NULL").replace("NULL", "") or NEVER_SHOWN) for id_, (score, _) in items.items())
            if not same:
                odd = {self.codes[id_]: (got[0].get(id_), wanted) for id_, wanted in items.items() if got[0].get(id_, "NULL").replace("NULL", "") != wanted[0]}
                wrong[person] = (f"{person} by plan {self.position[person]}: (stored, wanted) {odd}, total {got[1]} {total}, grade {got[2]} {grade}")
        return wrong

    def agree(self, seconds=int(os.environ.get("AGREE", "120"))):
        """Everybody, to the last digit, as soon as everything has been heard."""
        last = [dict.fromkeys(self.people)]

        def same():
            last[0] = self.differences(self.stored(), last[0])
            if not last[0]:
                last[0] = self.differences(self.stored(), self.people)  # also those who were right before
            return not last[0]
        try:
            wait_until(same, seconds, "agreement", every=0.3)
        except AssertionError:
            self.fail(f"SEED={SEED}: {len(last[0])} people differ:\n" + "\n".join(list(last[0].values())[:5]))

    def test_1_every_score_and_grade_agrees_to_the_last_digit(self):
        self.agree()
        remarks, rules, rows = set(), set(), set()
        for person in self.people:
            items, _, _, grade = self.reference(person)
            remarks |= {remark for _, remark in items.values()}
            rows.add(grade)
            rules |= {name for item in self.plans[self.position[person]]["items"] for name in item}
        print(f"{PEOPLE} people, {PLANS} plans agree; remarks: {sorted(remarks)}")
        self.assertLessEqual({"ratio", "linear", "threePoint", "steps", "addDeduct", "accrual", "veto", "band", "okr", "rating"}, rules)
        self.assertGreaterEqual(len(remarks), 8)
        self.assertGreaterEqual(len(rows), 5)

    def test_2_people_are_told_the_same(self):
        """Texts, remarks and grades, of every twentieth."""
        def told(client, person):
            answer = client.call("scoring.ScoringService/GetPerson", {"personId": self.person_ids[person], "period": self.period})
            items, total, remark, grade = self.reference(person)
            got = {item["indicatorId"]: (item.get("score", ""), item.get("remark", "")) for item in answer.get("items", [])}
            self.assertEqual((got, answer.get("total", ""), answer.get("totalRemark", "")), (items, total, remark), f"SEED={SEED}, {person}")
            self.assertEqual(answer["person"].get("grade", ""), GRADES[grade - 1] if grade else "", f"SEED={SEED}, {person}")
        self.by_four(self.people[::20], told)

    def test_3_seats_of_a_forced_distribution_agree(self):
        opened = self.supervisor.call("scoring.ResultService/OpenCalibration", {"unitId": self.unit_ids["RR"], "period": self.period, "reason": "规则对照"})
        id_ = opened["calibration"]["id"]
        rows = stack.sql(f"SELECT person_id, suggested FROM scoring.calibration_person WHERE calibration_id = {id_}")
        suggested = {int(person): int(row) for person, row in rows}
        above = {int(self.unit_ids[unit]): int(self.unit_ids[parent]) for unit, parent in self.above.items()}
        wanted, held = {}, 0
        for at, plan in enumerate(self.plans):
            members = {}
            for person in self.people[at::PLANS]:
                items, total, _, grade = self.reference(person)
                if grade:
                    members[int(self.person_ids[person])] = (int(self.unit_ids[self.team[person]]), Fraction(total), held_row(plan, items))
                    wanted[int(self.person_ids[person])] = grade
                    held += held_row(plan, items) > 0
            if "distribution" in plan and members:
                wanted.update(distributed(plan, members, int(self.unit_ids["RR"]), above))
        wrong = {person: (suggested.get(person), row) for person, row in wanted.items() if suggested.get(person) != row}
        self.assertEqual((len(suggested), wrong), (len(wanted), {}), f"SEED={SEED}")
        print(f"{len(wanted)} people in pools, {held} held by a veto")
        self.supervisor.call("scoring.ResultService/CloseCalibration", {"id": id_, "reason": "对照完毕", "cancel": True})

    # --- changes ---------------------------------------------------------------------------------
    def change_records(self, rng):
        """New ones, corrections, reversals."""
        pushed = []
        for person in rng.sample(self.people, min(len(self.people), 60)):
            kept = self.records[person]
            if kept and rng.random() < 0.3:
                gone = kept.pop(rng.randrange(len(kept)))
                pushed.append({"sourceKey": gone["sourceKey"], "deleted": True})
            elif kept and rng.random() < 0.5:
                at = rng.randrange(len(kept))
                kept[at] = dict(self.make.record(person, 0, self.day), sourceKey=kept[at]["sourceKey"], orderNo=kept[at]["orderNo"])
                pushed.append(kept[at])
            else:
                kept.append(self.make.record(person, 1000 + rng.randrange(10 ** 6), self.day))
                pushed.append(kept[-1])
                self.told.add(person)
            self.forget(person)
        self.push(pushed)

    def change_targets(self, rng):
        cells = []
        for person, code in rng.sample(sorted(self.targets), min(len(self.targets), 80)):
            target = self.targets[person, code]
            if target["floor"] or target["stretch"]:
                continue  # these go along in proportion, which is the cascade's own test
            target["value"] = self.text(code, self.make.amount(code))
            cells.append(self.cell(person, code, target["value"]))
            self.forget(person)
        self.save_cells(cells)

    def change_weights(self, rng):
        at = rng.choice([at for at, plan in enumerate(self.plans) if sum("veto" not in item for item in plan["items"]) > 1])
        plan = self.plans[at]
        item = rng.choice([one for one in plan["items"] if "veto" not in one])
        weight = f"{rng.randint(500, 6000) / 100:.2f}"
        if weight != item["weight"]:
            answer = self.supervisor.call("goals.GoalService/ChangeWeights", {
                "planId": plan["id"], "changes": [{"indicatorId": item["indicatorId"], "weight": weight}], "effectiveFrom": "2026-01-01", "reason": "权重调整"})
            self.replace_plan(at, answer["plan"])

    def change_plan(self, rng):
        """Other rules, another table."""
        at = rng.randrange(PLANS)
        while has_okr(at):
            at = rng.randrange(PLANS)
        new = self.make.plan(at)
        new.update({key: self.plans[at][key] for key in ("id", "version", "code", "name", "scope")})
        self.replace_plan(at, self.supervisor.call("goals.GoalService/SavePlan", {"plan": new, "reason": "规则调整"})["plan"])

    def replace_plan(self, at, plan):
        type(self).plans[at] = plan
        for person in self.people[at::PLANS]:
            self.forget(person)

    def move_unit(self, rng):
        """A team goes to another group, with all its people."""
        unit, group = f"RT{rng.randrange(TEAMS)}", f"RG{rng.randrange(GROUPS)}"
        if self.above[unit] != group:
            self.above[unit] = group
            self.import_rows(stack.sql("SELECT id FROM org.tenant")[0][0], "UNITS", ["code,name,kind,parent_code,valid_from", f"{unit},{unit},team,{group},{self.day}"])

    def snapshot(self):
        scores = stack.sql("SELECT s.person_id, s.unit_id, c.content, s.scores, s.remarks, s.total, s.attainment, s.actual, s.target, s.rank, s.open_items, s.grade "
                           f"FROM scoring.score s LEFT JOIN scoring.scheme c USING (tenant_id, scheme_id) WHERE s.period = '{self.period}' ORDER BY 1")
        units = stack.sql("SELECT unit_id, parent_id, actual, target, attainment, rank, people, total_sum, open_items, top_people, top_totals, grade_codes, grade_people "
                          f"FROM scoring.unit_score WHERE period = '{self.period}' ORDER BY 1")
        return scores, units

    @staticmethod
    def settle():
        """Nothing is left to be computed, and what was told is heard."""
        wait_until(lambda: stack.sql("SELECT count(*) FROM scoring.dirty") == [["0"]], 60, "scoring to be through", every=0.2)

    def test_4_bit_by_bit_is_the_same_as_from_nothing(self):
        rng = random.Random(SEED * 1000003)
        acts = (self.change_records, self.change_records, self.change_targets, self.change_weights, self.change_plan, self.move_unit)
        done = [rng.choice(acts) for _ in range(14)] + [self.move_unit]
        for act in done:
            act(rng)
        self.agree()
        self.settle()
        one, units = self.snapshot()
        tenant = stack.sql("SELECT id FROM org.tenant")[0][0]
        stack.sql("BEGIN; DELETE FROM scoring.score; DELETE FROM scoring.unit_score; INSERT INTO scoring.dirty (tenant_id, period, wide, from_day, everybody, people, tree_units) "
                  f"VALUES ({tenant}, '', true, NULL, true, '{{}}', '{{}}'); COMMIT")
        self.settle()
        again, units_again = self.snapshot()
        for what, before, after in (("people", one, again), ("units", units, units_again)):
            different = [(left, right) for left, right in zip(before, after) if left != right]
            self.assertEqual((len(before), different[:3]), (len(after), []), f"SEED={SEED}, {what}, after {[act.__name__ for act in done]}")
        print(f"{len(one)} people and {len(units)} units are the same from nothing, after {len(done)} changes")

    def test_5_every_item_is_explained_in_two_languages(self):
        seen = set()
        for person in self.people[:600]:
            plan = self.plans[self.position[person]]
            scores = self.reference(person)[0]
            for item in plan["items"] if scores else ():
                rule = next(name for name in item if name not in ("indicatorId", "weight"))
                score, remark = scores[item["indicatorId"]]
                if (rule, remark) in seen:
                    continue
                seen.add((rule, remark))
                why = self.supervisor.call("scoring.ScoringService/Explain", {
                    "ownerKind": "OWNER_KIND_PERSON", "ownerId": self.person_ids[person], "period": self.period,
                    "indicatorId": item["indicatorId"]})
                self.assertEqual(why["planItem"].get(rule), item[rule])
                self.assertEqual(len(why["steps"]), len(why["stepsZh"]), why)
                self.assertIn(score, why["sentenceZh"])
                self.assertIn(score, why["sentenceEn"])
                if os.environ.get("SHOW"):
                    print(rule, remark, why["sentenceZh"], why["stepsZh"], why["sentenceEn"], why["steps"], sep="\n  ")

    def test_6_wrong_rules_are_refused_where_they_are_wrong(self):
        plan = dict(self.plans[1], items=[{"indicatorId": self.ids["sales_amount"], "weight": "100.00", "steps": {
            "basis": "RULE_BASIS_RATIO", "decimals": 2,
            "rows": [{"from": "0", "to": "0.6", "score": "0"}, {"from": "0.7", "to": "", "score": "60"}]}}])
        plan = {key: value for key, value in plan.items() if key not in ("grades", "distribution")}
        with self.assertRaises(CallError) as caught:
            self.supervisor.call("goals.GoalService/SavePlan", {"plan": plan, "reason": "洞"})
        self.assertEqual(caught.exception.code, "invalid_argument")
        self.assertIn("plan.items[0].steps.rows[1].from", caught.exception.message)
        self.assertIn("row 1 ends at 0.6 and row 2 begins at 0.7", caught.exception.message)


if __name__ == "__main__":
    unittest.main()
