"""People who work here: log in, out, and what their role lets them do."""

from datetime import timedelta

import httpx
import pytest

PASSWORD = "correct horse battery"


async def test_the_first_start_gives_a_link_that_makes_the_admin(site):
    users = site.app.state.kit.users
    token = await users.first_link()
    answer = await site.http.post("/v1/password", json={"token": token, "password": PASSWORD})
    assert (answer.status_code, answer.json()["role"], answer.json()["login"]) == (200, "admin", "admin")
    again = await site.http.post("/v1/password", json={"token": token, "password": "another password"})
    assert (again.status_code, again.json()["code"]) == (403, "link")
    assert await users.first_link() is None


async def test_a_new_link_ends_the_old_one_and_both_run_out(site, clock):
    users = site.app.state.kit.users
    old, new = await users.first_link(), await users.first_link()
    assert (await site.http.post("/v1/password", json={"token": old, "password": PASSWORD})).status_code == 403
    clock.advance(timedelta(hours=49))
    assert (await site.http.post("/v1/password", json={"token": new, "password": PASSWORD})).status_code == 403


@pytest.mark.parametrize("password", ["short", "x" * 300])
async def test_a_password_that_is_refused_leaves_the_link_good(site, password):
    token = await site.app.state.kit.users.first_link()
    assert (await site.http.post("/v1/password", json={"token": token, "password": password})).status_code == 422
    assert (await site.http.post("/v1/password", json={"token": token, "password": PASSWORD})).status_code == 200


