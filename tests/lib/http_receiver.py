#!/usr/bin/python3
"""A receiver of HTTP requests for tests in C, which answers as providers of SMS and robots of chats
do: http_receiver.py DIRECTORY [PORT]. Writes its port to DIRECTORY/port, and each request as a line
of JSON to DIRECTORY/requests. The first part of the path names the provider (/aliyun/...); the file
DIRECTORY/mode.<provider> says what it does, and is read at each request:
    ok            accepts (also without a file)
    code X        answers HTTP 200 with the provider's code X
    status N      answers HTTP N
    slow S        answers after S seconds
    cut           reads the request and closes the connection
    garbage       answers HTTP 200 with what is no JSON
Signatures of DingTalk and Feishu are checked here; a wrong one is answered as they do.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time
import urllib.parse

directory = sys.argv[1]
SECRETS = {"dingtalk": "SEC-ding-secret", "feishu": "feishu-secret"}


def mac(key, data):
    return base64.b64encode(hmac.new(key.encode(), data.encode(), hashlib.sha256).digest()).decode()


def dingtalk_is_signed(query):
    want = mac(SECRETS["dingtalk"], f"{query['timestamp']}\n{SECRETS['dingtalk']}")
    return abs(int(query["timestamp"]) / 1000 - time.time()) < 3600 and query["sign"] == want


def feishu_is_signed(body):
    want = mac(f"{body['timestamp']}\n{SECRETS['feishu']}", "")
    return abs(int(body["timestamp"]) - time.time()) < 3600 and body["sign"] == want


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, provider, code):
        if provider == "aliyun":
            return {"Code": code or "OK", "Message": "said so", "BizId": "biz-1", "RequestId": "r"}
        if provider == "tencent":
            return {"Response": {"SendStatusSet": [{"Code": code or "Ok", "Message": "said so", "SerialNo": "s-1"}]}}
        if provider == "feishu":
            return {"code": int(code or 0), "msg": "said so", "data": {}}
        return {"errcode": int(code or 0), "errmsg": "said so"}

    def do_POST(self):  # noqa: N802
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        provider = url.path.split("/")[1]
        query = dict(urllib.parse.parse_qsl(url.query))
        try:
            with open(os.path.join(directory, f"mode.{provider}"), encoding="utf-8") as file:
                mode, _, argument = file.read().strip().partition(" ")
        except FileNotFoundError:
            mode, argument = "ok", ""
        body = json.loads(raw) if raw else {}
        code = argument if mode == "code" else None
        if provider == "dingtalk" and not dingtalk_is_signed(query):
            mode, code = "code", "310000"
        if provider == "feishu" and not feishu_is_signed(body):
            mode, code = "code", "19021"
        record = {"provider": provider, "path": url.path, "query": query, "body": body, "mode": mode,
                  "headers": {name.lower(): value for name, value in self.headers.items()}}
        with open(os.path.join(directory, "requests"), "a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
        if mode == "cut":
            self.close_connection = True
            return
        if mode == "slow":
            time.sleep(float(argument))
        status = int(argument) if mode == "status" else 200
        text = "<html>not JSON" if mode == "garbage" else json.dumps(self.answer(provider, code))
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Handler)
with open(os.path.join(directory, "port.new"), "w", encoding="ascii") as file:
    file.write(str(server.server_address[1]))
os.rename(os.path.join(directory, "port.new"), os.path.join(directory, "port"))
server.serve_forever()
