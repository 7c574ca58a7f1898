"""A network and a disk of the run's own, so that both can fail: the run enters namespaces in which
loopback and mounts are its own, and everything that it starts lives there."""
import contextlib
import os
import shutil
import subprocess
import sys

INSIDE = "DACHENG_FAULTS_INSIDE"
BUS_PORT = 5701  # nobody else is on this network
DISK_MIB = 1024


def enter():
    """Runs this program again inside, when that is permitted; answers whether we are inside."""
    if INSIDE in os.environ:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return True
    inside = ["unshare", "--mount", "--net", "--"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
        print("a network and a disk of its own are not permitted here (unshare): their faults are left out")
        return False
    os.environ[INSIDE] = "1"
    sys.stdout.flush()
    os.execvp(inside[0], [*inside, sys.executable, *sys.argv])


def nft(text):
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)


class Network:
    """What goes between the programs and the buses: all, some of it, or nothing."""

    def __init__(self, buses):
        self.ports = [BUS_PORT + n for n in range(buses)]

    def rules(self, *rules):
        nft("table inet faults\ndelete table inet faults\ntable inet faults { chain input { type filter hook input priority 0;\n"
            + "\n".join(rules) + "\n}\n}\n")

    def lose(self, percent):
        """So many of a hundred packets; TCP sends them again after a while."""
        ports = ", ".join(map(str, self.ports))
        self.rules(*(f"tcp {side} {{ {ports} }} numgen random mod 100 < {percent} drop" for side in ("dport", "sport")))

    def cut_bus(self, number):
        """Nobody reaches it, and it reaches nobody."""
        self.rules(*(f"tcp {side} {self.ports[number]} drop" for side in ("dport", "sport")))

    def cut_connections(self, pid):
        """The connections that this program has to the buses now are dead, and nobody tells it."""
        local = []
        for line in subprocess.run(["ss", "-Htnp"], capture_output=True, text=True, check=True).stdout.splitlines():
            fields = line.split()
            if f"pid={pid}," in line and int(fields[4].rsplit(":", 1)[1]) in self.ports:
                local.append(fields[3].rsplit(":", 1)[1])
        if local:
            ports = ", ".join(local)
            self.rules(*(f"tcp {side} {{ {ports} }} drop" for side in ("dport", "sport")))

    def heal(self):
        self.rules()


class Disk:
    """What the database writes to; small enough to be filled."""

    def __init__(self):
        self.directory = None

    def mount(self, directory):
        self.directory = directory
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=711", "faults", directory], check=True)

    def unmount(self):
        subprocess.run(["umount", self.directory], check=True)
        shutil.rmtree(os.path.dirname(self.directory), ignore_errors=True)

    def fill(self):
        ballast = os.open(os.path.join(self.directory, "ballast"), os.O_CREAT | os.O_WRONLY)
        try:
            for piece in (1 << 20, 1 << 12):
                with contextlib.suppress(OSError):  # there is no more room
                    while os.write(ballast, bytes(piece)) == piece:
                        pass
        finally:
            os.close(ballast)

    def free(self):
        os.unlink(os.path.join(self.directory, "ballast"))
