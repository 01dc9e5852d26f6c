"""Conversations in every state, and what was planted where callers must not get at it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle

import httpx

from bench.fuzzing.site import Person, Site
from handrail.agent.claims import code_in
from handrail.conversation.events import (
    ActionClaimed,
    ActionConsented,
    ActionProposed,
    ActionUnknown,
    ApprovalAsked,
    Closed,
    CustomerSaid,
    HandoffRequested,
    Noted,
    Opened,
    Packet,
    PacketLine,
    PacketWritten,
    PromiseMade,
    TicketOpened,
)

VICTIM = "C1001"
STATES = ("bot", "verified", "queue", "person", "ticket", "closed", "promise")
PROMISE = "p1"
ACTION = "a1"
KEY = "the-same"
"""The idempotency key that the victims' messages were sent with; others send it too."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation and the token that opens it."""

    id: str
    token: str


@dataclass(frozen=True)
class Planted:
    """Words that no customer's client may be sent: another customer's, and the desk's own."""

    theirs: str = field(default_factory=lambda: f"zqt{secrets.token_hex(6)}")
    desk: str = field(default_factory=lambda: f"zqd{secrets.token_hex(6)}")

    @property
    def words(self) -> tuple[str, str]:
        return self.theirs, self.desk


@dataclass
class State:
    """What requests find. `victims` are conversations of a customer who never calls; nothing may change there."""

    site: Site
    planted: Planted
    victims: tuple[str, ...] = ()
    victim_token: str = ""
    stranger: Talk = Talk("", "")
    customers: Iterator[tuple[str, str]] = field(default_factory=lambda: iter(()))
    orders: tuple[str, ...] = ()

    @classmethod
    async def prepare(cls, site: Site) -> "State":
        """Plant what must stay hidden, by the ways it comes in: the shop's own records, the chat and the desk."""
        state = cls(site, Planted())
        await state._mark_records()
        talks = [await state._victim(wrapped_up=done) for done in (True, False)]
        state.victims, state.victim_token = tuple(talk.id for talk in talks), talks[0].token
        state.stranger = await state.talk("bot")
        return state

    async def talk(self, kind: str, person: Person | None = None) -> Talk:
        """A new conversation in one of `STATES`; `person` is who holds it where a person does. The desk noted
        something in each that its customer must not read."""
        log, person = self.site.handrail.log, person or self.site.people["agent"]
        talk = (await log.open(Opened())).conversation_id
        note = Noted(by=person.user.id, text=f"Not for the customer: {self.planted.desk}")
        await log.append(talk, person.staff.actor, note)
        match kind:
            case "verified":
                customer_id, _ = next(self.customers)
                await self.site.handrail.identity.token(talk, self.site.site_token(customer_id))
            case "queue" | "person" | "ticket" | "promise" | "unknown" | "served" | "proposed":
                await self._to_desk(talk, ticket=kind == "ticket")
            case "approval":
                await self._waits(talk)
            case "closed":
                await log.append(talk, "customer", Closed(reason="customer"))
        if kind in ("person", "promise", "unknown", "served", "proposed"):
            await self.site.handrail.desk.claim(talk, person.staff)
        if kind == "unknown":
            claimed = ActionClaimed(action_id=ACTION, idempotency_key=f"{talk}-{ACTION}")
            await log.append(talk, "bot", self._refund(), claimed, ActionUnknown(action_id=ACTION, why="timeout"))
        if kind == "proposed":
            await log.append(talk, "bot", self._refund())
        if kind == "served":
            customer_id, _ = next(self.customers)
            await self.site.handrail.identity.token(talk, self.site.site_token(customer_id))
        if kind == "promise":
            await log.append(talk, "bot", PromiseMade(promise_id=PROMISE, text="A refund by Friday", owner="general"))
        return Talk(talk, self.site.kit.tokens.issue(talk)[0])

    async def _waits(self, talk: str) -> None:
        """The customer has agreed to a refund, and a colleague is asked."""
        log, proposed = self.site.handrail.log, self._refund()
        said, *_ = await log.append(talk, "customer", CustomerSaid(text="yes"))
        consented = ActionConsented(action_id=ACTION, fingerprint=proposed.fingerprint, said=said.seq)
        asked = ApprovalAsked(action_id=ACTION, fingerprint=proposed.fingerprint, expires_at=proposed.expires_at)
        await log.append(talk, "bot", proposed, consented, asked)

    def _refund(self) -> ActionProposed:
        return ActionProposed(
            turn_id="t1",
            action_id=ACTION,
            tool="refund",
            arguments={"order_id": "W10017", "reason": "parcel never arrived"},
            question="Refund £219.00 for order W10017",
            fingerprint="f1",
            expires_at=self.site.handrail.clock.now() + timedelta(hours=24),
        )

    async def audit(self) -> str:
        """One that was drawn and that anybody may tag."""
        talk, now = await self.talk("closed"), self.site.handrail.clock.now()
        query = """
            INSERT INTO audits (id, conversation_id, contact, chance, wanted, drawn_at)
            VALUES (%(id)s, %(talk)s, 1, 1, 2, %(now)s)
        """
        async with self.site.handrail.database.connection() as connection:
            await connection.execute(query, {"id": f"a{talk.id}", "talk": talk.id, "now": now})
        return f"a{talk.id}"

    async def challenged(self) -> tuple[Talk, str]:
        """A conversation whose customer was just sent a one-time code, and the code."""
        talk = await self.talk("bot")
        _, email = next(self.customers)
        await self.site.handrail.identity.claim(talk.id, {"email": email})
        await self.site.handrail.identity.close()
        code = code_in(self.site.letters.newest.get(email, ""), {})
        return talk, code.digits if code else ""

    async def seqs(self) -> list[int]:
        """How long the victims' logs are."""
        return [(await self.site.handrail.log.head(victim)).last_seq for victim in self.victims]

    async def _to_desk(self, talk: str, *, ticket: bool) -> None:
        log = self.site.handrail.log
        due = self.site.handrail.clock.now() + timedelta(hours=2)
        mode, answer_by = ("ticket", due) if ticket else ("live", None)
        lines = (PacketLine(topic="wants", text=f"A person {self.planted.desk}", evidence=("seq:1",)),)
        asked = CustomerSaid(text="I would like to talk to a person, please.")
        requested = HandoffRequested.model_validate(
            {"handoff_id": f"h{talk}", "reason": "asked_for_person", "mode": mode, "answer_by": answer_by}
        )
        packet = PacketWritten(handoff_id=f"h{talk}", packet=Packet(lines=lines, first_line=self.planted.desk))
        await log.append(talk, "customer", asked, holder="queue")
        await log.append(talk, "bot", requested, packet)
        if ticket:
            await log.append(talk, "bot", TicketOpened(ticket_id=f"T{talk[-8:]}", handoff_id=f"h{talk}", answer_by=due))

    async def _mark_records(self) -> None:
        word = self.planted.theirs
        changes = (
            "UPDATE shop.customers SET name = name || ' ' || %(word)s, email = %(word)s || '@x.org' WHERE id = %(id)s",
            "UPDATE shop.addresses SET address = address || ' ' || %(word)s WHERE customer_id = %(id)s",
            "UPDATE shop.customers SET paid_with = paid_with || ' ' || %(word)s WHERE id = %(id)s",
            "UPDATE shop.bookings SET stage = stage || ' ' || %(word)s WHERE customer_id = %(id)s AND stage <> ''",
            "UPDATE shop.shipments SET carrier = carrier || ' ' || %(word)s "
            "WHERE order_id IN (SELECT id FROM shop.orders WHERE customer_id = %(id)s)",
            "UPDATE shop.orders SET address = address || ' ' || %(word)s, note = %(word)s WHERE customer_id = %(id)s",
        )
        async with self.site.handrail.database.transaction() as connection:
            for change in changes:
                await connection.execute(change, {"word": word, "id": VICTIM})
            found = await connection.execute("SELECT id FROM shop.orders WHERE customer_id = %s ORDER BY id", [VICTIM])
            self.orders = tuple(row["id"] for row in await found.fetchall())
            found = await connection.execute(
                "SELECT id, email FROM shop.customers WHERE id <> %s AND email IS NOT NULL ORDER BY id", [VICTIM]
            )
            self.customers = cycle([(row["id"], row["email"]) for row in await found.fetchall()])

    async def _victim(self, *, wrapped_up: bool) -> Talk:
        """A customer who proved who they are, asked for a person and talked to one, by the API alone."""
        site, theirs, desk = self.site, self.planted.theirs, self.planted.desk
        agent = site.people["keeper"]
        async with httpx.AsyncClient(base_url=site.url, timeout=60) as http:

            async def post(path: str, token: str = "", **body: object) -> httpx.Response:
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                if path.endswith("messages"):
                    headers["Idempotency-Key"] = KEY
                answer = await http.post(path, json=body, headers=headers)
                return answer.raise_for_status()

            begun = (await post("/v1/conversations", customer_token=site.site_token(VICTIM))).json()
            talk = Talk(begun["id"], begun["token"])
            customer, person = f"/v1/conversations/{talk.id}", f"/v1/desk/conversations/{talk.id}"
            await post(f"{customer}/messages", talk.token, text=f"Where is my order {self.orders[0]}? {theirs}")
            await post(f"{customer}/contact", talk.token, email=f"{theirs}@example.org")
            await post(f"{customer}/rating", talk.token, score=4, comment=theirs)
            await post(f"{person}/claim", agent.bearer)
            await post(f"{person}/messages", agent.bearer, text=f"I am looking into it, {theirs}.")
            await post(f"{person}/notes", agent.bearer, text=f"Between us: {desk}")
            if wrapped_up:
                kept = {"note": desk, "right_answer": desk}
                await post(f"{person}/wrap-up", agent.bearer, disposition="resolved", tags=["other"], **kept)
        return talk
