"""Who may see what: every person of the demo group against every page's request; and what stands
behind it, one database role per service and row-level security by tenant. The attempts must fail."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from stack import SERVICES, CallError, Client, Stack  # noqa: E402

# The log and its bookkeeping serve all tenants at once; who may read them is decided by the bus.
OF_THE_LOG = {"outbox", "command", "parked", "stamp"}


def setUpModule():
    global stack, people
    stack = Stack().__enter__()
    people = {name: stack.login(name) for name in (
        "supervisor", "boss", "director.a", "director.b", "vp", "lead.a1", "zhangsan", "operations", "auditor", "sysadmin", "secadmin")}


def tearDownModule():
    stack.__exit__(None, None, None)


class Reach(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.period = people["boss"].call("scoring.ScoringService/ListPeriods")["current"]
        nodes = people["boss"].call("org.OrgService/GetTree")["nodes"]
        cls.units = {n["unit"]["code"]: n["unit"]["id"] for n in nodes}
        cls.me = people["zhangsan"].me["personId"]

    def refused(self, who, method, request, codes=("permission_denied", "not_found")):
        with self.assertRaises(CallError, msg=f"{who} {method} {request}") as caught:
            people[who].call(method, request)
        self.assertIn(caught.exception.code, codes, f"{who} {method}: {caught.exception}")
        return caught.exception

    def test_scores_of_a_person(self):
        request = {"personId": self.me, "period": self.period}
        for who in ("supervisor", "boss", "director.a", "lead.a1", "zhangsan", "vp"):
            people[who].call("scoring.ScoringService/GetPerson", request)
        for who in ("director.b", "operations", "auditor", "sysadmin", "secadmin"):
            error = self.refused(who, "scoring.ScoringService/GetPerson", request)
            self.assertNotIn("张三", error.message)

    def test_dashboards_of_units(self):
        for who in ("boss", "supervisor", "director.a", "vp"):
            people[who].call("scoring.ScoringService/GetUnit", {"unitId": self.units["A"], "period": self.period})
        for who in ("director.b", "zhangsan", "lead.a1", "operations", "auditor", "sysadmin"):
            self.refused(who, "scoring.ScoringService/GetUnit", {"unitId": self.units["A"], "period": self.period})

    def test_records_behind_a_number(self):
        request = {"ownerKind": "OWNER_KIND_PERSON", "ownerId": self.me, "period": self.period}
        people["zhangsan"].call("ingest.IngestService/ListRecords", request)
        for who in ("director.b", "operations", "auditor", "secadmin"):
            self.refused(who, "ingest.IngestService/ListRecords", request)

    def test_defining_is_for_the_supervisor(self):
        for who in ("zhangsan", "boss", "operations", "auditor", "director.b"):
            self.refused(who, "goals.GoalService/InstallLibrary", {})
            self.refused(who, "ingest.IngestService/StartUpload", {"source": "x", "name": "x.csv", "size": "10"})

    def test_audit_is_for_the_auditor(self):
        people["auditor"].call("audit.AuditService/Search", {"limit": 1})
        for who in ("supervisor", "boss", "zhangsan", "sysadmin", "secadmin", "operations"):
            self.refused(who, "audit.AuditService/Search", {"limit": 1})

    def test_grants_are_for_the_security_admin_and_never_for_himself(self):
        grant = {"role": "ROLE_TEAM_LEAD", "scope": "SCOPE_GROUP"}
        for who in ("supervisor", "sysadmin", "zhangsan", "boss"):
            self.refused(who, "org.OrgService/SetGrants", {"personId": self.me, "grants": [grant], "reason": "test"})
        self.refused("secadmin", "org.OrgService/SetGrants",
                     {"personId": people["secadmin"].me["personId"], "grants": [grant], "reason": "test"},
                     ("permission_denied", "failed_precondition", "invalid_argument"))

    def test_a_denied_read_is_in_the_audit_record(self):
        from stack import wait_until
        self.refused("director.b", "scoring.ScoringService/GetPerson", {"personId": self.me, "period": self.period})
        wait_until(lambda: any(e["account"] == "director.b" for e in people["auditor"].call(
            "audit.AuditService/Search", {"deniedOnly": True, "limit": 50}).get("entries", [])), 20, "the denial")

    def test_nobody_without_a_session(self):
        for client in (Client(stack.address), Client(stack.address, bearer="x" * 43)):
            with self.assertRaises(CallError) as caught:
                client.call("scoring.ScoringService/GetPerson", {"period": self.period})
            self.assertEqual((caught.exception.status, caught.exception.code), (401, "unauthenticated"))
        client = stack.login("zhangsan")
        cookie = client.cookie
        client.call("org.SessionService/Logout")
        client.cookie = cookie
        with self.assertRaises(CallError) as caught:
            client.call("scoring.ScoringService/GetPerson", {"period": self.period})
        self.assertEqual(caught.exception.code, "unauthenticated")

    def test_internal_methods_do_not_exist_outside(self):
        for method in ("org.OrgInternalService/Resolve", "org.OrgInternalService/SeedAccounts",
                       "kernel.LogService/Read", "kernel.AdminService/ListParked"):
            with self.assertRaises(CallError) as caught:
                people["supervisor"].call(method, {})
            self.assertIn(caught.exception.code, ("unimplemented", "not_found"))

    def test_lock_out_after_failures(self):
        codes = []
        for _ in range(12):
            try:
                Client(stack.address).call("org.SessionService/Login", {"account": "vp", "password": "wrong-password"})
            except CallError as error:
                codes.append(error.code)
        self.assertEqual(codes[0], "unauthenticated")
        self.assertEqual(codes[-1], "resource_exhausted")


class Database(unittest.TestCase):
    def denied(self, role, statement, sqlstate="42501"):
        with self.assertRaises(AssertionError) as caught:
            stack.sql(statement, role)
        self.assertIn(sqlstate, str(caught.exception), statement)

    def test_a_role_enters_its_own_schema_only(self):
        for role in SERVICES:
            for other in SERVICES:
                if other != role:
                    table = stack.sql(f"SELECT tablename FROM pg_tables WHERE schemaname = '{other}' ORDER BY 1 LIMIT 1")[0][0]
                    self.denied(role, f"SELECT * FROM {other}.{table} LIMIT 1")

    def test_a_role_owns_nothing_and_makes_nothing(self):
        for role in SERVICES:
            self.assertEqual(stack.sql(f"SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = relowner WHERE rolname = 'dacheng_{role}'"), [["0"]])
            self.denied(role, f"CREATE TABLE {role}.x (a int)")
            self.denied(role, "CREATE TABLE public.x (a int)")
            self.denied(role, f"SET ROLE dacheng_{role}_owner")

    def test_no_rows_without_or_of_another_tenant(self):
        tables = stack.sql("SELECT schemaname, tablename FROM pg_tables WHERE rowsecurity ORDER BY 1, 2")
        self.assertGreater(len(tables), 20)
        for schema, table in tables:
            for tenant in ("-1", "999999"):
                rows = stack.sql(f"BEGIN; SET LOCAL dacheng.tenant = '{tenant}'; SELECT count(*) FROM {schema}.{table}; COMMIT", schema)
                self.assertEqual(rows[-1], ["0"], f"{schema}.{table} shows rows to tenant {tenant}")

    def test_every_table_with_a_tenant_has_row_security(self):
        rows = stack.sql("""SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND attname = 'tenant_id'
            WHERE relkind IN ('r', 'p') AND NOT relispartition AND NOT relrowsecurity
              AND nspname = ANY ('{%s}')""" % ",".join(SERVICES))
        left = [f"{schema}.{table}" for schema, table in rows if table not in OF_THE_LOG and not table.endswith("staging")]
        self.assertEqual(left, [])

    def test_every_key_of_a_table_with_a_tenant_is_led_by_it(self):
        """So that schemas can be distributed by tenant. The kernel's log is one stream of all tenants."""
        rows = stack.sql("""
            SELECT n.nspname, c.relname, i.indexrelid::regclass FROM pg_index i
            JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'tenant_id'
            WHERE i.indisunique AND NOT c.relispartition AND i.indkey[0] <> t.attnum AND n.nspname = ANY ('{%s}')""" % ",".join(SERVICES))
        self.assertEqual([row for row in rows if row[1] not in OF_THE_LOG], [])

    def test_the_audit_record_takes_no_change(self):
        for statement in ("UPDATE audit.entry SET account = 'x'", "DELETE FROM audit.entry", "TRUNCATE audit.entry"):
            self.denied("audit", "SET dacheng.tenant = '1'; " + statement)


if __name__ == "__main__":
    unittest.main(verbosity=2)
