"""Logging in through an OpenID Connect provider: who is let in, as whom, and who is not."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import jwt
import pytest
from bench.openid_provider import CLIENT, SECRET, Key, Provider, providing

from handrail.channels.cli.doctoring import PARTS
from handrail.channels.users import User
from handrail.conversation.errors import Unavailable
from handrail.conversation.login import LoginSection, OpenIdSection
from handrail.conversation.settings import Settings

KIM = {"sub": "s-17", "email": "kim@example.org", "email_verified": True, "name": "Kim Oda"}
PASSWORD = "correct horse battery"
BY_ROLES = {"create": True, "roles": {"support": "agent", "leads": "supervisor", "it": "admin"}}


@pytest.fixture
async def provider(clock: Any) -> AsyncIterator[Provider]:
    async with providing(clock, **KIM) as found:
        yield found


@pytest.fixture
def openid() -> dict[str, Any]:
    """What the settings say beyond the usual; a test may be given other words."""
    return {}


@pytest.fixture
def passwords() -> bool:
    return True


@pytest.fixture
def settings(settings: Settings, provider: Provider, openid: dict[str, Any], passwords: bool) -> Settings:
    told = {"issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET, **openid}
    login = LoginSection(passwords=passwords, openid=OpenIdSection.model_validate(told))
    return settings.model_copy(update={"login": login})


@dataclass
class Browser:
    """Somebody at a browser, between the site and the provider."""

    http: httpx.AsyncClient

    async def leave(self, **body: Any) -> str:
        answer = await self.http.post("/v1/openid", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["url"])

    async def at_provider(self, url: str) -> str:
        """Where the provider sends them back to."""
        async with httpx.AsyncClient() as elsewhere:
            return (await elsewhere.get(url)).headers["location"]

    async def arrive(self, url: str) -> str:
        """Where they go on to."""
        answer = await self.http.get(url)
        assert answer.status_code == 303
        return answer.headers["location"]

    async def log_in(self, **body: Any) -> str:
        return await self.arrive(await self.at_provider(await self.leave(**body)))

    async def me(self) -> Any:
        answer = await self.http.get("/v1/me")
        return answer.json() if answer.status_code == 200 else None


@pytest.fixture
async def browser(site: Any) -> AsyncIterator[Browser]:
    async with httpx.AsyncClient(base_url=site.url, timeout=30) as http:
        yield Browser(http)


async def invited(site: Any, login: str = "kim@example.org", role: Any = "agent") -> User:
    return await site.app.state.kit.users.create(login, "Kim", role)


async def test_whoever_was_invited_by_their_address_is_let_in_and_known_by_the_providers_name_from_then_on(
    site: Any, provider: Provider, browser: Browser
) -> None:
    user = await invited(site)
    assert await browser.log_in(conversation="abc") == "/desk?conversation=abc"
    assert (await browser.me())["id"] == user.id
    provider.person = {**KIM, "email": "kim.oda@example.org", "email_verified": False}
    browser.http.cookies.clear()
    assert await browser.log_in() == "/desk"
    assert (await browser.me())["id"] == user.id


async def test_the_way_there_carries_state_nonce_and_challenge_and_no_secret(
    site: Any, provider: Provider, browser: Browser
) -> None:
    url = await browser.leave()
    asked = dict(parse_qsl(urlsplit(url).query))
    assert url.startswith(f"{provider.url}/authorization?")
    assert asked["redirect_uri"] == f"{site.url}/v1/openid/callback"
    assert (asked["scope"], asked["response_type"]) == ("openid profile email", "code")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert SECRET not in url
    again = dict(parse_qsl(urlsplit(await browser.leave()).query))
    assert all(again[name] != asked[name] for name in ("state", "nonce", "code_challenge"))


async def test_the_cookies_are_kept_from_scripts_and_the_session_from_other_sites(site: Any, browser: Browser) -> None:
    await invited(site)
    begun = await browser.http.post("/v1/openid", json={})
    cookie = begun.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/v1/openid" in cookie
    arrived = await browser.http.get(await browser.at_provider(begun.json()["url"]))
    session, visit = (each.lower() for each in arrived.headers.get_list("set-cookie"))
    assert session.startswith("handrail_session=hrs_") and "httponly" in session and "samesite=strict" in session
    assert visit.startswith('handrail_openid=""') and "max-age=0" in visit


@pytest.mark.parametrize("openid", [{"create": True, "domains": ["example.org"]}])
async def test_accounts_are_made_for_verified_addresses_of_the_named_domains(
    site: Any, provider: Provider, browser: Browser
) -> None:
    assert await browser.log_in() == "/desk"
    me = await browser.me()
    assert (me["login"], me["name"], me["role"]) == ("kim@example.org", "Kim Oda", "agent")
    provider.person = {**KIM, "sub": "s-18", "email": "kim@example.org.attacker.test"}
    assert await browser.log_in() == "/desk#refused=openid_uninvited"
    provider.person = {**KIM, "sub": "s-19", "email": "lee@example.org", "email_verified": False}
    assert await browser.log_in() == "/desk#refused=openid_unverified"
    assert [user.login for user in await site.app.state.kit.users.all()] == ["kim@example.org"]


@pytest.mark.parametrize("openid", [{**BY_ROLES, "roles_claim": "realm_access.roles"}])
async def test_roles_follow_the_groups_at_every_login_and_without_one_nobody_gets_in(
    site: Any, provider: Provider, browser: Browser
) -> None:
    async def with_groups(*groups: str) -> str:
        provider.person = {**KIM, "realm_access": {"roles": list(groups)}}
        return await browser.log_in()

    await site.person("root", "admin")
    assert await with_groups("support", "leads", "football") == "/desk"
    assert (await browser.me())["role"] == "supervisor"
    assert await with_groups("support") == "/desk"
    assert (await browser.me())["role"] == "agent"
    assert await with_groups("football") == "/desk#refused=openid_role"
    provider.person = {**KIM, "realm_access": "it"}
    assert await browser.log_in() == "/desk#refused=openid_role"


@pytest.mark.parametrize("openid", [{**BY_ROLES, "roles_claim": "https://example.org/roles"}])
async def test_a_claim_may_be_called_by_an_address_and_be_one_word(provider: Provider, browser: Browser) -> None:
    provider.person = {**KIM, "https://example.org/roles": "it"}
    provider.token_claims = ("https://example.org/roles",)
    assert await browser.log_in() == "/desk"
    assert (await browser.me())["role"] == "admin"


@pytest.mark.parametrize("openid", [BY_ROLES])
async def test_groups_that_would_leave_no_admin_change_nothing(site: Any, provider: Provider, browser: Browser) -> None:
    provider.person = {**KIM, "groups": ["it"]}
    assert await browser.log_in() == "/desk"
    provider.person = {**KIM, "groups": ["support"]}
    assert await browser.log_in() == "/desk#refused=last_admin"
    assert [user.role for user in await site.app.state.kit.users.all()] == ["admin"]


async def test_nobody_gets_in_uninvited(site: Any, browser: Browser) -> None:
    assert await browser.log_in() == "/desk#refused=openid_uninvited"
    assert await browser.me() is None
    assert await site.app.state.kit.users.all() == []


@pytest.mark.parametrize("openid", [{}, BY_ROLES, {"create": True, "domains": ["example.org"]}])
@pytest.mark.parametrize("verified", [False, None, "false", 1, [True]])
async def test_an_address_that_anybody_may_type_opens_no_account(
    site: Any, provider: Provider, browser: Browser, verified: Any
) -> None:
    await invited(site, role="admin")
    provider.person = {**KIM, "sub": "mallory", "email_verified": verified, "groups": ["support"]}
    assert await browser.log_in() == "/desk#refused=openid_unverified"
    assert await browser.me() is None


async def test_what_is_verified_is_the_address_that_it_was_said_of(
    site: Any, provider: Provider, browser: Browser
) -> None:
    await invited(site, role="admin")
    provider.person = {**KIM, "sub": "mallory"}
    provider.token_claims = ("email",)
    provider.userinfo = lambda claims: {**claims, "email": "mallory@example.org"}
    assert await browser.log_in() == "/desk#refused=openid_unverified"


@pytest.mark.parametrize("openid", [{**BY_ROLES, "login_claim": "preferred_username"}])
async def test_a_name_that_somebody_chose_there_opens_no_account_that_is_here(
    site: Any, provider: Provider, browser: Browser
) -> None:
    await invited(site, "root", "admin")
    provider.person = {**KIM, "preferred_username": "Root", "groups": ["support"]}
    assert await browser.log_in() == "/desk#refused=openid_taken"
    provider.person = {**KIM, "preferred_username": "kim", "groups": ["support"]}
    assert await browser.log_in() == "/desk"
    assert (await browser.me())["login"] == "kim"


async def test_an_address_that_was_given_to_somebody_new_opens_nothing(
    site: Any, provider: Provider, browser: Browser
) -> None:
    await invited(site)
    await browser.log_in()
    browser.http.cookies.clear()
    provider.person = {**KIM, "sub": "s-99"}
    assert await browser.log_in() == "/desk#refused=openid_taken"
    assert await browser.me() is None


async def test_an_invitation_ties_an_account_to_whoever_comes_back_with_it_and_works_once(
    site: Any, provider: Provider, browser: Browser
) -> None:
    user = await invited(site, "lee")
    provider.person = {"sub": "s-20"}
    token = await site.app.state.kit.users.link(user.id)
    assert await browser.log_in(invitation=token) == "/desk"
    assert (await browser.me())["login"] == "lee"
    provider.person = {"sub": "s-21"}
    assert await browser.log_in(invitation=token) == "/desk#refused=link"
    other = await site.app.state.kit.users.link((await invited(site, "ann")).id)
    provider.person = {"sub": "s-20"}
    assert await browser.log_in(invitation=other) == "/desk#refused=openid_taken"


async def test_whoever_is_disabled_stays_out(site: Any, provider: Provider, browser: Browser) -> None:
    user = await invited(site)
    assert await browser.log_in() == "/desk"
    await site.app.state.kit.users.change(user.id, disabled=True)
    assert await browser.me() is None
    assert await browser.log_in() == "/desk#refused=openid_disabled"
    provider.person = {**KIM, "sub": "s-18", "email": "lee@example.org"}
    unknown = await invited(site, "lee@example.org")
    await site.app.state.kit.users.change(unknown.id, disabled=True)
    assert await browser.log_in() == "/desk#refused=openid_disabled"


async def test_a_state_serves_once_and_only_the_browser_that_began(
    site: Any, provider: Provider, browser: Browser
) -> None:
    await invited(site)
    back = await browser.at_provider(await browser.leave())
    async with httpx.AsyncClient(base_url=site.url) as http:
        victim = Browser(http)
        assert await victim.arrive(back) == "/desk#refused=openid_visit"
        await victim.leave()
        assert await victim.arrive(back) == "/desk#refused=openid_visit"
    visit = browser.http.cookies["handrail_openid"]
    assert await browser.arrive(back) == "/desk"
    browser.http.cookies.set("handrail_openid", visit, path="/v1/openid")
    assert await browser.arrive(back) == "/desk#refused=openid_visit"
    assert len(provider.used) == 1


async def test_a_code_is_good_for_one_login(site: Any, browser: Browser) -> None:
    await invited(site)
    spent = await browser.at_provider(await browser.leave())
    (code,) = parse_qs(urlsplit(spent).query)["code"]
    assert await browser.arrive(spent) == "/desk"
    browser.http.cookies.delete("handrail_session")
    (state,) = parse_qs(urlsplit(await browser.leave()).query)["state"]
    back = f"/v1/openid/callback?code={code}&state={state}"
    assert await browser.arrive(back) == "/desk#refused=openid_code"
    assert await browser.me() is None


async def test_a_code_of_another_login_is_not_taken(site: Any, browser: Browser) -> None:
    """Somebody slips their own code into the victim's login: the challenge was another."""
    await invited(site)
    async with httpx.AsyncClient(base_url=site.url) as http:
        mallory = Browser(http)
        theirs = await mallory.at_provider(await mallory.leave())
    (code,) = parse_qs(urlsplit(theirs).query)["code"]
    (state,) = parse_qs(urlsplit(await browser.leave()).query)["state"]
    back = f"/v1/openid/callback?code={code}&state={state}"
    assert await browser.arrive(back) == "/desk#refused=openid_code"


