"""The command line, used as its user would."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import psycopg
import pytest

from handrail.conversation.webhooks import key_of
from handrail.desk.standard import verify

HEAVY = ("langgraph", "chromadb", "openai", "guardrails", "fastapi", "psycopg", "pydantic")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of one's own, made by `handrail new`."""
    folder = tmp_path_factory.mktemp("own") / "myshop"
    done = handrail("new", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def handrail(
    *arguments: str, cwd: Path | None = None, said: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in an environment without settings of ours."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("HANDRAIL_", "OPENAI_", "DATABASE_", "CHROMA_"))}
    return subprocess.run(
        [sys.executable, "-m", "handrail.channels.cli.main", *arguments],
        cwd=cwd,
        input=said,
        env={**clean, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_help_loads_nothing_heavy() -> None:
    code = f"import handrail.channels.cli.main, sys; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "command",
    [(), ("serve",), ("chat",), ("desk",), ("desk", "wrap-up"), ("evals", "run"), ("users",)]
    + [("export",), ("forget",), ("audit",)]
    + [("webhooks", name) for name in ("list", "test", "retry", "secret")]
    + [("desk", name) for name in ("approvals", "approve", "refuse", "vouch", "settle")]
    + [("desk", name) for name in ("next", "hand-on", "park", "people")],
)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    done = handrail(*command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_a_wrong_setting_is_named(shop: Path) -> None:
    done = handrail("index", cwd=shop, HANDRAIL_SERVER__PROT="1")
    assert done.returncode == 2
    assert "server.prot" in done.stderr
    assert "Traceback" not in done.stderr


def test_new_leaves_what_is_there_alone(shop: Path) -> None:
    done = handrail("new", str(shop))
    assert done.returncode == 1
    assert "not empty" in done.stderr


def test_a_workspace_of_ones_own_runs(shop: Path, database_url: str) -> None:
    doctor = handrail("doctor", cwd=shop, DATABASE_URL=database_url)
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    assert "built-in engine" in doctor.stdout
    talk = handrail(
        "chat",
        "--explain",
        cwd=shop,
        DATABASE_URL=database_url,
        said="How long do I have to return a jacket?\nhuman please\n",
    )
    assert talk.returncode == 0, talk.stderr
    assert "30 days" in talk.stdout
    assert "handed over: asked_for_person" in talk.stdout
    queue = handrail("desk", "list", cwd=shop, DATABASE_URL=database_url)
    assert "asked_for_person" in queue.stdout
    conversation = next(line.split()[-1] for line in talk.stdout.splitlines() if "conversation" in line)
    handrail("users", "add", "ana", "--name", "Ana", cwd=shop, DATABASE_URL=database_url)
    for command in (("claim",), ("say",), ("wrap-up",)):
        more = {"say": ["Hello, this is Ana."], "wrap-up": ["resolved", "--tag", "customer_wanted_person"]}.get(
            command[0], []
        )
        done = handrail("desk", *command, conversation, *more, "--as", "ana", cwd=shop, DATABASE_URL=database_url)
        assert done.returncode == 0, done.stderr
    shown = handrail("desk", "show", conversation, cwd=shop, DATABASE_URL=database_url)
    assert "Hello, this is Ana." in shown.stdout
    rebuilt = handrail("rebuild", cwd=shop, DATABASE_URL=database_url)
    assert rebuilt.returncode == 0, rebuilt.stderr


def test_a_colleague_approves_and_vouches_in_the_terminal(shop: Path, database_url: str) -> None:
    def run(*arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        return handrail(*arguments, cwd=shop, said=said, DATABASE_URL=database_url)

    run("users", "add", "dana", "--name", "Dana", "--role", "supervisor")
    run("users", "add", "ana", "--name", "Ana")
    assert "nothing waits" in run("desk", "approvals").stdout
    talk = run("chat", said="I lost the access to my e-mail. human please\n")
    conversation = next(line.split()[-1] for line in talk.stdout.splitlines() if "conversation" in line)
    early = run("desk", "vouch", conversation, "email=rosa.delgado@example.com", "--how", "called back", "--as", "ana")
    assert early.returncode == 1 and "do not hold" in early.stderr
    run("desk", "claim", conversation, "--as", "ana")
    wrong = run("desk", "vouch", conversation, "email=who@example.org", "--how", "called back", "--as", "ana")
    assert wrong.returncode == 1 and "no customer is found" in wrong.stderr
    done = run("desk", "vouch", conversation, "email=rosa.delgado@example.com", "--how", "called back", "--as", "ana")
    assert done.returncode == 0, done.stderr
    assert "Rosa Delgado" in run("desk", "show", conversation).stdout
    run("desk", "give-back", conversation, "--as", "ana")
    run("chat", "--conversation", conversation, said="My parcel W10017 never arrived, refund me\nyes\n")
    waiting = run("desk", "approvals").stdout
    assert "W10017" in waiting and "refund-approval v1" in waiting
    refused = run("desk", "approve", conversation, "--as", "ana")
    assert refused.returncode == 1 and "supervisor" in refused.stderr
    approved = run("desk", "approve", conversation, "--as", "dana")
    assert approved.returncode == 0, approved.stderr
    assert "nothing waits" in run("desk", "approvals").stdout
    told = run("chat", "--conversation", conversation, said="Is there any news?\n")
    assert "Dana has approved it." in told.stdout, told.stdout


def test_a_database_that_is_not_there_is_told_with_its_mend(shop: Path) -> None:
    done = handrail("doctor", cwd=shop, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert done.returncode == 1
    assert "check DATABASE_URL" in done.stdout


def test_a_server_that_is_told_to_stop_takes_its_postgres_along(fresh_folder: Path) -> None:
    shop = fresh_folder / "shop"
    assert handrail("new", str(shop)).returncode == 0
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("HANDRAIL_", "OPENAI_", "DATABASE_", "CHROMA_"))}
    command = [sys.executable, "-m", "handrail.channels.cli.main", "serve"]
    with subprocess.Popen(command, cwd=shop, env={**clean, "PORT": "0"}, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert "password" in server.stdout.readline()
        postgres = psutil.Process(int((shop / ".handrail/postgres/postmaster.pid").read_text().split()[0]))
        server.terminate()
        assert server.wait(120) == 128 + signal.SIGTERM
    # Whoever inherits an ended process takes it off the list in its own time.
    psutil.wait_procs([postgres], timeout=60)
    assert not postgres.is_running() or postgres.status() == psutil.STATUS_ZOMBIE


class Hook(BaseHTTPRequestHandler):
    """Keeps what it is sent; answers with the status of its server."""

    def do_POST(self) -> None:
        self.server.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()
        self.wfile.write(b"thank you")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def hook() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.got, server.status = [], 200  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_an_endpoint_is_tried_and_told_of(shop: Path, database_url: str, hook: ThreadingHTTPServer) -> None:
    secret = handrail("webhooks", "secret").stdout.strip()
    own = {
        "cwd": shop,
        "DATABASE_URL": database_url,
        "HANDRAIL_WEBHOOKS__CRM__URL": f"http://127.0.0.1:{hook.server_port}/hook",
        "HANDRAIL_WEBHOOKS__CRM__SECRET": secret,
    }
    tried = handrail("webhooks", "test", "crm", **own)  # type: ignore[arg-type]
    assert tried.returncode == 0, tried.stderr
    assert "answers 200\nthank you" in tried.stdout
    ((headers, body),) = hook.got  # type: ignore[attr-defined]
    lower = {name.lower(): value for name, value in headers.items()}
    verify([key_of(secret)], lower, body, time.time())
    hook.status = 500  # type: ignore[attr-defined]
    assert handrail("webhooks", "test", "crm", **own).returncode == 1  # type: ignore[arg-type]
    listed = handrail("webhooks", "list", **own)  # type: ignore[arg-type]
    assert "well" in listed.stdout
    assert secret not in listed.stdout
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO lanes VALUES ('webhook:crm', now(), 9, now(), now(), 'no answer')")
    doctor = handrail("doctor", **own)  # type: ignore[arg-type]
    assert doctor.returncode == 1
    assert "crm paused since" in doctor.stdout
    assert handrail("webhooks", "retry", "crm", **own).returncode == 0  # type: ignore[arg-type]
    assert "crm take" in handrail("doctor", **own).stdout  # type: ignore[arg-type]
    assert handrail("webhooks", "retry", "other", **own).returncode == 1  # type: ignore[arg-type]
