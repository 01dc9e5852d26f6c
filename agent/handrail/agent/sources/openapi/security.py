"""What a document asks for as proof of who calls, held against what the settings give."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from handrail.agent.sources.openapi.document import Document
from handrail.agent.sources.openapi.operations import Described
from handrail.agent.sources.openapi.parts import Scheme
from handrail.conversation.credentials import ApiKey, Basic, Bearer, ClientCredentials
from handrail.conversation.errors import SettingsError
from handrail.conversation.sources import OpenApiTable


def ours(table: OpenApiTable) -> frozenset[tuple[str, str]]:
    """The parameters that the settings give, by place and name in lower case: nobody else is asked for them."""
    keys = {(auth.place, auth.name.lower()) for auth in table.auth if isinstance(auth, ApiKey)}
    headers = {("header", name.lower()) for name in (table.idempotency_header, *table.headers)}
    return frozenset(keys | headers)


def lacking(document: Document, described: Described, table: OpenApiTable) -> str:
    """What the document wants for an operation that the settings don't give; empty where all is there."""
    security = described.operation.security
    ways = document.head.security if security is None else security
    schemes = [[document.scheme(name) for name in way] for way in ways]
    if not ways or any(all(_given(scheme, table) for scheme in way) for way in schemes):
        return ""
    return " or ".join(" and ".join(_told(scheme) for scheme in way) for way in schemes)


def token_url(document: Document, where: str) -> str:
    """Where the document says that tokens for programs come from. Raises `SettingsError` where it does not."""
    components = document.raw.get("components") or {}
    schemes: Sequence[Scheme] = [document.scheme(name) for name in components.get("securitySchemes") or {}]
    told = next((scheme.flows.client.token_url for scheme in schemes if scheme.flows.client), "")
    url = urljoin(document.url or "", told) if told else ""
    if not url.startswith(("http://", "https://")):
        raise SettingsError(f"{where}.token_url is needed: {document.origin} does not say where tokens come from")
    expect_trusted(document, url, f"{where}.token_url")
    return url


def expect_trusted(document: Document, url: str, setting: str) -> None:
    """Raise `SettingsError` where credentials must not go to an address only because a document says so: over http, but
    for this machine, and to another host than the document itself came from. Then `setting` has to name it."""
    named = urlsplit(url)
    if named.scheme != "https" and not _here(named.hostname or ""):
        raise SettingsError(f"{setting} is needed: {document.origin} would send credentials to {url}, over http")
    if document.url and named.netloc != urlsplit(document.url).netloc:
        raise SettingsError(f"{setting} is needed: {document.origin} would send credentials to another host, {url}")


def _here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _given(scheme: Scheme, table: OpenApiTable) -> bool:
    headers = {name.lower() for name in table.headers}
    if scheme.type == "apiKey":
        name = scheme.name.lower()
        keyed = any(
            isinstance(auth, ApiKey) and (auth.place, auth.name.lower()) == (scheme.place, name) for auth in table.auth
        )
        if name != "authorization":
            return keyed or (scheme.place == "header" and name in headers)
    if scheme.type == "mutualTLS":
        return False
    basic = scheme.type == "http" and scheme.scheme.lower() == "basic"
    kinds = (Basic,) if basic else (Bearer, ClientCredentials)
    return "authorization" in headers or any(isinstance(auth, kinds) for auth in table.auth)


def _told(scheme: Scheme) -> str:
    match scheme.type:
        case "apiKey":
            return f"an api_key {scheme.name!r} in {scheme.place}"
        case "http":
            return "basic" if scheme.scheme.lower() == "basic" else f"bearer ({scheme.scheme})"
        case "oauth2":
            return "client_credentials" if scheme.flows.client else "bearer (a token of OAuth 2)"
        case "openIdConnect":
            return "bearer (a token of OpenID Connect)"
        case _:
            return scheme.type
