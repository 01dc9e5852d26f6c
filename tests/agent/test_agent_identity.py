"""Proving who the customer is: codes, tokens, limits, and nothing told about who is a customer."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretStr

from handrail.agent.attempts import Attempts
from handrail.agent.claims import claim_in, code_in, ids_of, masked
from handrail.agent.identity import Heard, IdentityService
from handrail.agent.site_token import SiteTokens
from handrail.agent.tools import Context, Id, Person, tool
from handrail.agent.workspace import Workspace
from handrail.conversation.clock import FixedClock
from handrail.conversation.database import Database
from handrail.conversation.errors import Conflict, Denied, Invalid, SettingsError, TooMany, Unavailable
from handrail.conversation.events import CodeRefused, CodeSent, IdentityProven, Opened
from handrail.conversation.log import Log
from handrail.conversation.settings import IdentitySection, Settings
from handrail.conversation.situation import Identity, Situation
from handrail.conversation.situations import Situations
from handrail.desk.mail import Mail

ADA = Person(id="c1", name="Ada", email="ada@example.org")
BEN = Person(id="c2", name="Ben", email="ben@example.org")
SECRET = "a secret of the company's own site, long enough"


@dataclass
class Post:
    """Keeps the letters; the last code is in the last one."""

    letters: list[Mail] = field(default_factory=list)
    broken: bool = False

    async def send(self, mail: Mail) -> None:
        if self.broken:
            raise ConnectionError("no server")
        self.letters.append(mail)

    @property
    def code(self) -> str:
        (code,) = re.findall(r"\b\d{6}\b", self.letters[-1].text)
        return code


@dataclass
class Directory:
    """Whom a claim points at."""

    people: list[Person] = field(default_factory=lambda: [ADA, BEN])
    asked: list[Mapping[str, str]] = field(default_factory=list)
    broken: bool = False

    async def find(self, resources: Any, claim: Mapping[str, str]) -> Person | None:
        self.asked.append(claim)
        if self.broken:
            raise ConnectionError("down")
        for person in self.people:
            if claim.get("email") == person.email or claim.get("customer_id") == person.id:
                return person
        return ADA if claim.get("order_id") == "W10021" else None


@tool(effect="read", identity="verified")
async def order_status(ctx: Context, order_id: Annotated[str, Id(r"W\d{5}")]) -> dict[str, str]:
    """Tell where an order stands."""
    return {}


@tool(effect="read", identity="known")
async def find_orders(ctx: Context) -> dict[str, str]:
    """Tell which orders there are."""
    return {}


@tool(effect="read")
async def free_slots(ctx: Context) -> dict[str, str]:
    """Tell which slots are free."""
    return {}


@dataclass
class Desk:
    """The service with all that it works with, and one conversation."""

    service: IdentityService
    log: Log
    situations: Situations
    post: Post
    directory: Directory
    conversation_id: str = ""

    async def open(self) -> str:
        self.conversation_id = (await self.log.open(Opened())).conversation_id
        return self.conversation_id

    async def claim(self, **claim: str) -> None:
        await self.service.claim(self.conversation_id, claim)
        await self.service.close()

    async def prove(self, code: str) -> IdentityProven:
        return await self.service.prove(self.conversation_id, code)

    async def situation(self) -> Situation:
        return await self.situations.get(self.conversation_id)

    async def events(self, kind: type[Any]) -> list[Any]:
        return [e.data for e in await self.log.read(self.conversation_id) if isinstance(e.data, kind)]

    def wrong(self) -> str:
        return f"{(int(self.post.code) + 1) % 10**6:06}"


def make(log: Log, clock: Any, settings: Settings, directory: Directory | None = None) -> Desk:
    post, directory = Post(), directory or Directory()
    tools = (order_status, find_orders, free_slots)
    workspace = Workspace(Path(), Path(), find_customer=directory.find, by_name={tool.name: tool for tool in tools})
    situations = Situations(log)
    service = IdentityService(log, situations, clock, settings, mailer=post, workspace=workspace)
    return Desk(service, log, situations, post, directory)


@pytest.fixture
async def desk(log: Log, clock: Any, settings: Settings) -> Desk:
    desk = make(log, clock, settings)
    await desk.open()
    return desk


async def test_a_code_to_the_contact_on_file_proves_who_it_is(desk: Desk, log: Log) -> None:
    await desk.claim(email="ada@example.org")
    known = (await desk.situation()).identity
    assert (known.level, known.customer_id, known.name) == ("known", "c1", "")
    assert desk.post.letters[0].to == "ada@example.org"
    assert desk.post.code not in desk.post.letters[0].subject
    proven = await desk.prove(f" {desk.post.code[:3]} {desk.post.code[3:]} ")
    assert (proven.level, proven.customer_id, proven.name, proven.method) == ("verified", "c1", "Ada", "code")
    assert proven.customer_ref == log.vault.ref("c1")
    situation = await desk.situation()
    assert situation.identity.level == "verified"
    assert situation.challenge is None


async def test_the_code_is_never_in_the_log(desk: Desk, log: Log, database: Database) -> None:
    await desk.claim(email="ada@example.org")
    heard = await desk.service.hear(desk.conversation_id, f"it is {desk.post.code}, thanks")
    assert heard == Heard("it is [code], thanks", code=True)
    await desk.open()
    await desk.claim(order_id="W10021")
    for conversation_id in await log.ids():
        for event in await log.read(conversation_id):
            assert desk.post.code not in repr(event.data)
    async with database.connection() as connection:
        rows = await (await connection.execute("SELECT ref FROM attempts")).fetchall()
    assert rows and all(re.fullmatch(r"[0-9a-f]{32}", row["ref"]) for row in rows)


async def test_nobody_learns_whether_there_is_such_a_customer(desk: Desk) -> None:
    told = []
    for email in ("ada@example.org", "nobody@example.org"):
        await desk.open()
        await desk.claim(email=email)
        (sent,) = await desk.events(CodeSent)
        refused = []
        for _ in range(6):
            with pytest.raises((Denied, TooMany)) as raised:
                await desk.prove("000000" if email.startswith("n") else desk.wrong())
            refused.append((type(raised.value), raised.value.code, str(raised.value)))
        told.append((sorted(sent.model_dump()), sent.to, len(sent.digest), len(sent.challenge_id), refused))
    (known, unknown) = told
    assert known[1] == "a…@example.org"
    assert unknown[1] == "n…@example.org"
    assert (known[0], known[2:]) == (unknown[0], unknown[2:])
    assert len(desk.post.letters) == 1


async def test_no_code_opens_the_challenge_of_a_stranger(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hmac.compare_digest", lambda one, other: True)
    await desk.claim(email="nobody@example.org")
    with pytest.raises(Denied):
        await desk.prove("123456")


async def test_where_a_code_went_is_not_told_by_an_order_number(desk: Desk) -> None:
    await desk.claim(order_id="W10021")
    (sent,) = await desk.events(CodeSent)
    assert sent.to == ""
    assert desk.post.letters[0].to == "ada@example.org"


async def test_tries_are_few(desk: Desk, settings: Settings) -> None:
    await desk.claim(email="ada@example.org")
    for tries in range(1, settings.identity.code_tries + 1):
        with pytest.raises(Denied, match="not right"):
            await desk.prove(desk.wrong())
        challenge = (await desk.situation()).challenge
        assert challenge is not None and challenge.tries == tries
    assert not desk.service.is_live(challenge)
    with pytest.raises(TooMany):
        await desk.prove(desk.post.code)
    await desk.claim(email="ada@example.org")
    assert (await desk.prove(desk.post.code)).level == "verified"


async def test_tries_that_come_at_once_are_counted(desk: Desk, settings: Settings) -> None:
    await desk.claim(email="ada@example.org")
    ends = await asyncio.gather(*(desk.prove(desk.wrong()) for _ in range(12)), return_exceptions=True)
    assert sum(isinstance(end, Denied) for end in ends) == settings.identity.code_tries
    assert sum(isinstance(end, TooMany) for end in ends) == 12 - settings.identity.code_tries
    assert len(await desk.events(CodeRefused)) == settings.identity.code_tries


async def test_a_code_runs_out(desk: Desk, clock: Any, settings: Settings) -> None:
    await desk.claim(email="ada@example.org")
    clock.advance(settings.identity.code_minutes * 60)
    with pytest.raises(Denied, match="expired"):
        await desk.prove(desk.post.code)
    assert (await desk.situation()).identity.level == "known"


async def test_a_code_counts_in_its_conversation_and_for_the_last_claim(desk: Desk) -> None:
    await desk.claim(email="ada@example.org")
    first = desk.post.code
    await desk.claim(email="ada@example.org")
    if first != desk.post.code:
        with pytest.raises(Denied):
            await desk.prove(first)
    await desk.open()
    with pytest.raises(Denied, match="no code"):
        await desk.prove(desk.post.code)
    await desk.claim(email="ben@example.org")
    with pytest.raises(Denied):
        await desk.prove(desk.wrong())


async def test_a_code_can_be_used_once(desk: Desk) -> None:
    await desk.claim(email="ada@example.org")
    await desk.prove(desk.post.code)
    with pytest.raises(Denied):
        await desk.prove(desk.post.code)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef"])
async def test_what_is_no_code_uses_no_try(desk: Desk, code: str) -> None:
    await desk.claim(email="ada@example.org")
    with pytest.raises(Invalid):
        await desk.prove(code)
    assert not await desk.events(CodeRefused)


async def test_codes_of_a_conversation_are_limited_for_anybody_alike(
    desk: Desk, clock: Any, settings: Settings
) -> None:
    for email in ("ada@example.org", "nobody@example.org"):
        await desk.open()
        for _ in range(settings.identity.codes_per_hour):
            await desk.claim(email=email)
        clock.advance(60)
        with pytest.raises(TooMany) as raised:
            await desk.claim(email=email)
        assert raised.value.retry_after == pytest.approx(3600 - 60)
    clock.advance(3600)
    await desk.claim(email="ada@example.org")


async def test_codes_to_a_customer_are_limited_in_silence(desk: Desk, settings: Settings) -> None:
    for _ in range(settings.identity.codes_per_hour + 3):
        await desk.open()
        await desk.claim(email="ada@example.org")
    assert len(desk.post.letters) == settings.identity.codes_per_hour
    assert len(await desk.events(CodeSent)) == 1
    with pytest.raises(Denied):
        await desk.prove(desk.post.code)


async def test_a_customer_without_an_address_gets_no_letter_and_nobody_learns_it(desk: Desk) -> None:
    desk.directory.people.append(Person(id="c3", name="Cy", email=None))
    await desk.claim(customer_id="c3")
    assert not desk.post.letters
    assert len(await desk.events(CodeSent)) == 1


async def test_a_letter_that_can_not_be_sent_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.post.broken = True
    await desk.claim(email="ada@example.org")
    assert "could not be sent" in caplog.text
    assert not re.search(r"\b\d{6}\b", "".join(record.getMessage() for record in caplog.records))


async def test_a_directory_that_is_down_is_told_alike_for_everybody(desk: Desk) -> None:
    desk.directory.broken = True
    for email in ("ada@example.org", "nobody@example.org"):
        with pytest.raises(Unavailable):
            await desk.claim(email=email)


@pytest.mark.parametrize("claim", [{}, {"email": "  "}])
async def test_an_empty_claim_is_refused(desk: Desk, claim: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        await desk.claim(**claim)


async def test_a_claim_takes_no_proof_back(desk: Desk) -> None:
    await desk.claim(email="ada@example.org")
    await desk.prove(desk.post.code)
    await desk.claim(email="ben@example.org")
    assert (await desk.situation()).identity.customer_id == "c1"
    assert len(desk.post.letters) == 1
    # One that was under way when the proof came in.
    late = IdentityProven(level="known", customer_id="c2", customer_ref="r2", method="claim")
    await desk.log.append(desk.conversation_id, "system", late)
    assert (await desk.situation()).identity.level == "verified"


async def test_one_conversation_is_one_customers(log: Log, clock: Any, settings: Settings) -> None:
    desk = make(log, clock, _with(settings, jwt_secret=SecretStr(SECRET)))
    await desk.open()
    first = await desk.service.token(desk.conversation_id, signed(clock, sub="c1"))
    again = await desk.service.token(desk.conversation_id, signed(clock, sub="c1"))
    assert first == again
    with pytest.raises(Conflict):
        await desk.service.token(desk.conversation_id, signed(clock, sub="c2"))
    assert (await desk.situation()).identity.customer_id == "c1"


async def test_what_is_missing_for_a_tool(desk: Desk, clock: Any, settings: Settings) -> None:
    gate = desk.service.gate
    nobody = await desk.situation()
    assert [gate(t, nobody) for t in (free_slots, find_orders, order_status)] == [None, "claim", "claim"]
    await desk.claim(email="ada@example.org")
    known = await desk.situation()
    assert [gate(t, known) for t in (free_slots, find_orders, order_status)] == [None, None, "code"]
    clock.advance(settings.identity.code_minutes * 60)
    assert gate(order_status, known) == "claim"
    await desk.claim(email="ada@example.org")
    await desk.prove(desk.post.code)
    assert gate(order_status, await desk.situation()) is None
    assert desk.service.allows(order_status, Identity(level="verified", customer_id="c1"))
    assert not desk.service.allows(order_status, Identity(level="known", customer_id="c1"))
    assert not desk.service.allows(order_status, Identity(level="verified"))


async def test_a_code_in_a_line_is_tried_and_blacked_out(desk: Desk) -> None:
    assert await desk.service.hear(desk.conversation_id, "123456") == Heard("123456")
    await desk.claim(email="ada@example.org")
    wrong = desk.wrong()
    assert await desk.service.hear(desk.conversation_id, f"code: {wrong}") == Heard("code: [code]", code=True)
    challenge = (await desk.situation()).challenge
    assert challenge is not None and challenge.tries == 1
    heard = await desk.service.hear(desk.conversation_id, f"sorry, {desk.post.code[:3]} {desk.post.code[3:]}!")
    assert heard == Heard("sorry, [code]!", code=True)
    assert (await desk.situation()).identity.level == "verified"
    assert await desk.service.hear(desk.conversation_id, "no number here") == Heard("no number here")


IDS = ids_of((order_status,))


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("I'm ada@example.org", {"email": "ada@example.org"}),
        ("mail: Ada.Lovelace+shop@Example.co.uk.", {"email": "ada.lovelace+shop@example.co.uk"}),
        ("my order is w10021", {"order_id": "W10021"}),
        ("order #W10021, ada@example.org", {"email": "ada@example.org", "order_id": "W10021"}),
        ("W100213", {}),
        ("w10021@example.org", {"email": "w10021@example.org"}),
        ("hello", {}),
        ("me @ home", {}),
    ],
)
def test_claims_are_found_in_what_is_said(text: str, claim: dict[str, str]) -> None:
    assert claim_in(text, IDS) == claim


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("123456", "123456"),
        ("it's 123 456.", "123456"),
        ("123-456", "123456"),
        ("the code is 123456, the code is 123456", "123456"),
        ("123456 or 654321", None),
        ("1234567", None),
        ("order #123456", None),
        ("$123456", None),
        ("123456.50", None),
        ("a123456", None),
        ("123456@example.org", None),
        ("+49 123456", None),
        ("555 123 456", None),
        ("123 456 7890", None),
        ("code:123456", "123456"),
        ("no code", None),
    ],
)
def test_a_code_is_found_only_where_it_is_plainly_one(text: str, digits: str | None) -> None:
    found = code_in(text, {})
    assert (found.digits if found else None) == digits
    if found:
        assert digits not in found.text.replace(" ", "").replace("-", "")


def test_a_number_of_the_business_is_no_code_unless_it_stands_alone() -> None:
    ids = {"booking_id": Id(r"\d{6}")}
    assert code_in("my booking is 123456", ids) is None
    assert code_in("123456", ids) is not None


@pytest.mark.parametrize(
    ("address", "shown"), [("ada@example.org", "a…@example.org"), ("", ""), ("not an address", "")]
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


async def test_attempts_slide_with_the_window(database: Database, clock: Any) -> None:
    attempts, minute = Attempts(database), timedelta(minutes=1)
    start = clock.now()
    assert [(await attempts.take("a", 2, minute, clock.now())).allowed for _ in range(3)] == [True, True, False]
    assert (await attempts.take("b", 2, minute, clock.now())).allowed
    clock.advance(59)
    refused = await attempts.take("a", 2, minute, clock.now())
    assert (refused.allowed, refused.used, refused.retry_at) == (False, 2, start + minute)
    clock.advance(1)
    assert (await attempts.take("a", 2, minute, clock.now())).allowed


async def test_attempts_that_come_at_once_are_counted(database: Database, clock: Any) -> None:
    attempts = Attempts(database)
    taken = await asyncio.gather(*(attempts.take("a", 3, timedelta(minutes=1), clock.now()) for _ in range(10)))
    assert sum(attempt.allowed for attempt in taken) == 3


def _with(settings: Settings, **identity: Any) -> Settings:
    return settings.model_copy(update={"identity": settings.identity.model_copy(update=identity)})


def signed(clock: Any, key: Any = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """A token as the site would sign it, valid for five minutes."""
    now = int(clock.now().timestamp())
    whole = {"sub": "c1", "iat": now, "exp": now + 300, **claims}
    return jwt.encode({name: value for name, value in whole.items() if value is not None}, key, algorithm=algorithm)


def _pem(key: Any) -> str:
    pem: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()


RSA = rsa.generate_private_key(65537, 2048)
P256 = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(("key", "algorithm"), [(SECRET, "HS256"), (RSA, "RS256"), (P256, "ES256")])
async def test_a_token_of_the_site_proves_who_it_is(
    log: Log, clock: Any, settings: Settings, key: Any, algorithm: str
) -> None:
    options = {"jwt_secret": SecretStr(SECRET)} if key is SECRET else {"jwt_public_key": _pem(key)}
    desk = make(log, clock, _with(settings, **options))
    await desk.open()
    proven = await desk.service.token(desk.conversation_id, signed(clock, key, algorithm))
    assert (proven.level, proven.customer_id, proven.name, proven.method) == ("verified", "c1", "Ada", "token")


async def test_a_token_for_nobody_on_file_is_denied(log: Log, clock: Any, settings: Settings) -> None:
    desk = make(log, clock, _with(settings, jwt_secret=SecretStr(SECRET)))
    await desk.open()
    with pytest.raises(Denied, match="no such customer"):
        await desk.service.token(desk.conversation_id, signed(clock, sub="c9"))
    assert (await desk.situation()).identity.level == "none"


OTHER = "another secret, which the company's site never had"
ISSUED = {"iss": "https://shop.example", "aud": "handrail"}


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"exp": None}, '"exp"'),
        ({"sub": None}, '"sub"'),
        ({"sub": ""}, "sub is empty"),
        ({"sub": 7}, "ubject"),
        ({"exp": -31}, "expired"),
        ({"nbf": 31}, "not valid yet"),
        ({"iat": 31}, "not valid yet"),
        ({"exp": "soon"}, "exp must be a number"),
        ({"iss": "https://elsewhere.example"}, "issuer"),
        ({"iss": None}, '"iss"'),
        ({"aud": "another"}, "udience"),
        ({"aud": None}, '"aud"'),
    ],
)
async def test_a_token_with_a_wrong_claim_is_denied(clock: Any, claims: dict[str, Any], told: str) -> None:
    tokens = SiteTokens(
        IdentitySection(jwt_secret=SecretStr(SECRET), jwt_issuer="https://shop.example", jwt_audience="handrail"), clock
    )
    now = int(clock.now().timestamp())
    timed = {name: now + v if name in ("exp", "nbf", "iat") and isinstance(v, int) else v for name, v in claims.items()}
    assert (await tokens.read(signed(clock, **ISSUED, name="Ada"))).name == "Ada"
    with pytest.raises(Denied, match=told):
        await tokens.read(signed(clock, **{**ISSUED, **timed}))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(OTHER, "HS256"), (SECRET + OTHER, "HS512"), (SECRET * 2, "HS384"), (RSA, "RS256"), ("", "none")],
)
async def test_a_token_under_another_key_or_algorithm_is_denied(clock: Any, key: Any, algorithm: str) -> None:
    tokens = SiteTokens(IdentitySection(jwt_secret=SecretStr(SECRET)), clock)
    with pytest.raises(Denied, match="not accepted"):
        await tokens.read(signed(clock, key, algorithm))


async def test_the_public_key_is_no_secret(clock: Any) -> None:
    """A token signed with the text of the public key as an HMAC secret: an old trick."""
    pem = _pem(RSA)
    header, payload = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": "c1", "exp": clock.now().timestamp() + 60})
    )
    mac = hmac.new(pem.encode(), header + b"." + payload, hashlib.sha256).digest()
    forged = b".".join((header, payload, base64.urlsafe_b64encode(mac).rstrip(b"="))).decode()
    with pytest.raises(Denied):
        await SiteTokens(IdentitySection(jwt_public_key=pem), clock).read(forged)


async def test_a_token_for_another_audience_is_denied_where_none_is_set(clock: Any) -> None:
    tokens = SiteTokens(IdentitySection(jwt_secret=SecretStr(SECRET)), clock)
    with pytest.raises(Denied):
        await tokens.read(signed(clock, aud="elsewhere"))


@pytest.mark.parametrize("text", ["", "no token", "a.b.c", "a" * 5000])
async def test_what_is_no_token_is_denied(clock: Any, text: str) -> None:
    with pytest.raises(Denied):
        await SiteTokens(IdentitySection(jwt_secret=SecretStr(SECRET)), clock).read(text)


async def test_without_a_key_no_token_is_taken(clock: Any) -> None:
    with pytest.raises(Denied, match="not set up"):
        await SiteTokens(IdentitySection(), clock).read(signed(clock))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"jwt_secret": SecretStr("short")}, "identity.jwt_secret must have 32 bytes"),
        ({"jwt_secret": SecretStr(SECRET), "jwt_public_key": _pem(RSA)}, "set one of the three"),
        ({"jwt_public_key": "no key"}, "identity.jwt_public_key must be a public key in PEM"),
        ({"jwt_public_key": _pem(rsa.generate_private_key(65537, 1024))}, "RSA with 2048 bits"),
        ({"jwt_public_key": _pem(ec.generate_private_key(ec.SECP384R1()))}, "P-256"),
    ],
)
def test_a_key_that_is_not_right_is_a_settings_error(options: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        SiteTokens(IdentitySection(**options), FixedClock())
