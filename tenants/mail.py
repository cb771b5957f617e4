"""The mails that we send ourselves, and the mailbox of the demo.

A mail is one text template whose first line is the subject; the demo keeps what it sends in files, for a page that shows them.
"""

import email
import email.policy
import secrets
import smtplib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage as ParsedMail
from pathlib import Path

import structlog
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as Console
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string

log = structlog.get_logger(__name__)

MAILS_SHOWN_MAX = 50
NANOSECONDS = 1_000_000_000
UNDELIVERABLE = (smtplib.SMTPException, OSError)


def later(request: HttpRequest, name: str, to: str, **context: object) -> None:
    """Send `tenants/mail/<name>.txt` once what it tells of is committed, and say so on the page if it could not be sent."""
    subject, _, body = render_to_string(f"tenants/mail/{name}.txt", context).partition("\n")
    message = EmailMessage(subject.strip(), body.strip() + "\n", to=[to])

    def send() -> None:
        if not deliver(message):
            messages.error(request, f"The mail to {to} could not be sent: the mail server did not take it.")

    transaction.on_commit(send)


def deliver(message: EmailMessage) -> bool:
    """False when the mail server would not take it, which is logged without the text."""
    try:
        message.send()
    except UNDELIVERABLE as refusal:
        log.error("mail not sent", subject=message.subject, reason=type(refusal).__name__)
        return False
    return True


class DemoMailbox(BaseEmailBackend):
    """Writes each mail to the console and to a file; nothing leaves the machine."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
            draft = folder / f"{name}.part"
            draft.write_bytes(message.message().as_bytes())
            draft.rename(folder / f"{name}.eml")
        Console(stream=sys.stdout).send_messages(email_messages)
        return len(email_messages)


@dataclass(frozen=True)
class Mail:
    """One mail as the demo's mailbox page shows it."""

    sent_at: datetime
    to: str
    subject: str
    text: str


def mailbox() -> Iterator[Mail]:
    """The newest mails of the demo, newest first."""
    for path in sorted(_folder().glob("*.eml"), reverse=True)[:MAILS_SHOWN_MAX]:
        parsed = email.message_from_bytes(path.read_bytes(), _class=ParsedMail, policy=email.policy.default)
        body = parsed.get_body(("plain",))
        yield Mail(
            _moment(path), str(parsed["to"]), str(parsed["subject"]), body.get_content() if body else ""
        )


def _moment(path: Path) -> datetime:
    """The name of a mail's file begins with the nanoseconds at which it was written."""
    return datetime.fromtimestamp(int(path.name.partition("-")[0]) / NANOSECONDS, UTC)


def _folder() -> Path:
    return Path(settings.DEMO_MAIL_FOLDER)
