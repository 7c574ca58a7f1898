"""An SMTP server for tests (aiosmtpd): keeps what it accepted. While `cut` is set it is asked after
each mail that was taken: True ends the connection before the sender hears that it was."""
import email
import email.policy

from aiosmtpd.controller import Controller


class MailSink:
    def __init__(self):
        self.messages = []  # (recipient, Message-ID, subject)
        self.texts = []     # (recipient, the plain part)
        self.broken = []    # recipients of what was no whole mail
        self.cut = None
        self.cuts = 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        whole = message["Message-ID"] and not any(part.defects for part in message.walk())
        for recipient in envelope.rcpt_tos:
            if whole:
                self.texts.append((recipient, message.get_body(("plain",)).get_content()))
                self.messages.append((recipient, message["Message-ID"], message["Subject"]))
            else:
                self.broken.append(recipient)
        if self.cut and self.cut():
            self.cuts += 1
            server.transport.abort()
            return "421 closing"
        return "250 accepted"

    def __enter__(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=0, server_hostname="localhost")
        # Port 0: the controller asks its own port back only from the server, so it is read there.
        try:
            self.controller.start()
        except OSError:
            pass
        self.port = self.controller.server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_):
        self.controller.stop()
