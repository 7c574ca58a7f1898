"""The checker of the fault runner: compares what was acknowledged with what is there, in the
databases themselves, once everything has come to rest."""
import collections
import json

from stack import CallError, wait_until

SERVICES = ("org", "goals", "ingest", "scoring", "workflow", "notify", "audit")


class Checker:
    def __init__(self, stack, load, mail):
        self.stack, self.load, self.mail = stack, load, mail
        self.findings = []
        self.checks = 0

    def find(self, kind, what):
        self.findings.append((kind, what))

    def check(self):
        for check in (self.rest, self.records, self.totals, self.logs, self.audit, self.targets, self.mails, self.parked):
            self.checks += 1
            try:
                check()
            except (AssertionError, CallError, KeyError, ValueError) as problem:
                self.find("diverged", f"{check.__name__}: {problem}")
        return self.findings

    def rest(self):
        """Everything that was told has been heard and worked off."""
        def at_rest():
            done = self.stack.ctl("lag", "--json", check=False)
            lags = [json.loads(line)["lag"] for line in done.stdout.splitlines() if line.startswith("{")]
            if done.returncode != 0 or len(lags) < 16 or any(l.get("position", "0") != l.get("last", "0") for l in lags):
                return False
            return self.stack.sql("SELECT (SELECT count(*) FROM ingest.pending) + (SELECT count(*) FROM ingest.untold) "
                                  "+ (SELECT count(*) FROM scoring.dirty)") == [["0"]]
        wait_until(at_rest, 120, "rest")

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
                 AND r.occurred_on >= '{first}' AND r.occurred_on < '{first}'::date + interval '3 months'
            WHERE u.period = '{quarter}' AND u.actual IS NOT NULL GROUP BY 1, 2""")
        if not units or not shown:
            self.find("diverged", "no scores at all")
        for unit, actual, records in units:
            if actual != records:
                self.find("diverged", f"unit {unit}: records {records}, roll-up {actual}")

    def logs(self):
        """Numbers are dense, every event has one, and the order of a key is the order of its commits."""
        for service in SERVICES:
            holes = self.stack.sql(f"SELECT partition, count(*), max(number), min(number) FROM {service}.stamp GROUP BY 1 "
                                   "HAVING count(*) <> max(number) OR min(number) <> 1 OR count(DISTINCT number) <> count(*)")
            for row in holes:
                self.find("hole", f"{service} partition {row}")
            for row in self.stack.sql(f"SELECT count(*), max(overall) FROM {service}.stamp HAVING count(*) <> max(overall)"):
                self.find("hole", f"{service} overall {row}")
            for row in self.stack.sql(f"SELECT o.id FROM {service}.outbox o LEFT JOIN {service}.stamp s ON s.outbox_id = o.id "
                                      "GROUP BY o.id HAVING count(s.outbox_id) <> 1 LIMIT 5"):
                self.find("lost", f"{service} event {row} has not one number")
            for row in self.stack.sql(f"SELECT key, number FROM (SELECT o.key, s.number, o.id, lag(o.id) OVER (PARTITION BY o.key "
                                      f"ORDER BY s.number) AS before FROM {service}.outbox o JOIN {service}.stamp s ON s.outbox_id = o.id) x "
                                      "WHERE before > id LIMIT 5"):
                self.find("reordered", f"{service} {row}")

    def audit(self):
        """Every event of every stream is in the audit record once, and its chain is whole."""
        for service in SERVICES:
            if service == "audit":
                continue  # its own events go on while it is asked
            told = self.stack.sql(f"SELECT count(*) FROM {service}.outbox")[0][0]
            kept = self.stack.sql(f"SELECT count(*), count(DISTINCT (epoch, partition, event_number)) FROM audit.entry WHERE stream = '{service}'")[0]
            if kept[0] != told or kept[1] != told:
                self.find("lost" if int(kept[1]) < int(told) else "duplicated", f"{service} told {told} events, audit has {kept}")
        verified = self.stack.login("auditor").call("audit.AuditService/Verify", {}, timeout=120)
        if not verified.get("intact"):
            self.find("diverged", f"audit chain is broken at {verified.get('brokenAt')}")

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

    def mails(self):
        """One message per cause; the same message may reach the server again only where notify or the
        database died between the server's acceptance and our commit."""
        sent = int(self.stack.sql("SELECT count(*) FROM notify.delivery WHERE state = 'sent'")[0][0])
        # Read after that: mails go on being sent meanwhile, and what is noted as sent came before.
        ids = collections.Counter((to, message) for to, message, _ in list(self.mail.messages))
        again = sum(n - 1 for n in ids.values())
        if len(ids) < sent:
            self.find("lost", f"{sent} mails are noted as sent, {len(ids)} came")
        print(f"mails={len(ids)} sent_again_after_a_kill={again}")

    def parked(self):
        for service in SERVICES:
            rows = self.stack.sql(f"SELECT stream, key, reason FROM {service}.parked LIMIT 5")
            for row in rows:
                self.find("diverged", f"{service} parked {row}")
