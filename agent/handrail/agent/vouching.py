"""A person at the desk vouches for who the customer is."""

from collections.abc import Iterable, Mapping
from typing import Any

from handrail.agent.tools.api import Directory, Person
from handrail.conversation.errors import Conflict, Fenced, HandrailError, Invalid, Unavailable
from handrail.conversation.events import IdentityProven
from handrail.conversation.log import Fence, Log
from handrail.conversation.situations import Situations
from handrail.desk.staff import Staff

OTHER = "this conversation belongs to another customer: begin a new one"


class Vouching:
    """Takes a person's word. `find` is the workspace's directory, `resources` what its `lifespan` yielded, `ids` names
    the identifiers that its tools take. `claims` is what a customer may be found by.
    """

    def __init__(
        self, log: Log, situations: Situations, find: Directory | None, resources: Any = None, ids: Iterable[str] = ()
    ) -> None:
        self._log, self._situations, self._find, self._resources = log, situations, find, resources
        self.claims = tuple(dict.fromkeys(("email", "customer_id", *ids))) if find else ()

    async def vouch(self, conversation_id: str, staff: Staff, claim: Mapping[str, str], how: str) -> IdentityProven:
        """Prove that the customer is the one whom `claim` points at; `how` says how the person found out.

        Raises `Conflict` where they do not hold the conversation, or it belongs to another customer, `Invalid` where
        nobody is found or `how` is empty, `Unavailable` where the business does not answer, and `NotFound`.
        """
        claim = {name: value.strip() for name, value in claim.items() if value.strip()}
        if not how.strip() or not claim:
            raise Invalid("say who it is, and how you found out", code="how")
        head = await self._log.head(conversation_id)
        if head.holder != staff.actor:
            raise Conflict("you do not hold this conversation", code="not_holder")
        person = await self._person(claim)
        proven = IdentityProven(
            level="verified",
            customer_id=person.id,
            name=person.name,
            customer_ref=self._log.vault.ref(person.id),
            method="person",
            by=staff.name,
            how=how.strip(),
            facts=dict(person.facts),
        )
        identity = (await self._situations.get(conversation_id)).identity
        if identity.level == "verified" and identity.customer_ref != proven.customer_ref:
            raise Conflict(OTHER, code="other_customer")
        return await self._append(conversation_id, staff, proven, Fence(head.epoch))

    async def _append(self, conversation_id: str, staff: Staff, proven: IdentityProven, fence: Fence) -> IdentityProven:
        try:
            # The key that codes and tokens use too: one conversation is one customer's, whoever proves it first.
            (event, *_) = await self._log.append(
                conversation_id, staff.actor, proven, fence=fence, key="verified", keys="system"
            )
        except Fenced as error:
            raise Conflict("you do not hold this conversation", code="not_holder") from error
        stored = event.data
        assert isinstance(stored, IdentityProven)
        if stored.customer_ref != proven.customer_ref:
            raise Conflict(OTHER, code="other_customer")
        return stored

    async def _person(self, claim: Mapping[str, str]) -> Person:
        if self._find is None:
            raise Invalid("this business has no directory of customers (find_customer)", code="no_directory")
        try:
            person = await self._find(self._resources, claim)
        except HandrailError:
            raise
        except Exception as error:
            raise Unavailable("the customer directory does not answer") from error
        if person is None:
            raise Invalid("no customer is found by this", code="no_customer")
        return person
