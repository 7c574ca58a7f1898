"""libdacheng as another team gets it: installed, found by pkg-config, linked by the shipped example
(shared and static), which then follows a real service over a real bus and goes on where it was."""
import glob
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD", "build/dev")
STAGE = os.path.join(ROOT, BUILD, "test/common/client/dacheng_test")
FILES = {"bin/dacheng", "include/dacheng.h", "lib/libdacheng.a", "lib/libdacheng.so", "lib/libdacheng.so.1",
         "lib/pkgconfig/dacheng.pc", "share/man/man3/dacheng.3", "share/man/man1/dacheng.1",
         "share/bash-completion/completions/dacheng", "share/zsh/site-functions/_dacheng"}


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Stage:
    """See common/client/stage_test.h."""

    def __enter__(self):
        self.process = subprocess.Popen([STAGE, "--stage"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.facts = json.loads(self.process.stdout.readline())
        return self

    def do(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "ok\n", words

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        if self.process.wait(60) != 0:
            raise AssertionError("the stage fell")


class Library(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.prefix = os.path.join(cls.directory.name, "prefix")
        run("make", "--no-print-directory", "install", "BUILD=" + BUILD, "PREFIX=" + cls.prefix)
        cls.environment = dict(os.environ, PKG_CONFIG_PATH=cls.prefix + "/lib/pkgconfig", LD_LIBRARY_PATH=cls.prefix + "/lib")

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def compile(self, name, static=False):
        flags = run("pkg-config", "--cflags", "--libs", "dacheng", env=self.environment).split()
        if static:  # this library static, the machine's own as they are
            flags = [self.prefix + "/lib/libdacheng.a" if flag == "-ldacheng" else flag for flag in flags]
            flags += ["-lzmq", "-lprotobuf-c", "-ljansson", "-lpthread"]
        program = os.path.join(self.directory.name, name)
        run("cc", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o", program, "deploy/examples/follow.c", *flags)
        return program

    def lines(self, program, stage, count):
        """What the example prints, then kill -9."""
        facts = stage.facts
        process = subprocess.Popen([program, f"{facts['bus']},{facts['twin']}", facts["key"], facts["server"],
                                    os.path.join(self.directory.name, "position"), "maker.>"],
                                   stdout=subprocess.PIPE, text=True, env=self.environment)
        lines = [process.stdout.readline() for _ in range(count)]
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        return lines

    def test_the_example_goes_on_where_it_was(self):
        shared, static = self.compile("shared"), self.compile("static", static=True)
        self.assertIn("libdacheng.so.1", run("ldd", shared, env=self.environment))
        self.assertNotIn("libdacheng", run("ldd", static))
        with Stage() as stage:
            stage.do("tell", 300)
            wanted = [f'maker.AccessRecorded {n} thing {{"personId":"{n}"}}\n' for n in range(1, 311)]
            self.assertEqual(self.lines(shared, stage, 300), wanted[:300])
            stage.do("tell", 10)
            position = read(os.path.join(self.directory.name, "position")).split()
            self.assertEqual(position[0], "maker")
            done = int(position[2])  # killed at any moment: what was not saved comes again, nothing is left out
            self.assertTrue(0 < done <= 300)
            self.assertEqual(self.lines(static, stage, 310 - done), wanted[done:])

    def test_only_its_own_symbols_are_seen(self):
        library = self.prefix + "/lib/libdacheng.so"
        names = {line.split()[-1] for line in run("nm", "-D", "--defined-only", library).splitlines()}
        declared = set(run("sed", "-n", r"s/^.*[ *]\(dacheng_[a-z_]*\)(.*/\1/p", "common/client/dacheng.h").split())
        declared -= {"dacheng_handle"}
        self.assertEqual({name.split("@")[0] for name in names if name != "DACHENG_1"}, declared)
        static = run("nm", "--defined-only", "--extern-only", self.prefix + "/lib/libdacheng.a")
        self.assertEqual({line.split()[-1] for line in static.splitlines() if " T " in line or " D " in line}, declared)
        self.assertIn("libdacheng.so.1", run("readelf", "-d", library))
        # Every function has its place in the manual.
        manual = read(os.path.join(ROOT, "common/client/dacheng.3"))
        self.assertEqual([name for name in declared if f".Fn {name}" not in manual], [])

    def test_the_header_is_for_cpp_too(self):
        run("g++" if os.path.exists("/usr/bin/g++") else "gcc", "-fsyntax-only", "-Wall", "-Werror", "-x",
            "c++" if os.path.exists("/usr/bin/g++") else "c", self.prefix + "/include/dacheng.h")

    def test_destdir(self):
        target = os.path.join(self.directory.name, "package")
        run("make", "--no-print-directory", "install", "BUILD=" + BUILD, "PREFIX=/usr", "DESTDIR=" + target)
        found = {os.path.relpath(path, target + "/usr") for path in glob.glob(target + "/**", recursive=True)
                 if not os.path.isdir(path)}
        self.assertEqual(found, FILES)
        self.assertIn("prefix=/usr\n", read(target + "/usr/lib/pkgconfig/dacheng.pc"))

    def test_manuals(self):
        for path in sorted(glob.glob(self.prefix + "/share/man/man*/*")):
            self.assertEqual(run("mandoc", "-Tlint", "-Wwarning", path), "")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
