"""Aliyun's SMS service as tests know it: http_receiver.py, and what it has been sent."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

from stack import wait_until


class SmsReceiver:
    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="dc-sms-")
        with open(os.path.join(self.directory, "secret"), "w", encoding="ascii") as file:
            file.write("a-secret\n")
        self.process = subprocess.Popen([sys.executable, os.path.join(os.path.dirname(__file__), "http_receiver.py"), self.directory],
                                        stdin=subprocess.DEVNULL)
        path = os.path.join(self.directory, "port")
        wait_until(lambda: os.path.exists(path), 20, "the receiver of SMS")
        with open(path, encoding="ascii") as file:
            self.port = int(file.read())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.directory, ignore_errors=True)

    def settings(self):
        """What deploy/local/run hands to notify."""
        return {"dacheng_sms_provider": "aliyun", "dacheng_sms_templates": "* SMS_1 name", "dacheng_aliyun_sign_name": "Dacheng",
                "dacheng_aliyun_url": f"http://127.0.0.1:{self.port}/aliyun", "dacheng_aliyun_access_key_id": "id",
                "dacheng_aliyun_access_key_secret_file": os.path.join(self.directory, "secret")}

    def behave(self, mode):
        """One of http_receiver.py's modes: "ok", "cut", …"""
        path = os.path.join(self.directory, "mode.aliyun")
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(mode)
        os.rename(path + ".new", path)

    def requests(self):
        """All so far."""
        try:
            with open(os.path.join(self.directory, "requests"), encoding="utf-8") as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []

    def to(self, mobile):
        """The requests so far whose message was for this number."""
        return [r for r in self.requests() if mobile in json.dumps(r)]
