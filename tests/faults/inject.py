"""What is done to a running stack: kills, stops, outages, a network and a disk that fail, poison, and
time that passes meanwhile."""
import collections
import json
import os
import random
import signal
import time

from stack import wait_until

DAYS = 21         # what passes in all: weekends, and the second rung after a deadline of five working days
FAULT_S = 2.0     # about what a fault takes, with the pause after it
# Services of which all replicas are away at once, so that nobody fires what comes due.
OUTAGES = ("workflow", "notify", "bus")
# Writing to this table fails while an event is poison; the service of that name cannot apply it.
POISONED = "notify.notice"


class Injector:
    """Every fault is done at least once to each victim, the rest is drawn from the seed. network and disk:
    of surroundings.py, None where they are not the run's own."""

    def __init__(self, stack, sms, seed, network=None, disk=None):
        self.stack, self.sms, self.network, self.disk = stack, sms, network, disk
        self.draw = random.Random(seed)
        self.faults = collections.Counter()
        self.turns = 0
        self.programs = stack.programs()
        buses = [n for n, _ in enumerate(p for p in self.programs if p.startswith("bus"))]
        self.plan = [(self.kill_or_pause, program) for program in self.programs] + [(self.crash_database,), (self.poison,), (self.turn_back,)]
        self.plan += [(self.outage, service) for service in OUTAGES]
        self.plan += [(self.fence, program) for program in ("workflow", "scoring")]
        if network:
            self.plan += [(self.lose,)] + [(self.cut_bus, n) for n in buses] + [(self.cut_program, p) for p in self.programs if p[:3] != "bus"]
        if disk:
            self.plan += [(self.fill_disk,)]

    def run(self, seconds):
        turns = list(self.plan)
        self.draw.shuffle(turns)
        step = DAYS * 86400 / max(len(turns), seconds / FAULT_S)
        end = time.monotonic() + seconds
        while time.monotonic() < end or turns:
            fault, *victim = turns.pop() if turns else self.draw.choice(self.plan)
            # The SMS provider, too, takes a message and hangs up before it says so.
            self.sms.behave("cut" if self.draw.random() < 0.15 else "ok")
            fault(self.draw.uniform(0.4, 1.6) * step if self.stack.ahead < DAYS * 86400 else 0, *victim)
            self.wait(0.2, 1.5)

    def wait(self, least, most):
        time.sleep(self.draw.uniform(least, most))  # what is drawn is the length of a fault, or of a pause

    def turn(self, seconds):
        """That much passes: at once for the programs that run, the others find it so when they start."""
        if seconds:
            self.stack.turn_clock(seconds=int(seconds))
            self.turns += 1

    def turn_back(self, _):
        """The clock was wrong, and is set right."""
        self.stack.turn_clock(seconds=-self.draw.randrange(1, 600))
        self.faults["clock_back"] += 1

    # --- programs
    def kill_or_pause(self, passes, victim):
        (self.kill if self.draw.random() < 0.8 else self.pause)(passes, victim)

    def kill(self, passes, victim):
        before = self.stack.pid(victim)
        if self.stack.kill(victim):
            self.turn(passes)
            wait_until(lambda: self.stack.pid(victim) != before, 10, f"{victim} to come back")
            self.faults["kill"] += 1

    def pause(self, passes, victim, meanwhile=lambda: None):
        """Stuck for a while: what it held is over when it goes on."""
        pid = self.stack.pid(victim)
        self.stack.kill(victim, signal.SIGSTOP)
        self.turn(passes)
        meanwhile()
        self.wait(0.5, 4)
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass
        self.faults["stop"] += 1

    def fence(self, passes, victim):
        """Stuck, and the database has given up its connections: another takes its locks, and when it goes on it
        believes that it is still the only one."""
        role = "dacheng_" + victim.rstrip("0123456789")
        self.pause(passes, victim, lambda: self.stack.sql(
            f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{role}'"))
        self.faults["fence"] += 1

    def outage(self, passes, service):
        """Nobody of a service is there for a while; those who come back find what came due meanwhile."""
        programs = [p for p in self.programs if p.rstrip("0123456789") == service]
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

    # --- the database
    def crash_database(self, passes):
        self.stack.crash_database()
        self.turn(passes)
        self.wait(0.1, 1)
        self.stack.start_database()
        self.faults["database"] += 1

    def fill_disk(self, passes):
        """The database may give up meanwhile, and is started when there is room again."""
        self.disk.fill()
        self.turn(passes)
        self.wait(1, 4)
        self.disk.free()
        self.stack.start_database()
        self.faults["disk"] += 1

    def poison(self, passes):
        """Events that a service cannot apply are parked with their keys, the rest goes on; after the cure they are
        tried again."""
        name = POISONED.split(".")[0]
        self.stack.sql(f"ALTER TABLE {POISONED} ADD CONSTRAINT poison CHECK (false) NOT VALID")
        self.turn(passes)
        try:
            wait_until(lambda: self.parked(name), 60, "a parked event")
        finally:
            self.stack.sql(f"ALTER TABLE {POISONED} DROP CONSTRAINT poison")

        def redriven():
            for one in self.parked(name):
                self.stack.ctl("parked", "retry", name, one["stream"], str(one.get("partition", 0)), one["key"], check=False)
            return not self.parked(name)
        wait_until(redriven, 60, "parked events to be applied")
        self.faults["poison"] += 1

    def parked(self, service):
        done = self.stack.ctl("parked", "list", service, "--json", check=False)
        return json.loads(done.stdout)["parked"].get("parked", []) if done.returncode == 0 else []

    # --- the network
    def while_broken(self, passes, kind):
        try:
            self.turn(passes)
            self.wait(1, 6)
        finally:
            self.network.heal()
        self.faults[kind] += 1

    def lose(self, passes):
        self.network.lose(self.draw.randrange(2, 30))
        self.while_broken(passes, "loss")

    def cut_bus(self, passes, number):
        self.network.cut_bus(number)
        self.while_broken(passes, "cut_bus")

    def cut_program(self, passes, program):
        self.network.cut_connections(self.stack.pid(program))
        self.while_broken(passes, "cut_program")
