#!/usr/bin/python3
"""What operators see of a running set: figures that Prometheus' own tool takes for well made, the page
that lists them, a real Prometheus in which a stopped service raises its alert, and only that; and the
spans of a request, from the edge to those who hear of it."""
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from stack import ROOT, Stack, wait_until  # noqa: E402

PAGE = os.path.join(ROOT, "docs/metrics.md")


def get(address, path):
    with urllib.request.urlopen(f"http://{address}{path}", timeout=10) as answer:
        return answer.read().decode()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def page_rows():
    """name: (type, labels) of docs/metrics.md."""
    with open(PAGE, encoding="utf-8") as file:
        rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \|", file.read(), re.M)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def shown(text):
    """The same of what a program shows."""
    types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.M))
    found = {}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? ", text, re.M):
        base = name if name in types else re.sub(r"_(bucket|sum|count)$", "", name)
        names = set(re.findall(r'(\w+)="', labels)) - {"le"}
        found.setdefault(base, (types[base], set()))[1].update(names)
    return found


def in_sources():
    names = set()
    for top in ("common", "services"):
        for directory, _, files in os.walk(os.path.join(ROOT, top)):
            if "node_modules" in directory:
                continue
            for name in files:
                if name.endswith(".c") and not name.endswith("_test.c"):
                    with open(os.path.join(directory, name), encoding="utf-8") as file:
                        names.update(re.findall(r'"((?:dacheng|process)_[a-z_]+)"', file.read()))
    return names - {"dacheng_session"}  # the name of a cookie


class Prometheus:
    """A real one beside the stack, by the shipped script and rules; only sooner."""

    def __init__(self, stack):
        self.home = stack.home
        self.port = free_port()
        self.directory = os.path.join(stack.home, "shipped")
        subprocess.run(["cp", "-r", os.path.join(ROOT, "deploy/prometheus"), self.directory], check=True)
        self.change("alerts.yml", r"for: \w+", "for: 1s")
        self.change("local.yml", r"_(interval|timeout): \w+", r"_\1: 1s")
        environment = dict(os.environ, PROMETHEUS_PORT=str(self.port))
        with open(os.path.join(stack.home, "log/prometheus.log"), "w", encoding="ascii") as log:
            self.process = subprocess.Popen([os.path.join(self.directory, "run"), stack.home], env=environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def change(self, name, pattern, replacement):
        path = os.path.join(self.directory, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(re.sub(pattern, replacement, text))

    def ask(self, path):
        try:
            return json.loads(get(f"127.0.0.1:{self.port}", path))["data"]
        except OSError:
            return None

    def up(self):
        """Programs by whether they are seen to be up."""
        data = self.ask('/api/v1/query?query=up%7Bjob%3D%22dacheng%22%7D')
        return {r["metric"]["program"]: r["value"][1] == "1" for r in data["result"]} if data else {}

    def firing(self):
        data = self.ask("/api/v1/alerts")
        return {(a["labels"]["alertname"], a["labels"].get("program") or a["labels"].get("service"))
                for a in data["alerts"] if a["state"] == "firing"} if data else set()

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


class Collector:
    """Takes spans as an OpenTelemetry collector does. What the JSON of OTLP demands is checked here."""

    def __init__(self):
        self.spans = []
        self.away = False
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                good = not collector.away and self.path == "/v1/traces" and self.headers["Content-Type"] == "application/json"
                if good:
                    collector.take(json.loads(body))
                self.send_response(200 if good else 503)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}/v1/traces"

    def take(self, batch):
        for resource in batch["resourceSpans"]:
            about = self.values(resource["resource"])
            for span in (s for scope in resource["scopeSpans"] for s in scope["spans"]):
                assert re.fullmatch("[0-9a-f]{32}", span["traceId"]) and re.fullmatch("[0-9a-f]{16}", span["spanId"]), span
                assert re.fullmatch("[0-9a-f]{16}|", span["parentSpanId"]) and span["name"] and span["kind"] in (2, 5), span
                assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]), span
                self.spans.append(dict(span, program=about["service.name"], about=self.values(span)))

    @staticmethod
    def values(holder):
        return {a["key"]: a["value"]["stringValue"] for a in holder["attributes"]}

    def of(self, trace):
        return [span for span in self.spans if span["traceId"] == trace]


