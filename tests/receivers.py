"""The receivers of alerts on this machine: an HTTP server for Slack's webhook, and a mail server."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

from tests.integration.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiosmtpd.smtp import SMTP, Envelope, Session

SECRET_PATH = "/services/T000/B000/s3cret"


@dataclass
class Receivers:
    """What arrived, and how often each still refuses what comes."""

    slack_port: int
    smtp_port: int
    slack: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    slack_refuses: int = 0
    smtp_refuses: int = 0

    @property
    def variables(self) -> dict[str, str]:
        """The settings that make a deployment tell these."""
        return {
            "DAGDECK_SLACK_WEBHOOK_URL": f"http://127.0.0.1:{self.slack_port}{SECRET_PATH}",
            "DAGDECK_SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "DAGDECK_ALERT_TO": "night@example.org, day@example.org",
        }

    def forget(self) -> None:
        self.slack.clear()
        self.mails.clear()
        self.slack_refuses = self.smtp_refuses = 0

    def slack_answers(self, path: str, body: bytes) -> tuple[int, bytes]:
        """As Slack does: 200 and `ok`, or a status and a word."""
        if path != SECRET_PATH:
            return 404, b"no_service"
        if self.slack_refuses:
            self.slack_refuses -= 1
            return 500, b"rollup_error"
        self.slack.append(json.loads(body)["text"])
        return 200, b"ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook for a whole mail."""
        if self.smtp_refuses:
            self.smtp_refuses -= 1
            return "451 try again later"
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@contextmanager
def listening() -> Iterator[Receivers]:
    """Both servers, for as long as the block lasts."""
    found = Receivers(free_port(), free_port())

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, words = found.slack_answers(self.path, body)
            self.send_response(status)
            self.send_header("content-length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *_arguments: object) -> None:
            return

    slack = ThreadingHTTPServer(("127.0.0.1", found.slack_port), Webhook)
    smtp = Controller(found, hostname="127.0.0.1", port=found.smtp_port)
    Thread(target=slack.serve_forever, daemon=True).start()
    smtp.start()
    try:
        yield found
    finally:
        smtp.stop()
        slack.shutdown()
        slack.server_close()
