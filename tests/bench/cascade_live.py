#!/usr/bin/python3
"""cascade_live: the root target of 100,000 people is adjusted through the gateway; until it is committed
(acknowledged), and until a dashboard of the group and one of a person far down show it, both streaming at the
gateway. All programs and their database are on this machine. BENCH_PEOPLE and BENCH_ROUNDS say other numbers."""
import base64
import json
import os
import statistics
import sys
import threading
import time

from bench import alone
from stack import Stack, wait_until

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "scenarios"))
from main_job_test import stack_stream  # noqa: E402

PEOPLE, TEAMS, ROUNDS = int(os.environ.get("BENCH_PEOPLE", "100000")), 1000, int(os.environ.get("BENCH_ROUNDS", "5"))
LONG = 900  # seconds that making the group may take


def import_group(stack):
    tenant = stack.sql("SELECT id FROM org.tenant")[0][0]
    units = ["LV,大区,department,CO,2026-01-01"] + [f"LD{n},部门 {n},department,LV,2026-01-01" for n in range(TEAMS // 10)] + \
            [f"LT{n},小组 {n},team,LD{n // 10},2026-01-01" for n in range(TEAMS)]
    people = [f"L{n},员工 {n},,,LT{n % TEAMS},live,,2026-01-01" for n in range(PEOPLE)]
    for kind, head, rows in (("UNITS", "code,name,kind,parent_code,valid_from", units),
                             ("PEOPLE", "code,name,email,mobile,unit_code,position,manager_code,employed_from", people)):
        for at in range(0, len(rows), 20000):
            body = base64.b64encode("".join(row + "\n" for row in (head, *rows[at:at + 20000])).encode()).decode()
            request = json.dumps({"kind": "IMPORT_KIND_" + kind, "csv": body})
            answer = json.loads(stack.ctl("--timeout", "300", "call", "--tenant", tenant, "org/Import", "-", text_input=request, timeout=400).stdout)
            assert answer.get("written"), answer
    for schema in ("goals", "scoring"):
        wait_until(lambda: int(stack.sql(f"SELECT count(*) FROM {schema}.org_person WHERE code LIKE 'L%'")[0][0]) >= PEOPLE, LONG, schema, every=0.5)


def first_targets(stack, supervisor, unit, indicator, period):
    ratio = {"fullMarks": "100", "lower": "0", "cap": "1.2", "decimals": 2}
    supervisor.call("goals.GoalService/SavePlan", {"reason": "bench", "plan": {
        "code": "live", "name": "live", "scope": {"position": "live"}, "missingPolicy": "MISSING_POLICY_DROP", "totalDecimals": 2,
        "effectiveFrom": "2026-01-01", "items": [{"indicatorId": indicator, "weight": "100.00", "ratio": ratio}]}})
    root = supervisor.call("goals.GoalService/SetTarget", {
        "ownerKind": "OWNER_KIND_UNIT", "ownerId": unit, "indicatorId": indicator, "period": period, "value": "123456789012.34", "reason": "bench",
        "allowOverAssignment": True})["node"]["target"]["id"]
    stack.ctl("--timeout", "300", "call", "--as", "supervisor", "goals/CascadeTarget", "-", text_input=json.dumps({"targetId": root, "reason": "bench"}), timeout=400)
    wait_until(lambda: int(stack.sql(f"SELECT count(*) FROM scoring.score WHERE period = '{period}'")[0][0]) >= PEOPLE and
               stack.sql("SELECT count(*) FROM scoring.dirty") == [["0"]], LONG, "the first scores", every=0.5)
    return root


def main():
    with Stack() as stack:
        supervisor = stack.login("supervisor")
        period = supervisor.call("scoring.ScoringService/ListPeriods")["current"]
        import_group(stack)
        supervisor = stack.login("supervisor")
        definitions = supervisor.call("goals.GoalService/ListDefinitions")
        indicator = next(one["id"] for one in definitions["indicators"] if one["code"] == "sales_amount")
        unit = stack.sql("SELECT id FROM org.unit WHERE code = 'LV'")[0][0]
        last = stack.sql(f"SELECT id FROM org.person WHERE code = 'L{PEOPLE - 1}'")[0][0]
        root = first_targets(stack, supervisor, unit, indicator, period)
        shown, stop = {"unit": {}, "person": {}}, threading.Event()

        def watch():
            queries = [("unit", "GetUnit", {"unitId": unit, "period": period}, ["scoring.UnitsChanged"], unit),
                       ("person", "GetPerson", {"personId": last, "period": period}, ["scoring.ScoresChanged"], last)]
            try:
                for answer in stack_stream(stack.address, supervisor.cookie, [
                        {"id": name, "method": "dacheng.scoring.v1.ScoringService/" + method, "requestJson": json.dumps(request), "events": events,
                         "ownerIds": [owner]} for name, method, request, events, owner in queries]):
                    if answer.get("answerJson"):
                        body = json.loads(answer["answerJson"])
                        target = (body.get("unit") or body.get("person") or {}).get("target", "")
                        shown[answer["id"]].setdefault(target, time.monotonic())
                    if stop.is_set():
                        return
            except AssertionError:
                if not stop.is_set():  # at the end the stream ends with the service
                    raise
        threading.Thread(target=watch, daemon=True).start()
        wait_until(lambda: shown["unit"] and shown["person"], 60, "the dashboards")
        committed, unit_seen, person_seen = [], [], []
        for n in range(ROUNDS):
            value = f"{123456789012 + 1000000003 * (n + 1)}.{n:02d}"
            start = time.monotonic()
            answer = supervisor.call("goals.GoalService/AdjustTarget", {
                "targetId": root, "value": value, "reason": "bench", "effectiveOn": stack.sql("SELECT current_date")[0][0], "policy": "ADJUST_POLICY_RESTATE", "allowOverAssignment": True})
            committed.append(time.monotonic() - start)
            assert int(answer["changed"]) > PEOPLE, answer["changed"]
            wanted = stack.sql(f"SELECT trim_scale(value) FROM goals.target WHERE owner_kind = 2 AND owner_id = {last} AND period = '{period}'")[0][0]
            whole = value.rstrip("0").rstrip(".")
            wait_until(lambda: whole in shown["unit"] and wanted in shown["person"], LONG, f"{whole} and {wanted} on the dashboards")
            unit_seen.append(shown["unit"][whole] - start)
            person_seen.append(shown["person"][wanted] - start)
        stop.set()
        middle = statistics.median
        alone("cascade_live", f"people={PEOPLE} rounds={ROUNDS} committed={middle(committed):.2f}s group_shown={middle(unit_seen):.2f}s "
                              f"person_shown={middle(person_seen):.2f}s range={min(person_seen):.2f}..{max(person_seen):.2f} load={os.getloadavg()[0]:.0f} aim=shown<5s")


if __name__ == "__main__":
    main()
