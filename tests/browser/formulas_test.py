#!/usr/bin/python3
"""Starts the whole system with the demo group, and defines a measure by formula in a real browser.

BUILD says which programs and console (build/dev); pictures go to BUILD/browser.
"""
import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from main_job_test import Stack, drive  # noqa: E402


def main():
    with Stack() as stack, tempfile.NamedTemporaryFile("w", suffix=".json") as accounts:
        json.dump(stack.one_time_passwords(), accounts)
        accounts.flush()
        return drive("http://" + stack.address, accounts.name, "formulas.mjs")


if __name__ == "__main__":
    sys.exit(main())
