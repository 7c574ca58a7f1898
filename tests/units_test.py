#!/usr/bin/python3
"""The shipped units, by systemd's own tools: they are valid, and what they leave open is little."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
UNITS = os.path.join(ROOT, "deploy/systemd")
EXPOSURE_MOST = 2.0  # of 10; systemd calls it "OK" below 4


class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="dc-units-")
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.units = []
        for name in sorted(os.listdir(UNITS)):
            if name.endswith(".service"):
                with open(os.path.join(UNITS, name), encoding="utf-8") as file:
                    text = file.read()
                # The programs are not installed where the test runs: any program stands in for them.
                text, count = re.subn(r"(?m)^ExecStart=/usr/bin/dacheng-\S+$", "ExecStart=/bin/true", text)
                assert count == 1, name
                name = name.replace("@.", "@goals.")
                with open(os.path.join(cls.directory, name), "w", encoding="utf-8") as file:
                    file.write(text)
                cls.units.append(os.path.join(cls.directory, name))

    def test_valid(self):
        self.assertEqual(len(self.units), 3)
        for unit in self.units:
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), unit)

    def test_closed(self):
        for unit in self.units:
            done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={int(EXPOSURE_MOST * 10)}", "--no-pager", unit],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout[-400:] + done.stderr)

    def test_an_open_unit_would_be_found(self):
        path = os.path.join(self.directory, "open.service")
        with open(path, "w", encoding="utf-8") as file:
            file.write("[Service]\nExecStart=/bin/true\nNonsense\n")
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", path], capture_output=True, text=True)
        self.assertNotEqual(done.stderr, "")
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", path], capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
