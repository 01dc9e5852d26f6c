"""Tokens under the keys that the company's site publishes: rotation, outages, and every forgery we know of."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from agent_site import AUDIENCE, ED, ISSUER, P256, P384, RSA, Site, jwk, open_site, pem
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from handrail.agent import key_set, published
from handrail.agent.site_keys import keys_of
from handrail.agent.site_token import SiteTokens
from handrail.conversation.clock import FixedClock
from handrail.conversation.errors import Denied, SettingsError, Unavailable
from handrail.conversation.sections import IdentitySection

NEW = rsa.generate_private_key(65537, 2048)
MINUTE = 60


@pytest.fixture
async def site(clock: FixedClock) -> AsyncIterator[Site]:
    async with open_site(clock) as site:
        site.keys = [jwk(RSA, "a", "RS256")]
        yield site


@pytest.fixture
async def tokens(site: Site, clock: FixedClock) -> AsyncIterator[SiteTokens]:
    tokens = SiteTokens(site.settings(), clock)
    yield tokens
    await tokens.close()


KEYS = [
    *[(RSA, alg) for alg in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")],
    (P256, "ES256"),
    (P384, "ES384"),
    (ED, "EdDSA"),
]


@pytest.mark.parametrize(("key", "alg"), KEYS)
async def test_a_token_under_a_published_key_is_taken(site: Site, tokens: SiteTokens, key: Any, alg: str) -> None:
    site.keys = [jwk(key, "k", alg)]
    assert (await tokens.read(site.token(key, "k", alg, name="Ada"))).name == "Ada"


async def test_the_set_is_fetched_once_while_it_is_fresh(site: Site, tokens: SiteTokens, clock: FixedClock) -> None:
    await asyncio.gather(*(tokens.read(site.token(RSA, "a")) for _ in range(20)))
    clock.advance(3 * MINUTE)
    await tokens.read(site.token(RSA, "a"))
    assert site.fetched == 1


async def test_a_new_key_is_found_and_an_old_one_is_gone(site: Site, tokens: SiteTokens, clock: FixedClock) -> None:
    await tokens.read(site.token(RSA, "a"))
    site.keys = [jwk(NEW, "b", "RS256")]
    clock.advance(key_set.PAUSE)
    await tokens.read(site.token(NEW, "b"))
    with pytest.raises(Denied, match="no such key"):
        await tokens.read(site.token(RSA, "a"))


async def test_a_key_that_was_taken_back_serves_no_longer_than_its_set_is_fresh(
    site: Site, tokens: SiteTokens, clock: FixedClock
) -> None:
    await tokens.read(site.token(RSA, "a"))
    site.keys = []
    clock.advance(5 * MINUTE)
    with pytest.raises(Denied, match="no such key"):
        await tokens.read(site.token(RSA, "a"))


async def test_a_set_is_renewed_before_it_gets_old(site: Site, tokens: SiteTokens, clock: FixedClock) -> None:
    await tokens.read(site.token(RSA, "a"))
    clock.advance(4 * MINUTE)
    await tokens.read(site.token(RSA, "a"))
    await tokens.close()
    assert site.fetched == 2
    site.silent = True
    clock.advance(3 * MINUTE)
    await tokens.read(site.token(RSA, "a"))
    assert site.fetched == 2


async def test_unknown_names_fetch_no_more_often_than_every_few_seconds(
    site: Site, tokens: SiteTokens, clock: FixedClock
) -> None:
    for number in range(30):
        with pytest.raises(Denied):
            await tokens.read(site.token(RSA, f"made up {number}"))
        clock.advance(1)
    assert site.fetched == 3


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ("Cache-Control: max-age=1\r\n", 60),
        ("Cache-Control: no-store\r\n", 60),
        ("", 600),
        ("Cache-Control: private, Max-Age=900\r\n", 900),
        ("Cache-Control: s-maxage=5, max-age=864000\r\n", 3600),
    ],
)
async def test_how_long_a_set_is_fresh(
    site: Site, tokens: SiteTokens, clock: FixedClock, headers: str, seconds: int
) -> None:
    site.headers = headers
    await tokens.read(site.token(RSA, "a"))
    site.keys = []
    clock.advance(seconds * key_set.EARLY - 1)
    await tokens.read(site.token(RSA, "a"))
    clock.advance(seconds * (1 - key_set.EARLY) + 1)
    with pytest.raises(Denied):
        await tokens.read(site.token(RSA, "a"))


BROKEN: dict[str, dict[str, Any]] = {
    "an error": {"status": 500},
    "a redirect": {"status": 302, "headers": "Location: http://127.0.0.1:1/\r\n"},
    "no JSON": {"body": b"<html>"},
    "no set": {"body": b"[]"},
    "too deep": {"body": b"[" * 100_000},
    "too large": {"body": b" " * (published.BYTES + 1)},
    "bad text": {"body": b"\xff\xfe\x00"},
}


@pytest.mark.parametrize("how", BROKEN)
async def test_the_last_good_set_serves_for_the_stated_time(site: Site, clock: FixedClock, how: str) -> None:
    tokens = SiteTokens(site.settings(jwks_stale_minutes=30), clock)
    await tokens.read(site.token(RSA, "a"))
    for name, value in BROKEN[how].items():
        setattr(site, name, value)
    clock.advance(5 * MINUTE + 30 * MINUTE - 1)
    await tokens.read(site.token(RSA, "a"))
    assert site.fetched == 2
    with pytest.raises(Unavailable):
        await tokens.read(site.token(NEW, "b"))
    clock.advance(1)
    with pytest.raises(Unavailable):
        await tokens.read(site.token(RSA, "a"))
    clock.advance(key_set.PAUSE)
    site.status, site.body = 200, None
    await tokens.read(site.token(RSA, "a"))


async def test_a_site_that_never_answers_is_given_up(
    site: Site, tokens: SiteTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_set, "SECONDS", 0.05)
    site.silent = True
    with pytest.raises(Unavailable):
        await tokens.read(site.token(RSA, "a"))


async def test_a_site_that_is_not_there_is_unavailable(site: Site, clock: FixedClock) -> None:
    with pytest.raises(Unavailable):
        await SiteTokens(site.settings(jwks_url="http://127.0.0.1:9/"), clock).read(site.token(RSA, "a"))


WEAK = rsa.generate_private_key(65537, 1024)
P521 = ec.generate_private_key(ec.SECP521R1())
SECRET = "a secret of thirty-two bytes and a few more"
OCT = {"kty": "oct", "kid": "k", "k": base64.urlsafe_b64encode(SECRET.encode()).decode()}
PRIVATE = {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA)), "kid": "k", "key_ops": ["verify"]}
REFUSED = {
    "weak": ([jwk(WEAK, "k")], WEAK, "RS256"),
    "for encryption": ([jwk(RSA, "k", use="enc")], RSA, "RS256"),
    "for signing alone": ([jwk(RSA, "k", key_ops=["sign"])], RSA, "RS256"),
    "two of one name": ([jwk(RSA, "k"), jwk(NEW, "k")], RSA, "RS256"),
    "two of one name, the second": ([jwk(RSA, "k"), jwk(NEW, "k")], NEW, "RS256"),
    "one twice": ([jwk(RSA, "k"), jwk(RSA, "k")], RSA, "RS256"),
    "private": ([PRIVATE], RSA, "RS256"),
    "symmetric": ([OCT], SECRET, "HS256"),
    "of a curve that is not taken": ([jwk(P521, "k")], P521, "ES512"),
    "another algorithm than its own": ([jwk(RSA, "k", "RS256")], RSA, "RS512"),
    "another padding than its own": ([jwk(RSA, "k", "RS256")], RSA, "PS256"),
    "a hash that nobody named": ([jwk(RSA, "k")], RSA, "RS384"),
    "an algorithm for encryption": ([jwk(RSA, "k", "RSA-OAEP")], RSA, "RS256"),
    "the algorithm none": ([jwk(RSA, "k", "none")], RSA, "RS256"),
    "an algorithm of another kind": ([jwk(RSA, "k", "ES256")], RSA, "RS256"),
    "without a name": ([{**jwk(RSA, "k"), "kid": None}], RSA, "RS256"),
    "another key of that name": ([jwk(NEW, "k")], RSA, "RS256"),
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("what", REFUSED)
async def test_a_key_that_is_not_safe_opens_nothing(site: Site, tokens: SiteTokens, what: str) -> None:
    site.keys, key, alg = REFUSED[what]
    with pytest.raises(Denied, match="not accepted"):
        await tokens.read(site.token(key, "k", alg))


async def test_a_key_that_is_not_taken_leaves_the_others(site: Site, tokens: SiteTokens) -> None:
    site.keys = [jwk(WEAK, "w"), OCT, {"kid": "x"}, {}, 7, jwk(RSA, "a")]  # type: ignore[list-item]
    await tokens.read(site.token(RSA, "a"))


def forged(alg: str, secret: bytes | None, **header: Any) -> str:
    """A token of whoever has no key: unsigned, or signed with what is public."""
    claims = {"sub": "c1", "exp": 4_000_000_000, "iss": ISSUER, "aud": AUDIENCE}
    parts = [json.dumps(part).encode() for part in ({"alg": alg, "typ": "JWT", **header}, claims)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = hmac.new(secret, signed, hashlib.sha256).digest() if secret is not None else b""
    return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def confusions() -> dict[str, str]:
    public = jwk(RSA, "a", "RS256")
    texts = {"the PEM": pem(RSA).encode(), "the JWK": json.dumps(public).encode(), "the modulus": public["n"].encode()}
    signed = {f"HS256 with {name}": forged("HS256", secret, kid="a") for name, secret in texts.items()}
    empty = {f"alg {alg}": forged(alg, None, kid="a") for alg in ("none", "None", "NONE", "nOnE", "", "HS256")}
    return {**signed, **empty}


@pytest.mark.parametrize("how", confusions())
async def test_a_token_without_the_private_key_is_denied(site: Site, tokens: SiteTokens, how: str) -> None:
    with pytest.raises(Denied, match="not accepted"):
        await tokens.read(confusions()[how])


@pytest.mark.parametrize(
    "headers",
    [
        {"jwk": jwk(NEW, "a")},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"], "exp": 1},
    ],
)
async def test_a_token_that_brings_its_own_key_is_denied(
    site: Site, tokens: SiteTokens, headers: dict[str, Any]
) -> None:
    for key in (NEW, RSA):
        with pytest.raises(Denied, match="not accepted"):
            await tokens.read(site.token(key, "a", headers=headers))
    assert site.fetched == 0


@pytest.mark.parametrize(
    ("kid", "claims"),
    [
        (None, {}),
        ("", {}),
        ("b", {}),
        ("A", {}),
        ("a", {"aud": "another shop"}),
        ("a", {"iss": "https://evil.example"}),
        ("a", {"exp": 1}),
        ("a", {"nbf": 4_000_000_000}),
        ("a", {"sub": ""}),
    ],
)
async def test_a_wrong_name_or_claim_is_denied(
    site: Site, tokens: SiteTokens, kid: str | None, claims: dict[str, Any]
) -> None:
    with pytest.raises(Denied):
        await tokens.read(site.token(RSA, kid, **claims))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("kty", "use", "key_ops", "alg", "kid", "n", "e", "crv", "x", "y", "d")


@given(data=st.data())
def test_no_document_breaks_the_reading_and_none_makes_a_key_stronger(data: st.DataObject) -> None:
    """Whatever is changed in a set: it is read or refused, and the keys in it verify asymmetric algorithms alone."""
    sound = [jwk(RSA, "a", "RS256"), jwk(P256, "b"), jwk(ED, "c"), PRIVATE, OCT]
    entries = [dict(data.draw(st.sampled_from(sound))) for _ in range(data.draw(st.integers(0, 3)))]
    for entry in entries:
        for name in data.draw(st.lists(st.sampled_from(FIELDS), max_size=2)):
            entry[name] = data.draw(JSON | st.sampled_from(("HS256", "none", "RS256", "ES256", "EdDSA", "sig", "AQAB")))
    document = data.draw(st.just({"keys": entries}) | st.fixed_dictionaries({"keys": JSON}) | JSON)
    try:
        keys = keys_of(document)
    except ValueError:
        return
    asymmetric = {alg for _, alg in KEYS}
    assert all(key.algorithm in asymmetric and not hasattr(key.material, "private_bytes") for key in keys.values())


@given(place=st.integers(0, 10_000), change=st.integers(1, 63))
async def test_no_token_with_one_letter_changed_is_taken(place: int, change: int) -> None:
    """Any one letter of header, claims or signature."""
    clock = FixedClock()
    tokens = SiteTokens(IdentitySection(jwt_public_key=pem(RSA), jwt_issuer=ISSUER, jwt_audience=AUDIENCE), clock)
    token = Site(clock).token(RSA, "a")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    at = place % (len(token) - 1)  # the last letter has bits that mean nothing
    if token[at] != ".":
        bent = token[:at] + letters[(letters.index(token[at]) + change) % 64] + token[at + 1 :]
        with pytest.raises(Denied):
            await tokens.read(bent)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"jwt_secret": SECRET}, "set one of the three"),
        ({"jwt_public_key": pem(RSA)}, "set one of the three"),
        ({"jwt_issuer": None}, "jwt_issuer and identity.jwt_audience"),
        ({"jwt_audience": None}, "jwt_issuer and identity.jwt_audience"),
    ],
)
def test_settings_that_contradict_each_other_are_told(clock: FixedClock, changed: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        SiteTokens(Site(clock, url="https://shop.example/jwks").settings(**changed), clock)


@pytest.mark.parametrize("url", ["http://shop.example/jwks", "http://10.0.0.1/", "https://me:pw@shop.example/", "x"])
def test_keys_come_by_a_safe_way_alone(clock: FixedClock, url: str) -> None:
    with pytest.raises(ValueError, match=r"https|pattern"):
        Site(clock, url=url).settings()


async def test_the_doctor_tries_it(site: Site, tokens: SiteTokens) -> None:
    assert await tokens.check() == f"site tokens accepted under the keys of {site.url}: a (RS256)"
    site.keys = [jwk(WEAK, "w")]
    with pytest.raises(Unavailable, match="no key that can be taken"):
        await tokens.check()
    site.status = 404
    with pytest.raises(Unavailable, match="answered 404"):
        await tokens.check()
