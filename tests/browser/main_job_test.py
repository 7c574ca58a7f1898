#!/usr/bin/python3
"""Starts the whole system with the demo group, and does the main job in real browsers.

BUILD says which programs and console (build/dev); pictures go to BUILD/browser. With BASE_URL and
ACCOUNTS_FILE set, a system that runs already is used.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
from stack import Stack  # noqa: E402

WITH_NODE = os.path.join(ROOT, "deploy/node/run")


def drive(base_url, accounts_file, script="main_job.mjs", **settings):
    if not os.path.exists(os.path.join(HERE, "node_modules/playwright-core")):
        subprocess.run([WITH_NODE, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE, check=True)
    environment = dict(os.environ, BASE_URL=base_url, ACCOUNTS_FILE=accounts_file,
                       SHOTS=os.path.join(ROOT, os.environ.get("BUILD", "build/dev"), "browser"), **settings)
    done = subprocess.run([WITH_NODE, "node", "--test", "--test-reporter=tap", os.path.join(HERE, script)],
                          env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout)
    passed = int((re.findall(r"^# pass (\d+)", done.stdout, re.M) or ["0"])[-1])
    failed = int((re.findall(r"^# fail (\d+)", done.stdout, re.M) or ["0"])[-1])
    if passed == 0 or done.returncode != 0:
        failed = max(failed, 1)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    if os.environ.get("BASE_URL"):
        return drive(os.environ["BASE_URL"], os.environ["ACCOUNTS_FILE"])
    with Stack() as stack, tempfile.NamedTemporaryFile("w", suffix=".json") as accounts:
        json.dump(stack.one_time_passwords(), accounts)
        accounts.flush()
        return drive("http://" + stack.address, accounts.name)


if __name__ == "__main__":
    sys.exit(main())
