#!/usr/bin/python3
"""Starts the whole system with the demo group, lets one round of reviews come to its end, and has
another one started, named for, approved and rated in real browsers.

BUILD says which programs and console (build/dev); pictures go to BUILD/browser.
"""
import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
sys.path.insert(0, HERE)
from main_job_test import drive  # noqa: E402
from stack import Stack, wait_until  # noqa: E402

QUESTIONS = ("results", "customer", "teamwork", "communication", "learning")


def closed_round(stack):
    """张三 was rated by his manager, three peers and himself."""
    def call(account, method, request=None):
        return stack.ctl_call("reviews/" + method, request or {}, "--as", account)
    units = {n["unit"]["code"]: n["unit"]["id"] for n in stack.ctl_call("org/GetTree", {}, "--as", "boss")["nodes"]}
    zhang = next(p["id"] for p in stack.ctl_call("org/ListPeople", {"limit": 500}, "--as", "supervisor")["people"] if p["code"] == "E1101")

    def known():
        forms = call("supervisor", "ListForms")
        return forms if forms.get("forms") and forms.get("measures") else None
    forms = wait_until(known, 60, "the forms")

    def started():
        done = stack.ctl("call", "--as", "supervisor", "reviews/StartRound", json.dumps({
            "name": "2025 年度 360", "formId": forms["forms"][0]["id"], "period": "2025", "unitId": units["A1"], "measureId": forms["measures"][0]["id"],
            "rules": {"peers": 15, "peerChoice": "PEER_CHOICE_RANDOM", "subordinates": 15}}), check=False)
        return json.loads(done.stdout)["round"] if done.returncode == 0 else None
    round_id = wait_until(started, 60, "the round")["id"]
    call("supervisor", "OpenRound", {"id": round_id})
    comments = {"lead.a1": "目标感强，客户跟进细致", "kongqiang": "乐于帮助新人", "xiefang": "报告可以更及时", "mengping": "跨部门沟通再主动一些", "zhangsan": "希望提升谈判能力"}
    for account, level in (("lead.a1", 5), ("kongqiang", 4), ("xiefang", 4), ("mengping", 3), ("zhangsan", 4)):
        mine = next(r for r in call(account, "ListMyRatings")["ratings"] if r["personId"] == zhang)
        answers = [{"question": q, "level": max(1, min(5, level - (at % 2)))} for at, q in enumerate(QUESTIONS)]
        call(account, "SaveRating", {"id": mine["id"], "answers": answers + [{"question": "improve", "text": comments[account]}], "submit": True})
    call("supervisor", "CloseRound", {"id": round_id})
    wait_until(lambda: call("supervisor", "ListRounds")["rounds"][0]["round"]["state"] == "ROUND_STATE_CLOSED", 60, "the end of the round")


def main():
    with Stack() as stack, tempfile.NamedTemporaryFile("w", suffix=".json") as accounts:
        closed_round(stack)
        json.dump(stack.one_time_passwords(), accounts)
        accounts.flush()
        return drive("http://" + stack.address, accounts.name, "reviews.mjs")


if __name__ == "__main__":
    sys.exit(main())
