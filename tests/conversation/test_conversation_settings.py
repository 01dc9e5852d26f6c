"""The settings: a file, the environment over it, and errors that name what is wrong."""

from datetime import date, time
from pathlib import Path

import pytest

from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import Settings, load


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path


def write(workspace: Path, text: str) -> Path:
    (workspace / "handrail.toml").write_text(text, encoding="utf-8")
    return workspace


def test_an_empty_workspace_has_defaults(workspace: Path) -> None:
    settings = load(workspace, {})
    assert settings == Settings(workspace=workspace.resolve())
    assert settings.engine.chosen == "offline"
    assert settings.data_folder == workspace.resolve() / ".handrail"
    assert settings.desk.departments["general"].hours["mon"].opens == time(9)
    assert "sat" not in settings.desk.departments["general"].hours


def test_the_file_is_read(workspace: Path) -> None:
    text = """
    data = "state"
    [business]
    name = "Café"
    policies = "docs/policies"
    [desk]
    closed_on = [2026-12-24]
    [desk.departments.general.hours]
    sun = { opens = 10:00:00, closes = "14:00" }
    """
    settings = load(write(workspace, text), {})
    assert settings.business.name == "Café"
    assert settings.policies_folder == workspace.resolve() / "docs/policies"
    assert settings.data_folder == workspace.resolve() / "state"
    assert settings.desk.closed_on == (date(2026, 12, 24),)
    hours = settings.desk.departments["general"].hours
    assert [(day, h.opens, h.closes) for day, h in hours.items()] == [("sun", time(10), time(14))]


def test_a_desk_may_be_open_around_the_clock(workspace: Path) -> None:
    text = '[desk.departments.general.hours]\nsun = { opens = "00:00", closes = "24:00" }'
    hours = load(write(workspace, text), {}).desk.departments["general"].hours["sun"]
    assert (hours.opens, hours.closes) == (time(0), time(0))
    with pytest.raises(SettingsError, match="closes"):
        load(write(workspace, text.replace("24:00", "24:01")), {})


def test_the_environment_lies_over_the_file(workspace: Path) -> None:
    write(workspace, '[engine]\nkind = "openai"\nmodel = "x"\n[server]\nport = 1\n[business]\ntools = ["a.py"]')
    environment = {
        "HANDRAIL_ENGINE__KIND": "offline",
        "HANDRAIL_BUSINESS__TOOLS": '["b.py", "c.py"]',
        "HANDRAIL_DESK__DEPARTMENTS__GENERAL__NAME": "Care",
        "HANDRAIL_MAIL__STARTTLS": "false",
        "PORT": "0",
        "DATABASE_URL": "postgresql://db/x",
        "OPENAI_BASE_URL": "http://localhost:11434/v1",
        "UNRELATED": "x",
    }
    settings = load(workspace, environment)
    assert (settings.engine.kind, settings.engine.model) == ("offline", "x")
    assert settings.business.tools == (Path("b.py"), Path("c.py"))
    assert settings.desk.departments["general"].name == "Care"
    assert not settings.mail.starttls
    assert settings.server.port == 0
    assert settings.database.url is not None
    assert settings.database.url.get_secret_value() == "postgresql://db/x"
    assert settings.engine.base_url == "http://localhost:11434/v1"


@pytest.mark.parametrize(
    ("environment", "engine"),
    [
        ({}, "offline"),
        ({"OPENAI_API_KEY": "k"}, "openai"),
        ({"OPENAI_BASE_URL": "http://x"}, "openai"),
        ({"OPENAI_API_KEY": ""}, "offline"),
        ({"OPENAI_API_KEY": "k", "HANDRAIL_ENGINE__KIND": "offline"}, "offline"),
    ],
)
def test_auto_takes_the_model_where_one_is_named(workspace: Path, environment: dict[str, str], engine: str) -> None:
    assert load(workspace, environment).engine.chosen == engine


def test_handrails_own_name_wins(workspace: Path) -> None:
    environment = {"HANDRAIL_SERVER__PORT": "2", "PORT": "1"}
    assert load(workspace, environment).server.port == 2


def test_an_empty_variable_counts_as_unset(workspace: Path) -> None:
    assert load(workspace, {"HANDRAIL_MAIL__HOST": "", "HANDRAIL_SERVER__PORT": ""}) == load(workspace, {})


@pytest.mark.parametrize("password", ["{abc", "[x", "[1", '"', "a]"])
def test_a_password_may_look_like_a_list(workspace: Path, password: str) -> None:
    secret = load(workspace, {"HANDRAIL_MAIL__PASSWORD": password}).mail.password
    assert secret is not None
    assert secret.get_secret_value() == password


