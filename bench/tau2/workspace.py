"""A domain as a workspace: its policy cut into policies, its tools behind MCP, its customers proven by a token."""

import json
import os
import re
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from bench.tau2.domain import ROOT, Domain
from bench.tau2.server import Channel
from handrail.conversation.settings import FILE, Settings, load

SINCE = "2024-01-01"
"""A day before any that the tasks speak of: the policy has one version."""
SOURCE = "business"
"""The name of the source in the packaged settings."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace on the disk, the side channel of its server, and the secret under which its site signs tokens."""

    settings: Settings
    channel: Channel
    secret: str


def make(domain: Domain, folder: Path, data: Path | None = None) -> Desk:
    """Write the workspace of a domain into a folder, to be served from `data` (else as `HANDRAIL_DATA` says)."""
    channel, secret = folder / "channel", secrets.token_urlsafe(32)
    channel.mkdir()
    for name, text in policies(domain.policy):
        file = folder / "policies" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    command = [sys.executable, "-m", "bench.tau2.server", domain.name, "--channel", str(channel.resolve())]
    command += ["--data", str(data.resolve())] if data else []
    environment = {"PYTHONPATH": str(ROOT), "HANDRAIL_DATA": os.environ.get("HANDRAIL_DATA", "")}
    head = [
        f'[tools.sources.{SOURCE}]\nkind = "mcp"\ncommand = {json.dumps(command)}',
        "environment = { " + ", ".join(f"{key} = {json.dumps(value)}" for key, value in environment.items()) + " }",
        f"\n[identity]\njwt_secret = {json.dumps(secret)}\n",
    ]
    (folder / FILE).write_text("\n".join((*head, *_tables(domain))), "utf-8")
    return Desk(load(folder, {}), Channel(channel), secret)


def _tables(domain: Domain) -> Iterator[str]:
    """The tables of the packaged settings, without those of tools that the folder does not describe."""
    packaged = (files("bench.tau2") / f"{domain.name}.toml").read_text("utf-8")
    known = {tool.name for tool in domain.tools}
    for table in re.split(r"(?m)^(?=\[)", packaged):
        header = re.match(rf"\[tools\.sources\.{SOURCE}\.tools\.(\w+)\]", table)
        if header is None or header[1] in known:
            yield table


def policies(text: str) -> Iterator[tuple[str, str]]:
    """The files of a policy text: what stands before its first section, and each section, with front matter."""
    for part in re.split(r"(?m)^(?=##? )", text):
        if not part.strip():
            continue
        heading, _, body = part.partition("\n") if part.startswith("#") else ("General", "", part)
        title = heading.lstrip("#").strip()
        id_ = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "general"
        if body.strip():
            head = f'id: {id_}\ntitle: {json.dumps(title)}\nversion: "1"\neffective_from: {SINCE}\n'
            yield f"{id_}.md", f"---\n{head}---\n\n{body.strip()}\n"
