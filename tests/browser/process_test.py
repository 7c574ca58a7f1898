#!/usr/bin/python3
"""Starts the whole system with the demo group and a clock that can be turned, and lets a cycle run in
real browsers.

BUILD says which programs and console (build/dev); pictures go to BUILD/browser.
"""
import http.server
import json
import os
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
sys.path.insert(0, HERE)
from main_job_test import drive  # noqa: E402
from stack import Stack, wait_until  # noqa: E402


def clock_of(stack):
    """A server on loopback that turns the stack's clock for the browsers' script."""
    class Clock(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            try:
                stack.turn_clock(**asked)
                self.send_response(200)
            except (OSError, TypeError) as error:
                self.send_response(500, str(error))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Clock)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def cancel_cycles(stack):
    """Of the demo, and its 360 round: what waits for people here is of the cycle that they start."""
    for summary in stack.ctl_call("workflow/ListCycles", {"openOnly": True}, "--as", "supervisor")["cycles"]:
        stack.ctl_call("workflow/CancelCycle", {"cycleId": summary["cycle"]["id"], "reason": "browser test"}, "--as", "supervisor")

    for one in stack.ctl_call("reviews/ListRounds", {}, "--as", "supervisor")["rounds"]:
        if one["round"]["state"] == "ROUND_STATE_OPEN":
            stack.ctl_call("reviews/CancelRound", {"id": one["round"]["id"], "reason": "browser test"}, "--as", "supervisor")

    def nobody_has_tasks():
        return all(not stack.ctl_call("workflow/ListMyTasks", {}, "--as", account).get("tasks")
                   for account in ("supervisor", "director.a", "director.b", "vp"))
    wait_until(nobody_has_tasks, 30, "the end of the demo's tasks")


def main():
    with Stack() as stack, tempfile.NamedTemporaryFile("w", suffix=".json") as accounts:
        json.dump(stack.one_time_passwords(), accounts)
        accounts.flush()
        cancel_cycles(stack)
        clock = clock_of(stack)
        try:
            return drive("http://" + stack.address, accounts.name, "process.mjs",
                         CLOCK_URL=f"http://127.0.0.1:{clock.server_port}/")
        finally:
            clock.shutdown()


if __name__ == "__main__":
    sys.exit(main())
