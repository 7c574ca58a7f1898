"""Bad input at every door: a clear error each, nothing lost, no process dies, memory bounded."""
import base64
import http.client
import json
import os
import socket
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from stack import CallError, Stack, wait_until  # noqa: E402

MIB = 1 << 20


def setUpModule():
    global stack, supervisor, employee, security, system, pids
    stack = Stack().__enter__()
    supervisor, employee, security, system = (stack.login(name) for name in ("supervisor", "zhangsan", "secadmin", "sysadmin"))
    pids = {name: stack.pid(name) for name in stack.programs()}


def tearDownModule():
    stack.__exit__(None, None, None)


def resident(name):
    with open(f"/proc/{stack.pid(name)}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))


class BadInput(unittest.TestCase):
    def tearDown(self):
        self.assertEqual({name: stack.pid(name) for name in stack.programs()}, pids, "a process died")
        self.assertTrue(supervisor.call("scoring.ScoringService/ListPeriods"))

    def post(self, body, path="/dacheng.goals.v1.GoalService/ListDefinitions", **headers):
        all_headers = dict(supervisor.headers(), **{k.replace("_", "-"): v for k, v in headers.items()})
        response, data = supervisor.request("POST", path, body, all_headers)
        try:
            return response.status, json.loads(data)
        except ValueError:
            return response.status, {"code": "", "message": data.decode("utf-8", "replace")}

    def invalid(self, body, *words, path="/dacheng.ingest.v1.IngestService/PushRecords"):
        status, answer = self.post(body, path)
        self.assertEqual((status, answer.get("code")), (400, "invalid_argument"), (body[:80], answer))
        for word in words:
            self.assertIn(word, answer["message"], body[:80])

    # --- JSON
    def test_json(self):
        self.invalid(b'{"source":"x","source":"y"}', "source")
        self.invalid(b'{"source":1}', "source")
        self.invalid(b'{"nonsense":1}', "nonsense")
        self.invalid(b'{"source":"x"')
        self.invalid(b'{"source":"\xff\xfe"}')
        self.invalid(b"[" * 100000)
        self.invalid(b'{"records":' + b'[{"x":' * 500 + b"1" + b"}]" * 500 + b"}")
        self.invalid(b'{"runId":99999999999999999999999}', "runId", path="/dacheng.ingest.v1.IngestService/GetRun")
        self.invalid(b'{"runId":"1e400"}', "runId", path="/dacheng.ingest.v1.IngestService/GetRun")
        self.invalid(b'{"runId":1.5}', "runId", path="/dacheng.ingest.v1.IngestService/GetRun")

    def test_methods_and_types(self):
        self.assertEqual(self.post(b"{}", "/dacheng.goals.v1.GoalService/Nothing")[0], 501)
        self.assertEqual(self.post(b"{}", "/dacheng.nothing.v1.X/Y")[0], 501)
        self.assertEqual(self.post(b"{}", Content_Type="text/plain")[0], 415)
        response, _ = supervisor.request("DELETE", "/dacheng.goals.v1.GoalService/ListDefinitions", b"", supervisor.headers())
        self.assertEqual(response.status, 405)

    def test_protobuf_bytes(self):
        for body in (b"\xff" * 50, b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\x05ab", b"\x0a\x02\xc3\x28", b"\x12\x02\x0a" * 5000, b"\x0b" * 10000):
            status, answer = self.post(body, "/dacheng.ingest.v1.IngestService/PushRecords", Content_Type="application/proto")
            self.assertEqual((status, answer.get("code")), (400, "invalid_argument"), body[:20])
        # Each two-byte empty record becomes a message of hundreds of bytes.
        before = resident("gateway")
        status, answer = self.post(b"\x12\x00" * (4 * MIB), "/dacheng.ingest.v1.IngestService/PushRecords", Content_Type="application/proto")
        self.assertIn(answer.get("code"), ("invalid_argument", "resource_exhausted"))
        self.assertLess(resident("gateway") - before, 512 * MIB)

    def test_a_body_without_end(self):
        connection = http.client.HTTPConnection(stack.address, timeout=30)
        connection.putrequest("POST", "/dacheng.goals.v1.GoalService/ListDefinitions")
        for key, value in supervisor.headers().items():
            connection.putheader(key, value)
        connection.putheader("Content-Length", str(1 << 40))
        connection.endheaders()
        try:
            for _ in range(200):
                connection.send(b" " * MIB)
            status = connection.getresponse().status
        except OSError:
            status = 413
        self.assertIn(status, (413, 429))
        self.assertLess(resident("gateway"), 512 * MIB)

    def test_smuggled_requests(self):
        cookie = supervisor.cookie
        for head in ("Content-Length: 2\r\nContent-Length: 20", "Content-Length: 2\r\nTransfer-Encoding: chunked",
                     "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Content-Length: 2\r\nHost: other"):
            host, port = stack.address.split(":")
            with socket.create_connection((host, int(port)), timeout=10) as raw:
                raw.sendall(f"POST /dacheng.goals.v1.GoalService/ListDefinitions HTTP/1.1\r\nHost: {stack.address}\r\nCookie: {cookie}\r\n"
                            f"Content-Type: application/json\r\n{head}\r\n\r\n{{}}".encode())
                self.assertIn(b" 400 ", raw.recv(4096).split(b"\r\n")[0] + b" ", head)

    def test_foreign_origin(self):
        status, answer = self.post(b"{}", Origin="https://evil.example")
        self.assertEqual(status, 403, answer)

    # --- values
    def test_other_tenants_ids(self):
        stack.ctl_call("org/CreateTenant", {"code": "other", "name": "别家", "timeZone": "Asia/Shanghai", "rootUnitCode": "O"})
        root = stack.sql("SELECT id FROM org.unit WHERE code = 'O'")[0][0]
        for method, request in (("goals.GoalService/GetTargetTree", {"unitId": root, "indicatorId": "1", "period": "2026Q4"}),
                                ("scoring.ScoringService/GetUnit", {"unitId": root, "period": "2026Q4"})):
            with self.assertRaises(CallError) as caught:
                supervisor.call(method, request)
            self.assertIn(caught.exception.code, ("permission_denied", "not_found"), method)
            self.assertNotIn("别家", caught.exception.message)
        self.assertEqual(supervisor.call("org.OrgService/ListPeople", {"unitId": root}), {})

    def test_values_out_of_bounds(self):
        cases = (("scoring.ScoringService/GetPerson", {"period": "2026-13"}, "period"),
                 ("scoring.ScoringService/ListRanking", {"period": "2026Q4", "limit": 100000}, "limit"),
                 ("goals.GoalService/AdjustTarget", {"targetId": "1", "value": "1e9", "reason": "x", "policy": "ADJUST_POLICY_RESTATE"}, "value"),
                 ("ingest.IngestService/StartUpload", {"source": "Ä", "name": "a.csv", "size": "5"}, "source"),
                 ("ingest.IngestService/StartUpload", {"source": "a", "name": "a.csv", "size": str(1 << 50)}, "size"))
        for method, request, word in cases:
            with self.assertRaises(CallError) as caught:
                supervisor.call(method, request)
            self.assertEqual(caught.exception.code, "invalid_argument", (method, caught.exception))
            self.assertIn(word, caught.exception.message, method)

    # --- languages
    def told(self, client, method, request):
        """The code of a refusal, and its sentence in Chinese and in English."""
        service, name = method.split(".", 1)
        answers = []
        for language in ("zh-CN,zh;q=0.9", "en"):
            headers = dict(client.headers(), **{"Accept-Language": language})
            _, data = client.request("POST", f"/dacheng.{service}.v1.{name}", json.dumps(request).encode(), headers)
            answers.append(json.loads(data))
        self.assertEqual(answers[0]["code"], answers[1]["code"])
        return answers[0]["code"], answers[0]["message"], answers[1]["message"]

    def test_refusals_in_the_readers_language(self):
        cases = (  # arguments; none; a number of 64 bits; a word as an argument; the kernel's
            (supervisor, "scoring.ScoringService/ListRanking", {"period": "2026Q4", "limit": 100000},
             "invalid_argument", "应为 1 至 500，不是 100000", "1 to 500, not 100000"),
            (supervisor, "ingest.IngestService/StartUpload", {"source": "Ä", "name": "a.csv", "size": "5"},
             "invalid_argument", "数据源应为 1 至 40 个字符，可用 a-z、0-9、_ 和 -", "a source is 1 to 40 of a-z, 0-9, _ and -"),
            (supervisor, "ingest.IngestService/GetRun", {"runId": "987654321"},
             "not_found", "没有导入 987654321", "there is no run 987654321"),
            (security, "org.OrgService/SetGrants", {"personId": employee.me["personId"], "grants": [{"role": "ROLE_BOSS", "scope": "SCOPE_SELF"}]},
             "invalid_argument", "角色“老板”不能以该范围授予", "the role BOSS cannot be granted with this scope"),
            (employee, "goals.GoalService/InstallLibrary", {},
             "permission_denied", "您的角色不包含这项权限；角色由安全管理员授予",
             "none of your roles covers this; the security administrator grants roles"))
        for client, method, request, code, zh, en in cases:
            self.assertEqual(self.told(client, method, request), (code, zh, en), method)

    def test_rows_of_the_organisation_in_both_languages(self):
        csv = "code,name,kind,parent_code,valid_from\nZ1,某组,galaxy,NOWHERE,2026-01-01\n"
        answer = system.call("org.OrgService/Import", {
            "kind": "IMPORT_KIND_UNITS", "csv": base64.b64encode(csv.encode()).decode(), "tryOnly": True})
        row = answer["rejections"][0]
        self.assertEqual((row["line"], row["column"], row["value"]), ("2", "kind", "galaxy"))
        self.assertEqual(row["reason"], "must be group 集团, company 公司, department 部门 or team 团队")
        self.assertEqual(row["reasonZh"], "应为 group 集团、company 公司、department 部门或 team 团队")

    # --- CSV
    HEADER = "source_key,amount,person_code,occurred_at\n"

    def file(self, data, **options):
        return supervisor.upload(data, source="bad", **options)

    def person(self):
        people = supervisor.call("org.OrgService/ListPeople", {"limit": 500})["people"]
        return next(p["code"] for p in people if p["posts"][0]["position"] == "sales_rep")

    def test_csv_rows(self):
        code, day = self.person(), "2026-11-02"
        good = f"bad-1,10.00,{code},{day}\n"
        rows = ["bad-2,abc,%s,%s\n" % (code, day), "bad-3,1.00,nobody,%s\n" % day, "bad-4,1.00,%s,2026-02-30\n" % code,
                "bad-5,1.00\n", "bad-6,1.00,%s,%s,extra,extra\n" % (code, day), ",1.00,%s,%s\n" % (code, day),
                "bad-8,1.00\x00,%s,%s\n" % (code, day), "bad-9,99999999999999999999999999,%s,%s\n" % (code, day)]
        run = self.file((self.HEADER + good + "".join(rows)).encode())
        self.assertEqual((run["state"], int(run["rows"]), int(run["rejected"])), ("RUN_STATE_DONE", 9, 8), run)
        rejected = supervisor.call("ingest.IngestService/ListRejected", {"runId": run["id"]})["rows"]
        self.assertEqual([int(r["line"]) for r in rejected], list(range(3, 11)))
        self.assertTrue(all(r["reason"] for r in rejected))
        # All or nothing: the good row is not taken either.
        run = self.file((self.HEADER + good.replace("bad-1", "bad-1b") + rows[0]).encode(), all_or_nothing=True)
        self.assertEqual(run["state"], "RUN_STATE_REFUSED")
        self.assertEqual(stack.sql("SELECT count(*) FROM ingest.record WHERE source_key = 'bad-1b'"), [["0"]])

    def test_csv_files(self):
        code, day = self.person(), "2026-11-02"
        run = self.file(b"what,is,this\n1,2,3\n")
        self.assertEqual(run["state"], "RUN_STATE_REFUSED")
        self.assertIn("source_key", run["problem"])
        before = resident("ingest")
        long_line = self.HEADER + f"long-1,1.00,{code},{day}\n" + "x" * (10 * MIB) + f"\nlong-2,1.00,{code},{day}\n"
        run = self.file(long_line.encode())
        self.assertEqual((run["state"], int(run["rejected"]), int(run["created"])), ("RUN_STATE_DONE", 1, 2), run)
        self.assertLess(resident("ingest") - before, 256 * MIB)
        run = self.file((self.HEADER + f'q-1,"1.00,{code},{day}\nq-2,1.00,{code},{day}\n').encode())
        self.assertGreaterEqual(int(run["rejected"]), 1)
        # UTF-16 is neither of the two encodings that are read.
        run = self.file((self.HEADER + f"u-1,1.00,{code},{day}\n").encode("utf-16"))
        self.assertEqual(run["state"], "RUN_STATE_REFUSED")
        self.assertTrue(run["problem"])

    def test_pieces_out_of_order(self):
        run = supervisor.call("ingest.IngestService/StartUpload", {"source": "bad", "name": "p.csv", "size": "100"})["run"]
        headers = dict(supervisor.headers(), **{"Content-Type": "application/octet-stream"})
        response, body = supervisor.request("PUT", f"/upload/{run['id']}?offset=50", b"x" * 10, headers)
        self.assertEqual((response.status, json.loads(body)["code"]), (400, "failed_precondition"))
        self.assertIn("0", json.loads(body)["message"])
        supervisor.call("ingest.IngestService/CancelUpload", {"runId": run["id"]})

    # --- sessions
    def test_expired_session(self):
        client = stack.login("boss")
        stack.sql("UPDATE org.session SET expires_at = now() - interval '1 hour', absolute = now() - interval '1 hour' "
                  f"WHERE person_id = {client.me['personId']}")

        def refused():
            try:
                client.call("scoring.ScoringService/ListPeriods")
                return False
            except CallError as error:
                return error.code == "unauthenticated"
        wait_until(refused, 60, "the expired session to be refused")

    def test_unknown_key_and_subjects_on_the_bus(self):
        # A program whose key the bus does not know is told nothing.
        keys = os.path.join(stack.home, "foreign")
        stack.ctl("keys", "init", keys, "--peers", "deploy/config/peers.yaml")
        done = stack.ctl("--set", f"bus.key_file={keys}/ctl.key", "--timeout", "3", "call", "scoring/ListPeriods", "{}", check=False)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
