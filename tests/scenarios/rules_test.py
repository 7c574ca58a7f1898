"""Every scoring rule through the real services: 300 generated people, random plans with all rules, random
targets, records and objectives; each item's score and each total against an independent computation by fractions
(tests/lib/rules_reference.py), to the last digit. SEED=8 makes another group."""
import base64
import concurrent.futures
import os
import random
import sys
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from rules_reference import Facts, objectives, score_person  # noqa: E402
from stack import CallError, Stack, wait_until  # noqa: E402

PEOPLE, PLANS, UNITS = int(os.environ.get("RULES_PEOPLE", "300")), 12, 10
SEED = int(os.environ.get("SEED", "7"))
INDICATORS = ("sales_amount", "collected_amount", "collection_rate", "sales_per_order", "new_customers", "cost_rate",
              "campaign_sales", "hot_product_sales", "okr")
RECORDED = INDICATORS[:-1]  # okr is made of objectives
COUNTED = ("new_customers", "sales_amount", "hot_product_sales", "collection_rate")


def setUpModule():
    global stack
    stack = Stack().__enter__()


def tearDownModule():
    stack.__exit__(None, None, None)


class Maker:
    """Random numbers, rules and plans, near enough to each other that boundaries are hit."""

    def __init__(self, ids, directions):
        self.random, self.ids, self.directions = random.Random(SEED), ids, directions

    def places(self):
        return self.random.choice((0, 1, 2, 2, 2, 6))

    def points(self, low, high):
        return str(Fraction(self.random.randint(low * 4, high * 4), 4).limit_denominator(4).__float__())

    def middle(self, code):
        """Around what people have of it."""
        return {"collection_rate": Fraction(8, 10), "cost_rate": Fraction(6, 10), "new_customers": Fraction(6),
                "sales_per_order": Fraction(5000)}.get(code, Fraction(40000))

    def amount(self, code, low=0.4, high=1.6, decimals=2):
        value = self.middle(code) * Fraction(self.random.randint(int(low * 20), int(high * 20)), 20)
        return str(round(float(value), 0 if code == "new_customers" else 4 if value < 2 else decimals))

    def x(self, code, of_target):
        return ("RULE_BASIS_RATIO", lambda: str(self.random.randint(4, 32) / 20)) if of_target else \
            ("RULE_BASIS_ACTUAL", lambda: self.amount(code))

    def edges(self, of, count):
        return sorted({float(of()) for _ in range(count * 3)})[:count]

    def share(self, better, lower, none=0.3):
        if self.random.random() < none:
            return ""
        return str(self.random.choice((1.05, 1.2, 1.333333) if better != lower else (0.5, 0.8, 0.666667)))

    def ratio(self, code, lower):
        return {"fullMarks": self.random.choice(("100", "120", "12.5")), "lower": self.random.choice(("0", "0.3")),
                "cap": self.random.choice(("1", "1.2", "1.5")), "threshold": self.random.choice(("", "0.6")),
                "lowerIsBetter": self.random.choice(("LOWER_IS_BETTER_DIFFERENCE", "LOWER_IS_BETTER_QUOTIENT"))
                if lower else "LOWER_IS_BETTER_UNSPECIFIED"}

    def linear(self, code, lower):
        rule = {"fullMarks": self.random.choice(("100", "33.333333")), "floorRatio": self.share(False, lower)}
        if self.random.random() < 0.7:
            rule.update(clamped=True, lower=self.random.choice(("0", "0.2")), cap=self.random.choice(("1", "1.2")))
        return rule

    def threePoint(self, code, lower):
        return {"fullMarks": "100", "floorScore": self.random.choice(("0", "60", "100")),
                "capScore": self.random.choice(("100", "120", "133.333333")), "floorRatio": self.share(False, lower),
                "stretchRatio": self.share(True, lower),
                "belowFloor": self.random.choice(("BELOW_FLOOR_ZERO", "BELOW_FLOOR_FLOOR_SCORE"))}

    def steps(self, code, lower):
        of_target = self.random.random() < 0.5
        basis, of = self.x(code, of_target)
        edges = [str(e) for e in self.edges(of, self.random.randint(2, 5))]
        marginal = self.random.random() < 0.5
        unit = Fraction(100) / (1 if of_target else self.middle(code))
        slope = lambda: str(round(float(unit * Fraction(self.random.randint(-4, 30), 20)), 6))  # noqa: E731
        rows = []
        for at, edge in enumerate(edges):
            row = {"from": edge, "to": edges[at + 1] if at + 1 < len(edges) else ""}
            row["slope" if marginal or self.random.random() < 0.3 else "score"] = None
            if "slope" in row:
                row["slope"] = slope()
            else:
                row["score"] = self.points(-20, 130)
            rows.append(row)
        if not marginal and self.random.random() < 0.5:
            rows[0]["from"] = ""
        rule = {"basis": basis, "marginal": marginal, "rows": rows}
        if self.random.random() < 0.5:
            rule.update(lowest=self.random.choice(("0", "-10")), highest="110")
        return rule

    def addDeduct(self, code, lower):
        terms = [{"indicatorId": self.ids[other], "points": str(self.random.choice((-5, 2, 0.125)))}
                 for other in self.random.sample(COUNTED, self.random.randint(1, 3)) if other != code]
        terms.append({"points": str(round(float(20 / self.middle(code)), 6))})
        return {"start": self.random.choice(("0", "60", "100")), "terms": terms,
                "lowest": self.random.choice(("0", "-50")), "highest": self.random.choice(("110", "1000000"))}

    def accrual(self, code, lower):
        return {"step": str(round(float(self.middle(code) / self.random.choice((3, 7, 10))), 4)),
                "points": self.random.choice(("2", "3.335")), "cap": self.random.choice(("20", "100"))}

    def veto(self, code, lower):
        basis, of = self.x(code, self.random.random() < 0.5)
        comparison = self.random.choice(("BELOW", "AT_MOST", "ABOVE", "AT_LEAST"))
        return {"basis": basis, "comparison": "VETO_COMPARISON_" + comparison, "value": of(),
                "highest": self.random.choice(("0", "59.995", "75"))}

    def band(self, code, lower):
        of_target = self.random.random() < 0.5
        basis, of = self.x(code, of_target)
        unit = Fraction(100) / (1 if of_target else self.middle(code))
        slope = lambda: str(round(float(unit * Fraction(self.random.randint(5, 40), 20)), 6))  # noqa: E731
        lo, hi = sorted((float(of()), float(of())))
        return {"basis": basis, "fullMarks": "100", "lo": str(lo), "hi": str(hi), "slopeBelow": slope(),
                "slopeAbove": slope(), "lowest": self.random.choice(("0", "12.5"))}

    def okr(self, code, lower):
        return {"fullMarks": self.random.choice(("100", "120", "12.5")), "fullAt": self.random.choice(("1", "0.7", "0.333333")),
                "cap": self.random.choice(("1", "1.2", "2.5"))}

    def key_result(self):
        """A key result, and how it was last checked in (None: not yet)."""
        kind = self.random.choice(("METRIC", "METRIC", "METRIC", "MILESTONES", "DONE"))
        made = {"title": "关键结果", "kind": "KEY_RESULT_KIND_" + kind, "weight": f"{self.random.randint(1, 9000) / 100:.2f}"}
        if kind == "METRIC":
            points = sorted(self.random.sample(range(-700, 3000), 4), reverse=self.random.random() < 0.4)
            points = [f"{point / 7:.6f}" for point in points]
            made.update(start=points[0], target=points[2], commit=self.random.choice(("", points[1])),
                        stretch=self.random.choice(("", points[3])))
            value = self.random.choice((*points, *(f"{self.random.randint(-800, 3100) / 7:.6f}" for _ in range(4))))
        elif kind == "MILESTONES":
            made["milestones"] = [{"title": "里程碑", "score": score} for score in ("0.25", "0.7", "1")]
            value = str(self.random.randint(0, 3))
        else:
            value = self.random.choice("01")
        return made, None if self.random.random() < 0.15 else value

    def objectives(self):
        """None to three; of each its key results with what is checked in."""
        return [{"title": "目标", "weight": str(self.random.choice((1, 30, 70, 99.99))),
                 "keyResults": [self.key_result() for _ in range(self.random.randint(1, 4))]}
                for _ in range(self.random.choice((0, 1, 1, 2, 3)))]

    def item(self, code, rule):
        made = getattr(self, rule)(code, self.directions[code] == "DIRECTION_LOWER")
        if rule != "veto":
            made["decimals"] = self.places()
        return {"indicatorId": self.ids[code], "weight": "0.00", rule: made}

    def plan(self, at):
        rules = ["ratio", "linear", "threePoint", "steps", "addDeduct", "accrual", "band", "veto"]
        codes = self.random.sample(RECORDED, self.random.randint(4, 7))
        items = [self.item(code, rules[(at + n * 3) % 8] if n < 2 else self.random.choice(rules))
                 for n, code in enumerate(codes)]
        if at % 2 == 0:
            items.append(self.item("okr", "okr"))
        weighted = [item for item in items if "veto" not in item]
        if not weighted:
            return self.plan(at)
        cents = [self.random.randint(1, 100) for _ in weighted]
        shares = [c * 10000 // sum(cents) for c in cents]
        shares[0] += 10000 - sum(shares)
        for item, share in zip(weighted, shares):
            item["weight"] = f"{share // 100}.{share % 100:02d}"
        return {"code": f"rules_{at}", "name": f"规则 {at}", "scope": {"position": f"rules_{at}"}, "items": items,
                "missingPolicy": self.random.choice(("MISSING_POLICY_DROP", "MISSING_POLICY_ZERO")),
                "totalDecimals": self.random.choice((0, 2, 2, 4)), "effectiveFrom": "2026-01-01"}

    def records(self, person, day):
        made = []
        for n in range(self.random.choice((0, 1, 3, 5, 8, 12))):
            amount = self.random.randint(-20000, 1300000)
            made.append({
                "sourceKey": f"{person}-{n}", "orderNo": f"{person}-{n}", "amount": f"{amount / 100:.2f}",
                "collectedAmount": f"{abs(amount) * self.random.randint(50, 100) // 100 / 100:.2f}",
                "cost": f"{abs(amount) * self.random.randint(30, 90) // 100 / 100:.2f}",
                "customer": f"K{self.random.randint(1, 9)}", "customerType": self.random.choice(("new", "old")),
                "productCategory": self.random.choice(("hot", "常规品")),
                "campaign": self.random.choice(("", "", "双十一")), "personCode": person, "occurredAt": day})
        return made


def actual_of(code, records, okr):
    """A measure of the library over one person's records, or his objectives; None = no data."""
    amount = sum(Fraction(r["amount"]) for r in records)
    collected = sum(Fraction(r["collectedAmount"]) for r in records)
    cost = sum(Fraction(r["cost"]) for r in records)
    orders = Fraction(len({r["orderNo"] for r in records}))
    part = lambda top, bottom: top / bottom if bottom else None  # noqa: E731
    return {
        "okr": lambda: objectives(okr),
        "sales_amount": lambda: amount, "collected_amount": lambda: collected,
        "collection_rate": lambda: part(collected, amount), "sales_per_order": lambda: part(amount, orders),
        "cost_rate": lambda: part(cost, amount),
        "new_customers": lambda: Fraction(len({r["customer"] for r in records if r["customerType"] == "new"})),
        "campaign_sales": lambda: Fraction(sum(Fraction(r["amount"]) for r in records if r["campaign"])),
        "hot_product_sales": lambda: Fraction(sum(Fraction(r["amount"]) for r in records if r["productCategory"] == "hot")),
    }[code]()


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.supervisor = stack.login("supervisor")
        cls.period = cls.supervisor.call("scoring.ScoringService/ListPeriods")["current"]
        definitions = cls.supervisor.call("goals.GoalService/ListDefinitions")
        indicators = {i["code"]: i for i in definitions["indicators"]}
        cls.ids = {code: indicators[code]["id"] for code in INDICATORS}
        cls.codes = {id_: code for code, id_ in cls.ids.items()}
        cls.directions = {code: indicators[code]["direction"] for code in INDICATORS}
        cls.decimals = {code: indicators[code].get("decimals", 0) for code in INDICATORS}
        cls.make = Maker(cls.ids, cls.directions)
        cls.people = [f"R{n:04d}" for n in range(PEOPLE)]
        cls.position = {person: n % PLANS for n, person in enumerate(cls.people)}
        cls.import_people()
        cls.save_plans()
        cls.push_records()
        cls.set_targets()
        cls.set_objectives()

    @classmethod
    def import_people(cls):
        tenant = stack.sql("SELECT id FROM org.tenant")[0][0]
        tables = {
            "UNITS": ["code,name,kind,parent_code,valid_from"] +
                     [f"RU{n},规则组 {n},team,CO,2026-01-01" for n in range(UNITS)],
            "PEOPLE": ["code,name,email,mobile,unit_code,position,manager_code,employed_from"] +
                      [f"{p},{p},,,RU{n % UNITS},rules_{cls.position[p]},,2026-01-01" for n, p in enumerate(cls.people)]}
        for kind, rows in tables.items():
            body = base64.b64encode(("\n".join(rows) + "\n").encode()).decode()
            answer = stack.ctl_call("org/Import", {"kind": "IMPORT_KIND_" + kind, "csv": body}, "--tenant", tenant)
            assert answer.get("written"), answer
        cls.person_ids = {row[0]: row[1] for row in stack.sql("SELECT code, id FROM org.person WHERE code LIKE 'R____'")}
        cls.unit_ids = {row[0]: row[1] for row in stack.sql("SELECT code, id FROM org.unit WHERE code LIKE 'RU%'")}

    @classmethod
    def save_plans(cls):
        cls.plans = []
        for at in range(PLANS):
            saved = cls.supervisor.call("goals.GoalService/SavePlan", {"plan": cls.make.plan(at), "reason": "规则对照"})
            cls.plans.append(saved["plan"])

    @classmethod
    def push_records(cls):
        day = stack.sql("SELECT current_date")[0][0]
        cls.records = {person: cls.make.records(person, day) for person in cls.people}
        everything = [record for records in cls.records.values() for record in records]

        def push():
            for at in range(0, len(everything), 200):
                answer = stack.ctl_call("ingest/PushRecords", {"source": "rules", "records": everything[at:at + 200]},
                                        "--as", "crm")
                if answer.get("rejected"):
                    return False  # ingest has not heard of somebody yet; the same again is one record
            return True
        wait_until(push, 60, "the records")

    @classmethod
    def set_targets(cls):
        make, cls.targets, requests = cls.make, {}, []
        for person in cls.people:
            for code in sorted({cls.codes[item["indicatorId"]] for item in cls.plans[cls.position[person]]["items"]} - {"okr"}):
                if make.random.random() < 0.15:
                    continue
                places = cls.decimals[code]
                text = lambda value: f"{float(value):.{places}f}"  # noqa: E731
                value = text(0 if make.random.random() < 0.03 else float(make.amount(code)))
                lower = cls.directions[code] == "DIRECTION_LOWER"
                target = {"value": value, "floor": "", "stretch": ""}
                for name, better in (("floor", False), ("stretch", True)):
                    if make.random.random() < 0.6 and float(value) > 0:
                        factor = make.random.choice((1, 1.2, 1.5) if better != lower else (1, 0.8, 0.5, 0))
                        end = float(text(float(value) * factor))
                        worse = end >= float(value) if better != lower else end <= float(value)
                        target[name] = text(end) if worse else ""
                cls.targets[person, code] = target
                requests.append(dict(target, ownerKind="OWNER_KIND_PERSON", ownerId=cls.person_ids[person],
                                     indicatorId=cls.ids[code], period=cls.period, reason="规则对照", allowOverAssignment=True))
        cls.by_four(requests, lambda client, request: client.call_retrying("goals.GoalService/SetTarget", request))

    @classmethod
    def by_four(cls, work, do):
        clients = [stack.login("supervisor") for _ in range(4)]

        def some(at):
            for one in work[at::4]:
                do(clients[at], one)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(some, range(4)))

    @classmethod
    def set_objectives(cls):
        """Of those whose plan has OKR; written, confirmed, checked in."""
        cls.okr = {person: cls.make.objectives() for person in cls.people if cls.position[person] % 2 == 0}
        work = [(person, objective) for person, all_ in cls.okr.items() for objective in all_]

        def write(client, one):
            person, objective = one
            made = [key_result for key_result, _ in objective["keyResults"]]
            values = [value for _, value in objective["keyResults"]]
            saved = client.call("goals.OkrService/SaveObjective", {"objective": dict(
                objective, ownerKind="OWNER_KIND_PERSON", ownerId=cls.person_ids[person], period=cls.period, keyResults=made)})
            id_, entries = saved["objective"]["id"], []
            client.call("goals.OkrService/ConfirmObjectives", {"ids": [id_]})
            for key_result, value in zip(saved["objective"]["keyResults"], values):
                if value is not None:
                    entries.append({"keyResultId": key_result["id"], "value": value, "health": "HEALTH_ON_TRACK"})
            if entries:
                client.call("goals.OkrService/CheckIn", {"objectiveId": id_, "checkIns": entries})
            objective["keyResults"] = [dict(key_result, value=value) for key_result, value in objective["keyResults"]]
        cls.by_four(work, write)

    def facts_of(self, person):
        def facts(indicator_id):
            code = self.codes[indicator_id]
            target = self.targets.get((person, code), {})
            amount = lambda name: Fraction(target[name]) if target.get(name) else None  # noqa: E731
            return Facts(actual_of(code, self.records[person], self.okr.get(person, [])), self.directions[code] == "DIRECTION_LOWER",
                         amount("value"), amount("floor"), amount("stretch"))
        return facts

    def difference(self, person):
        """What the services say otherwise than the reference; None = nothing."""
        items, total, remark = score_person(self.plans[self.position[person]], self.facts_of(person))
        told = self.supervisor.call("scoring.ScoringService/GetPerson",
                                    {"personId": self.person_ids[person], "period": self.period})
        got = {item["indicatorId"]: (item.get("score", ""), item.get("remark", "")) for item in told.get("items", [])}
        if (got, told.get("total", ""), told.get("totalRemark", "")) == (items, total, remark):
            return None
        wrong = {self.codes[i]: (got.get(i), items[i]) for i in items if got.get(i) != items[i]}
        return f"{person} by plan {self.position[person]}: (told, wanted) {wrong}, total " \
               f"{told.get('total')} {total}, {told.get('totalRemark')} {remark}"

    def agree(self, people):
        """All of them, to the last digit, as soon as everything has been heard."""
        for person in people:
            last = [None]

            def same():
                last[0] = self.difference(person)
                return last[0] is None
            try:
                wait_until(same, 60, person)
            except AssertionError:
                self.fail(last[0])

    def test_1_every_score_agrees_to_the_last_digit(self):
        self.agree(self.people)
        remarks, rules = set(), set()
        for person in self.people:
            plan = self.plans[self.position[person]]
            remarks |= {remark for _, remark in score_person(plan, self.facts_of(person))[0].values()}
            rules |= {name for item in plan["items"] for name in item}
        print(f"{PEOPLE} people agree; remarks: {sorted(remarks)}")
        self.assertLessEqual({"ratio", "linear", "threePoint", "steps", "addDeduct", "accrual", "veto", "band", "okr"}, rules)
        self.assertGreaterEqual(len(remarks), 8)

    def test_2_other_rules_and_weights_agree_too(self):
        for at in (0, 5):
            new = self.make.plan(at + 3)
            kept = {key: self.plans[at][key] for key in ("id", "version", "code", "name", "scope")}
            new.update(kept)
            answer = self.supervisor.call("goals.GoalService/SavePlan", {"plan": new, "reason": "规则调整"})
            type(self).plans[at] = answer["plan"]
        plan = next(p for p in self.plans if sum("veto" not in i for i in p["items"]) > 1)
        item = next(i for i in plan["items"] if "veto" not in i and i["weight"] != "41.00")
        answer = self.supervisor.call("goals.GoalService/ChangeWeights", {
            "planId": plan["id"], "changes": [{"indicatorId": item["indicatorId"], "weight": "41.00"}],
            "effectiveFrom": "2026-01-01", "reason": "权重调整"})
        type(self).plans[self.plans.index(plan)] = answer["plan"]
        self.agree(self.people)

    def test_3_every_item_is_explained_in_two_languages(self):
        seen = set()
        for person in self.people[:60]:
            plan = self.plans[self.position[person]]
            scores = score_person(plan, self.facts_of(person))[0]
            for item in plan["items"]:
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

    def test_4_wrong_rules_are_refused_where_they_are_wrong(self):
        plan = dict(self.plans[1], items=[{"indicatorId": self.ids["sales_amount"], "weight": "100.00", "steps": {
            "basis": "RULE_BASIS_RATIO", "decimals": 2,
            "rows": [{"from": "0", "to": "0.6", "score": "0"}, {"from": "0.7", "to": "", "score": "60"}]}}])
        with self.assertRaises(CallError) as caught:
            self.supervisor.call("goals.GoalService/SavePlan", {"plan": plan, "reason": "洞"})
        self.assertEqual(caught.exception.code, "invalid_argument")
        self.assertIn("plan.items[0].steps.rows[1].from", caught.exception.message)
        self.assertIn("row 1 ends at 0.6 and row 2 begins at 0.7", caught.exception.message)


if __name__ == "__main__":
    unittest.main()
