"""The table of how people log in: what would leave a door open, or nobody inside, is refused."""

from pathlib import Path

import pytest

from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import load

OPENID = '[login.openid]\nissuer = "https://login.example.com"\nclient_id = "handrail"\n'
PUBLIC = '[server]\npublic_url = "https://support.example.com"\nhost = "0.0.0.0"\n'


def told(workspace: Path, text: str) -> str:
    (workspace / "handrail.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(workspace, {})
    return str(refused.value)


def test_a_provider_needs_little_and_its_secret_comes_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "handrail.toml").write_text(PUBLIC + OPENID, encoding="utf-8")
    name = "HANDRAIL_LOGIN__OPENID__CLIENT_SECRET"
    openid = load(tmp_path, {name: "s3cret", "HANDRAIL_LOGIN": "kim"}).login.openid
    assert openid is not None and openid.client_secret is not None
    assert openid.client_secret.get_secret_value() == "s3cret" and "s3cret" not in repr(openid)
    assert not openid.create and openid.scopes == ("openid", "profile", "email")


@pytest.mark.parametrize("issuer", ["http://login.example.com", "https://kim:secret@login.example.com", "login.test"])
def test_a_provider_that_can_be_overheard_is_refused(tmp_path: Path, issuer: str) -> None:
    said = told(tmp_path, f'[login.openid]\nissuer = "{issuer}"\nclient_id = "x"')
    assert "login.openid.issuer" in said and "https://" in said


def test_accounts_are_not_made_for_whoever_the_provider_knows(tmp_path: Path) -> None:
    assert "create needs roles or domains" in told(tmp_path, OPENID + "create = true")


def test_somebody_must_be_able_to_log_in(tmp_path: Path) -> None:
    assert "nobody could log in" in told(tmp_path, "[login]\npasswords = false")


def test_people_are_sent_back_to_an_address_that_is_set_and_not_to_what_a_request_says(tmp_path: Path) -> None:
    assert "login.openid needs server.public_url" in told(tmp_path, '[server]\nhost = "0.0.0.0"\n' + OPENID)