async def test_the_session_is_a_cookie_that_scripts_and_other_sites_do_not_get(site):
    await site.person("kim")
    answer = await site.http.post("/v1/login", json={"login": "KIM", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie
    assert "hrs_" not in answer.text


async def test_wrong_names_and_wrong_passwords_look_alike(site):
    await site.person("kim")
    wrong = await site.http.post("/v1/login", json={"login": "kim", "password": "wrong"})
    nobody = await site.http.post("/v1/login", json={"login": "nobody", "password": "wrong"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.json() == nobody.json()


async def test_passwords_are_kept_as_argon2_and_tokens_as_digests(site, database):
    person = await site.person("kim")
    async with database.connection() as connection:
        (user,) = await (await connection.execute("SELECT password FROM users")).fetchall()
        sessions = await (await connection.execute("SELECT digest FROM user_sessions")).fetchall()
    assert user["password"].startswith("$argon2id$")
    token = person.http.cookies["handrail_session"]
    assert sessions and all(token.encode() not in bytes(row["digest"]) for row in sessions)


async def test_logins_are_limited_by_name_from_wherever_they_come(site):
    await site.person("kim")
    answers = [await site.http.post("/v1/login", json={"login": "kim", "password": "wrong"}) for _ in range(12)]
    assert answers[0].status_code == 401 and answers[-1].status_code == 429


async def test_changes_by_cookie_need_the_header_that_other_sites_cannot_know(site):
    person = await site.person()
    csrf = person.http.headers.pop("X-CSRF-Token")
    refused = await person.http.post("/v1/logout")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    assert (await person.http.post("/v1/logout", headers={"X-CSRF-Token": "x" * 64})).status_code == 403
    assert (await person.http.get("/v1/me")).json()["csrf"] == csrf
    assert (await person.http.post("/v1/logout", headers={"X-CSRF-Token": csrf})).status_code == 200


async def test_after_logging_out_the_cookie_is_worth_nothing(site):
    person = await site.person()
    token = person.http.cookies["handrail_session"]
    await person.http.post("/v1/logout")
    assert (await site.http.get("/v1/me", headers={"Cookie": f"handrail_session={token}"})).status_code == 401


async def test_a_session_ends_by_itself(site, clock):
    person = await site.person()
    clock.advance(timedelta(hours=13))
    assert (await person.http.get("/v1/me")).status_code == 401


async def test_a_bearer_token_serves_the_command_line_without_cookie_or_csrf(site):
    await site.person("kim")
    told = (await site.http.post("/v1/login", json={"login": "kim", "password": PASSWORD, "bearer": True})).json()
    async with httpx.AsyncClient(base_url=site.url, headers={"Authorization": f"Bearer {told['token']}"}) as http:
        assert (await http.get("/v1/me")).json()["login"] == "kim"
        assert (await http.get("/v1/desk/queue")).status_code == 200
        assert (await http.post("/v1/logout")).status_code == 200
        assert (await http.get("/v1/me")).status_code == 401


async def test_a_bearer_token_is_no_cookie_and_the_other_way_round(site):
    person = await site.person("kim")
    cookie = person.http.cookies["handrail_session"]
    assert (await site.http.get("/v1/me", headers={"Authorization": f"Bearer {cookie}"})).status_code == 401
    told = (await site.http.post("/v1/login", json={"login": "kim", "password": PASSWORD, "bearer": True})).json()
    assert (await site.http.get("/v1/me", headers={"Cookie": f"handrail_session={told['token']}"})).status_code == 401


async def test_a_customers_token_opens_nothing_of_the_desk(site):
    talk = await site.begin()
    for path in ("/v1/me", "/v1/users", "/v1/desk/queue", "/v1/desk/events", f"/v1/desk/conversations/{talk.id}"):
        assert (await site.http.get(path, headers=talk.headers)).status_code == 401, path


@pytest.mark.parametrize(
    ("role", "reads", "writes", "manages"),
    [
        ("agent", 200, 404, 403),
        ("supervisor", 200, 404, 403),
        ("engineer", 200, 403, 403),
        ("admin", 200, 404, 200),
    ],
)
async def test_what_each_role_may_do(site, role, reads, writes, manages):
    person = await site.person("kim", role)
    assert (await person.http.get("/v1/desk/queue")).status_code == reads
    claim = "/v1/desk/conversations/0123456789abcdefghjkmnpqrs/claim"
    assert (await person.http.post(claim)).status_code == writes
    assert (await person.http.get("/v1/users")).status_code == manages


async def test_an_admin_adds_somebody_who_sets_a_password_by_the_link(site):
    admin = await site.person("root", "admin", "Root")
    made = (await admin.http.post("/v1/users", json={"login": "Lee", "name": "Lee", "role": "supervisor"})).json()
    assert made["login"] == "lee" and made["ready"] is False
    base, _, token = made["link"].partition("/desk#password=")
    assert base == site.url
    set_ = await site.http.post("/v1/password", json={"token": token, "password": PASSWORD})
    assert set_.json()["role"] == "supervisor"
    taken = await admin.http.post("/v1/users", json={"login": "LEE", "name": "Other"})
    assert (taken.status_code, taken.json()["code"]) == (409, "login_taken")
    listed = (await admin.http.get("/v1/users")).json()
    assert [(u["login"], u["ready"]) for u in listed] == [("lee", True), ("root", True)]


async def test_whoever_is_disabled_is_out_at_once(site):
    admin, kim = await site.person("root", "admin"), await site.person("kim")
    assert (await admin.http.patch(f"/v1/users/{kim.id}", json={"disabled": True})).json()["disabled"] is True
    assert (await kim.http.get("/v1/me")).status_code == 401
    assert (await site.http.post("/v1/login", json={"login": "kim", "password": PASSWORD})).status_code == 401
    await admin.http.patch(f"/v1/users/{kim.id}", json={"disabled": False})
    assert (await site.http.post("/v1/login", json={"login": "kim", "password": PASSWORD})).status_code == 200


async def test_the_last_admin_stays(site):
    admin = await site.person("root", "admin")
    for body in ({"disabled": True}, {"role": "agent"}):
        refused = await admin.http.patch(f"/v1/users/{admin.id}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "last_admin")
    await site.person("other", "admin")
    assert (await admin.http.patch(f"/v1/users/{admin.id}", json={"role": "agent"})).json()["role"] == "agent"
    assert (await admin.http.get("/v1/users")).status_code == 403


async def test_where_there_is_no_admin_yet_accounts_change_as_well(site):
    users = site.app.state.kit.users
    user = await users.create("kim", "Kim", "agent")
    assert (await users.change(user.id, role="supervisor", skills=("german",))).skills == ("german",)


async def test_a_new_link_logs_out_and_replaces_the_password(site):
    admin, kim = await site.person("root", "admin"), await site.person("kim")
    link = (await admin.http.post(f"/v1/users/{kim.id}/link")).json()["link"]
    token = link.partition("#password=")[2]
    await site.http.post("/v1/password", json={"token": token, "password": "a newer password"})
    assert (await kim.http.get("/v1/me")).status_code == 401
    assert (await site.http.post("/v1/login", json={"login": "kim", "password": PASSWORD})).status_code == 401
