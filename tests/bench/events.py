#!/usr/bin/python3
"""events: durable single-event transactions a second, and how soon a subscriber has each, beside
RabbitMQ (a quorum queue: fsync before the confirm) and NATS JetStream (file storage). Debian's
nats-server 2.9 knows no `sync_interval: always`: its acknowledgement is not durable, so it stands
beside ours once durable and once without waiting for the disk. Eight writers each, 300 bytes, at
full speed and at 2,000 a second, in turns (tests/bench/events_load.h)."""
import os
import shutil
import socket
import subprocess
import tempfile

from bench import alone, report
from stack import ROOT, wait_until

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build/dev"))
PACE = "2000"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def measure(program, **settings):
    """(events a second, p50, p99 in ms)"""
    out = subprocess.run([os.path.join(BUILD, "bench", program)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                         env=dict(os.environ, **settings), timeout=300, check=False)
    assert out.returncode == 0, out.stderr
    rate, p50, p99, _ = out.stdout.split()
    return float(rate), float(p50), float(p99)


class Server:
    """A peer's server on ports and in a directory of its own."""

    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix="dc-bench-")
        self.port = free_port()
        self.process = None
        try:
            self.start()
            wait_until(lambda: is_open(self.port), 60, type(self).__name__)
        except BaseException:
            self.__exit__()
            raise
        return self

    def run(self, command, environment=None):
        log = open(os.path.join(self.home, "log"), "ab")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd=self.home)
        log.close()

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.clean()
        shutil.rmtree(self.home, ignore_errors=True)

    def clean(self):
        pass


class Nats(Server):
    def start(self):
        with open(os.path.join(self.home, "nats.conf"), "w", encoding="ascii") as config:
            config.write(f'listen: "127.0.0.1:{self.port}"\njetstream {{ store_dir: "{self.home}/store" }}\n')
        self.run(["nats-server", "-c", os.path.join(self.home, "nats.conf")])

    def measure(self, **settings):
        return measure("events_nats", BENCH_ADDRESS=f"nats://127.0.0.1:{self.port}", **settings)


class Rabbit(Server):
    def start(self):
        self.environment = dict(
            os.environ, HOME=self.home, RABBITMQ_NODENAME="bench@localhost", RABBITMQ_NODE_IP_ADDRESS="127.0.0.1",
            RABBITMQ_NODE_PORT=str(self.port), RABBITMQ_DIST_PORT=str(free_port()), ERL_EPMD_ADDRESS="127.0.0.1",
            ERL_EPMD_PORT=str(free_port()), RABBITMQ_MNESIA_BASE=self.home + "/data", RABBITMQ_LOG_BASE=self.home + "/logs",
            RABBITMQ_ENABLED_PLUGINS_FILE=self.home + "/plugins", RABBITMQ_CONFIG_FILE=self.home + "/none",
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}")
        self.run(["/usr/lib/rabbitmq/bin/rabbitmq-server"], self.environment)

    def clean(self):
        subprocess.run(["epmd", "-port", self.environment["ERL_EPMD_PORT"], "-kill"], env=self.environment, check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def measure(self, **settings):
        return measure("events_rabbit", BENCH_PORT=str(self.port), **settings)


def ours(durable="on", **settings):
    return measure("events", DC_TEST_PG_DURABLE=durable, **settings)


def side_by_side(name, peer_name, us, peer):
    """Alternates, at full speed and at a pace, and prints rates and latencies."""
    rates, paced = ([], []), ([], [])
    for _ in range(RUNS):
        for which, one in ((0, us), (1, peer)):
            rates[which].append(one())
            paced[which].append(one(BENCH_RATE=PACE))
    report(f"{name}", [r[0] for r in rates[0]], [r[0] for r in rates[1]], "/s", True, f"peer={peer_name}")
    for at, runs in (("full", rates), (PACE, paced)):
        for which, what in ((1, "p50"), (2, "p99")):
            report(f"{name}-{at}-{what}", [r[which] for r in runs[0]], [r[which] for r in runs[1]], "ms", False, f"peer={peer_name}")


def main():
    with Rabbit() as rabbit:
        side_by_side("events", "rabbitmq_quorum_fsync", ours, rabbit.measure)
    with Nats() as nats:
        side_by_side("events_beside_nats", "jetstream_default_without_fsync", ours, nats.measure)
        side_by_side("events_without_fsync", "jetstream_default_without_fsync", lambda **s: ours("off", **s), nats.measure)
    with_log, without = [], []
    for _ in range(RUNS):
        without.append(ours(BENCH_WRITES="state")[0])
        with_log.append(ours(BENCH_WRITES="both")[0])
    report("events_beside_no_log", with_log, without, "/s", True, "peer=the_same_transaction_without_event")
    alone("events", f"writers=8 bytes=300 pace={PACE}/s runs={RUNS}")


if __name__ == "__main__":
    main()
