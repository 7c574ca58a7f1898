#!/usr/bin/python3
"""The operators' page in a real browser, over a set of which a service is made to hang.

BUILD says which programs and console (build/dev); pictures go to BUILD/browser.
"""
import http.server
import json
import os
import signal
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
sys.path.insert(0, HERE)
from main_job_test import drive  # noqa: E402
from stack import Stack  # noqa: E402

PARK = ("INSERT INTO notify.parked (stream, partition, number, epoch, tenant_id, key, type, event, reason, attempts) "
        "VALUES ('goals', 3, 1, 1, 1, 'plan/1', 'PlanChanged', '', 'for the test', 5)")


def control_of(stack):
    """A server on loopback by which the browsers' script stops a service, lets it go, and parks an event."""
    does = {"/stop": lambda: stack.kill("reviews", signal.SIGSTOP), "/go": lambda: stack.kill("reviews", signal.SIGCONT),
            "/park": lambda: stack.sql(PARK)}

    class Control(http.server.BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802
            does[self.path]()
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Control)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main():
    with Stack(replicas="scoring=2") as stack, tempfile.NamedTemporaryFile("w", suffix=".json") as accounts:
        json.dump(stack.one_time_passwords(), accounts)
        accounts.flush()
        control = control_of(stack)
        try:
            return drive("http://" + stack.address, accounts.name, "operations.mjs", CONTROL_URL=f"http://127.0.0.1:{control.server_port}")
        finally:
            stack.kill("reviews", signal.SIGCONT)
            control.shutdown()


if __name__ == "__main__":
    sys.exit(main())
