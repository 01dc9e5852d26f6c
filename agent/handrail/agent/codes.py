"""One-time codes: six digits to the contact on file, few tries, a short life. The log holds keyed digests only."""

import asyncio
import hmac
import logging
import secrets
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from handrail.agent.attempts import Attempts
from handrail.conversation.clock import Clock
from handrail.conversation.errors import TooMany
from handrail.conversation.events import CodeSent
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Challenge
from handrail.desk.mail import Mail, Mailer

DIGITS = 6
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
log = logging.getLogger("handrail.identity")


class Codes:
    """Makes, sends and checks codes."""

    def __init__(self, log_: Log, clock: Clock, settings: Settings, mailer: Mailer) -> None:
        self._clock, self._settings, self._mailer = clock, settings, mailer
        self._limits = settings.identity
        self._keyed = log_.vault.ref
        self._attempts = Attempts(log_.database)
        self._sending: set[asyncio.Task[None]] = set()

    async def expect_allowed(self, conversation_id: str) -> None:
        """Use one of the codes per hour of a conversation. Raises `TooMany`."""
        await self._expect(f"codes in {conversation_id}", self._limits.codes_per_hour, HOUR, "too_many_codes")

    async def allowed(self, contact: str) -> bool:
        """Use one of the codes per hour and per day of a customer.

        Silent, since that one customer's limit is reached would say that there is such a one.
        """
        try:
            await self._expect(f"codes to {contact}", self._limits.codes_per_hour, HOUR, "too_many_codes")
            await self._expect(f"codes of the day to {contact}", self._limits.codes_per_day, DAY, "too_many_codes")
        except TooMany:
            log.warning("too many codes were asked for one customer; none is sent")
            return False
        return True

    def challenge(self, conversation_id: str, customer_id: str, to: str, code: str | None) -> CodeSent:
        """The event that awaits `code`; without one, no code opens it, and nothing else tells it apart."""
        challenge_id = secrets.token_hex(8)
        return CodeSent(
            challenge_id=challenge_id,
            customer_id=customer_id,
            to=to,
            digest=self._digest(conversation_id, challenge_id, code or secrets.token_hex(16)),
            expires_at=self._clock.now() + timedelta(minutes=self._settings.identity.code_minutes),
        )

    def is_live(self, challenge: Challenge | None) -> bool:
        """Whether a code can still answer it."""
        if challenge is None or self._clock.now() >= challenge.expires_at:
            return False
        return challenge.tries < self._settings.identity.code_tries

    async def use_try(
        self, conversation_id: str, challenge: Challenge, *, address: str | None, once: str | None
    ) -> int:
        """Use one of the tries, before the code is looked at; returns how many are used. Raises `TooMany`.

        `address` is where it comes from; what comes again under the same `once` uses nothing more.
        """
        if address is not None:
            what = f"tries from {network(address)}"
            await self._expect(what, self._limits.tries_per_address, HOUR, "too_many_tries", once and f"{once} address")
        ref = self._ref(f"tries {conversation_id} {challenge.challenge_id}")
        attempt = await self._attempts.take(ref, self._limits.code_tries, DAY, self._clock.now(), once)
        if not attempt.allowed:
            raise TooMany("the code can't be used any more: ask for a new one", code="code_tries")
        return attempt.used

    def once(self, conversation_id: str, challenge: Challenge, key: str | None, code: str) -> str | None:
        """The name of this very try, where the client gave a `key`: of this code alone, so that no key opens others."""
        return self._ref(f"once {conversation_id} {challenge.challenge_id} {key} {code}") if key else None

    def opens(self, conversation_id: str, challenge: Challenge, code: str) -> bool:
        """Whether `code` is the one, compared in constant time."""
        digest = self._digest(conversation_id, challenge.challenge_id, code)
        return hmac.compare_digest(digest, challenge.digest) and bool(challenge.customer_id)

    @staticmethod
    def new() -> str:
        """A fresh code."""
        return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"

    def send(self, to: str, code: str) -> None:
        """Send it in the background: a claim must not take longer where there is somebody to write to."""
        task = asyncio.create_task(self._mail(to, code), name="identity: send a code")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        """Wait for the codes that are being sent."""
        await asyncio.gather(*self._sending)

    async def _mail(self, to: str, code: str) -> None:
        business, minutes = self._settings.business.name, self._settings.identity.code_minutes
        text = (
            f"Your code is {code}. It is valid for {minutes:g} minutes: type it into the chat with {business}.\n\n"
            "If you are not chatting with us, ignore this message: without the code nobody gets at your account."
        )
        try:
            await self._mailer.send(Mail(to=to, subject=f"Your code for {business}", text=text))
        except Exception:
            log.exception("a code could not be sent")

    async def _expect(self, what: str, limit: int, window: timedelta, code: str, once: str | None = None) -> None:
        now = self._clock.now()
        attempt = await self._attempts.take(self._ref(what), limit, window, now, once)
        if not attempt.allowed:
            wait = (attempt.retry_at - now).total_seconds()
            raise TooMany("too many for now; please wait", code=code, retry_after=wait)

    def _digest(self, conversation_id: str, challenge_id: str, code: str) -> str:
        return self._ref(f"code {conversation_id} {challenge_id} {code}")

    def _ref(self, text: str) -> str:
        return self._keyed(f"identity: {text}")


def network(address: str) -> str:
    """What one customer's line has: an IPv4 address, or the first 64 bits of an IPv6 address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or int(found) >> 64)
    return str(found)