async def test_a_login_that_takes_too_long_begins_anew(site: Any, clock: Any, browser: Browser) -> None:
    await invited(site)
    back = await browser.at_provider(await browser.leave())
    clock.advance(timedelta(minutes=11))
    assert await browser.arrive(back) == "/desk#refused=openid_visit"


def tampered(**changes: Any) -> Callable[[Provider], None]:
    def apply(provider: Provider) -> None:
        provider.tamper = lambda claims: {k: v for k, v in {**claims, **changes}.items() if v is not None}

    return apply


def unsigned(provider: Provider) -> None:
    provider.sign = lambda _, claims: jwt.encode(claims, "", "none", headers={"kid": "k1"})


def by_the_public_key(provider: Provider) -> None:
    def sign(_: Provider, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, provider.keys[0].public["n"], "HS256", headers={"kid": "k1"})

    provider.sign = sign


def by_another_key(provider: Provider) -> None:
    mallory = Key("k1")
    provider.sign = lambda _, claims: jwt.encode(claims, mallory.private, "RS256", headers={"kid": "k1"})


def by_a_key_of_its_own(provider: Provider) -> None:
    mallory = Key("k1")
    carried = {"kid": "k1", "jwk": mallory.public}
    provider.sign = lambda _, claims: jwt.encode(claims, mallory.private, "RS256", headers=carried)


