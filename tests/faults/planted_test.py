#!/usr/bin/python3
"""The checker of the fault runner has to find what is wrong: in a stack at rest that is as it should be,
one thing at a time is made what a bug would have left, is found as what it is and as nothing else, and
is mended."""
import json
import os
import random
import sys
import types
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.dirname(__file__))
from check import Checker  # noqa: E402
from mail_sink import MailSink  # noqa: E402
from process_load import PATIENT, WORKFLOW, ProcessLoad  # noqa: E402
from sms_receiver import SmsReceiver  # noqa: E402
from stack import Stack, wait_until  # noqa: E402

KEYS = {"goals.outbox": "id", "goals.stamp": "overall", "notify.delivery": "id", "notify.notice": "id", "notify.outbox": "id",
        "org.stamp": "overall", "scoring.unit_score": "unit_id, period", "workflow.history": "line_id", "workflow.seat": "task_id, number",
        "workflow.stamp": "overall", "workflow.tally": "cycle_id, stage, unit_id", "workflow.task": "task_id",
        "workflow.timer": "task_id, kind, step"}


class Rows:
    """Rows of a table that the superuser breaks and mends; {copy} is what they were."""

    def __init__(self, table, which, broken):
        self.table, self.which, self.broken = table, which, broken

    def plant(self, stack, number, names):
        copy, key = f"planted_{number}", KEYS[self.table]
        stack.sql(f"CREATE TABLE {copy} AS SELECT * FROM {self.table} WHERE {self.which.format(**names)}")
        if stack.sql(f"SELECT count(*) FROM {copy}") == [["0"]]:
            raise AssertionError(f"there are no such rows of {self.table}: {self.which}")
        stack.sql(self.broken.format(table=self.table, key=key, copy=copy))

    def mend(self, stack, number):
        copy, key = f"planted_{number}", KEYS[self.table]
        stack.sql(f"DELETE FROM {self.table} WHERE ({key}) IN (SELECT {key} FROM {copy}); {self.mended(copy)}; DROP TABLE {copy}")

    def mended(self, copy):
        return f"INSERT INTO {self.table} OVERRIDING SYSTEM VALUE SELECT * FROM {copy}"


class Taken(Rows):
    def __init__(self, table, which):
        super().__init__(table, which, "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {copy})")


class Changed(Rows):
    def __init__(self, table, which, change):
        super().__init__(table, which, f"UPDATE {{table}} SET {change} WHERE ({{key}}) IN (SELECT {{key}} FROM {{copy}})")


class Again(Rows):
    """The same once more, under another key."""

    def __init__(self, table, which, change):
        super().__init__(table, which, f"UPDATE {{copy}} SET {change}; INSERT INTO {{table}} OVERRIDING SYSTEM VALUE SELECT * FROM {{copy}}")

    def mended(self, copy):
        return "SELECT"


LAST = "overall = (SELECT max(overall) FROM goals.stamp)"
LAST_EVENT = f"id = (SELECT outbox_id FROM goals.stamp WHERE {LAST})"
OPEN_TASK = "task_id = (SELECT min(task_id) FROM workflow.task WHERE state = 1)"
# What is planted, and all that is to be found, as (kind, first word).
PLANTED = {
    # A position that is moved outside the transaction: an event's effect is lost, or is there twice.
    "a position ahead of its effect": (
        [Taken("notify.notice", "cause LIKE 'task/%' ORDER BY id LIMIT 1")], {("lost", "notice:")}),
    "a position behind its effect": (
        [Changed("scoring.unit_score", "actual > 0 AND period = '{quarter}' ORDER BY unit_id LIMIT 1", "actual = 2 * actual")],
        {("diverged", "unit")}),
    # Published before the commit: somebody heard what never came to be, or another event got its number.
    "an event that was heard and not committed": (
        [Taken("goals.outbox", LAST_EVENT), Taken("goals.stamp", LAST)], {("causeless", "audit:")}),
    "an event whose number another one got": (
        [Changed("goals.outbox", LAST_EVENT, "body = body || body")], {("diverged", "audit:")}),
    # A lease without its fence: two stampers number an event, two senders write that a message was sent.
    "two stampers": (
        [Again("goals.stamp", LAST, "overall = overall + 1, number = number + 1")], {("duplicated", "log:")}),
    "two senders": (
        [Again("notify.outbox", "type = 'MessagesSent' ORDER BY id LIMIT 1", "id = id + 500000")],
        {("duplicated", "message:"), ("lost", "log:")}),
    "a number that is missing": (
        [Taken("org.stamp", "overall = 3")], {("hole", "log:"), ("lost", "log:"), ("causeless", "audit:")}),
    "events of a key in another order": (
        [Changed("workflow.stamp", "outbox_id IN (SELECT id FROM workflow.outbox WHERE key = 'cycle/{cycle}' ORDER BY id LIMIT 2)",
                 "outbox_id = (SELECT sum(outbox_id) FROM {copy}) - outbox_id")],
        {("reordered", "log:"), ("diverged", "audit:")}),
    "a decision twice": (
        [Again("workflow.history", "what = 'decided' AND reason LIKE 'd/%' ORDER BY line_id LIMIT 1", "line_id = line_id + 1000000")],
        {("duplicated", "decision:"), ("lost", "decision:"), ("duplicated", "act:")}),
    "a decision that is lost": (
        [Changed("workflow.seat", "state = 3 AND reason LIKE 'd/%' ORDER BY decided_at LIMIT 1", "outcome = 'nothing'")],
        {("lost", "decision:")}),
    "a task that is lost": (
        [Changed("workflow.task", OPEN_TASK, "state = 4")],
        {("lost", "task:"), ("diverged", "task:"), ("diverged", "timer:"), ("diverged", "board:")}),
    "a task that nobody can decide": (
        [Changed("workflow.seat", f"state = 2 AND {OPEN_TASK}", "holder_id = 0")], {("unheld", "task:")}),
    "a timer that is lost": (
        [Taken("workflow.timer", "kind = 3 ORDER BY due_at DESC LIMIT 1")], {("lost", "timer:")}),
    "a board that counts wrong": (
        [Changed("workflow.tally", "open > 0 ORDER BY cycle_id, stage, unit_id LIMIT 1", "open = open + 1")], {("diverged", "board:")}),
    "a notice without a cause": (
        [Again("notify.notice", "cause LIKE 'task/%' ORDER BY id LIMIT 1", "id = id + 500000, cause = 'task/999999/open/1/1'")],
        {("causeless", "notice:")}),
    "a notice that goes out to nobody": (
        [Changed("notify.delivery", "state = 'sent' AND cardinality(notices) = count AND notices && "
                 "ARRAY(SELECT id FROM notify.notice WHERE cause LIKE 'remind/%') ORDER BY id LIMIT 1", "notices = '{{}}', count = 0")],
        {("lost", "message:")}),
    "a notice that goes out twice": (
        [Changed("notify.delivery", "state = 'sent' AND cardinality(notices) > 0 ORDER BY id LIMIT 1", "notices = notices || notices[1]")],
        {("duplicated", "message:")}),
}


