"""Every error is a problem, whatever is sent; requests are bounded; browsers are told what not to do."""

import json

import httpx
import pytest

from handrail.channels.api.limits import Limit
from handrail.channels.api.problems import MEDIA_TYPE
from handrail.conversation.errors import TooMany, Unavailable


def assert_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    body = answer.json()
    assert body["status"] == status and body["title"] and body["detail"] and body["type"].startswith("urn:handrail:")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"null", 422),
        (b"[1,2]", 422),
        (b'"text"', 422),
        (b"{}", 422),
        (b'{"text": ""}', 422),
        (b'{"text": "   "}', 422),
        (b'{"text": 7}', 422),
        (b'{"text": "a\\u0000b"}', 422),
        (b'{"text": "\\ud800"}', 422),
        (b'{"text": "\xff\xfe"}', 400),
        (b'{"text": "x", "more": 1}', 422),
        (b'{"text": ' + b"9" * 5000 + b"}", 400),
        (b'{"text": NaN}', 422),
        (b"[" * 30_000, 400),
        (b'{"text": "' + b"x" * 9000 + b'"}', 422),
        (b'{"text": "' + b"x" * 70_000 + b'"}', 413),
    ],
)
async def test_bodies_that_cannot_be_taken(site, body, status):
    talk = await site.begin()
    headers = {**talk.headers, "Content-Type": "application/json"}
    answer = await site.http.post(f"/v1/conversations/{talk.id}/messages", content=body, headers=headers)
    assert_problem(answer, status)
    assert (await site.handrail.log.head(talk.id)).last_seq == 1


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data", "x", "\xe9/\xe9", 'a;;;="'],
)
async def test_other_content_types_are_refused(site, content_type):
    talk = await site.begin()
    headers = {**talk.headers, "Content-Type": content_type.encode("latin-1")}
    answer = await site.http.post(f"/v1/conversations/{talk.id}/messages", content=b'{"text":"x"}', headers=headers)
    assert_problem(answer, 415)


async def test_json_with_a_charset_is_taken(site):
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert (await site.http.post("/v1/conversations", content=b"{}", headers=headers)).status_code == 201


async def test_a_body_in_pieces_is_bounded_too(site):
    async def pieces():
        for _ in range(100):
            yield b" " * 1000

    headers = {"Content-Type": "application/json"}
    assert_problem(await site.http.post("/v1/conversations", content=pieces(), headers=headers), 413)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/pages/nothing.js", 404),
        ("GET", "/pages/../api/app.py", 404),
        ("GET", "/pages/%2e%2e/api/app.py", 404),
        ("GET", "/docs", 404),
        ("DELETE", "/v1/conversations", 405),
        ("PUT", "/healthz", 405),
        ("POST", "/pages/chat.js", 405),
        ("GET", "/v1/policies/none", 404),
        ("GET", "/v1/policies/%00", 404),
        ("GET", "/v1/me", 401),
        ("GET", "/v1/users", 401),
    ],
)
async def test_addresses_and_methods_that_are_not_there(site, method, path, status):
    assert_problem(await site.http.request(method, path), status)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/policies/%ff",
        "/v1/policies/%ed%a0%80",
        "/v1/policies/returns?version=%ff%00",
        "/v1/policies/returns?version=" + "x" * 5000,
        "/v1/policies/" + "x" * 5000,
        "/v1/conversations/%ff/events",
        "/v1/conversations/..%2f..%2fusers",
        "/%00",
        "/pages/%00",
        "/pages/%ff",
        "/pages//etc/passwd",
        "/pages/" + "x" * 5000,
        "//evil.example/",
    ],
)
async def test_strange_addresses_are_refused(site, path):
    answer = await site.http.get(
        site.url + path, headers={"Authorization": b"Bearer \xff\xfe", "Cookie": b"handrail_session=\xff"}
    )
    assert_problem(answer, answer.status_code)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "body",
    [
        {"channel": "No"},
        {"channel": "x" * 100},
        {"timezone": "../../etc/passwd"},
        {"timezone": "a\0b"},
        {"timezone": "x" * 100},
        {"language": "<script>"},
        {"customer_token": "x" * 5000},
        {"unknown": 1},
    ],
)
async def test_a_conversation_does_not_begin_with_nonsense(site, body):
    answer = await site.http.post("/v1/conversations", json=body)
    assert_problem(answer, 422)
    assert answer.json()["faults"][0]["where"].startswith("body.")


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("rating", {"score": 0}),
        ("rating", {"score": 6}),
        ("rating", {"score": 10**400}),
        ("rating", {"score": 1.5}),
        ("rating", {"score": "5"}),
        ("rating", {"score": True}),
        ("rating", {"score": True, "comment": "\0"}),
        ("contact", {"email": "no"}),
        ("contact", {"email": "a@b.c\n"}),
        ("identity", {}),
        ("identity", {"claim": {}}),
        ("identity", {"claim": {"email": "x" * 300}}),
        ("identity", {"claim": {"email": "a", "x" * 60: "b"}}),
        ("identity", {"claim": {"email": "a"}, "code": "1"}),
        ("identity", {"code": "x" * 100}),
        ("identity", {"code": "12345"}),
    ],
)
async def test_what_is_out_of_bounds_changes_nothing(site, what, body):
    talk = await site.begin()
    assert_problem(await talk.post(what, body), 422)
    assert (await site.handrail.log.head(talk.id)).last_seq == 1


