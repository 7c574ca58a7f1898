"""What has to hold of cycles, tasks, decisions and timers once everything is at rest: by the tables of
workflow themselves, against what workflow told and what people were answered."""
import collections

from process_state import CASE_OPEN, CYCLE_CLOSED, CYCLE_RUNNING, ESCALATE, OPEN, REMIND, SEAT_DONE, SEAT_OPEN, SEQUENCE

DAY_US = 86400 * 1000000
FIRING_US = 2 * 1000000  # a timer that comes due while it is being looked at is not late yet


class ProcessChecker:
    """find(kind, what) is called for everything that is wrong; counts says how much was looked at."""

    def __init__(self, state, load, find, counts):
        self.state, self.load, self.find, self.counts = state, load, find, counts

    def checks(self):
        return (self.cycles, self.cases, self.seats, self.order, self.decisions, self.acts, self.firing, self.planned, self.reminders)

    # --- cycles, cases, tasks ------------------------------------------------------------------------
    def cycles(self):
        """Every cycle that was acknowledged is there once, with all its cases."""
        names = collections.Counter(row["name"] for row in self.state.rows("SELECT name FROM workflow.cycle"))
        for name in self.load.cycles:
            if names[name] != 1:
                self.find("lost" if names[name] == 0 else "duplicated", f"cycle: {name} is there {names[name]} times")
        for row in self.state.rows(f"""
                SELECT c.cycle_id, c.cases_planned, count(p.case_id) AS there FROM workflow.cycle c
                LEFT JOIN workflow.process_case p ON p.tenant_id = c.tenant_id AND p.cycle_id = c.cycle_id AND p.track = c.track
                WHERE c.state IN ({CYCLE_RUNNING}, {CYCLE_CLOSED})
                GROUP BY c.cycle_id, c.cases_planned HAVING count(p.case_id) <> c.cases_planned"""):
            self.find("lost", f"cases: cycle {row['cycle_id']} has {row['there']} of {row['cases_planned']}")

    def cases(self):
        """Every case has exactly one open task, in the stage where it stands, or has ended."""
        open_tasks = collections.defaultdict(list)
        for task in self.state.tasks.values():
            if task["state"] == OPEN:
                open_tasks[task["case_id"]].append(task)
        cases = self.state.rows("SELECT case_id, stage, state FROM workflow.process_case")
        for case in cases:
            tasks = open_tasks.pop(case["case_id"], [])
            if case["state"] == CASE_OPEN and len(tasks) != 1:
                self.find("duplicated" if tasks else "lost", f"task: case {case['case_id']} is open with {len(tasks)} open tasks")
            elif case["state"] != CASE_OPEN and tasks:
                self.find("diverged", f"task: case {case['case_id']} has ended with an open one")
            elif tasks and tasks[0]["stage"] != case["stage"]:
                self.find("diverged", f"task: case {case['case_id']} stands in {case['stage']}, its task in {tasks[0]['stage']}")
        for case_id in open_tasks:
            self.find("diverged", f"task: one is open in case {case_id} that is not there")
        self.counts.update(cases=len(cases), tasks=len(self.state.tasks))

    def seats(self):
        """An open task has an open seat, and each such a holder who is employed; one that is over has none."""
        today = f"to_timestamp({self.state.now} / 1e6)::date"
        employed = {row["person_id"] for row in self.state.rows(
            f"SELECT person_id FROM workflow.org_person WHERE employed_from <= {today} AND employed_to > {today}")}
        for task_id, task in self.state.tasks.items():
            seats = [seat for seat in self.state.seats_of[task_id] if seat["state"] == SEAT_OPEN]
            if task["state"] == OPEN and not seats:
                self.find("unheld", f"task: {task_id} is open without an open seat")
            elif task["state"] != OPEN and seats:
                self.find("diverged", f"task: {task_id} is over with an open seat")
            for seat in seats:
                if seat["holder_id"] not in employed:
                    self.find("unheld", f"task: {task_id} is held by {seat['holder_id']}, who is not employed")
        self.counts["open"] = sum(task["state"] == OPEN for task in self.state.tasks.values())

    def order(self):
        """What is told of a task has the order in which it changed."""
        versions = {}
        for event in self.state.events:
            for task in event.tasks:
                if task.version < versions.get(task.id, 0):
                    self.find("reordered", f"task: {task.id}, version {task.version} is told after {versions[task.id]}")
                versions[task.id] = max(task.version, versions.get(task.id, 0))

    # --- decisions -----------------------------------------------------------------------------------
    def standing(self):
        """{(task, owner of the seat): its line}: the decisions that were made and not taken back, by the
        history. A person may decide one task more than once, each time for another seat: of somebody
        whose right has moved to him meanwhile, or whose turn came later. The same seat only once."""
        stand = {}
        for line in self.state.history:
            task_id, person = line["task_id"], line["person_id"]
            if line["what"] == "decided":
                owner = line["for_person_id"] or person
                if (task_id, owner) in stand:
                    self.find("duplicated", f"decision: task {task_id} was decided twice for {owner}: {stand[task_id, owner]}, {line}")
                self.counts["decided_for_another_seat"] += any(
                    key[0] == task_id and made["person_id"] == person for key, made in stand.items())
                stand[task_id, owner] = line
            elif line["what"] == "withdrawn":
                # In a sequence the last one, else all of his; none where it was made in the task that
                # this one took the place of.
                his = [key for key, made in stand.items() if key[0] == task_id and made["person_id"] == person]
                for key in his[-1:] if self.state.tasks[task_id]["mode"] == SEQUENCE else his:
                    del stand[key]
        return stand

    def decisions(self):
        """Each decision once: the history, the seats and what was told say the same."""
        for (task_id, owner), line in self.standing().items():
            if not any((s["owner_id"], s["state"], s["decided_by_id"], s["outcome"], s["reason"])
                       == (owner, SEAT_DONE, line["person_id"], line["outcome"], line["reason"]) for s in self.state.seats_of[task_id]):
                self.find("lost", f"decision: of {line['person_id']} for {owner} in task {task_id} stands in no seat")
        made = [line for line in self.state.history if line["what"] == "decided"]
        # By case: a decision of another one goes on into the task that takes the place of a withdrawn one.
        known = {(line["case_id"], line["person_id"], line["outcome"], line["reason"]) for line in made}
        for seat in self.state.seats:
            case_id = self.state.tasks[seat["task_id"]]["case_id"]
            if seat["state"] == SEAT_DONE and (case_id, seat["decided_by_id"], seat["outcome"], seat["reason"]) not in known:
                self.find("lost", f"decision: of {seat['decided_by_id']} in task {seat['task_id']} is in no history")
        told = collections.Counter(task.id for e in self.state.events if e.kind == "TasksDecided" for task in e.tasks)
        lines = collections.Counter(line["task_id"] for line in made)
        for task_id in set(told) | set(lines):
            if told[task_id] != lines[task_id]:
                self.find("duplicated" if told[task_id] > lines[task_id] else "lost",
                          f"decision: task {task_id} was decided {lines[task_id]} times by its history, {told[task_id]} times as told")
        self.counts["decided"] = len(made)

    def acts(self):
        """What was acknowledged is there once, and what was refused left nothing."""
        lines = collections.defaultdict(collections.Counter)  # an act has a line for each seat that it is about
        for line in self.state.history:
            lines[line["what"], line["task_id"], line["person_id"], line["reason"]][line["owner_id"]] += 1
        for act in self.load.acts:
            times = max(lines[act].values(), default=0)
            if times != 1:
                self.find("duplicated" if times else "lost", f"act: {act} is there {times} times")
        kept = collections.Counter(row["reason"] for row in self.state.rows("SELECT reason FROM workflow.delegation"))
        for reason in self.load.delegations:
            if kept[reason] != 1:
                self.find("duplicated" if kept[reason] else "lost", f"delegation: {reason} is there {kept[reason]} times")
        left = {line["reason"] for line in self.state.history} | set(kept)
        for reason in self.load.refused:
            if reason in left:
                self.find("diverged", f"act: {reason} was refused, and is there")
        self.counts["delegations"] = sum(kept.values())

    # --- timers --------------------------------------------------------------------------------------
    def fired(self):
        """How often each (task, kind, step) was told; urging by hand has no step."""
        fired = collections.Counter()
        for event in self.state.events:
            kind = {"TasksReminded": REMIND, "TasksEscalated": ESCALATE}.get(event.kind)
            fired.update((task.id, kind, event.step) for task in event.tasks if kind)
        return fired

    def turns(self, task_id):
        """How often a step may come: once, in a sequence once in the turn of each seat. A seat that takes
        its decision back has its turn again, and the turn that had followed is over (its seat waits
        again): both began, and neither counts as a seat that was opened."""
        task = self.state.tasks[task_id]
        if task["mode"] != SEQUENCE:
            return 1
        opened = sum(seat["opened"] is not None for seat in self.state.seats_of[task_id])
        return opened + 2 * self.state.taken_back[task_id]

    def pending(self):
        return {(timer["task_id"], timer["kind"], timer["step"]) for timer in self.state.timers}

    def firing(self):
        """Nothing is due and unfired; a step is pending or was fired once."""
        for timer in self.state.timers:
            task = self.state.tasks.get(timer["task_id"])
            if timer["due"] <= self.state.now - FIRING_US:
                self.find("lost", f"timer: {timer} is due and was not fired")
            if not task or task["state"] != OPEN:
                self.find("diverged", f"timer: {timer} of a task that is not open")
        pending = self.pending()
        for key, times in self.fired().items():
            turns = self.turns(key[0])
            if times > turns and key[2]:
                self.find("duplicated", f"timer: task, kind, step {key} fired {times} times")
            if key in pending and times >= turns:
                self.find("duplicated", f"timer: task, kind, step {key} was fired, and is pending")
        self.counts["pending"] = len(pending)

    def rules(self):
        """{(cycle, stage): the stage of its definition}"""
        definitions, rules = {}, {}
        for cycle in self.state.rows("SELECT cycle_id, definition AS code, definition_version AS version FROM workflow.cycle"):
            key = cycle["code"], cycle["version"]
            if key not in definitions:
                definitions[key] = self.state.ask("GetDefinition", {"code": key[0], "version": key[1]})["definition"]
            rules.update({(cycle["cycle_id"], stage["code"]): stage for stage in definitions[key]["stages"]})
        return rules

    def planned(self):
        """Every step of an open task's stage that lay ahead when it was opened is pending or was fired,
        and it is overdue exactly when its deadline has passed."""
        rules, pending, fired = self.rules(), self.pending(), self.fired()
        for task_id, task in self.state.tasks.items():
            if task["state"] != OPEN:
                continue
            if (task["due"] <= self.state.now) != task["overdue"] and abs(task["due"] - self.state.now) > FIRING_US:
                self.find("diverged", f"timer: task {task_id} is {'' if task['overdue'] else 'not '}noted as overdue")
            rule = rules[task["cycle_id"], task["stage"]]
            on = [seat for seat in self.state.seats_of[task_id] if seat["state"] == SEAT_OPEN]
            opened = max(seat["opened"] for seat in on) if on and task["mode"] == SEQUENCE else task["opened"]
            done = max((seat["rung"] for seat in on), default=0)
            wanted = [(task_id, ESCALATE, step) for step in range(done + 1, len(rule.get("escalation", [])) + 1)]
            for step, reminder in enumerate(rule.get("reminders", []), 1):
                # Those in working days would need the calendar.
                before = reminder["before"]
                if not before.get("workingDays") and task["due"] - before["amount"] * DAY_US > opened:
                    wanted.append((task_id, REMIND, step))
            self.counts["steps"] += len(wanted)
            for key in wanted:
                if key not in pending and not fired[key]:
                    self.find("lost", f"timer: task, kind, step {key} is neither pending nor fired")

    def reminders(self):
        """The history and the seats say as many reminders and rungs as were told."""
        told, of_stage = collections.Counter(), collections.Counter()
        for (task_id, kind, step), times in self.fired().items():
            what = "escalated" if kind == ESCALATE else "reminded" if step else "urged"
            task = self.state.tasks[task_id]
            told[task_id, what] += times
            # By stage: the seats of a task that takes the place of a withdrawn one count on.
            of_stage[task["case_id"], task["stage"]] += times if kind == REMIND else 0
            self.counts[what] += times
        # A rung has a line for each seat that it moves.
        rungs = {(line["task_id"], line["at"]) for line in self.state.history if line["what"] == "escalated"}
        lines = collections.Counter((task_id, "escalated") for task_id, _ in rungs)
        lines.update((line["task_id"], line["what"]) for line in self.state.history if line["what"] in ("reminded", "urged"))
        for key in set(told) | set(lines):
            if told[key] != lines[key]:
                self.find("duplicated" if lines[key] > told[key] else "lost",
                          f"history: task {key[0]} was {key[1]} {told[key]} times as told, {lines[key]} times by its lines")
        for seat in self.state.seats:
            task = self.state.tasks[seat["task_id"]]
            if seat["reminders"] > of_stage[task["case_id"], task["stage"]]:
                self.find("duplicated", f"history: a seat of task {seat['task_id']} was reminded {seat['reminders']} times")
