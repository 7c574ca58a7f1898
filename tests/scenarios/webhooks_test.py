"""Webhooks against real receivers that fail in every way: what is sent, to whom, in which order, how
often, and where nothing may be sent to."""
import base64
import collections
import hashlib
import hmac
import http.server
import json
import os
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from stack import Stack, wait_until  # noqa: E402


class Receiver(http.server.ThreadingHTTPServer):
    """Takes deliveries at any path; `modes` says by path what it does otherwise."""
    daemon_threads = True

    def __init__(self, address="127.0.0.1", port=0):
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, port), Handler)
        self.modes = {}
        self.secrets = {}
        self.taken = collections.defaultdict(list)   # by path: events that were accepted
        self.offered = collections.defaultdict(list)  # and all that came
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path, host="127.0.0.1"):
        return f"http://{host}:{self.server_port}{path}"


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def signed(self, body):
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        if abs(time.time() - int(self.headers["webhook-timestamp"])) > 300:
            return False
        key = base64.b64decode(self.server.secrets[self.path].removeprefix("whsec_"))
        want = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return want in self.headers["webhook-signature"].split()

    def event(self, body):
        if self.headers["Content-Type"].startswith("application/cloudevents+json"):
            return json.loads(body)
        attributes = {name[3:].lower(): value for name, value in self.headers.items() if name.lower().startswith("ce-")}
        return dict(attributes, data=json.loads(body), datacontenttype=self.headers["Content-Type"])

    def do_POST(self):  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = self.event(body)
        event["signed"] = self.signed(body)
        event["same"] = event["id"] == self.headers["webhook-id"]
        self.server.offered[self.path].append(event)
        mode = self.server.modes.get(self.path, 200)
        mode = mode(event) if callable(mode) else mode
        if mode == "cut":
            self.connection.close()
            return
        if mode == "slow":
            time.sleep(6)
            return
        if mode == 200:
            self.server.taken[self.path].append(event)
        self.send_response(mode)
        if mode == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()


class Webhooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.receiver = Receiver()
        cls.addClassCleanup(cls.receiver.server_close)
        cls.stack = cls.enterClassContext(Stack(
            dacheng_webhooks_allow_http="true", dacheng_webhooks_allow_networks="127.0.0.0/8", dacheng_webhooks_first_delay_s=1,
            dacheng_webhooks_longest_delay_s=1, dacheng_webhooks_attempts=3, dacheng_webhooks_timeout_s=2,
            dacheng_breaker_faults=4, dacheng_breaker_first_pause_s=1, dacheng_breaker_longest_pause_s=1, dacheng_breaker_throttle_pause_s=1))
        cls.supervisor = cls.stack.login("supervisor")
        cls.units = {node["unit"]["code"]: node["unit"]["id"] for node in cls.call("org/GetTree")["nodes"]}
        cls.tenant = cls.stack.sql("SELECT id FROM org.tenant")[0][0]

    @classmethod
    def call(cls, method, request=None):
        owner, name = method.split("/")
        service = "SessionService" if name == "GetMe" else {"org": "OrgService", "workflow": "WorkflowService", "webhooks": "WebhookService"}[owner]
        return cls.supervisor.call(f"{owner}.{service}/{name}", request or {})

    def refused(self, method, request, words, account="supervisor"):
        done = self.stack.ctl("call", "--as", account, method, json.dumps(request), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(words, done.stderr)

    def add(self, path, url=None, **fields):
        webhook = dict({"name": path, "url": url or self.receiver.url(path), "patterns": ["scoring.>"]}, **fields)
        answer = self.call("webhooks/SaveWebhook", {"webhook": webhook, "reason": "test"})
        self.receiver.secrets[path] = answer["secret"]
        self.addCleanup(lambda: self.call("webhooks/DeleteWebhook", {"id": answer["webhook"]["id"]}))
        return answer["webhook"]

    def state_of(self, webhook):
        return next(one for one in self.call("webhooks/ListWebhooks")["webhooks"] if one["id"] == webhook["id"])

    def tell(self, *keys):
        """Scores are told again under other keys, one after the other."""
        for key in keys:
            self.stack.sql(
                "INSERT INTO scoring.outbox (partition, tenant_id, key, type, at, body, traceparent, actor_person_id, actor_account, cause)"
                f" SELECT get_byte(sha256('{key}'::bytea), 7) % 16, tenant_id, '{key}', type, now(), body, '', 0, 'test', ''"
                " FROM scoring.outbox WHERE type = 'ScoresChanged' ORDER BY length(body) DESC, id LIMIT 1")

    def tell_all(self, key):
        """What was told of everybody is told again."""
        self.stack.sql(
            "INSERT INTO scoring.outbox (partition, tenant_id, key, type, at, body, traceparent, actor_person_id, actor_account, cause)"
            f" SELECT get_byte(sha256('{key}'::bytea), 7) % 16, tenant_id, '{key}', type, now(), body, '', 0, 'test', ''"
            " FROM (SELECT DISTINCT ON (key) * FROM scoring.outbox WHERE type = 'ScoresChanged' AND key LIKE 'scores/%' ORDER BY key, id DESC) told")

    def until_taken(self, path, count, seconds=30):
        wait_until(lambda: len({event["id"] for event in self.receiver.taken[path]}) >= count, seconds, f"{count} events at {path}")

    def test_events_arrive_signed_and_whole(self):
        for path, mode in (("/structured", "WEBHOOK_MODE_STRUCTURED"), ("/binary", "WEBHOOK_MODE_BINARY")):
            self.add(path, mode=mode)
        before = int(self.stack.ctl_call("scoring.log/Position")["overall"])
        self.tell("hook/1", "hook/2", "hook/1")
        for path in ("/structured", "/binary"):
            self.until_taken(path, 3)
            told = {event["overall"]: event for event in map(json.loads, self.stack.ctl("replay", "scoring.>", "--from", str(before + 1)).stdout.splitlines())}
            for event in self.receiver.taken[path]:
                origin = told[str(int(event["sequence"]))]
                self.assertTrue(event["signed"] and event["same"])
                self.assertEqual(event["specversion"], "1.0")
                self.assertEqual(event["id"], f"scoring.{origin['epoch']}.{origin['partition']}.{origin['number']}")
                self.assertEqual((event["type"], event["subject"]), ("dacheng.scoring.v1.ScoresChanged", origin["key"]))
                self.assertEqual(event["source"], f"/dacheng/{self.tenant}/scoring")
                self.assertEqual(event["data"], origin["body"])
                self.assertTrue(event["datacontenttype"].startswith("application/json"))

    def test_a_unit_sees_its_own_people_only(self):
        webhook = self.add("/unit", unitId=self.units["A"])
        self.add("/group")
        self.tell_all("hook/unit")
        self.until_taken("/unit", 1)
        self.until_taken("/group", 2)
        ours = {person["id"] for person in self.call("org/ListPeople", {"unitId": self.units["A"], "tree": True, "limit": 500})["people"]}
        people = {path: {person["personId"] for event in self.receiver.taken[path] for person in event["data"].get("people", [])}
                  for path in ("/unit", "/group")}
        wait_until(lambda: {event["id"] for event in self.receiver.taken["/unit"]} < {event["id"] for event in self.receiver.taken["/group"]},
                   30, "what the unit may not see")
        self.assertTrue(people["/unit"])
        self.assertLessEqual(people["/unit"], ours)
        # What names nobody is not for it: the calendar is everybody's.
        self.call("webhooks/SaveWebhook", {"webhook": dict(self.state_of(webhook), patterns=["workflow.>", "scoring.>"])})
        year = int(time.strftime("%Y")) + 1
        calendar = self.call("workflow/GetCalendar", {"year": year})["calendar"]
        self.call("workflow/SaveCalendar", {"calendar": dict(calendar, days=[{"date": f"{year}-03-03", "name": "test"}]), "year": year, "reason": "test"})
        wait_until(lambda: self.stack.ctl("replay", "workflow.CalendarChanged").stdout, 30, "the calendar")
        count = len(self.receiver.taken["/unit"])
        self.tell_all("hook/unit")
        self.until_taken("/unit", count + 1)
        self.assertEqual({event["type"] for event in self.receiver.offered["/unit"]}, {"dacheng.scoring.v1.ScoresChanged"})

    def test_failures_are_repeated_in_order_then_parked(self):
        path = "/failing"
        webhook = self.add(path)
        fails = collections.Counter()

        def mode(event):  # the first two attempts at the first event, each in another way
            fails[event["subject"]] += 1
            return {1: 500, 2: "cut"}.get(fails["hook/a"] if event["subject"] == "hook/a" else 9, 200)
        self.receiver.modes[path] = mode
        self.tell("hook/a", "hook/b", "hook/a")
        self.until_taken(path, 3)
        numbers = [event["sequence"] for event in self.receiver.taken[path] if event["subject"] == "hook/a"]
        self.assertEqual(numbers, sorted(numbers))
        # Refused for good: parked, what follows of the key waits behind it, other keys go on.
        self.receiver.modes[path] = lambda event: 400 if event["subject"] == "hook/bad" else 200
        self.tell("hook/bad", "hook/bad", "hook/c")
        self.until_taken(path, 4)
        wait_until(lambda: int(self.state_of(webhook).get("parked", 0)) == 1, 30, "it is parked")
        state = self.state_of(webhook)
        self.assertEqual((state["waiting"], state["breaker"]), ("1", "closed"))
        parked = self.call("webhooks/ListDeliveries", {"webhookId": webhook["id"], "parkedOnly": True})["deliveries"]
        self.assertEqual((parked[0]["key"], parked[0]["attempts"], parked[0]["answer"]), ("hook/bad", 3, "HTTP 400"))
        self.assertEqual(len([event for event in self.receiver.offered[path] if event["subject"] == "hook/bad"]), 3)
        told = [json.loads(line) for line in self.stack.ctl("replay", "webhooks.DeliveryParked").stdout.splitlines()]
        self.assertIn(parked[0]["eventId"], [event["body"]["delivery"]["eventId"] for event in told])
        self.receiver.modes.pop(path)
        self.assertEqual(self.call("webhooks/Redrive", {"webhookId": webhook["id"]})["deliveries"], "1")
        self.until_taken(path, 6)
        numbers = [event["sequence"] for event in self.receiver.taken[path] if event["subject"] == "hook/bad"]
        self.assertEqual(numbers, sorted(numbers))

    def test_a_receiver_that_is_down_is_left_alone_and_comes_back(self):
        down = Receiver()
        port = down.server_port
        down.shutdown()
        down.server_close()
        webhook = self.add("/down", url=f"http://127.0.0.1:{port}/down")
        good = self.add("/beside")
        self.receiver.modes["/slow"] = "slow"
        self.add("/slow")
        self.tell(*(f"hook/{i}" for i in range(8)))
        self.until_taken("/beside", 8)  # whoever is down or slow delays only himself
        wait_until(lambda: self.state_of(webhook)["breaker"] != "closed", 30, "the breaker")
        self.assertEqual(self.state_of(good)["breaker"], "closed")
        again = Receiver(port=port)
        self.addCleanup(again.server_close)
        again.secrets["/down"] = self.receiver.secrets["/down"]

        def all_of_them():  # what was parked meanwhile is tried again
            self.call("webhooks/Redrive", {"webhookId": webhook["id"]})
            return len({event["id"] for event in again.taken["/down"]}) == 8
        wait_until(all_of_them, 40, "everything at the one that is back")
        self.assertEqual(self.state_of(webhook)["breaker"], "closed")

    def test_killed_at_any_moment(self):
        path = "/killed"
        self.add(path)
        self.receiver.modes[path] = lambda event: time.sleep(0.05) or 200
        keys = [f"hook/{i % 5}" for i in range(25)]
        self.tell(*keys[:10])
        wait_until(lambda: self.receiver.taken[path], 30, "the first")
        self.stack.kill("webhooks")
        self.tell(*keys[10:])
        self.until_taken(path, 25, 40)
        for key in set(keys):
            numbers = [event["sequence"] for event in self.receiver.taken[path] if event["subject"] == key]
            self.assertEqual(list(dict.fromkeys(numbers)), sorted(set(numbers)))

    def test_nothing_is_sent_where_it_may_not(self):
        inside = Receiver("::1")
        self.addCleanup(inside.server_close)
        inside.secrets["/inside"] = "whsec_"
        forbidden = self.add("/inside", url=inside.url("/inside", "[::1]"))
        self.receiver.modes["/redirects"] = 302
        redirected = self.add("/redirects")
        self.tell("hook/inside")
        wait_until(lambda: int(self.state_of(forbidden).get("parked", 0)) == 1, 30, "it is parked")
        self.assertIn("nothing is sent into", self.state_of(forbidden)["lastAnswer"])
        self.assertEqual(inside.offered, {})
        wait_until(lambda: int(self.state_of(redirected).get("parked", 0)) == 1, 30, "it is parked")
        self.assertEqual(self.receiver.offered["/elsewhere"], [])

    def test_a_receiver_may_want_no_more(self):
        self.receiver.modes["/gone"] = 410
        webhook = self.add("/gone")
        self.tell("hook/gone", "hook/gone")
        wait_until(lambda: self.state_of(webhook)["state"] == "WEBHOOK_STATE_SUSPENDED", 30, "it is suspended")
        self.assertIn("410", self.state_of(webhook)["reason"])
        self.assertEqual(self.state_of(webhook).get("waiting", "0"), "0")

    def test_secrets_change_without_a_gap(self):
        path = "/rotated"
        webhook = self.add(path)
        old = self.receiver.secrets[path]
        new = self.call("webhooks/RotateSecret", {"id": webhook["id"], "reason": "test"})["secret"]
        self.assertNotEqual(old, new)
        for secret in (old, new):
            self.receiver.secrets[path] = secret
            count = len(self.receiver.taken[path])
            self.tell("hook/secret")
            self.until_taken(path, count + 1)
            self.assertTrue(self.receiver.taken[path][-1]["signed"])

    def test_who_may(self):
        save = "webhooks/SaveWebhook"
        webhook = {"name": "x", "url": self.receiver.url("/x"), "patterns": ["scoring.>"], "unitId": self.units["A"]}
        for account in ("director.a", "sysadmin", "crm", "boss"):
            self.refused(save, {"webhook": webhook}, "permission_denied", account)
            self.refused("webhooks/ListWebhooks", {}, "permission_denied", account)
        self.refused(save, {"webhook": dict(webhook, url="ftp://x/")}, "webhook.url")
        self.refused(save, {"webhook": dict(webhook, url="https://user:word@x/")}, "webhook.url")
        self.refused(save, {"webhook": dict(webhook, patterns=["org.LoggedIn"])}, "webhook.patterns")
        self.refused(save, {"webhook": dict(webhook, patterns=[])}, "webhook.patterns")
        self.refused("webhooks/DeleteWebhook", {"id": "999999"}, "not_found")
        saved = self.add("/x", patterns=["scoring.>"])
        self.assertNotIn("secret", json.dumps(self.call("webhooks/ListWebhooks")))
        self.call(save, {"webhook": dict(saved, name="y", state="WEBHOOK_STATE_PAUSED")})
        self.refused(save, {"webhook": dict(saved, name="z")}, "aborted")
        self.tell("hook/paused")
        wait_until(lambda: self.state_of(saved).get("waiting") == "1", 30, "it waits")
        self.assertEqual(self.receiver.offered["/x"], [])
        self.call(save, {"webhook": dict(self.state_of(saved), state="WEBHOOK_STATE_ACTIVE")})
        self.until_taken("/x", 1)

    def test_z_a_right_that_is_lost_ends_it(self):
        webhook = self.add("/right")
        person = self.call("org/GetMe")["me"]["personId"]
        grants = self.call("org/GetMe")["me"]["grants"]
        self.stack.sql(
            "INSERT INTO org.outbox (partition, tenant_id, key, type, at, body, traceparent, actor_person_id, actor_account, cause)"
            f" SELECT get_byte(sha256('grants/{person}'::bytea), 7) % 16, id, 'grants/{person}', 'GrantsChanged', now(),"
            f" '\\x08'::bytea || set_byte('\\x00'::bytea, 0, {person}), '', 0, 'test', '' FROM org.tenant")
        wait_until(lambda: self.state_of(webhook)["state"] == "WEBHOOK_STATE_SUSPENDED", 30, "it is suspended")
        self.assertIn("supervisor", self.state_of(webhook)["reason"])
        self.assertTrue(grants)
        told = [json.loads(line)["body"]["webhook"] for line in self.stack.ctl("replay", "webhooks.WebhookChanged").stdout.splitlines()]
        self.assertIn((webhook["id"], "WEBHOOK_STATE_SUSPENDED"), [(one["id"], one["state"]) for one in told])
        self.assertNotIn("whsec", json.dumps(told))


if __name__ == "__main__":
    unittest.main(verbosity=2)
