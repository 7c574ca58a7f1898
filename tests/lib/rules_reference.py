"""The scoring rules once more, by fractions: written from docs/scoring-rules.md (DOMAIN.md section 7),
and not from the services' code, so that the two can be held against each other."""
from fractions import Fraction as F

MOST = F(10) ** 12


def half_up(value, places):
    """Half away from zero."""
    scaled = abs(value) * 10 ** places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return F(whole if value >= 0 else -whole, 10 ** places)


def written(value, places):
    """As it is told: with exactly so many places."""
    units = value * 10 ** places
    assert units.denominator == 1
    digits = str(abs(units.numerator)).rjust(places + 1, "0")
    sign = "-" if units < 0 else ""
    return sign + (digits[:-places] + "." + digits[-places:] if places else digits)


class Facts:
    """What is known of one person and indicator. actual None = no data; target None = none."""

    def __init__(self, actual, lower, target=None, floor=None, stretch=None):
        self.actual, self.lower = actual, lower
        self.target = target if target is not None and target > 0 else None
        self.floor, self.stretch = floor, stretch

    def better(self, a, b):
        return a < b if self.lower else a > b


class Missing(Exception):
    pass


def number(rule, name):
    return F(rule[name]) if rule.get(name, "") != "" else None


def held(value, lowest, highest):
    if highest is not None and value > highest:
        return highest, "capped"
    if lowest is not None and value < lowest:
        return lowest, "at_lowest"
    return value, ""


def need(facts, target):
    if target and facts.target is None:
        raise Missing("no_target")
    if facts.actual is None:
        raise Missing("no_data")


def x_of(rule, facts):
    of_target = rule["basis"] == "RULE_BASIS_RATIO"
    need(facts, of_target)
    return facts.actual / facts.target if of_target else facts.actual


def ratio(rule, facts, _):
    need(facts, True)
    full, lower, cap, threshold = (number(rule, n) for n in ("fullMarks", "lower", "cap", "threshold"))
    if not facts.lower:
        x = facts.actual / facts.target
    elif rule["lowerIsBetter"] == "LOWER_IS_BETTER_DIFFERENCE":
        x = 2 - facts.actual / facts.target
    elif facts.actual <= 0:
        return full * cap, "capped"  # nothing at all is better than anything
    else:
        x = facts.target / facts.actual
    if threshold is not None and x < threshold:
        return F(0), "below_threshold"
    if x > cap:
        return full * cap, "capped"
    return full * max(x, lower), ""


def floor_of(rule, facts):
    if facts.floor is not None:
        return facts.floor
    share = number(rule, "floorRatio")
    if share is None:
        raise Missing("no_floor")
    return share * facts.target


def linear(rule, facts, _):
    need(facts, True)
    full, floor = number(rule, "fullMarks"), floor_of(rule, facts)
    if not facts.better(facts.target, floor):
        return F(0), "floor_at_target"
    value = full * (facts.actual - floor) / (facts.target - floor)
    if rule.get("clamped"):
        return held(value, full * number(rule, "lower"), full * number(rule, "cap"))
    return held(value, -MOST, MOST)


def three_point(rule, facts, _):
    need(facts, True)
    full, low, high = (number(rule, n) for n in ("fullMarks", "floorScore", "capScore"))
    a, t, floor = facts.actual, facts.target, floor_of(rule, facts)
    if not facts.better(t, floor):
        return F(0), "floor_at_target"
    if facts.better(floor, a):
        return (F(0) if rule["belowFloor"] == "BELOW_FLOOR_ZERO" else low), "below_floor"
    if not facts.better(a, t):
        return low + (full - low) * (a - floor) / (t - floor), ""
    share = number(rule, "stretchRatio")
    stretch = facts.stretch if facts.stretch is not None else share * t if share is not None else None
    if stretch is None or not facts.better(stretch, t):
        return full, "no_stretch"
    if facts.better(a, stretch):
        return high, "capped"
    return full + (high - full) * (a - t) / (stretch - t), ""


def steps(rule, facts, _):
    x = x_of(rule, facts)
    rows = rule["rows"]
    first = number(rows[0], "from")
    if first is not None:
        x = max(x, first)
    if rule.get("marginal"):
        value = F(0)
        for row in rows:
            begin, end = number(row, "from"), number(row, "to")
            inside = (x if end is None else min(x, end)) - begin
            if inside > 0:
                value += inside * number(row, "slope")
    else:
        row = next(r for r in rows if (number(r, "from") is None or x >= number(r, "from"))
                   and (number(r, "to") is None or x < number(r, "to")))
        value = number(row, "score") if row.get("score") else x * number(row, "slope")
    lowest, highest = number(rule, "lowest"), number(rule, "highest")
    return held(value, -MOST if lowest is None else lowest, MOST if highest is None else highest)


