"""A group of people with random plans over all scoring rules, random records, targets and objectives: what
tests/scenarios/rules_test.py lets the services score."""
import random
from fractions import Fraction

from rules_reference import objectives

INDICATORS = ("sales_amount", "collected_amount", "collection_rate", "sales_per_order", "new_customers", "cost_rate",
              "campaign_sales", "hot_product_sales", "okr", "review_360")
RECORDED = INDICATORS[:-2]  # okr is made of objectives, review_360 of ratings
COUNTED = ("new_customers", "sales_amount", "hot_product_sales", "collection_rate")
FEEDS = ("sales_amount", "collection_rate", "new_customers")  # measures that a key result may be fed by
GRADES = ("S", "A", "B", "C", "D")


class Maker:
    """Random numbers, rules and plans, near enough to each other that boundaries are hit."""

    def __init__(self, seed, ids, measures, directions):
        self.random, self.ids, self.measures, self.directions = random.Random(seed), ids, measures, directions

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

    def rating(self, code, lower):
        return {"fullMarks": self.random.choice(("100", "120", "12.5")), "scaleMin": "1", "scaleMax": "5"}

    def grades(self, plan):
        """A table; of most of them shares of a forced distribution; some vetoes limit the grade."""
        count = self.random.randint(2, 5)
        bounds = sorted({self.random.choice((110, 90, 80, 75, 60, 59.995, 40)) for _ in range(count - 1)}, reverse=True)
        codes = GRADES[:len(bounds) + 1]
        plan["grades"] = [dict({"grade": code, "coefficient": str(2 - at * 0.3)[:3]}, **({"from": str(bounds[at])} if at < len(bounds) else {}))
                          for at, code in enumerate(codes)]
        for item in plan["items"]:
            if "veto" in item and self.random.random() < 0.6:
                item["veto"].update(highest=self.random.choice(("", "75")), highestGrade=self.random.choice(codes[1:]))
        if self.random.random() < 0.8:
            shares = [self.random.randint(1, 60) for _ in codes]
            cents = [share * 10000 // sum(shares) for share in shares]
            cents[-1] += 10000 - sum(cents)
            plan["distribution"] = {"poolLevel": self.random.randint(0, 3), "minPool": self.random.choice((1, 2, 5, 20)),
                                    "shares": [{"grade": code, "share": f"{cent // 100}.{cent % 100:02d}"} for code, cent in zip(codes, cents)]}

    def ratings(self):
        """What a review round comes to: exact; a fifth at a boundary; None: nobody could judge."""
        if self.random.random() < 0.1:
            return None
        if self.random.random() < 0.2:
            return self.random.choice((Fraction(1), Fraction(5), Fraction(3)))
        below = self.random.randint(1, 997)
        return Fraction(self.random.randint(below, 5 * below), below)

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
            if self.random.random() < 0.3:
                made["fed"] = self.random.choice(FEEDS)
                made["measureId"] = self.measures[made["fed"]]
                made.update(start="0", commit="", target=self.amount(made["fed"], 0.5, 2), stretch="")
                return made, None
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
        codes = self.random.sample(RECORDED, self.random.randint(2, 7))
        items = [self.item(code, rules[(at + n * 3) % 8] if n < 2 else self.random.choice(rules))
                 for n, code in enumerate(codes)]
        if has_okr(at):
            items.append(self.item("okr", "okr"))
        if at % 3 == 0:
            items.append(self.item("review_360", "rating"))
        weighted = [item for item in items if "veto" not in item]
        if not weighted:
            return self.plan(at)
        cents = [self.random.randint(1, 100) for _ in weighted]
        shares = [c * 10000 // sum(cents) for c in cents]
        shares[0] += 10000 - sum(shares)
        for item, share in zip(weighted, shares):
            item["weight"] = f"{share // 100}.{share % 100:02d}"
        plan = {"code": f"rules_{at}", "name": f"规则 {at}", "scope": {"position": f"rules_{at}"}, "items": items,
                "missingPolicy": self.random.choice(("MISSING_POLICY_DROP", "MISSING_POLICY_ZERO")),
                "totalDecimals": self.random.choice((0, 2, 2, 4)), "effectiveFrom": "2026-01-01"}
        if self.random.random() < 0.6:
            self.grades(plan)
        return plan

    def records(self, person, day):
        return [self.record(person, n, day) for n in range(self.random.choice((0, 1, 3, 5, 8, 12)))]

    def record(self, person, n, day):
        amount = self.random.randint(-20000, 1300000)
        return {"sourceKey": f"{person}-{n}", "orderNo": f"{person}-{n}", "amount": f"{amount / 100:.2f}",
                "collectedAmount": f"{abs(amount) * self.random.randint(50, 100) // 100 / 100:.2f}",
                "cost": f"{abs(amount) * self.random.randint(30, 90) // 100 / 100:.2f}",
                "customer": f"K{self.random.randint(1, 9)}", "customerType": self.random.choice(("new", "old")),
                "productCategory": self.random.choice(("hot", "常规品")),
                "campaign": self.random.choice(("", "", "双十一")), "personCode": person, "occurredAt": day}


def has_okr(at):
    """Of which plans: objectives are written, confirmed and checked in one by one, which takes time."""
    return at % 20 == 0


def with_values(objective, records):
    """Key results with what they are fed by records. Nothing of an average or a ratio stands at its start."""
    return dict(objective, keyResults=[dict(one, value=actual_of(one["fed"], records)) if one.get("fed") else one
                                       for one in objective["keyResults"]])


def actual_of(code, records, okr=(), rating=None):
    """A measure of the library over one person's records, his objectives, his ratings; None = no data."""
    amount = sum(Fraction(r["amount"]) for r in records)
    collected = sum(Fraction(r["collectedAmount"]) for r in records)
    cost = sum(Fraction(r["cost"]) for r in records)
    orders = Fraction(len({r["orderNo"] for r in records}))
    part = lambda top, bottom: top / bottom if bottom else None  # noqa: E731
    return {
        "okr": lambda: objectives([with_values(one, records) for one in okr]),
        "review_360": lambda: rating,
        "sales_amount": lambda: amount, "collected_amount": lambda: collected,
        "collection_rate": lambda: part(collected, amount), "sales_per_order": lambda: part(amount, orders),
        "cost_rate": lambda: part(cost, amount),
        "new_customers": lambda: Fraction(len({r["customer"] for r in records if r["customerType"] == "new"})),
        "campaign_sales": lambda: Fraction(sum(Fraction(r["amount"]) for r in records if r["campaign"])),
        "hot_product_sales": lambda: Fraction(sum(Fraction(r["amount"]) for r in records if r["productCategory"] == "hot")),
    }[code]()
