"""Who the customer is: a claim, a one-time code to the contact on file, or a token of the company's own site.

The answer to a claim never tells whether there is such a customer: an unknown one gets a challenge that no code opens.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from handrail.agent.claims import claim_in, code_in, ids_of, masked
from handrail.agent.codes import DIGITS, Codes
from handrail.agent.site_token import SiteTokens
from handrail.agent.tools.api import Customer, Directory, Person, Tool
from handrail.agent.workspace import Workspace
from handrail.conversation.clock import Clock
from handrail.conversation.errors import Conflict, Denied, HandrailError, Invalid, TooMany, Unavailable
from handrail.conversation.events import CodeRefused, Data, IdentityProven
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situation import Challenge, Identity, Situation
from handrail.conversation.situations import Situations
from handrail.desk.mail import Mailer

CLAIM_CHARACTERS = 200
log = logging.getLogger("handrail.identity")

Missing = Literal["claim", "code"]
"""What a customer must still give: tell who they are, or the code that was sent to them."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A line as it may stand in the log. `code` tells whether a one-time code was blacked out of it and tried."""

    text: str
    code: bool = False


class IdentityService:
    """Proves who customers are. What it finds stands in the log; codes never do.

    `resources` is what the workspace's `lifespan` yielded.
    """

    def __init__(
        self,
        log_: Log,
        situations: Situations,
        clock: Clock,
        settings: Settings,
        *,
        mailer: Mailer,
        workspace: Workspace,
        resources: Any = None,
    ) -> None:
        self._log, self._situations, self._clock = log_, situations, clock
        self._find: Directory | None = workspace.find_customer
        self._resources = resources
        self._ids = ids_of(workspace.tools)
        self._codes = Codes(log_, clock, settings, mailer)
        self._tokens = SiteTokens(settings.identity, clock)

    def allows(self, tool: Tool, identity: Identity) -> bool:
        """Whether the customer is known as well as the tool needs."""
        return Customer(identity.customer_id, identity.level).reaches(tool.identity)

    def gate(self, tool: Tool, situation: Situation) -> Missing | None:
        """What is missing before `tool` may be called for this customer; None where nothing is."""
        if self.allows(tool, situation.identity):
            return None
        return "code" if tool.identity == "verified" and self.is_live(situation.challenge) else "claim"

    def is_live(self, challenge: Challenge | None) -> bool:
        """Whether a code is awaited that can still be given."""
        return self._codes.is_live(challenge)

    def claim_in(self, text: str) -> dict[str, str]:
        """What in a line may tell who the customer is; empty where nothing does."""
        return claim_in(text, self._ids)

    async def claim(self, conversation_id: str, claim: Mapping[str, str]) -> None:
        """Send a one-time code to the contact on file of whoever the claim points at.

        Raises `TooMany` by the count of this conversation, `Invalid` for an empty claim, `Unavailable` where the
        business does not answer: each of them whether or not there is such a customer.
        """
        claim = {name: value.strip()[:CLAIM_CHARACTERS] for name, value in claim.items() if value.strip()}
        if not claim:
            raise Invalid("tell an e-mail address or an order number", code="claim_empty")
        if (await self._situations.get(conversation_id)).identity.level == "verified":
            return
        await self._codes.expect_allowed(conversation_id)
        person = await self._person(claim)
        # Counted for strangers too, so that both ways do the same work.
        contact = (person.email or person.id).lower() if person else repr(sorted(claim.items()))
        allowed = await self._codes.allowed(contact)
        to = person.email if person and allowed else None
        code = self._codes.new() if to else None
        await self._log.append(conversation_id, "system", *self._claimed(conversation_id, claim, person, code))
        if to and code:
            self._codes.send(to, code)

    async def prove(
        self, conversation_id: str, code: str, *, address: str | None = None, key: str | None = None
    ) -> IdentityProven:
        """Take the code back. Raises `Denied` (`no_challenge`, `code_wrong`, `code_expired`), `TooMany`, `Invalid`.

        `address` is where it comes from, as far as known. The same code again under the same `key` uses no further try.
        """
        digits = "".join(character for character in code if character.isdecimal())
        if len(digits) != DIGITS:
            raise Invalid(f"a code has {DIGITS} digits", code="code_form")
        challenge = (await self._situations.get(conversation_id)).challenge
        if challenge is None:
            raise Denied("no code is awaited: say who you are first", code="no_challenge")
        once = self._codes.once(conversation_id, challenge, key, digits)
        used = await self._codes.use_try(conversation_id, challenge, address=address, once=once)
        right = self._codes.opens(conversation_id, challenge, digits)
        late = self._clock.now() >= challenge.expires_at
        if late or not right:
            refused = CodeRefused(challenge_id=challenge.challenge_id, tries=used)
            await self._log.append(conversation_id, "system", refused, key=once)
            raise (
                Denied("the code has expired", code="code_expired")
                if late
                else Denied("the code is not right", code="code_wrong")
            )
        person = await self.on_file(challenge.customer_id)
        return await self._proven(conversation_id, challenge.customer_id, person, "code")

    async def token(self, conversation_id: str, token: str) -> IdentityProven:
        """Take a token that the company's site signed; its `sub` is the customer's id.

        Raises `Denied`, `Conflict`, and `Unavailable` while the site's keys or the directory don't answer.
        """
        claims = await self._tokens.read(token)
        person = await self._person({"customer_id": claims.customer_id})
        if person is None and self._find is not None:
            raise Denied("the token is not accepted: there is no such customer", code="token_customer")
        known = person or Person(claims.customer_id, claims.name)
        return await self._proven(conversation_id, claims.customer_id, known, "token")

    async def hear(
        self, conversation_id: str, text: str, *, address: str | None = None, key: str | None = None
    ) -> Heard:
        """Take the awaited code out of a line before it is kept, and try it. What came of it stands in the log.

        `address` and `key` are as in `prove`.
        """
        found = code_in(text, self._ids)
        if found is None or (await self._situations.get(conversation_id)).challenge is None:
            return Heard(text)
        try:
            await self.prove(conversation_id, found.digits, address=address, key=key)
        except (Denied, TooMany, Conflict) as refused:
            log.info("a code given in the chat was refused: %s", refused.code)
        return Heard(found.text, code=True)

    async def close(self) -> None:
        """Wait for the codes that are being sent."""
        await self._codes.close()
        await self._tokens.close()

    async def on_file(self, customer_id: str) -> Person | None:
        """The person on file; None where there is none, or the directory does not answer."""
        try:
            return await self._person({"customer_id": customer_id})
        except HandrailError:
            log.warning("the customer directory does not answer: a customer is known by their id alone")
            return None

    async def _person(self, claim: Mapping[str, str]) -> Person | None:
        if self._find is None:
            return None
        try:
            return await self._find(self._resources, claim)
        except HandrailError:
            raise
        except Exception as error:
            raise Unavailable("the customer directory does not answer") from error

    def _claimed(
        self, conversation_id: str, claim: Mapping[str, str], person: Person | None, code: str | None
    ) -> tuple[Data, ...]:
        # `to` says only what the customer told: where the code went would tell that they are on file.
        to = masked(claim.get("email", ""))
        sent = self._codes.challenge(conversation_id, person.id if person else "", to, code)
        if person is None:
            # As many events as for somebody on file: their number shows in what follows.
            return sent, IdentityProven(level="none", customer_ref="", method="claim")
        # The name waits for the proof: a greeting by it would confirm the claim.
        ref = self._log.vault.ref(person.id)
        return sent, IdentityProven(level="known", customer_id=person.id, customer_ref=ref, method="claim")

    async def _proven(
        self, conversation_id: str, customer_id: str, person: Person | None, method: Literal["code", "token"]
    ) -> IdentityProven:
        """One conversation is one customer's: what was shown to the first must not be seen by a second."""
        ref = self._log.vault.ref(customer_id)
        proven = IdentityProven(
            level="verified",
            customer_id=customer_id,
            name=person.name if person else "",
            customer_ref=ref,
            method=method,
            facts=dict(person.facts) if person else {},
        )
        (event, *_) = await self._log.append(conversation_id, "system", proven, key="verified")
        stored = event.data
        assert isinstance(stored, IdentityProven)
        if stored.customer_ref != ref:
            raise Conflict("this conversation belongs to another customer: begin a new one", code="other_customer")
        return stored
