"""The receivers of alerts: Slack by its incoming webhook, people by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import httpx

from pipelines.operations.alerts.alert import Alert
from pipelines.settings import Settings

Send = Callable[[Alert], None]
PORTS = {"smtp": 25, "smtps": 465}


class NotReceivedError(RuntimeError):
    """One sentence on why an alert did not arrive, without any secret."""


def receivers(settings: Settings) -> Mapping[str, Send]:
    """The function that sends to each receiver in the settings; each may raise NotReceivedError."""
    senders: dict[str, Send] = {}
    if settings.slack_webhook_url:
        senders["slack"] = lambda alert: send_to_slack(settings, alert)
    if settings.smtp_url:
        senders["email"] = lambda alert: send_mail(settings, alert)
    return senders


def send_to_slack(settings: Settings, alert: Alert) -> None:
    """Posts the alert; the webhook's path is a secret, so only its host is ever named."""
    assert settings.slack_webhook_url is not None
    url = settings.slack_webhook_url.get_secret_value()
    host = urlsplit(url).hostname
    try:
        answer = httpx.post(url, json=slack_body(alert), timeout=settings.http_timeout_seconds)
    except httpx.HTTPError as error:
        raise NotReceivedError(f"Slack at {host} can't be reached ({error})") from error
    if answer.status_code != 200:
        raise NotReceivedError(
            f"Slack at {host} answered {answer.status_code}: {answer.text[:200]}"
        )


def slack_body(alert: Alert) -> dict[str, object]:
    """The message with its text escaped for Slack's markup, in which only three characters have a meaning."""
    text = f"{alert.subject}\n{alert.text}"
    for character, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(character, escaped)
    return {"text": text}


def send_mail(settings: Settings, alert: Alert) -> None:
    """Sends one mail to all of `alert_to`; a refused address is an error as well."""
    assert settings.smtp_url is not None
    url = urlsplit(settings.smtp_url.get_secret_value())
    where = f"{url.hostname}:{url.port or PORTS[url.scheme]}"
    try:
        with _connected(settings) as server:
            refused = server.send_message(mail(settings, alert), to_addrs=settings.alert_addresses)
    except (OSError, smtplib.SMTPException) as error:
        raise NotReceivedError(f"the mail server {where} did not take it ({error})") from error
    if refused:
        raise NotReceivedError(f"the mail server {where} refused {', '.join(refused)}")


def _connected(settings: Settings) -> smtplib.SMTP:
    """A session with the server: encrypted where it can be, logged in where the URL has a user."""
    assert settings.smtp_url is not None
    url = urlsplit(settings.smtp_url.get_secret_value())
    host, port = url.hostname or "", url.port or PORTS[url.scheme]
    patience = settings.http_timeout_seconds
    encryption = ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=patience, context=encryption)
    else:
        server = smtplib.SMTP(host, port, timeout=patience)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=encryption)
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server


def mail(settings: Settings, alert: Alert) -> EmailMessage:
    """The alert as a mail; threads by cause in a reader that threads by subject."""
    message = EmailMessage()
    message["Subject"] = f"[dagdeck] {alert.subject}"
    message["From"] = settings.alert_from
    message["To"] = ", ".join(settings.alert_addresses)
    message.set_content(f"{alert.subject}\n\n{alert.text}\n")
    return message
