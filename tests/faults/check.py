"""The checker of the fault runner: compares what was acknowledged with what is there, in the
databases themselves, once everything has come to rest. Records, totals, logs, audit and targets are
looked at here; process_check.py, shown_check.py and message_check.py look at the process."""
import collections
import json

from message_check import MessageChecker
from process_check import ProcessChecker
from process_state import ProcessState
from shown_check import ShownChecker
from stack import SERVICES, CallError, wait_until

# The order of a key is the order of its commits because its events are written while the rows of the
# key's thing are locked. These keys are of many things, or of whoever is first, and locked is each
# task, case and notice by itself (services/workflow/tell.c, services/notify/posting.c): two
# transactions on different ones of a key do not wait for each other. That what is told of one task
# has its order is looked at in process_check.py.
BUCKETS = "^(tasks|case|person)/"
# Ingest's own source of what people did to tasks: it counts for punctuality, not for sales.
TASKS = "SELECT tenant_id, source_id FROM ingest.source WHERE name = '#tasks'"


class Checker:
    def __init__(self, stack, record_load, process_load, mail, sms):
        self.stack, self.load, self.process_load, self.mail, self.sms = stack, record_load, process_load, mail, sms
        self.findings = []
        self.checks = 0
        self.counts = collections.Counter()

    def find(self, kind, what):
        self.findings.append((kind, what))

    def check(self):
        for check in (self.rest, self.records, self.targets, self.totals, self.logs, self.audit, self.parked):
            self.run(check)
        self.check_process()
        return self.findings

    def check_process(self):
        state = ProcessState(self.stack)
        for part in (ProcessChecker(state, self.process_load, self.find, self.counts), ShownChecker(state, self.find, self.counts),
                     MessageChecker(state, self.mail, self.sms, self.find, self.counts)):
            for check in part.checks():
                self.run(check)

    def run(self, check):
        self.checks += 1
        try:
            check()
        except (AssertionError, CallError, KeyError, ValueError) as problem:
            self.find("diverged", f"{check.__name__}: {problem!r}")

    def rest(self):
        """Everything that was told has been heard and worked off, and nothing is due."""
        seen = {}

        def at_rest():
            seen.clear()
            before = self.waiting()
            seen.update({name: count for name, count in before.items() if count != "0" and name != "told"})
            if not seen:
                seen.update(self.behind())
            return not seen and self.waiting() == before  # nothing new came out of what was heard
        try:
            wait_until(at_rest, 120, "rest")
        except AssertionError as problem:
            raise AssertionError(f"{problem}: {seen}") from None

    def waiting(self):
        """{name: how much waits to be done}, and how much workflow has told."""
        now = f"to_timestamp({self.stack.now()})"
        return dict(self.stack.sql(f"""
            SELECT 'records', (SELECT count(*) FROM ingest.pending) + (SELECT count(*) FROM ingest.untold)
            UNION ALL SELECT 'scores', count(*) FROM scoring.dirty
            UNION ALL SELECT 'timers', count(*) FROM workflow.timer WHERE due_at <= {now}
            UNION ALL SELECT 'cycles', (SELECT count(*) FROM workflow.turn) + (SELECT count(*) FROM workflow.cycle WHERE state = 1)
            UNION ALL SELECT 'people', count(*) FROM workflow.moved WHERE look_at <= {now}
            UNION ALL SELECT 'delegations', count(*) FROM workflow.delegation WHERE turn_at <= {now}
            UNION ALL SELECT 'messages', count(*) FROM notify.delivery
                WHERE state = 'sending' OR state IN ('gathering', 'queued') AND due_at <= {now}
            UNION ALL SELECT 'told', coalesce(max(id), 0) FROM workflow.outbox"""))

    def behind(self):
        done = self.stack.ctl("lag", "--json", check=False)
        lags = [json.loads(line)["lag"] for line in done.stdout.splitlines() if line.startswith("{")]
        behind = [lag for lag in lags if lag.get("position", "0") != lag.get("last", "0")]
        if done.returncode != 0 or len(lags) < 16:
            return {"lag": f"{len(lags)} streams, {done.stderr}"}
        return {"behind": behind[:3]} if behind else {}

    def records(self):
        """Every acknowledged record is there once, in its last acknowledged state."""
        rows = self.stack.sql("SELECT r.source_key, p.code, CASE WHEN r.deleted THEN 0 ELSE (r.amount * 100)::bigint END "
                              "FROM ingest.record r JOIN ingest.source s USING (tenant_id, source_id) "
                              "JOIN org.person p ON p.tenant_id = r.tenant_id AND p.id = r.person_id WHERE s.name = 'faults'")
        there = collections.defaultdict(list)
        for key, code, cents in rows:
            there[key].append((code, int(cents)))
        for key, state in self.load.acknowledged.items():
            if not there[key]:
                if state[1] != 0:
                    self.find("lost", f"record {key}")
            elif len(there[key]) > 1:
                self.find("duplicated", f"record {key}: {there[key]}")
            elif there[key][0] != state and there[key][0][1] != state[1]:
                self.find("diverged", f"record {key}: acknowledged {state}, there is {there[key][0]}")

    def totals(self):
        """Ingest's totals, scoring's actuals, scores and roll-ups equal a fresh sum over the records."""
        quarter = self.load.period
        first = f"{quarter[:4]}-{int(quarter[5]) * 3 - 2:02d}-01"
        fresh = {p: int(c) for p, c in self.stack.sql(
            f"SELECT person_id, (sum(amount) * 100)::bigint FROM ingest.record WHERE NOT deleted AND run_id <> 0 AND occurred_on >= '{first}' "
            f"AND (tenant_id, source_id) NOT IN ({TASKS}) "
            f"AND occurred_on < '{first}'::date + interval '3 months' GROUP BY 1")}
        shown = {p: int(c) for p, c in self.stack.sql(
            f"SELECT person_id, (actual * 100)::bigint FROM scoring.score WHERE period = '{quarter}' AND actual IS NOT NULL")}
        for person in set(fresh) | set(shown):
            if person in shown and fresh.get(person, 0) != shown[person]:
                self.find("diverged", f"person {person}: records {fresh.get(person, 0)}, score {shown[person]}")
        units = self.stack.sql(f"""
            SELECT u.unit_id, (u.actual * 100)::bigint, (coalesce(sum(r.amount), 0) * 100)::bigint
            FROM scoring.unit_score u
            LEFT JOIN (ingest.record r JOIN ingest.unit_path p USING (tenant_id, path_id))
                 ON r.tenant_id = u.tenant_id AND u.unit_id = ANY (p.units) AND NOT r.deleted
                 AND (r.tenant_id, r.source_id) NOT IN ({TASKS})
                 AND r.occurred_on >= '{first}' AND r.occurred_on < '{first}'::date + interval '3 months'
            WHERE u.period = '{quarter}' AND u.actual IS NOT NULL GROUP BY 1, 2""")
        if not units or not shown:
            self.find("diverged", "no scores at all")
        for unit, actual, records in units:
            if actual != records:
                self.find("diverged", f"unit {unit}: records {records}, roll-up {actual}")

    def of_each(self, statement):
        """Rows of a statement for every service, which is {0}."""
        return self.stack.sql(" UNION ALL ".join(f"({statement.format(service)})" for service in SERVICES))

    def logs(self):
        """Numbers are dense, every event has one, and the order of a key is the order of its commits."""
        for service, *row in self.of_each("""
                SELECT '{0}', partition, count(*), max(number), min(number) FROM {0}.stamp GROUP BY partition
                HAVING count(*) <> max(number) OR min(number) <> 1 OR count(DISTINCT number) <> count(*)"""):
            self.find("hole", f"log: {service} partition {row}")
        for service, *row in self.of_each("SELECT '{0}', count(*), max(overall) FROM {0}.stamp HAVING count(*) <> max(overall)"):
            self.find("hole", f"log: {service} overall {row}")
        for service, event, numbers in self.of_each("""
                SELECT '{0}', o.id, count(s.outbox_id) FROM {0}.outbox o LEFT JOIN {0}.stamp s ON s.outbox_id = o.id
                GROUP BY o.id HAVING count(s.outbox_id) <> 1 LIMIT 5"""):
            self.find("lost" if numbers == "0" else "duplicated", f"log: {service} event {event} has {numbers} numbers")
        for row in self.of_each(f"""
                SELECT '{{0}}', key, number FROM (SELECT o.key, s.number, o.id, lag(o.id) OVER (PARTITION BY o.key ORDER BY s.number) AS before
                    FROM {{0}}.outbox o JOIN {{0}}.stamp s ON s.outbox_id = o.id) x
                WHERE before > id AND key !~ '{BUCKETS}' LIMIT 5"""):
            self.find("reordered", f"log: {row}")

    def audit(self):
        """What audit heard of a stream is what stands in its log: nothing is missing up to its position,
        nothing beside, and under each number the same event; and its chain is whole."""
        for kind, *row in self.of_each("""
                SELECT CASE WHEN e.number IS NULL THEN 'lost' WHEN o.id IS NULL THEN 'causeless' ELSE 'diverged' END, '{0}',
                       coalesce(e.partition, o.partition), coalesce(e.event_number, o.number), coalesce(e.type, o.type)
                FROM (SELECT * FROM audit.entry WHERE stream = '{0}') e
                FULL JOIN (SELECT s.partition, s.number, o.id, o.type, o.key, o.body
                           FROM {0}.outbox o JOIN {0}.stamp s ON s.outbox_id = o.id
                           JOIN audit.consumer_position p ON p.stream = '{0}' AND p.partition = s.partition
                           WHERE s.number <= p.number) o
                     ON e.partition = o.partition AND e.event_number = o.number
                WHERE e.number IS NULL OR o.id IS NULL OR e.type <> o.type OR e.key <> o.key
                   OR substr(e.canonical, length(e.canonical) - length(o.body) + 1) <> o.body LIMIT 5"""):
            self.find(kind, f"audit: {row}")
        for row in self.stack.sql("SELECT stream, partition, event_number, count(*) FROM audit.entry GROUP BY 1, 2, 3 HAVING count(*) > 1 LIMIT 5"):
            self.find("duplicated", f"audit: {row}")
        verified = self.stack.ctl_call("audit/Verify", {}, "--as", "auditor", "--timeout", "120")
        if not verified.get("intact"):
            self.find("diverged", f"audit: the chain is broken at {verified.get('brokenAt')}")

    def targets(self):
        """The last acknowledged adjustment stands, and the sums below it fit; scoring has the same."""
        value = self.stack.sql(f"SELECT value FROM goals.target WHERE target_id = {self.load.target['id']}")[0][0]
        if self.load.last_value is not None and float(value) != float(self.load.last_value):
            self.find("lost", f"adjustment to {self.load.last_value}, target is {value}")
        children = self.stack.sql(f"SELECT sum(value) FROM goals.target WHERE parent_id = {self.load.target['id']}")[0][0]
        if float(children) != float(value):
            self.find("diverged", f"children of the target add up to {children}, not {value}")
        versions = int(self.stack.sql(f"SELECT version FROM goals.target WHERE target_id = {self.load.target['id']}")[0][0])
        if versions < self.load.adjusted:
            self.find("lost", f"{self.load.adjusted} adjustments, {versions} versions")
        for row in self.stack.sql("""
                SELECT g.target_id, g.value, s.value FROM goals.target g
                JOIN (SELECT unnest(target_ids) AS id, unnest("values") AS value FROM scoring.target) s ON s.id = g.target_id
                WHERE s.value <> g.value LIMIT 5"""):
            self.find("diverged", f"target {row[0]} is {row[1]}, scoring has {row[2]}")

    def parked(self):
        for row in self.of_each("SELECT '{0}', stream, key, reason FROM {0}.parked LIMIT 5"):
            self.find("diverged", f"parked: {row}")
