#!/usr/bin/python3
"""Everything is killed at random while records and adjustments stream in, people work on the tasks of
cycles, and the clock is turned ahead by hours, so that reminders and deadlines come due while nobody
is there to fire them; afterwards a checker that knows every acknowledgement compares.

    faults.py [--seconds 60] [--seed 1]

README.md says what is done to whom, and what is looked at. Prints one line `faults=… acknowledged=…
lost=0 duplicated=0 reordered=0 diverged=0 … seed=…`, what differs if anything does, and `N passed,
N failed`.
"""
import argparse
import collections
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from check import Checker  # noqa: E402
from inject import Injector  # noqa: E402
from mail_sink import MailSink  # noqa: E402
from process_load import PATIENT, ProcessLoad  # noqa: E402
from record_load import RecordLoad  # noqa: E402
from sms_receiver import SmsReceiver  # noqa: E402
from stack import Stack  # noqa: E402
import surroundings  # noqa: E402

KINDS = ("lost", "duplicated", "reordered", "diverged", "hole", "unheld", "causeless")


def text(counter):
    return " ".join(f"{name}={count}" for name, count in counter.items())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    network = disk = None
    own = {}
    if surroundings.enter():
        network, disk = surroundings.Network(buses=2), surroundings.Disk()
        own = {"disk": disk.mount, "bus_port": surroundings.BUS_PORT}
    cut = random.Random(options.seed)
    times = [time.monotonic()]
    with MailSink() as mail, SmsReceiver() as sms, \
            Stack(smtp_url=f"smtp://127.0.0.1:{mail.port}", replicas="scoring=2 workflow=2 notify=2", dacheng_gather_s=1,
                  **own, **PATIENT, **sms.settings()) as stack:
        records, process = RecordLoad(stack, options.seed), ProcessLoad(stack, options.seed)
        injector = Injector(stack, sms, options.seed, network, disk)
        times.append(time.monotonic())
        mail.cut = lambda: cut.random() < 0.1
        records.start()
        process.start()
        try:
            injector.run(options.seconds)
        finally:
            records.stop.set()
            process.finish()
            records.finish()
        times.append(time.monotonic())
        mail.cut = None
        sms.behave("ok")
        stack.turn_clock(hours=1)  # what waits to be sent again is due then
        checker = Checker(stack, records, process, mail, sms)
        findings = checker.check()
        times.append(time.monotonic())

        found = collections.Counter(kind for kind, _ in findings)
        problems = records.problems + process.problems
        decisions = sum(act[0] == "decided" for act in process.acts)
        acknowledged = len(records.acknowledged) + records.adjusted + len(process.cycles) + len(process.acts) + len(process.delegations)
        if findings or problems:
            stack.show_logs()  # first, so that what is wrong stands last
        print(f"records={len(records.acknowledged)} pushes={records.calls} adjustments={records.adjusted} cycles={len(process.cycles)} "
              f"acts={len(process.acts)} decisions={decisions} delegations={len(process.delegations)} refused_acts={len(process.refused)}")
        print(text(injector.faults), f"mails_cut={mail.cuts} clock_turned={injector.turns} days={stack.ahead / 86400:.1f}")
        print(text(checker.counts))
        print("start={:.0f}s faults={:.0f}s check={:.0f}s".format(*(b - a for a, b in zip(times, times[1:]))))
        print(f"faults={sum(injector.faults.values())} acknowledged={acknowledged} "
              + " ".join(f"{kind}={found[kind]}" for kind in KINDS) + f" seed={options.seed}")
        for kind, what in findings[:40]:
            print(f"  {kind}: {what}")
        for problem in problems:
            print("  refused:", problem)
        failed = len(findings) + len(problems)
        print(f"{checker.checks} passed, 0 failed" if not failed else f"{max(0, checker.checks - failed)} passed, {failed} failed")
    if disk:
        disk.unmount()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
