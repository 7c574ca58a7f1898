#!/usr/bin/python3
"""An SMTP server for tests in C: smtp_server.py DIRECTORY. Writes its port to DIRECTORY/port, and
each accepted mail as a line of JSON to DIRECTORY/mails. What it does depends on the recipient:
    refused@  550 to RCPT          spam@   554 after the data
    later@    451 the first two times, then accepted
    slow@     answers after 60 s   drop@   closes the connection in the middle
    others    accepted, after HOLD seconds (environment)
"""
import asyncio
import email
import email.policy
import json
import os
import sys

from aiosmtpd.smtp import SMTP

directory = sys.argv[1]
hold = float(os.environ.get("HOLD", "0"))
tries = {}


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("refused@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        to = envelope.rcpt_tos[0]
        tries[to] = tries.get(to, 0) + 1
        if to.startswith("spam@"):
            return "554 5.7.1 refused by policy"
        if to.startswith("later@") and tries[to] <= 2:
            return "451 4.7.1 greylisted, come again"
        if to.startswith("slow@"):
            await asyncio.sleep(60)
        if to.startswith("drop@"):
            server.transport.abort()
            return "421 closing"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        record = {"to": to, "from": envelope.mail_from, "id": message["Message-ID"],
                  "subject": str(message["Subject"]), "raw": envelope.content.decode("ascii"),
                  "to_header": str(message["To"]), "from_header": str(message["From"]),
                  "text": message.get_body(("plain",)).get_content(),
                  "html": message.get_body(("html",)).get_content(), "tries": tries[to]}
        with open(os.path.join(directory, "mails"), "a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
        if hold:
            await asyncio.sleep(hold)
        return "250 2.0.0 accepted"


async def main():
    # With a hostname of its own: else each connection looks one up.
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), hostname="localhost"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with open(os.path.join(directory, "port.new"), "w") as file:
        file.write(str(port))
    os.rename(os.path.join(directory, "port.new"), os.path.join(directory, "port"))
    await server.serve_forever()

asyncio.run(main())