class Operations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.collector = Collector()
        cls.addClassCleanup(cls.collector.server.server_close)
        cls.addClassCleanup(cls.collector.server.shutdown)
        cls.stack = Stack(replicas="scoring=2", dacheng_trace_endpoint=cls.collector.endpoint, dacheng_trace_per_mille=0)
        cls.addClassCleanup(cls.stack.__exit__, None, None, None)
        cls.stack.start()
        boss = cls.stack.login("boss")
        boss.call("org.OrgService/GetTree")

    def targets(self):
        directory = os.path.join(self.stack.home, "run/targets")
        for name in sorted(os.listdir(directory)):
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                target = json.load(file)[0]
            yield name[:-5], target["targets"][0], target["labels"]["program"]

    def test_every_program_shows_what_the_page_says(self):
        programs = [name for name, _, _ in self.targets()]
        self.assertEqual(programs, self.stack.programs())
        page = page_rows()
        self.assertEqual(set(page), in_sources())
        for name, address, _ in self.targets():
            text = wait_until(lambda address=address: (lambda t: t if "dacheng_ready 1" in t else None)(get(address, "/metrics")),
                              30, f"{name} to be ready")
            checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
            self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""), name)
            for metric, facts in shown(text).items():
                self.assertEqual(facts, page.get(metric), f"{metric} of {name}, and in docs/metrics.md")

    def figure(self, program, line):
        address = next(a for n, a, _ in self.targets() if n == program)
        found = re.search(rf"^{line} (\S+)$", get(address, "/metrics"), re.M)
        return float(found.group(1)) if found else None

    def post(self, client, trace, flags, method, request):
        """One request that somebody outside traces."""
        headers = dict(client.headers(), traceparent=f"00-{trace}-00f067aa0ba902b7-{flags}", **{"Idempotency-Key": trace})
        response, data = client.request("POST", "/dacheng." + method.replace(".", ".v1.", 1), json.dumps(request).encode(), headers)
        return response.status, json.loads(data)

    def change(self, supervisor, trace, flags, value):
        """Department A's target of the current period becomes another: an event that many hear."""
        primary = next(i for i in supervisor.call("goals.GoalService/ListDefinitions")["indicators"] if i.get("primary"))
        now = time.localtime()
        tree = supervisor.call("goals.GoalService/GetTargetTree", {
            "indicatorId": primary["id"], "period": f"{now.tm_year}Q{(now.tm_mon + 2) // 3}", "levels": 3})
        target = next(n for n in tree["nodes"] if n["ownerCode"] == "A")["target"]
        return self.post(supervisor, trace, flags, "goals.GoalService/AdjustTarget", {
            "targetId": target["id"], "value": str(value), "reason": "另行商定", "effectiveOn": time.strftime("%F"),
            "policy": "ADJUST_POLICY_RESTATE", "allowOverAssignment": True})

    def test_a_request_is_traced_to_those_who_hear_of_it(self):
        supervisor = self.stack.login("supervisor")
        trace, untraced = "4bf92f3577b34da6a3ce929d0e0e4738", "4bf92f3577b34da6a3ce929d0e0e4737"
        status, answer = self.change(supervisor, untraced, "00", 21000000)
        self.assertEqual(status, 200, answer)
        self.assertEqual(self.stack.sql(f"SELECT DISTINCT substr(traceparent, 4, 32) FROM goals.outbox WHERE traceparent LIKE '%{untraced}%'"), [[untraced]])

        status, answer = self.change(supervisor, trace, "01", 22000000)
        self.assertEqual(status, 200, answer)

        def named(program, name):
            return next((s for s in self.collector.of(trace) if s["program"] == f"dacheng-{program}" and s["name"].endswith(name)), None)
        edge = wait_until(lambda: named("gateway", "/AdjustTarget"), 20, "the edge's span")
        self.assertEqual((edge["parentSpanId"], edge["kind"]), ("00f067aa0ba902b7", 2))
        service = wait_until(lambda: named("goals", "/AdjustTarget"), 20, "the service's span")
        self.assertEqual((service["parentSpanId"], service["about"]["dacheng.peer"]), (edge["spanId"], "gateway"))
        for program in ("scoring", "notify", "audit"):
            heard = wait_until(lambda program=program: named(program, "goals.TargetsAdjusted"), 20, f"the span of {program}")
            self.assertEqual((heard["parentSpanId"], heard["kind"]), (service["spanId"], 5))
            self.assertRegex(heard["about"]["messaging.message.id"], r"^goals/\d+/\d+/\d+$")
        self.assertEqual(self.collector.of(untraced), [])

    def test_the_collector_may_be_away_and_a_failure_is_logged_with_its_trace(self):
        supervisor = self.stack.login("supervisor")
        self.collector.away = True
        before = self.figure("goals", "dacheng_trace_dropped_total")
        trace = "4bf92f3577b34da6a3ce929d0e0e4739"
        status, _ = self.post(supervisor, trace, "01", "goals.GoalService/AdjustTarget", {"targetId": "999999999", "value": "1", "reason": "x", "policy": "ADJUST_POLICY_RESTATE"})
        self.assertNotEqual(status, 200)
        line = wait_until(lambda: next((json.loads(l) for l in self.stack.read("log/goals.log").splitlines() if trace in l), None), 10, "the line of the log")
        self.assertRegex(line["request"], r"^goals-[0-9a-f]+-\d+$")
        wait_until(lambda: self.figure("goals", "dacheng_trace_dropped_total") > before, 20, "the span to be dropped")
        self.collector.away = False
        self.assertEqual(self.collector.of(trace), [])

    def test_figures_are_true(self):
        figure = self.figure
        self.assertGreater(figure("audit", "dacheng_audit_verified_total"), 0)
        self.assertEqual(figure("audit", "dacheng_audit_chains_broken"), 0)
        self.assertEqual(sum(figure(n, "dacheng_stamper_leads") for n in ("scoring", "scoring2")), 1)
        self.assertEqual(figure("goals", 'dacheng_database_connected{thread="worker 1"}'), 1)
        self.assertEqual(figure("goals", 'dacheng_bus_connections{thread="worker 1"}'), 2)
        self.assertGreater(figure("org", "dacheng_database_size_bytes"), 1e6)
        self.assertEqual(figure("workflow", "dacheng_workflow_timers_due"), 0)

    def test_a_stopped_service_raises_its_alert(self):
        prometheus = Prometheus(self.stack)
        self.addCleanup(prometheus.stop)
        everyone = {program for _, _, program in self.targets()}
        wait_until(lambda: (lambda up: set(up) == everyone and all(up.values()))(prometheus.up()), 60, "every program to be seen up")
        wait_until(lambda: not prometheus.firing(), 60, "no alert of a set that is well")
        self.stack.kill("ingest", signal.SIGSTOP)
        self.addCleanup(self.stack.kill, "ingest", signal.SIGCONT)
        wanted = {("ServiceDown", "ingest"), ("ServiceWithoutReplica", "ingest")}
        wait_until(lambda: wanted <= prometheus.firing(), 60, "the alert")
        self.assertEqual({who for _, who in prometheus.firing()}, {"ingest"})
        self.stack.kill("ingest", signal.SIGCONT)
        wait_until(lambda: not prometheus.firing(), 60, "the alert's end")

    def test_z_a_changed_record_is_found_unasked(self):
        self.stack.sql("ALTER TABLE audit.entry DISABLE TRIGGER entry_is_kept; UPDATE audit.entry SET account = 'nobody' "
                       "WHERE number = 50 AND tenant_id = 1; ALTER TABLE audit.entry ENABLE TRIGGER entry_is_kept")
        wait_until(lambda: self.figure("audit", "dacheng_audit_chains_broken") == 1, 40, "the broken chain")
        line = next(json.loads(l) for l in self.stack.read("log/audit.log").splitlines() if "its chain is broken" in l)
        self.assertEqual((line["tenant"], line["entry"]), ("1", "50"))


if __name__ == "__main__":
    unittest.main()
