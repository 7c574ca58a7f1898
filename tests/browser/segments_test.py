#!/usr/bin/python3
"""Starts the whole system with the demo group, and changes targets within a period in real browsers.

BUILD says which programs and console (build/dev); pictures go to BUILD/browser.
"""
import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
sys.path.insert(0, HERE)
from main_job_test import drive  # noqa: E402
from stack import Stack  # noqa: E402


def main():
    with Stack() as stack, tempfile.NamedTemporaryFile("w", suffix=".json") as accounts:
        administrator = stack.login("sysadmin")
        for code in ("E1104", "E1105"):  # two of team A1 go to B1 today
            stack.move_person(administrator, code, "B1", stack.sql("SELECT current_date")[0][0])
        json.dump(stack.one_time_passwords(), accounts)
        accounts.flush()
        return drive("http://" + stack.address, accounts.name, "segments.mjs")


if __name__ == "__main__":
    sys.exit(main())
