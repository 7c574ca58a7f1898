"""What people see of cycles, against a fresh computation over tasks and seats: boards and the ledger."""
import collections
import statistics

from process_state import DECIDED, OPEN, SEAT_DONE, SEAT_OPEN


def figures(seats):
    """What a row of the ledger says of these (task, seat): exact figures, and times in seconds."""
    done = [(task, seat) for task, seat in seats if seat["state"] == SEAT_DONE]
    on_time = [seat for task, seat in done if seat["decided"] <= (seat["due"] or task["due"])]
    lay = [(seat["decided"] - seat["opened"]) / 1e6 for _, seat in done] or [0]
    exact = {"tasks": len(seats), "decided": len(done), "onTime": len(on_time),
             "beforeFirstReminder": sum(seat["reminders"] == 0 for seat in on_time),
             "escalated": sum(seat["rung"] > 0 for _, seat in seats), "reminders": sum(seat["reminders"] for _, seat in seats)}
    return exact, {"meanS": statistics.mean(lay), "medianS": statistics.median(lay), "longestS": max(lay)}


class ShownChecker:
    def __init__(self, state, find, counts):
        self.state, self.find, self.counts = state, find, counts

    def checks(self):
        return (self.boards, self.ledgers)

    def boards(self):
        """The counts of boards, in the table and as they are answered, are those of the tasks."""
        fresh = collections.Counter()
        for task in self.state.tasks.values():
            key = (task["cycle_id"], task["stage"], task["unit_id"])
            fresh[key + ("done",)] += task["state"] == DECIDED
            fresh[key + ("open",)] += task["state"] == OPEN
            fresh[key + ("overdue",)] += task["state"] == OPEN and task["overdue"]
        kept = {}
        for row in self.state.rows("SELECT cycle_id, stage, unit_id, done, open, overdue FROM workflow.tally"):
            for name in ("done", "open", "overdue"):
                kept[row["cycle_id"], row["stage"], row["unit_id"], name] = row[name]
        for key in set(fresh) | set(kept):
            if fresh[key] != kept.get(key, 0):
                self.find("diverged", f"board: {key} is {kept.get(key)}, tasks say {fresh[key]}")
        for cycle_id in self.state.cycle_ids:
            for stage in self.state.ask("GetBoard", {"cycleId": cycle_id})["stages"]:
                for name in ("done", "open", "overdue"):
                    counted = sum(n for key, n in fresh.items() if key[:2] == (cycle_id, stage["stage"]) and key[3] == name)
                    if int(stage.get(name, 0)) != counted:
                        self.find("diverged", f"board: cycle {cycle_id} shows {name} of {stage['stage']} as {stage.get(name, 0)}, "
                                              f"tasks say {counted}")
            self.counts["boards"] += 1

    def ledgers(self):
        """GetLedger says what the seats do, by person, stage and unit."""
        groups = collections.defaultdict(list)
        for seat in self.state.seats:
            task = self.state.tasks[seat["task_id"]]
            if task["state"] in (OPEN, DECIDED) and (seat["state"] == SEAT_DONE or seat["state"] == SEAT_OPEN and task["overdue"]):
                for by, key in (("person", seat["owner_id"]), ("stage", task["stage"]), ("unit", task["unit_id"])):
                    groups[task["cycle_id"], by, key].append((task, seat))
        for cycle_id in self.state.cycle_ids:
            for by in ("person", "stage", "unit"):
                rows = self.state.ask("GetLedger", {"cycleIds": [cycle_id], "by": by, "limit": 1000}).get("rows", [])
                shown = {row["code"] if by == "stage" else int(row["id"]): row for row in rows}
                self.ledger(f"{cycle_id} by {by}", shown, {key[2]: seats for key, seats in groups.items() if key[:2] == (cycle_id, by)})

    def ledger(self, which, shown, wanted):
        if set(shown) != set(wanted):
            self.find("diverged", f"ledger: cycle {which} has {sorted(map(str, shown))}, seats say {sorted(map(str, wanted))}")
        for key in set(shown) & set(wanted):
            exact, times = figures(wanted[key])
            differ = [(name, shown[key].get(name, 0), value) for name, value in exact.items() if int(shown[key].get(name, 0)) != value]
            differ += [(name, shown[key].get(name, 0), value) for name, value in times.items() if abs(int(shown[key].get(name, 0)) - value) > 1]
            if differ:
                self.find("diverged", f"ledger: cycle {which}, {key}: {differ}")
            self.counts["ledger_rows"] += 1
