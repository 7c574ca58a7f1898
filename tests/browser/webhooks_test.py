#!/usr/bin/python3
"""Starts the whole system with the demo group and a receiver that refuses at first, and lets a
supervisor subscribe it in a real browser.

BUILD says which programs and console (build/dev); pictures go to BUILD/browser.
"""
import http.server
import json
import os
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
sys.path.insert(0, HERE)
from main_job_test import drive  # noqa: E402
from stack import Stack  # noqa: E402


class Receiver(http.server.BaseHTTPRequestHandler):
    """Refuses until it is told to take: POST /open."""
    takes = False

    def log_message(self, *_):
        pass

    def do_POST(self):  # noqa: N802
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/open":
            Receiver.takes = True
        self.send_response(200 if Receiver.takes else 400)
        self.send_header("Content-Length", "0")
        self.end_headers()


def main():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as receiver, tempfile.NamedTemporaryFile("w", suffix=".json") as accounts:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        with Stack(dacheng_webhooks_allow_http="true", dacheng_webhooks_allow_networks="127.0.0.0/8", dacheng_webhooks_attempts=1) as stack:
            json.dump(stack.one_time_passwords(), accounts)
            accounts.flush()
            os.environ["RECEIVER"] = f"http://127.0.0.1:{receiver.server_port}"
            code = drive("http://" + stack.address, accounts.name, "webhooks.mjs")
        receiver.shutdown()
        return code


if __name__ == "__main__":
    sys.exit(main())
