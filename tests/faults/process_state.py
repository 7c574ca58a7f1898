"""The cycles, tasks and timers of a stack at rest, read once: the tables of workflow, and what it
told, in the order of its log."""
import collections
import json

from wire import TasksEvent, cycle_of

# States as the tables have them (proto/dacheng/workflow/v1/events.proto, services/workflow/life.h).
CASE_OPEN = 1
CYCLE_LAUNCHING, CYCLE_RUNNING, CYCLE_CLOSED = 1, 2, 3
OPEN, DECIDED = 1, 2
SEAT_OPEN, SEAT_DONE = 2, 3
SEQUENCE = 4
REMIND, DEADLINE, ESCALATE = 1, 2, 3  # kinds of timers


def us(column):
    return f"(extract(epoch FROM {column}) * 1000000)::bigint"


class ProcessState:
    def __init__(self, stack):
        self.stack = stack
        self.now = int(stack.now() * 1e6)
        self.tasks = {t["task_id"]: t for t in self.rows(
            "SELECT task_id, case_id, cycle_id, stage, unit_id, state, mode, overdue, outcome, "
            f"{us('opened_at')} AS opened, {us('due_at')} AS due FROM workflow.task")}
        self.seats = self.rows(
            "SELECT task_id, number, owner_id, holder_id, state, outcome, reason, decided_by_id, rung, reminders, "
            f"{us('opened_at')} AS opened, {us('decided_at')} AS decided, {us('due_at')} AS due FROM workflow.seat ORDER BY task_id, number")
        self.seats_of = collections.defaultdict(list)
        for seat in self.seats:
            self.seats_of[seat["task_id"]].append(seat)
        self.timers = self.rows(f"SELECT task_id, kind, step, {us('due_at')} AS due FROM workflow.timer")
        self.history = self.rows(
            "SELECT case_id, task_id, what, person_id, for_person_id, owner_id, outcome, reason, "
            f"{us('at')} AS at FROM workflow.history ORDER BY line_id")
        self.taken_back = collections.Counter(line["task_id"] for line in self.history if line["what"] == "withdrawn")
        self.events = [TasksEvent(row["type"], body) for row, body in self.told("type LIKE 'Tasks%'")]
        self.cycles_told = [cycle_of(body) for _, body in self.told("type = 'CycleChanged'")]
        self.cycle_ids = sorted({task["cycle_id"] for task in self.tasks.values()})

    def rows(self, statement):
        """Rows as dicts of JSON values."""
        return json.loads(self.stack.sql(f"SELECT coalesce(jsonb_agg(r), '[]') FROM ({statement}) r")[0][0])

    def told(self, which):
        return [(row, bytes.fromhex(row["body"])) for row in self.rows(
            "SELECT o.type, encode(o.body, 'hex') AS body FROM workflow.outbox o JOIN workflow.stamp s ON s.outbox_id = o.id "
            f"WHERE {which} ORDER BY s.overall")]

    def ask(self, method, request):
        """As the supervisor, who sees everything."""
        return self.stack.ctl_call("workflow/" + method, request, "--as", "supervisor")