def asked_once(ask):
    """What services answer does not change meanwhile: it is the tables that are broken."""
    answers = {}

    def answer(method, request, *flags):
        key = method, json.dumps(request)
        if key not in answers:
            answers[key] = ask(method, request, *flags)
        return answers[key]
    return answer


class Planted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mail = cls.enterClassContext(MailSink())
        cls.sms = cls.enterClassContext(SmsReceiver())
        cls.stack = cls.enterClassContext(Stack(smtp_url=f"smtp://127.0.0.1:{cls.mail.port}", dacheng_gather_s=0,
                                                **PATIENT, **cls.sms.settings()))
        cls.load = ProcessLoad(cls.stack, 1)
        for definition in ("faults_review", "goal_confirmation"):
            cls.load.start_cycle(cls.load.client("supervisor"), definition, definition)
        # The vice president ends some of what directors have decided.
        draw = random.Random(1)
        for account in ("director.a", "vp"):
            client = cls.load.client(account)
            tasks = wait_until(lambda c=client: [t for t in c.call(WORKFLOW + "ListMyTasks", {"limit": 100}).get("tasks", [])
                                                 if t["definition"] == "faults_review"], 30, "tasks")
            for task in tasks[:8]:
                cls.load.decide(client, account, draw, task)
        cls.stack.turn_clock(days=5)  # reminders and the first rungs come due
        cls.records = types.SimpleNamespace(period=cls.load.quarter)
        cls.stack.ctl_call = asked_once(cls.stack.ctl_call)

    def findings(self, rest=False):
        checker = Checker(self.stack, self.records, self.load, self.mail, self.sms)
        for check in ([checker.rest] if rest else []) + [checker.totals, checker.logs, checker.audit]:
            checker.run(check)
        checker.check_process()
        self.counts = checker.counts
        return checker.findings

    def expect(self, expected):
        findings = self.findings()
        self.assertEqual({(kind, text.split()[0]) for kind, text in findings}, expected, findings)

    def test_1_what_is_as_it_should_be_is_found_so(self):
        self.assertEqual(self.findings(rest=True), [])
        for name in ("decided", "pending", "reminded", "escalated", "notices", "mail", "sms", "addressed", "steps", "ledger_rows"):
            self.assertGreater(self.counts[name], 0, f"nothing to look at: {self.counts}")

    def test_2_each_thing_that_is_broken_is_found_as_what_it_is(self):
        names = {"quarter": self.load.quarter, "cycle": self.load.cycles["faults_review"]}
        for what, (rows, expected) in PLANTED.items():
            with self.subTest(what):
                for number, some in enumerate(rows):
                    some.plant(self.stack, number, names)
                try:
                    self.expect(expected)
                finally:
                    for number, some in enumerate(rows):
                        some.mend(self.stack, number)

    def test_3_mails_that_came_too_often_or_never_are_found(self):
        mails = list(self.mail.messages)
        to, message, subject = mails[0]
        for planted, expected in (
                (mails + [(to, message, subject)], ("duplicated", "message:")),
                ([mail for mail in mails if mail[1] != message], ("lost", "message:")),
                (mails + [(to, message.replace("dacheng.", "dacheng.9"), subject)], ("causeless", "message:"))):
            with self.subTest(expected):
                self.mail.messages = planted
                self.expect({expected})
        self.mail.messages = mails

    def test_4_what_was_mended_is_as_it_should_be(self):
        self.assertEqual(self.findings(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