def add_deduct(rule, facts, facts_of):
    value = number(rule, "start")
    for term in rule["terms"]:
        counted = facts_of(term["indicatorId"]) if term.get("indicatorId", "0") != "0" else facts
        if counted.actual is None:
            raise Missing("no_data")
        value += counted.actual * number(term, "points")
    return held(value, number(rule, "lowest"), number(rule, "highest"))


def accrual(rule, facts, _):
    need(facts, False)
    times = facts.actual / number(rule, "step")
    return held((times.numerator // times.denominator) * number(rule, "points"), F(0), number(rule, "cap"))


def band(rule, facts, _):
    x = x_of(rule, facts)
    full, lo, hi = (number(rule, n) for n in ("fullMarks", "lo", "hi"))
    value = full
    if x < lo:
        value = full - (lo - x) * number(rule, "slopeBelow")
    elif x > hi:
        value = full - (x - hi) * number(rule, "slopeAbove")
    return held(value, number(rule, "lowest"), full)


def rating(rule, facts, _):
    need(facts, False)
    low, high = number(rule, "scaleMin"), number(rule, "scaleMax")
    full = number(rule, "fullMarks")
    return held((facts.actual - low) / (high - low) * full, F(0), full)


def okr(rule, facts, _):
    need(facts, False)
    full = number(rule, "fullMarks")
    return held(full * facts.actual / number(rule, "fullAt"), F(0), full * number(rule, "cap"))


RULES = {"ratio": ratio, "linear": linear, "threePoint": three_point, "steps": steps,
         "addDeduct": add_deduct, "accrual": accrual, "band": band, "okr": okr, "rating": rating}


# --- objectives: "OKR" of docs/scoring-rules.md ------------------------------------------------------
def key_result(one, zones):
    """What a key result comes to, 0 to 1; `value` None or missing = not checked in."""
    kind = one["kind"].replace("KEY_RESULT_KIND_", "")
    value = one.get("value")
    if value is None:
        return F(0)
    if kind == "DONE":
        return F(value)
    if kind == "MILESTONES":
        return F(one["milestones"][int(value) - 1]["score"]) if int(value) > 0 else F(0)
    start, target = F(one["start"]), F(one["target"])
    points = [(start, F(0))]
    if one.get("commit"):
        points.append((F(one["commit"]), F(zones[0])))
    points.append((target, F(zones[1]) if one.get("stretch") else F(1)))
    if one.get("stretch"):
        points.append((F(one["stretch"]), F(1)))
    sign = 1 if target > start else -1
    value = F(value)
    if sign * (value - start) <= 0:
        return F(0)
    for (a, low), (b, high) in zip(points, points[1:]):
        if sign * (value - b) <= 0:
            return low + (high - low) * (value - a) / (b - a)
    return F(1)


def mean(parts):
    """Of (value, weight); None of nothing."""
    weights = sum(F(weight) for _, weight in parts)
    return sum(value * F(weight) for value, weight in parts) / weights if weights else None


def objectives(all_, zones=("0.3", "0.7")):
    """What confirmed objectives come to; None = no data."""
    return mean([(mean([(key_result(one, zones), one["weight"]) for one in objective["keyResults"]]), objective["weight"])
                 for objective in all_])


def vetoed(rule, facts):
    x, value = x_of(rule, facts), number(rule, "value")
    return {"VETO_COMPARISON_BELOW": x < value, "VETO_COMPARISON_AT_MOST": x <= value,
            "VETO_COMPARISON_ABOVE": x > value, "VETO_COMPARISON_AT_LEAST": x >= value}[rule["comparison"]]


def score_item(item, facts, facts_of, zero):
    """(score or None, remark)"""
    if "veto" in item:
        try:
            return None, "vetoed" if vetoed(item["veto"], facts) else "not_vetoed"
        except Missing as reason:
            return None, str(reason)
    name = next(n for n in RULES if n in item)
    try:
        value, remark = RULES[name](item[name], facts, facts_of)
    except Missing as reason:
        return (F(0), "zero_by_policy") if zero else (None, str(reason))
    return half_up(value, item[name].get("decimals", 0)), remark


def score_person(plan, facts_of):
    """({indicator: (text, remark)}, total text, total remark) by one plan."""
    zero = plan["missingPolicy"] == "MISSING_POLICY_ZERO"
    items, sum_, weights, highest, holds = {}, F(0), F(0), None, False
    for item in plan["items"]:
        score, remark = score_item(item, facts_of(item["indicatorId"]), facts_of, zero)
        places = next((item[n].get("decimals", 0) for n in RULES if n in item), 0)
        items[item["indicatorId"]] = ("" if score is None else written(score, places), remark)
        if score is not None:
            sum_ += score * F(item["weight"])
            weights += F(item["weight"])
        if remark == "vetoed":
            holds = True
            if item["veto"].get("highest", ""):
                limit = F(item["veto"]["highest"])
                highest = limit if highest is None else min(highest, limit)
    if weights == 0:
        return items, "", ""
    places = plan.get("totalDecimals", 0)
    total = sum_ / weights
    if highest is not None:
        total = min(total, highest)
    return items, written(half_up(total, places), places), "vetoed" if holds else ""


# --- grades and forced distribution: docs/grades.md --------------------------------------------------
def grade_row(table, total):
    """Which row of a plan's table a total has, from 1."""
    return next((at for at, row in enumerate(table, 1) if "from" not in row or total >= F(row["from"])), len(table))


def held_row(plan, items):
    """The best row that vetoes which hold allow; 0 = any."""
    codes = [row["grade"] for row in plan["grades"]]
    limits = [codes.index(item["veto"]["highestGrade"]) + 1 for item in plan["items"]
              if "veto" in item and item["veto"].get("highestGrade") and items[item["indicatorId"]][1] == "vetoed"]
    return max(limits, default=0)


def apportioned(people, wanted):
    """Whole seats, `people` in all, that come closest to what is wanted; of equal fractions the better grade's."""
    seats = [max(0, want.numerator // want.denominator) for want in wanted]
    while sum(seats) < people:
        seats[max(range(len(seats)), key=lambda g: (wanted[g] - seats[g], -g))] += 1
    while sum(seats) > people:
        seats[min((g for g in range(len(seats)) if seats[g]), key=lambda g: (wanted[g] - seats[g], -g))] -= 1
    return seats


def seats_of(sizes, shares):
    """Seats by pool and grade, what one pool got too much or too little carried to the next; what is still off
    after the last is moved in the pool where it departs least from the shares."""
    carried, all_ = [F(0)] * len(shares), []
    for size in sizes:
        wanted = [size * share + carry for share, carry in zip(shares, carried)]
        seats = apportioned(size, wanted)
        carried = [want - seat for want, seat in zip(wanted, seats)]
        all_.append(seats)
    whole = apportioned(sum(sizes), [sum(sizes) * share for share in shares])
    over = [sum(seats[g] for seats in all_) - whole[g] for g in range(len(shares))]
    while any(over):
        _, source, to, pool = min(
            ((all_[p][b] - sizes[p] * shares[b]) - (all_[p][a] - sizes[p] * shares[a]), a, b, p)
            for a in range(len(shares)) if over[a] > 0 for b in range(len(shares)) if over[b] < 0
            for p in range(len(sizes)) if all_[p][a] > 0)
        all_[pool][source] -= 1
        all_[pool][to] += 1
        over[source] -= 1
        over[to] += 1
    return all_


def pools_of(people, rule, root, parents):
    """{pool's unit: its people}, in the order of the people's ids. people: [(id, unit)]; parents: {unit: unit}."""
    def way(unit):  # from the root down to it
        steps = [unit]
        while steps[-1] != root:
            steps.append(parents[steps[-1]])
        return steps[::-1]
    sizes, pool = {}, {}
    for id_, unit in people:
        steps = way(unit)
        pool[id_] = steps[min(rule["poolLevel"] if "poolLevel" in rule else 0, len(steps) - 1)]
        sizes[pool[id_]] = sizes.get(pool[id_], 0) + 1
    into = {}
    for depth in range(max((len(way(unit)) for unit in sizes), default=1), 1, -1):  # the deepest first
        for unit in [unit for unit in sizes if len(way(unit)) == depth and 0 < sizes[unit] < rule["minPool"]]:
            into[unit] = parents[unit]
            sizes[parents[unit]] = sizes.get(parents[unit], 0) + sizes[unit]
            sizes[unit] = 0
    found = {}
    for id_, _ in sorted(people):
        unit = pool[id_]
        while unit in into:
            unit = into[unit]
        found.setdefault(unit, []).append(id_)
    return found


def distributed(plan, people, root, parents):
    """{person: suggested row}. people: {id: (unit, total, held row)}."""
    rule = plan["distribution"]
    pools = pools_of([(id_, unit) for id_, (unit, _, _) in people.items()], rule, root, parents)
    shares = [F(one["share"]) / 100 for one in rule["shares"]]
    suggested = {}
    for members, seats in zip(pools.values(), seats_of([len(members) for members in pools.values()], shares)):
        waiting = sorted(members, key=lambda id_: (-people[id_][1], id_))
        free = 0
        for row, count in enumerate(seats, 1):
            free += count
            for id_ in [one for one in waiting if people[one][2] <= row]:
                if free > 0 or row == len(seats):
                    suggested[id_] = row
                    waiting.remove(id_)
                    free -= 1
    return suggested
