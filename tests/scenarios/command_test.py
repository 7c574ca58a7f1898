"""The command line against a whole deployment: every command, for people and for programs."""
import http.server
import json
import os
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from mail_sink import MailSink  # noqa: E402
from stack import ROOT, CallError, Client, Stack, build_directory, wait_until  # noqa: E402

DACHENG = os.path.join(ROOT, build_directory(), "bin/dacheng")


def rows(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


class WithoutDeployment(unittest.TestCase):
    def run_it(self, *arguments, code=0):
        done = subprocess.run([DACHENG, *arguments], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_help(self):
        names = [line.split()[0] for line in self.run_it("help").stdout.split("\n\n")[2].splitlines()]
        self.assertEqual(names[:12], "ls call sub replay parked lag top bench peers health keys help".split())
        for name in names[:11]:
            text = self.run_it("help", name).stdout
            self.assertTrue(text.startswith(f"usage: dacheng {name}"))
            self.assertIn("examples:\n  dacheng " + name, text)
            self.assertEqual(self.run_it(name, "--help").stdout, text)
            self.assertLess(max(map(len, text.splitlines())), 110)
        self.assertIn("no command", self.run_it("help", "dance", code=2).stderr)

    def test_wrong_usage(self):
        self.run_it(code=2)
        self.assertIn("there is no command", self.run_it("dance", code=2).stderr)
        self.assertIn("lag takes no --from", self.run_it("lag", "--from", "1", code=2).stderr)
        self.assertIn("usage: dacheng sub", self.run_it("sub", code=2).stderr)
        self.assertIn("--timeout", self.run_it("sub", "--timeout", "0", "x.>", code=2).stderr)
        self.assertIn("no service", self.run_it("ls", "nobody", code=2).stderr)

    def test_manual(self):
        page = self.run_it("man").stdout
        lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning"], input=page, capture_output=True, text=True, timeout=30)
        self.assertEqual(lint.stdout, "")
        text = subprocess.run(["mandoc", "-Tutf8"], input=page, capture_output=True, text=True, timeout=30).stdout
        self.assertIn("DACHENG_BUS_ENDPOINTS", text)

    def test_completion(self):
        def complete(*words):
            script = ("source <(dacheng completion bash); COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _dacheng; "
                      "printf '%s\\n' \"${COMPREPLY[@]}\"")
            done = subprocess.run(["bash", "-c", script, "x", "dacheng", *words], capture_output=True, text=True, timeout=30,
                                  env=dict(os.environ, PATH=os.path.dirname(DACHENG) + ":" + os.environ["PATH"]))
            self.assertEqual(done.stderr, "")
            return done.stdout.split()
        self.assertEqual(complete("pa"), ["parked"])
        self.assertEqual(complete("parked", "re"), ["retry"])
        self.assertIn("scoring", complete("parked", "list", "s"))
        self.assertEqual(complete("top", "--o"), ["--once"])
        self.assertIn("scoring/GetUnit", complete("call", "scoring/Ge"))
        self.assertEqual(complete("sub", "goals.Pl"), ["goals.PlanChanged"])
        self.assertEqual(complete("sub", "--from", "b"), ["beginning"])
        self.assertEqual(complete("help", "pe"), ["peers"])
        zsh = self.run_it("completion", "zsh").stdout
        self.assertTrue(zsh.startswith("autoload -U +X bashcompinit"))
        self.run_it("completion", "fish", code=2)

    def test_health(self):
        class Program(http.server.BaseHTTPRequestHandler):
            status = 200

            def do_GET(self):
                self.send_response(self.status if self.path == "/readyz" else 404)
                self.end_headers()
                self.wfile.write(b"no database\n" if self.status == 503 else b"ready\n")

            def log_message(self, *_):
                pass
        with http.server.HTTPServer(("127.0.0.1", 0), Program) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            address = f"127.0.0.1:{server.server_port}"
            self.assertEqual(self.run_it("health", address).stdout, "ready\n")
            Program.status = 503
            self.assertEqual(rows(self.run_it("health", address, "--json", code=1)), [{"address": address, "ready": False, "said": "no database\n"}])
            server.shutdown()
        self.run_it("health", address, code=3)

    def test_ls(self):
        methods = {row["method"]: row for row in rows(self.run_it("ls", "methods", "--json"))}
        self.assertEqual(methods["goals/AdjustTarget"]["full"], "dacheng.goals.v1.GoalService/AdjustTarget")
        self.assertIn("goals", self.run_it("ls", "services").stdout.split())
        events = self.run_it("ls", "events").stdout.split()
        self.assertIn("scoring.ScoresChanged", events)
        self.assertNotIn("bus.Envelope", events)
        self.assertTrue(all(name.startswith("goals.") for name in self.run_it("ls", "events", "goals").stdout.split()))
        text = self.run_it("ls", "scoring/GetUnit").stdout
        self.assertIn("GetUnitRequest", text)
        self.assertRegex(text, r"\n  period +text\n")


class NoSuchUser(MailSink):
    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd's name)
        return "550 no such user"


class WithDeployment(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        mail = cls.enterClassContext(NoSuchUser())
        cls.stack = cls.enterClassContext(Stack(smtp_url=f"smtp://127.0.0.1:{mail.port}"))

    def told(self, subject, condition=lambda event: True):
        """The event, from the log or as it comes."""
        def found():
            return next((event for event in rows(self.stack.ctl("replay", subject)) if condition(event)), None)
        return wait_until(found, 60, subject)

    def test_sessions_are_told(self):
        client = Client(self.stack.address)
        with self.assertRaises(CallError):
            client.call("org.SessionService/Login", {"account": "boss", "password": "wrong-Pass-2026"})
        self.assertEqual(self.told("org.LoginFailed")["body"]["account"], "boss")
        boss = self.stack.login("boss")
        boss.call("org.SessionService/Logout")
        session = self.told("org.SessionEnded")["body"]["sessionId"]
        self.assertIn(session, [event["body"].get("sessionId") for event in rows(self.stack.ctl("replay", "org.LoggedIn"))])
        program = self.stack.ctl_call("org/GetMe", {}, "--as", "crm")["me"]["personId"]
        token = self.stack.ctl_call("org/CreateToken", {"personId": program, "name": "payroll", "days": 30}, "--as", "sysadmin")
        self.told("org.TokenCreated", lambda event: event["body"]["sessionId"] == token["sessionId"])

    def test_work_that_changes_hands_is_told(self):
        call = self.stack.ctl_call
        units = {node["unit"]["code"]: node["unit"]["id"] for node in call("org/GetTree", {}, "--as", "boss")["nodes"]}
        cycle = call("workflow/StartCycle", {"definition": "goal_confirmation", "unitId": units["A"], "period": "2026Q4", "reason": "test"}, "--as", "supervisor")["cycle"]

        def mine():
            return call("workflow/ListMyTasks", {}, "--as", "director.a").get("tasks")
        task = wait_until(mine, 60, "the task")[0]
        other = call("org/GetMe", {}, "--as", "director.b")["me"]["personId"]
        call("workflow/TransferTask", {"taskId": task["id"], "toPersonId": other, "reason": "knows the region"}, "--as", "director.a")
        self.assertEqual(self.told("workflow.TasksHandedOver")["actor"], "director.a")
        newest = call("workflow/GetDefinition", {"code": "goal_confirmation"}, "--as", "supervisor")["definition"]
        self.assertIn("after: 5 working days", newest["yaml"])
        saved = call("workflow/SaveDefinition", {"yaml": newest["yaml"].replace("after: 5 working days", "after: 8 working days"),
                                                 "expectedVersion": newest["version"], "reason": "test"}, "--as", "supervisor")["definition"]
        call("workflow/MoveCycle", {"cycleId": cycle["id"], "version": saved["version"], "reason": "test"}, "--as", "supervisor")
        self.told("workflow.TasksRescheduled")

    def test_a_mail_that_is_refused_is_told(self):
        self.stack.ctl_call("notify/SendTest", {"channel": "CHANNEL_MAIL"}, "--as", "supervisor")
        self.assertIn("550", self.told("notify.MessageFailed")["body"]["answer"])

    def last(self, stream):
        return int(self.stack.ctl_call(f"{stream}.log/Position")["overall"])

    def test_ls_and_top(self):
        running = {row["service"]: row["workers"] for row in rows(self.stack.ctl("ls", "--json"))}
        self.assertGreater(running["scoring"], 0)
        self.assertIn("scoring.log", self.stack.ctl("ls").stdout)
        top = json.loads(self.stack.ctl("top", "--once", "--json").stdout)
        self.assertIn("scoring", [row["name"] for row in top["services"]])
        self.assertIn("lag events", self.stack.ctl("top", "--once").stdout)

    def test_call(self):
        unit = self.stack.ctl_call("scoring/GetUnit", {"period": "2026Q4"}, "--as", "boss")
        self.assertTrue(unit)
        refused = self.stack.ctl("call", "scoring/GetUnit", '{"period":"never"}', "--as", "boss", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("invalid_argument: period", refused.stderr)
        self.assertEqual(self.stack.ctl("call", "scoring/Dance", check=False).returncode, 2)
        piped = self.stack.ctl("call", "org.log/Read", "-", text_input='{"partition":-1,"from":"1","limit":1}')
        self.assertEqual(json.loads(piped.stdout)["events"][0]["overall"], "1")

    def test_replay_and_sub(self):
        last = self.last("org")
        events = rows(self.stack.ctl("replay", "org.>"))
        self.assertEqual([int(event["overall"]) for event in events][:last], list(range(1, last + 1)))
        kinds = {event["type"] for event in events}
        some = rows(self.stack.ctl("replay", "org.UnitsChanged", "--from", "2"))
        self.assertEqual({event["type"] for event in some}, {"UnitsChanged"} & kinds)
        self.assertEqual(rows(self.stack.ctl("replay", "org.>", "--count", "3")), events[:3])
        self.assertEqual(rows(self.stack.ctl("sub", "org.>", "--from", "3", "--count", "2")), events[2:4])
        at = rows(self.stack.ctl("sub", "*.UnitsChanged", "--from", events[0]["at"], "--count", "1"))
        self.assertEqual(at[0]["type"], "UnitsChanged")
        tenant = self.stack.sql("SELECT id FROM org.tenant")[0][0]
        self.assertEqual(rows(self.stack.ctl("replay", "org.>", "--tenant", str(int(tenant) + 1))), [])
        self.assertIn("begin at 1", self.stack.ctl("sub", "org.>", "--from", "0", check=False).stderr)
        self.assertIn("nobody", self.stack.ctl("sub", "nobody.>", check=False).stderr)

    def test_lag_and_peers(self):
        lags = rows(self.stack.ctl("lag", "--json"))
        self.assertIn(("scoring", "goals"), {(row["service"], row["lag"]["stream"]) for row in lags})
        self.assertIn("position", self.stack.ctl("lag").stdout)
        peers = json.loads(self.stack.ctl("peers", "--json").stdout)["peers"]
        self.assertIn("ctl", [peer["name"] for peer in peers])
        self.assertIn("speaks for people", self.stack.ctl("peers").stdout)

    def test_parked(self):
        """Events that notify cannot read are parked with their keys, until the operator says what is to become of them."""
        stack = self.stack
        stack.sql("INSERT INTO org.outbox (partition, tenant_id, key, type, at, body, traceparent, actor_person_id, actor_account, cause)"
                  " SELECT get_byte(sha256(key::bytea), 7) % 16, id, key, 'UnitsChanged', now(), '\\xffff'::bytea, '', 0, '', ''"
                  " FROM org.tenant, unnest(ARRAY['poison', 'venom']) key")

        def parked():
            listed = json.loads(stack.ctl("parked", "list", "notify", "--json").stdout)["parked"].get("parked", [])
            found = {row["key"]: [row["stream"], str(row.get("partition", 0)), row["key"]] for row in listed}
            return found if {"poison", "venom"} <= set(found) else None
        where = wait_until(parked, 60, "the parked events")
        everywhere = stack.ctl("parked", "list").stdout
        self.assertIn("scoring: ", everywhere)
        self.assertIn("\tpoison\t", everywhere)
        self.assertIn("1 events dropped", stack.ctl("parked", "drop", "notify", *where["venom"]).stdout)
        self.assertIn("no parked events", stack.ctl("parked", "drop", "notify", *where["venom"], check=False).stderr)
        self.assertIn("1 events tried again", stack.ctl("parked", "retry", "notify", *where["poison"]).stdout)
        self.assertEqual(stack.ctl("parked", "drop", "notify", check=False).returncode, 2)

    def test_bench(self):
        calls = json.loads(self.stack.ctl("bench", "call", "org.log/Position", "--count", "200", "--depth", "4", "--json").stdout)
        self.assertEqual(calls["requests"], 200)
        self.assertGreater(calls["perSecond"], 0)
        self.assertTrue(0 < calls["p50Ms"] <= calls["p99Ms"] <= calls["maxMs"])
        self.assertIn("200 requests", self.stack.ctl("bench", "call", "org.log/Position", "--count", "200").stdout)
        replay = json.loads(self.stack.ctl("bench", "replay", "org.>", "--json").stdout)
        self.assertGreaterEqual(self.last("org"), replay["events"])
        self.assertGreater(replay["events"], 0)
        self.assertEqual(self.stack.ctl("bench", "dance", "x", check=False).returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
