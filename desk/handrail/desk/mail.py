"""Letters that leave Handrail: to the console and a file, or by SMTP."""

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Protocol

import aiosmtplib

from handrail.conversation.clock import Clock
from handrail.conversation.errors import Invalid, Unavailable
from handrail.conversation.settings import Mail as MailSection
from handrail.conversation.settings import Settings

FILE = "mail.log"


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter in plain text. One that is sent again keeps its `message_id`, so that the receiver can tell."""

    to: str
    subject: str
    text: str
    message_id: str | None = None


class Mailer(Protocol):
    """Takes letters away."""

    async def send(self, mail: Mail) -> None:
        """Hand a letter over for delivery.

        Raises `Invalid` when this letter will never be taken (a wrong address), and `Unavailable` when it may be later.
        """
        ...


class ConsoleMailer:
    """Writes letters to a file that only its owner may read, and to the console."""

    def __init__(self, file: Path, clock: Clock, echo: Callable[[str], object] = sys.stdout.write) -> None:
        self.file = file
        self._clock = clock
        self._echo = echo

    async def send(self, mail: Mail) -> None:
        told = f"--- {self._clock.now():%Y-%m-%d %H:%M:%S} to {mail.to}: {mail.subject}\n{mail.text.rstrip()}\n\n"
        await asyncio.to_thread(self._write, told)
        self._echo(told)

    def _write(self, text: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(text)


class SmtpMailer:
    """Sends letters through an SMTP server, one connection each."""

    def __init__(self, settings: MailSection, *, timeout: float = 20.0) -> None:
        self._settings = settings
        self._timeout = timeout

    async def check(self) -> None:
        """See whether the server answers and takes the password. Raises `Unavailable`."""
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.user,
            password=settings.password.get_secret_value() if settings.password else None,
            start_tls=settings.starttls,
            timeout=self._timeout,
        )
        try:
            async with client:
                await client.noop()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"{settings.host}:{settings.port} does not take letters: {error}") from error

    async def send(self, mail: Mail) -> None:
        message = self._message(mail)
        settings = self._settings
        try:
            await aiosmtplib.send(
                message,
                hostname=settings.host,
                port=settings.port,
                username=settings.user,
                password=settings.password.get_secret_value() if settings.password else None,
                start_tls=settings.starttls,
                timeout=self._timeout,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            if codes and all(code >= 500 for code in codes):
                raise Invalid("the mail server refuses the address") from error
            raise Unavailable(f"the mail server does not take the address now: {codes}") from error
        except aiosmtplib.SMTPResponseException as error:
            if isinstance(error, aiosmtplib.SMTPDataError | aiosmtplib.SMTPSenderRefused) and error.code >= 500:
                raise Invalid(f"the mail server refuses the letter: {error.code}") from error
            raise Unavailable(f"the mail server answers {error.code}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"the mail server does not answer: {error}") from error

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        try:
            message["From"] = self._settings.sender
            message["To"] = mail.to
            message["Subject"] = " ".join(mail.subject.split())
        except ValueError as error:
            raise Invalid("the address or the subject can't stand in a letter") from error
        domain = self._settings.sender.rpartition("@")[2]
        message["Message-ID"] = mail.message_id or make_msgid(domain=domain)
        message["Date"] = formatdate(localtime=False)
        message["Auto-Submitted"] = "auto-replied"
        message.set_content(mail.text)
        return message


def build_mailer(settings: Settings, clock: Clock) -> Mailer:
    """The mailer that the settings ask for: SMTP where a host is set, else the console and `mail.log`."""
    if settings.mail.host:
        return SmtpMailer(settings.mail)
    return ConsoleMailer(settings.data_folder / FILE, clock)