def test_names_that_are_no_settings_are_left_alone(workspace: Path) -> None:
    environment = {
        "HANDRAIL_WORKSPACE": "/x",
        "HANDRAIL_DATA": "/y",
        "HANDRAIL_LOGIN": "ana",
        "HANDRAIL_PORT": "tcp://10.0.0.1:80",
        "HANDRAIL_PORT_80_TCP_ADDR": "10.0.0.1",
        "HANDRAIL_SERVICE_HOST": "10.0.0.1",
        "HANDRAIL_SERVICE_PORT_HTTP": "80",
    }
    assert load(workspace, environment) == load(workspace, {})


@pytest.mark.parametrize(
    ("text", "environment", "told"),
    [
        ("[engine]\nkindd = 1", {}, r"engine\.kindd \(handrail\.toml\): there is no such setting"),
        ("colour = 1", {}, r"colour \(handrail\.toml\): there is no such setting"),
        ("workspace = 'x'", {}, r"workspace \(handrail\.toml\): there is no such setting"),
        ("[engine]\nkind = 'magic'", {}, r"engine\.kind \(handrail\.toml\): Input should be 'auto'"),
        ("[server", {}, r"handrail\.toml can't be read as TOML"),
        ("", {"HANDRAIL_SERVER__PRT": "1"}, r"server\.prt \(HANDRAIL_SERVER__PRT\): there is no such setting"),
        ("", {"HANDRAIL_ENGINE_KIND": "offline"}, r"engine_kind \(HANDRAIL_ENGINE_KIND\): there is no such setting"),
        ("", {"PORT": "high"}, r"server\.port \(PORT\): Input should be a valid integer"),
        ("", {"PORT": "70000"}, r"server\.port \(PORT\)"),
        ("", {"HANDRAIL_BUSINESS__TOOLS": "[1]"}, r"business\.tools\.0 \(HANDRAIL_BUSINESS__TOOLS\)"),
        ("engine = 1", {"OPENAI_API_KEY": "k"}, r"engine\.api_key \(OPENAI_API_KEY\): engine is a value, not a table"),
        ("[business]\ntimezone = 'Mars'", {}, r"business\.timezone .*'Mars' is no IANA time zone"),
        ("[business]\ntimezone = 'Europe'", {}, r"business\.timezone .*no IANA time zone"),
        ("[desk.departments.general]\ntimezone = 'Mars'", {}, r"general\.timezone .*no IANA time zone"),
        ("[desk.departments.general.hours]\nmoon = {opens='09:00', closes='10:00'}", {}, r"general\.hours\.moon"),
        ("[desk.departments.sales]\nname = 'S'", {}, r"desk\.departments .*'general' is needed"),
        ("[checks]\noffer_at = 0.9", {}, r"checks .*offer_at \(0\.9\) must not be above handover_at \(0\.75\)"),
        ("[server]\npublic_url = 'example.com'", {}, r"server\.public_url"),
    ],
)
def test_what_is_wrong_is_named(workspace: Path, text: str, environment: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load(write(workspace, text), environment)


def test_all_that_is_wrong_is_told_at_once(workspace: Path) -> None:
    with pytest.raises(SettingsError) as error:
        load(write(workspace, "[engine]\na = 1\n[server]\nb = 2"), {"HANDRAIL_MAIL__C": "3"})
    assert len(str(error.value).splitlines()) == 3


def test_a_file_that_is_no_text_is_an_error(workspace: Path) -> None:
    (workspace / "handrail.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="can't be read"):
        load(workspace, {})


def test_errors_and_prints_keep_secrets(workspace: Path) -> None:
    environment = {
        "OPENAI_API_KEY": "sk-hush",
        "HANDRAIL_DATABASE__MASTER_KEY": "[hush",
        "HANDRAIL_MAIL__PASSWORD": "{hush}",
        "DATABASE_URL": "postgresql://u:hush@db/x",
    }
    assert "hush" not in repr(load(workspace, environment))
    with pytest.raises(SettingsError) as error:
        load(workspace, {**environment, "HANDRAIL_IDENTITY__JWT_SECRET": '["hush"]', "PORT": "x"})
    assert "jwt_secret" in str(error.value)
    assert "hush" not in str(error.value)


def test_settings_are_frozen(workspace: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(workspace, {}).server.port = 1  # type: ignore[misc]
