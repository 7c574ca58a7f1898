"""What is done to a running stack: kills, stops, outages, and time that passes meanwhile."""
import collections
import os
import random
import signal
import time

from stack import wait_until

DAYS = 21         # what passes in all: weekends, and the second rung after a deadline of five working days
FAULT_S = 2.0     # about what a fault takes, with the pause after it
# Services of which all replicas are away at once, so that nobody fires what comes due.
OUTAGES = ("workflow", "notify")


class Injector:
    """Every victim is taken at least once, the rest is drawn from the seed."""

    def __init__(self, stack, sms, seed):
        self.stack, self.sms = stack, sms
        self.draw = random.Random(seed)
        self.faults = collections.Counter()
        self.turns = 0
        self.programs = stack.programs()
        self.victims = self.programs + ["database"] + [f"outage of {service}" for service in OUTAGES]

    def run(self, seconds):
        turns = list(self.victims)
        self.draw.shuffle(turns)
        step = DAYS * 86400 / max(len(turns), seconds / FAULT_S)
        end = time.monotonic() + seconds
        while time.monotonic() < end or turns:
            victim = turns.pop() if turns else self.draw.choice(self.victims)
            # The SMS provider, too, takes a message and hangs up before it says so.
            self.sms.behave("cut" if self.draw.random() < 0.15 else "ok")
            passes = self.draw.uniform(0.4, 1.6) * step if self.stack.ahead < DAYS * 86400 else 0
            if victim == "database":
                self.crash_database(passes)
            elif victim.startswith("outage of "):
                self.outage([p for p in self.programs if p.rstrip("0123456789") == victim[len("outage of "):]], passes)
            elif self.draw.random() < 0.8:
                self.kill(victim, passes)
            else:
                self.pause(victim, passes)
            self.wait(0.2, 1.5)

    def wait(self, least, most):
        time.sleep(self.draw.uniform(least, most))  # what is drawn is the length of a fault, or of a pause

    def turn(self, seconds):
        """That much passes: at once for the programs that run, the others find it so when they start."""
        if seconds:
            self.stack.turn_clock(seconds=int(seconds))
            self.turns += 1

    def crash_database(self, passes):
        self.stack.crash_database()
        self.turn(passes)
        self.wait(0.1, 1)
        self.stack.start_database()
        self.faults["database"] += 1

    def kill(self, victim, passes):
        before = self.stack.pid(victim)
        if self.stack.kill(victim):
            self.turn(passes)
            wait_until(lambda: self.stack.pid(victim) != before, 10, f"{victim} to come back")
            self.faults["kill"] += 1

    def pause(self, victim, passes):
        """Stuck for a while: what it held is over when it goes on."""
        pid = self.stack.pid(victim)
        self.stack.kill(victim, signal.SIGSTOP)
        self.turn(passes)
        self.wait(0.5, 4)
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass
        self.faults["stop"] += 1

    def outage(self, programs, passes):
        """Nobody of a service is there for a while; those who come back find what came due meanwhile."""
        before = {name: self.stack.pid(name) for name in programs}
        for name in programs:
            self.stack.kill(name, signal.SIGSTOP)
        self.turn(passes)
        self.wait(0.5, 2)
        for name in programs:
            self.stack.kill(name)
        for name in programs:
            wait_until(lambda n=name: self.stack.pid(n) != before[n], 10, f"{name} to come back")
        self.faults["outage"] += 1
