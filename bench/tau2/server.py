"""The business as an MCP server over stdio: `python -m bench.tau2.server DOMAIN --data FOLDER --channel FOLDER`.

Beside the protocol it has a side channel, a folder: `task` names the task whose fresh copy of the database is served
(any change of it opens another); `state.json` is what that task has changed so far; `calls.jsonl` are its calls.
"""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

import mcp_types as types
from jsonschema import Draft202012Validator
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from bench.tau2.domain import Domain, Specified, load
from bench.tau2.store import Refused, State


class Channel:
    """The side channel, as both sides use it."""

    def __init__(self, folder: Path) -> None:
        self._task, self._state, self._calls = folder / "task", folder / "state.json", folder / "calls.jsonl"

    def begin(self, task: str) -> None:
        """Have the next call meet a fresh copy of the database."""
        self._state.unlink(missing_ok=True)
        self._calls.unlink(missing_ok=True)
        _replace(self._task, task)

    @property
    def task(self) -> str:
        return self._task.read_text("utf-8") if self._task.exists() else ""

    @property
    def state(self) -> State | None:
        """What the task has changed; None where it has changed nothing."""
        return json.loads(self._state.read_text("utf-8")) if self._state.exists() else None

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The calls that reached the business: `name`, `arguments`, `refused`."""
        return [json.loads(row) for row in self._calls.read_text("utf-8").splitlines()] if self._calls.exists() else []

    def keep(self, state: State) -> None:
        _replace(self._state, json.dumps(state))

    def note(self, **call: Any) -> None:
        with self._calls.open("a", encoding="utf-8") as file:
            file.write(json.dumps(call) + "\n")


class Business:
    """Answers calls over the copy of the task that the side channel names."""

    def __init__(self, domain: Domain, channel: Channel) -> None:
        self._domain, self._channel = domain, channel
        self._task, self._rules = channel.task, domain.rules()
        self._specified = {tool.name: tool for tool in domain.tools}
        self._fits = {tool.name: Draft202012Validator(tool.arguments) for tool in domain.tools}

    def tools(self) -> list[types.Tool]:
        return [self._described(tool) for tool in self._domain.tools]

    def call(self, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
        """Make a call; what a rule refuses is a result marked as an error."""
        if self._channel.task != self._task:
            self._task, self._rules = self._channel.task, self._domain.rules()
        if name not in self._specified:
            return _refused("there is no such tool")
        if wrong := next(self._fits[name].iter_errors(arguments), None):
            return _refused(f"the arguments don't fit: {wrong.message}")
        try:
            value = getattr(self._rules, name)(**arguments)
        except Refused as refusal:
            self._channel.note(name=name, arguments=arguments, refused=str(refusal))
            return _refused(str(refusal))
        if self._specified[name].kind == "write":
            self._channel.keep(self._rules.store.changed())
        self._channel.note(name=name, arguments=arguments, refused="")
        return _told(value)

    def _described(self, tool: Specified) -> types.Tool:
        writes = tool.kind == "write"
        marks = types.ToolAnnotations(
            read_only_hint=not writes,
            destructive_hint=writes and tool.name not in self._rules.additive,
            idempotent_hint=not writes or tool.name in self._rules.repeatable,
            open_world_hint=False,
        )
        description = f"{tool.description} {tool.effects}".strip()
        return types.Tool(name=tool.name, description=description, input_schema=tool.arguments, annotations=marks)


async def serve(domain: Domain, channel: Channel) -> None:
    """Serve over stdin and stdout until they close."""
    business = Business(domain, channel)

    async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=business.tools())

    async def call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        return business.call(params.name, dict(params.arguments or {}))

    server: Server[Any] = Server(f"tau2-{domain.name}", on_list_tools=list_tools, on_call_tool=call_tool)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def _told(value: Any) -> types.CallToolResult:
    text = value if isinstance(value, str) else json.dumps(value)
    # What is structured must be an object.
    structured = value if isinstance(value, dict) else None
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=structured)


def _refused(why: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=why)], is_error=True)


def _replace(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}")
    draft.write_text(text, "utf-8")
    draft.replace(file)


def main() -> None:
    """Serve the domain that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench.tau2.server", description=__doc__)
    parser.add_argument("domain")
    parser.add_argument("--data", type=Path, help="the folder that holds the domains")
    parser.add_argument("--channel", type=Path, required=True, help="the folder of the side channel")
    given = parser.parse_args()
    asyncio.run(serve(load(given.domain, given.data), Channel(given.channel)))


if __name__ == "__main__":
    main()
