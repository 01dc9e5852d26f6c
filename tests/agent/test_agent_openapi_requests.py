"""Arguments as a service reads them: whatever is sent comes out the same at FastAPI's own parsing."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl

import httpx
import pytest
from fastapi import Cookie, FastAPI, Form, Header, Query
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.agent.sources.openapi.answers import result_of
from handrail.agent.sources.openapi.connection import OpenApiConnection
from handrail.agent.sources.openapi.document import Document
from handrail.agent.sources.openapi.operations import Described, pick
from handrail.agent.sources.openapi.parts import Head
from handrail.agent.sources.openapi.requests import request_of
from handrail.agent.sources.openapi.slots import Slot, pairs, simple
from handrail.agent.tools.api import Refusal
from handrail.conversation.clock import FixedClock
from handrail.conversation.sources import OpenApiTable

app = FastAPI()


@app.get("/things/{thing_id}", operation_id="read")
async def read(
    thing_id: str,
    x_tag: Annotated[str, Header()],
    session: Annotated[str, Cookie()],
    words: Annotated[list[str], Query()],
    number: float,
    flag: bool,
    left: str | None = None,
) -> dict[str, Any]:
    return dict(locals())


@app.post("/form", operation_id="form")
async def form(
    name: Annotated[str, Form()], words: Annotated[list[str], Form()], whole: Annotated[int, Form()]
) -> dict[str, Any]:
    return dict(locals())


@app.post("/json", operation_id="json")
async def as_json(body: dict[str, Any]) -> dict[str, Any]:
    return body


RAW = json.loads(json.dumps(app.openapi()))
MULTIPART = json.loads(json.dumps(RAW).replace("application/x-www-form-urlencoded", "multipart/form-data"))
BASE = "http://testserver"
CLIENT = httpx.AsyncClient()
SERVER = TestClient(app)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
segment = text.filter(lambda each: each not in ("", ".", "..") and not set(each) & {"/", "\\"} and min(each) > "\x1f")


def documented(raw: dict[str, Any]) -> Document:
    return Document("rental", None, raw, Head.model_validate(raw))


def sent(key: str, arguments: dict[str, Any], raw: dict[str, Any] | None = None) -> Any:
    """What the service read."""
    request = request_of(CLIENT, BASE, pick(documented(raw or RAW), key), arguments, {}, 5)
    content = request.read() if key != "read" else None
    answer = SERVER.request(request.method, str(request.url), headers=dict(request.headers), content=content)
    assert answer.status_code == 200, answer.text
    return answer.json()


@settings(max_examples=80)
@given(
    segment,
    plain,
    plain.filter(lambda each: each.strip('"') == each and ";" not in each),
    st.lists(text, min_size=1, max_size=4),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
def test_parameters_arrive_as_they_were_given(
    thing_id: str, tag: str, session: str, words: list[str], number: float, flag: bool
) -> None:
    arguments = {"thing_id": thing_id, "x_tag": tag, "session": session, "words": words, "number": number, "flag": flag}
    read = sent("read", arguments)
    # A cookie's value has no encoding that all agree on: percent signs are what OpenAPI says.
    assert parse_qsl(f"s={read.pop('session')}", keep_blank_values=True) == [("s", arguments.pop("session"))]
    assert read == {**arguments, "left": None}


@pytest.mark.parametrize("raw", [RAW, MULTIPART])
def test_forms_arrive_as_they_were_given(raw: dict[str, Any]) -> None:
    @settings(max_examples=40)
    @given(text.filter(bool), st.lists(text.filter(bool), min_size=1, max_size=4), st.integers())
    def arrives(name: str, words: list[str], whole: int) -> None:
        arguments = {"name": name, "words": words, "whole": whole}
        assert sent("form", arguments, raw) == arguments

    arrives()


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda part: st.lists(part) | st.dictionaries(text, part),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.dictionaries(text, anything, max_size=4))
def test_a_body_arrives_as_it_was_given(body: dict[str, Any]) -> None:
    assert sent("json", {"body": body}) == body


@pytest.mark.parametrize(
    ("style", "explode", "value", "written"),
    [
        ("form", True, ["a,b", "c d"], "n=a%2Cb&n=c%20d"),
        ("form", False, ["a,b", "c"], "n=a%2Cb,c"),
        ("form", True, {"k": "v&", "l": 2}, "k=v%26&l=2"),
        ("form", False, {"k": "v", "l": True}, "n=k,v,l,true"),
        ("form", True, [], ""),
        ("form", False, [], ""),
        ("spaceDelimited", False, ["a", "b c"], "n=a%20b%20c"),
        ("pipeDelimited", False, ["a", "b|"], "n=a%7Cb%7C"),
        ("deepObject", True, {"k": "v", "l": {"m": [1, 2]}}, "n%5Bk%5D=v&n%5Bl%5D%5Bm%5D=1&n%5Bl%5D%5Bm%5D=2"),
        ("json", False, {"k": ["v"]}, "n=%7B%22k%22%3A%20%5B%22v%22%5D%7D"),
    ],
)
def test_styles_in_a_query(style: str, explode: bool, value: Any, written: str) -> None:
    found = pairs(Slot("n", "n", "query", style, explode), value)
    assert "&".join(f"{name}={part}" for name, part in found) == written


@pytest.mark.parametrize(
    ("explode", "value", "written"),
    [(False, [1, "a,b"], "1,a%2Cb"), (False, {"k": "v"}, "k,v"), (True, {"k": "v", "l": 1}, "k=v,l=1")],
)
def test_styles_in_a_path(explode: bool, value: Any, written: str) -> None:
    assert simple(Slot("n", "n", "path", "simple", explode), value, encode=True) == written


@pytest.mark.parametrize("thing_id", ["", ".", "..", "a/b", "a\\b", "a\nb"])
def test_an_id_that_would_make_another_path_is_refused(thing_id: str) -> None:
    with pytest.raises(Refusal):
        request_of(CLIENT, BASE, pick(documented(RAW), "read"), {"thing_id": thing_id}, {}, 5)


FREE = {"type": "object"}
WHERE = {"type": "object", "properties": {"city": {"type": "string"}, "user_id": {"type": "string"}}}


@pytest.mark.parametrize("place", ["query", "cookie", "body"])
@pytest.mark.parametrize("schema", [FREE, WHERE, {}])
@pytest.mark.parametrize("name", ["user_id", "user_id[]", "User_ID", "USER ID"])
def test_no_entry_of_an_object_poses_as_another_argument(place: str, schema: dict[str, Any], name: str) -> None:
    described = scattering(place, schema)
    with pytest.raises(ValueError, match="names no"):
        request_of(CLIENT, BASE, described, {"user_id": "42", "where": {name: "7"}}, {}, 5)


def test_entries_that_the_document_names_are_sent() -> None:
    request = request_of(CLIENT, BASE, scattering("query", WHERE), {"user_id": "42", "where": {"city": "Ulm"}}, {}, 5)
    assert request.url.query == b"user_id=42&city=Ulm"


def scattering(place: str, where: dict[str, Any]) -> Described:
    """An operation whose object `where` is written entry by entry beside `user_id`, as OpenAPI does it by itself."""
    properties = {"user_id": {"type": "string"}, "where": where}
    operation: dict[str, Any] = {"responses": {}}
    if place == "body":
        encoding = {"where": {"style": "form", "explode": True}}
        media = {"schema": {"type": "object", "properties": properties}, "encoding": encoding}
        operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": media}}
    else:
        operation["parameters"] = [{"name": n, "in": place, "schema": part} for n, part in properties.items()]
    raw = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"post": operation}}}
    return pick(documented(raw), "POST /x")


@pytest.mark.parametrize("tag", ["a\r\nX-Admin: 1", "naïve", "a\x00"])
def test_a_header_stays_one_line(tag: str) -> None:
    with pytest.raises(ValueError, match="one line of plain letters"):
        request_of(CLIENT, BASE, pick(documented(RAW), "read"), {"thing_id": "1", "x_tag": tag}, {}, 5)


@pytest.mark.parametrize(
    ("auth", "header", "value", "query"),
    [
        ({"kind": "basic", "user": "ü", "password": "p:w"}, "Authorization", "Basic w7w6cDp3", b"a=1"),
        ({"kind": "bearer", "token": "t"}, "Authorization", "Bearer t", b"a=1"),
        ({"kind": "api_key", "name": "X-Key", "value": "k"}, "X-Key", "k", b"a=1"),
        ({"kind": "api_key", "name": "key", "value": "k&", "in": "query"}, "X-Key", None, b"a=1&key=k%26"),
        ({"kind": "api_key", "name": "key", "value": "k;", "in": "cookie"}, "Cookie", "b=2; key=k%3B", b"a=1"),
    ],
)
async def test_credentials_go_to_their_place_once(
    auth: Any, header: str, value: Any, query: bytes, tmp_path: Path
) -> None:
    table = OpenApiTable.model_validate({"kind": "openapi", "document": "d", "auth": auth})
    connection = OpenApiConnection("s", table, tmp_path, FixedClock())
    request = CLIENT.build_request("GET", f"{BASE}/?a=1", headers={"Cookie": "b=2"})
    for _ in range(2):
        await connection._proof.put(request)
    assert request.headers.get(header) == value
    assert request.url.query == query
    await connection.aclose()


def test_of_an_endless_error_only_the_beginning_is_read() -> None:
    error = {"detail": "<a SELECT " * 100_000}
    answer = httpx.Response(422, headers={"Content-Type": "application/problem+json"})
    with pytest.raises(Refusal) as refused:
        result_of(answer, json.dumps(error).encode(), datetime.now(UTC))
    assert len(refused.value.message) <= 302