def of_somebody_else(provider: Provider) -> None:
    provider.userinfo = lambda claims: {**claims, "sub": "somebody else"}


LIES: dict[str, Callable[[Provider], None]] = {
    "another nonce": tampered(nonce="another"),
    "no nonce": tampered(nonce=None),
    "another audience": tampered(aud="another client"),
    "another audience, got by us": tampered(aud="another client", azp=CLIENT),
    "no audience": tampered(aud=None),
    "several audiences and no party": tampered(aud=[CLIENT, "another client"]),
    "for another party": tampered(aud=[CLIENT, "another client"], azp="another client"),
    "another issuer": tampered(iss="https://login.example.net"),
    "expired": tampered(exp=1),
    "without an end": tampered(exp=None),
    "an end that is none": tampered(exp="tomorrow"),
    "from the future": tampered(iat=32503680000),
    "another access token": tampered(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "nobody": tampered(sub=""),
    "not signed": unsigned,
    "signed by the public key": by_the_public_key,
    "signed by another key": by_another_key,
    "with a key of its own": by_a_key_of_its_own,
    "of somebody else": of_somebody_else,
}


@pytest.mark.parametrize("lie", LIES)
async def test_no_token_is_taken_that_is_not_for_this_login(
    site: Any, provider: Provider, browser: Browser, lie: str
) -> None:
    await invited(site)
    LIES[lie](provider)
    assert await browser.log_in() == "/desk#refused=openid_token"
    assert await browser.me() is None


async def test_clocks_may_be_half_a_minute_apart(site: Any, clock: Any, provider: Provider, browser: Browser) -> None:
    await invited(site)
    now = int(clock.now().timestamp())
    tampered(iat=now + 25, exp=now - 25)(provider)
    assert await browser.log_in() == "/desk"
    tampered(exp=now - 31)(provider)
    assert await browser.log_in() == "/desk#refused=openid_token"


async def test_keys_rotate(site: Any, clock: Any, provider: Provider, browser: Browser) -> None:
    await invited(site)
    old = provider.keys[0]
    assert await browser.log_in() == "/desk"
    clock.advance(timedelta(seconds=20))
    provider.keys = [Key("k2"), old]
    assert await browser.log_in() == "/desk"
    clock.advance(timedelta(minutes=2))
    provider.keys = [provider.keys[0]]
    provider.sign = lambda _, claims: jwt.encode(claims, old.private, "RS256", headers={"kid": "k1"})
    assert await browser.log_in() == "/desk#refused=openid_token"


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://login.example.net"},
        {"token_endpoint": "http://login.example.net/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_a_provider_that_describes_itself_wrongly_is_not_used(
    provider: Provider, browser: Browser, document: dict[str, Any]
) -> None:
    provider.document = document
    answer = await browser.http.post("/v1/openid", json={})
    assert (answer.status_code, answer.json()["code"]) == (503, "openid_down")


async def test_the_doctor_tries_the_provider(settings: Settings, provider: Provider) -> None:
    (check,) = [check for name, check, _ in PARTS if name == "login"]
    assert await check(settings) == f"people log in with passwords or single sign-on ({provider.url}, 1 keys)"
    provider.keys = []
    with pytest.raises(Unavailable, match="no key"):
        await check(settings)
    provider.document = {"issuer": "https://login.example.net"}
    with pytest.raises(Unavailable, match="it says that it is"):
        await check(settings)


async def test_what_the_provider_or_anybody_writes_into_the_answer_leads_nowhere(
    site: Any, provider: Provider, browser: Browser
) -> None:
    provider.refuses = "access_denied"
    assert await browser.log_in() == "/desk#refused=openid_refused"
    provider.refuses = "<script>//evil.test"
    assert await browser.log_in() == "/desk#refused=openid_refused"
    for back in ("", "?error=x&state=//evil.test", "?code=1&state=2&next=//evil.test&iss=https://evil.test"):
        assert await browser.arrive(f"/v1/openid/callback{back}") == "/desk#refused=openid_visit"
    for conversation in ("//evil.test", "a/../..//evil.test", "x&next=//evil.test"):
        assert (await browser.http.post("/v1/openid", json={"conversation": conversation})).status_code == 422


async def test_an_answer_of_another_provider_is_not_taken_for_this_ones(
    site: Any, provider: Provider, browser: Browser
) -> None:
    await invited(site)
    back = await browser.at_provider(await browser.leave())
    assert await browser.arrive(f"{back}&iss=https://evil.test") == "/desk#refused=openid_token"
    assert provider.used == []


async def test_a_provider_that_names_itself_in_its_answers_must(
    site: Any, provider: Provider, browser: Browser
) -> None:
    await invited(site)
    provider.document = {"authorization_response_iss_parameter_supported": True}
    back = await browser.at_provider(await browser.leave())
    assert await browser.arrive(back) == "/desk#refused=openid_token"
    back = await browser.at_provider(await browser.leave())
    assert await browser.arrive(f"{back}&iss={provider.url}") == "/desk"


@pytest.mark.parametrize(
    ("way", "openid"),
    [("client_secret_basic", {}), ("client_secret_post", {}), ("none", {"client_secret": None})],
)
async def test_the_client_shows_itself_as_the_provider_wants(
    site: Any, provider: Provider, browser: Browser, way: str
) -> None:
    await invited(site)
    provider.client_auth = way
    provider.document = {"token_endpoint_auth_methods_supported": ["private_key_jwt", way]}
    assert await browser.log_in() == "/desk"


async def test_logging_out_leads_on_to_the_providers_own_log_out(
    site: Any, provider: Provider, browser: Browser
) -> None:
    await invited(site)
    await browser.log_in()
    answer = await browser.http.post("/v1/logout", headers={"X-CSRF-Token": (await browser.me())["csrf"]})
    url = urlsplit(answer.json()["url"])
    told = dict(parse_qsl(url.query))
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{provider.url}/end"
    assert (told["client_id"], told["post_logout_redirect_uri"]) == (CLIENT, f"{site.url}/desk")
    assert jwt.decode(told["id_token_hint"], options={"verify_signature": False})["sub"] == KIM["sub"]
    assert await browser.me() is None
    kim = await site.person("lee")
    assert (await kim.http.post("/v1/logout")).json() == {"url": None}


@pytest.mark.parametrize("passwords", [False])
async def test_without_passwords_the_command_line_gives_the_only_other_way_in(site: Any, browser: Browser) -> None:
    users = site.app.state.kit.users
    user = await invited(site, role="admin")
    about = (await browser.http.get("/v1/about")).json()
    assert (about["passwords"], about["openid"]) == (False, "single sign-on")
    link = {"token": await users.link(user.id), "password": PASSWORD}
    assert (await browser.http.post("/v1/password", json=link)).json()["code"] == "passwords_off"
    word = {"login": user.login, "password": PASSWORD}
    assert (await browser.http.post("/v1/login", json=word)).json()["code"] == "passwords_off"
    token = await users.link(user.id, "enter")
    assert (await browser.http.post("/v1/enter", json={"token": token})).json()["login"] == user.login
    assert (await browser.http.post("/v1/enter", json={"token": token})).json()["code"] == "link"


async def test_a_link_to_come_in_by_sets_no_password_runs_out_and_opens_no_disabled_account(
    site: Any, clock: Any, browser: Browser
) -> None:
    users = site.app.state.kit.users
    user = await invited(site)
    token = await users.link(user.id, "enter")
    assert (await browser.http.post("/v1/password", json={"token": token, "password": PASSWORD})).status_code == 403
    assert await browser.log_in(invitation=token) == "/desk#refused=link"
    clock.advance(timedelta(minutes=16))
    assert (await browser.http.post("/v1/enter", json={"token": token})).status_code == 403
    await site.person("root", "admin")
    await users.change(user.id, disabled=True)
    token = await users.link(user.id, "enter")
    assert (await browser.http.post("/v1/enter", json={"token": token})).status_code == 403
    assert (await browser.http.post("/v1/enter", json={"token": await users.link(user.id)})).status_code == 403
