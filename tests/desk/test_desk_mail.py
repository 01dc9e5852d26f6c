"""Letters by console and by SMTP, over loopback."""

import asyncio
import email
import stat
from email.policy import default

import pytest

from handrail.conversation.errors import Invalid, Unavailable
from handrail.conversation.settings import Mail as MailSection
from handrail.conversation.settings import Settings
from handrail.desk.mail import ConsoleMailer, Mail, SmtpMailer, build_mailer

LETTER = Mail("sara@example.org", "Your code", "It is 482913.\n.\nSincerely", "<c.7@localhost>")


class Smtp:
    """A small SMTP server. `replies` override its answers by verb."""

    def __init__(self, **replies: str) -> None:
        self.replies, self.letters = replies, []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 loopback\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(":")[0].split()[0].upper()
            if verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            answer = self.replies.get(verb, "354 go on" if verb == "DATA" else "250 ok")
            writer.write(f"{answer}\r\n".encode())
            if verb == "DATA" and answer.startswith("354"):
                self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(f"{self.replies.get('END', '250 taken')}\r\n".encode())
        writer.close()

    async def __aenter__(self) -> "Smtp":
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        await self.server.wait_closed()

    @property
    def mailer(self) -> SmtpMailer:
        settings = MailSection(host="127.0.0.1", port=self.port, starttls=False, sender="desk@shop.example")
        return SmtpMailer(settings, timeout=5)


async def test_a_letter_goes_out_whole():
    async with Smtp() as smtp:
        await smtp.mailer.send(LETTER)
    (raw,) = smtp.letters
    message = email.message_from_bytes(raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."), policy=default)
    assert (message["To"], message["From"], message["Subject"]) == (
        "sara@example.org",
        "desk@shop.example",
        "Your code",
    )
    assert message["Message-ID"] == "<c.7@localhost>"
    assert message.get_content().splitlines() == ["It is 482913.", ".", "Sincerely"]


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ({"RCPT": "550 no such user"}, Invalid),
        ({"RCPT": "451 try later"}, Unavailable),
        ({"END": "554 spam"}, Invalid),
        ({"END": "452 full"}, Unavailable),
        ({"MAIL": "421 closing"}, Unavailable),
    ],
)
async def test_what_can_help_is_tried_again_and_the_rest_is_not(replies, error):
    async with Smtp(**replies) as smtp:
        with pytest.raises(error):
            await smtp.mailer.send(LETTER)


async def test_no_server_is_unavailable():
    async with Smtp() as smtp:
        mailer = smtp.mailer
    with pytest.raises(Unavailable):
        await mailer.send(LETTER)


@pytest.mark.parametrize("to", ["a@example.org\nBcc: b@example.org", "a@example.org\r\n\r\nbody"])
async def test_no_header_can_be_smuggled_in(to):
    async with Smtp() as smtp:
        with pytest.raises(Invalid):
            await smtp.mailer.send(Mail(to, "hi", "text"))
        await smtp.mailer.send(Mail("a@example.org", "hi\r\nBcc: b@example.org", "text"))
    assert b"\nBcc:" not in smtp.letters[0]


async def test_without_a_server_letters_go_to_the_console_and_a_private_file(tmp_path, clock):
    told: list[str] = []
    mailer = ConsoleMailer(tmp_path / "data" / "mail.log", clock, told.append)
    await mailer.send(LETTER)
    await mailer.send(Mail("ade@example.org", "Hello", "second"))
    text = mailer.file.read_text()
    assert text == "".join(told)
    assert text.index("482913") < text.index("second")
    assert stat.S_IMODE(mailer.file.stat().st_mode) == 0o600


def test_the_settings_choose_the_mailer(tmp_path, clock):
    plain = Settings(workspace=tmp_path)
    assert isinstance(build_mailer(plain, clock), ConsoleMailer)
    host = Settings.model_validate({"workspace": tmp_path, "mail": {"host": "mail.example"}})
    assert isinstance(build_mailer(host, clock), SmtpMailer)