async def test_the_input_is_not_echoed(site):
    answer = await site.http.post("/v1/conversations", json={"customer_token": ["4111 1111 1111 1111"]})
    assert "4111" not in answer.text


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "é"])
async def test_idempotency_keys_are_bounded(site, key):
    talk = await site.begin()
    path = f"/v1/conversations/{talk.id}/messages"
    headers = {**talk.headers, "Idempotency-Key": key.encode("latin-1")}
    assert_problem(await site.http.post(path, json={"text": "x"}, headers=headers), 422)


async def test_an_error_of_ours_keeps_its_inner_words_to_itself(site, monkeypatch):
    async def broken(*_args, **_more):
        raise Unavailable("connection to 10.0.0.7 refused")

    talk = await site.begin()
    monkeypatch.setattr(site.handrail.log, "head", broken)
    answer = await talk.get("events")
    assert_problem(answer, 503)
    assert "10.0.0.7" not in answer.text and answer.headers["Retry-After"] == "5"


async def test_an_unforeseen_error_is_a_problem_too(site, monkeypatch):
    async def broken(*_args, **_more):
        raise KeyError("inner detail")

    talk = await site.begin()
    monkeypatch.setattr(site.handrail.situations, "get", broken)
    answer = await talk.get()
    assert_problem(answer, 500)
    assert "inner detail" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_limit_lets_bursts_through_then_so_many_a_minute():
    now = 0.0
    limit = Limit(3, lambda: now)
    for _ in range(3):
        limit.take("a")
    with pytest.raises(TooMany) as refused:
        limit.take("a")
    assert refused.value.retry_after == pytest.approx(20)
    limit.take("b")
    now = 20.5
    limit.take("a")
    with pytest.raises(TooMany):
        limit.take("a")


async def test_messages_and_conversations_are_limited(handrail, serve):
    server = handrail.settings.server.model_copy(update={"messages_per_minute": 2, "conversations_per_minute": 2})
    handrail.settings = handrail.settings.model_copy(update={"server": server})
    async with serve(handrail) as site:
        talk, other = await site.begin(), await site.begin()
        refused = await site.http.post("/v1/conversations", json={})
        assert_problem(refused, 429)
        assert int(refused.headers["Retry-After"]) == refused.json()["retry_after"] <= 30
        assert [(await talk.say("x")).status_code for _ in range(3)] == [200, 200, 429]
        assert (await other.say("x")).status_code == 200


async def test_all_requests_of_an_address_are_limited(handrail, serve):
    server = handrail.settings.server.model_copy(update={"requests_per_minute": 3})
    handrail.settings = handrail.settings.model_copy(update={"server": server})
    async with serve(handrail) as site:
        statuses = [(await site.http.get("/v1/policies/returns")).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        assert (await site.http.get("/healthz")).status_code == 200


async def test_every_answer_tells_browsers_what_not_to_do(site):
    for path in ("/", "/desk", "/pages/chat.js", "/healthz", "/nowhere", "/v1/me"):
        headers = (await site.http.get(path, headers={"Origin": "https://evil.example"})).headers
        policy = headers["Content-Security-Policy"]
        assert (
            policy.startswith("default-src 'self';") and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert not [name for name in headers if name.startswith("access-control-")]


async def test_health_is_honest_about_the_engine(site):
    health = (await site.http.get("/healthz")).json()
    assert health["engine"] == "offline" and health["language_model"] is False
    assert "built-in engine" in health["note"]
    site.handrail.engine = "openai:gpt-4.1-mini"
    assert (await site.http.get("/healthz")).json()["language_model"] is True


async def test_ready_means_database_and_policies(site, monkeypatch):
    assert (await site.http.get("/readyz")).json() == {"status": "ok", "database": "ok", "index": "ok"}
    site.handrail.knowledge.policies = ()
    assert_problem(await site.http.get("/readyz"), 503)
    site.handrail.knowledge.policies = (1,)
    await site.handrail.database._pool.close()
    assert_problem(await site.http.get("/readyz"), 503)


async def test_openapi_documents_every_operation_with_its_problems(site):
    document = (await site.http.get("/openapi.json")).json()
    assert "HTTPValidationError" not in json.dumps(document)
    for path, operations in document["paths"].items():
        if not path.startswith("/v1/"):
            continue
        for operation in operations.values():
            problems = [s for s, r in operation["responses"].items() if MEDIA_TYPE in r.get("content", {})]
            assert {"400", "429", "503"} <= set(problems), path
    assert "/v1/conversations/{id}/messages" in document["paths"]
    assert "Problem" in document["components"]["schemas"]


async def test_a_wrong_method_is_told_the_right_ones(site):
    assert (await site.http.delete("/v1/users")).headers["Allow"] == "GET, POST"
    assert (await site.http.put("/v1/conversations/x/messages")).headers["Allow"] == "POST"
    assert (await site.http.put("/")).headers["Allow"] == "GET"


async def test_a_policy_is_read_in_the_version_that_was_cited(site):
    today = (await site.http.get("/v1/policies/returns")).json()
    assert (today["version"], today["in_force"], today["title"]) == ("2", True, "Returns and exchanges")
    assert "<strong>30 days</strong>" in today["html"] and "<table>" in today["html"]
    assert [v["version"] for v in today["versions"]] == ["1", "2"]
    old = (await site.http.get("/v1/policies/returns", params={"version": "1"})).json()
    assert old["in_force"] is False and "14 days" in old["html"]
    assert (await site.http.get("/v1/policies/returns", params={"version": "9"})).status_code == 404


async def test_what_a_policy_brings_along_is_taken_out(site):
    html = (await site.http.get("/v1/policies/hostile")).json()["html"]
    assert "<script" not in html and "<img" not in html and 'href="javascript' not in html
    assert '<a href="https://example.org/" rel="noopener noreferrer nofollow">fine</a>' in html
