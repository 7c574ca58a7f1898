#!/usr/bin/python3
"""The shipped configuration of Prometheus, by its own tool: it is valid, each alert fires where it
must and is quiet where it must (tests/cases/alerts.txt), and operations.md says what to do for it."""
import os
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RULES = os.path.join(ROOT, "deploy/prometheus/alerts.yml")


def promtool(*arguments):
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def alerts():
    return re.findall(r"- alert: (\w+)", read("deploy/prometheus/alerts.yml"))


def cases():
    for line in read("tests/cases/alerts.txt").splitlines():
        if line and not line.startswith("#"):
            alert, outcome, after, series = (part.strip() for part in line.split("|", 3))
            yield alert, outcome, after, [one.strip() for one in series.split(" ; ")]


def as_test(alert, outcome, after, series):
    """In promtool's words. ALERTS is what Prometheus itself says of an alert."""
    inputs = "".join(f"      - series: '{one[:at]}'\n        values: '{one[at + 1:]}'\n"
                     for one in series for at in [one.index("} ") + 1 if "} " in one else one.index(" ")])
    samples = "[{labels: '{}', value: 1}]" if outcome == "fires" else "[]"
    return (f"  - interval: 30s\n    name: '{alert} {outcome}'\n    input_series:\n{inputs}    promql_expr_test:\n"
            f"      - expr: count(ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}})\n"
            f"        eval_time: {after}\n        exp_samples: {samples}\n")


class Alerts(unittest.TestCase):
    def test_configuration_is_valid(self):
        with tempfile.TemporaryDirectory() as directory:
            os.mkdir(os.path.join(directory, "targets"))
            subprocess.run(["cp", RULES, os.path.join(ROOT, "deploy/prometheus/local.yml"), directory], check=True)
            with open(os.path.join(directory, "targets/goals.json"), "w", encoding="ascii") as file:
                file.write('[{"targets": ["127.0.0.1:1"]}]')
            for path in (os.path.join(ROOT, "deploy/prometheus/prometheus.yml"), os.path.join(directory, "local.yml")):
                status, said = promtool("check", "config", path)
                self.assertEqual(status, 0, said)
                self.assertNotIn("WARNING", said)
        status, said = promtool("check", "rules", RULES)
        self.assertEqual(status, 0, said)

    def test_each_fires_where_it_must_and_nowhere_else(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(f"rule_files: [{RULES}]\nevaluation_interval: 30s\ntests:\n")
            file.write("".join(as_test(*case) for case in cases()))
            file.flush()
            status, said = promtool("test", "rules", file.name)
        self.assertEqual(status, 0, said)

    def test_each_has_cases_of_both_kinds(self):
        have = {(alert, outcome) for alert, outcome, _, _ in cases()}
        self.assertEqual(have, {(alert, outcome) for alert in alerts() for outcome in ("fires", "quiet")})

    def test_each_has_its_place_in_the_handbook(self):
        handbook = read("docs/operations.md")
        for alert in alerts():
            self.assertRegex(handbook, rf"(?m)^#+ {alert}$")
            self.assertIn(f"runbook: docs/operations.md#{alert.lower()}\n", read("deploy/prometheus/alerts.yml"))


if __name__ == "__main__":
    unittest.main()
