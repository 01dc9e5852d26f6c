"""A domain of the benchmark as its folder holds it: policy, tools in words, database, tasks."""

import gzip
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench.tau2.airline import Airline
from bench.tau2.retail import Retail
from bench.tau2.store import Refused, State, Store
from handrail.conversation.errors import SettingsError

ROOT = Path(__file__).parents[2]
RULES: Mapping[str, type[Retail] | type[Airline]] = {"retail": Retail, "airline": Airline}
ARRAY = re.compile(r"array of (?:(?P<scalar>\w+)|\{(?P<fields>[\w, ]+)\})\Z")
NUMBERS = {"amount": "number"}
"""Fields of objects in lists that are no text."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Parameter(_Row):
    """A parameter of a tool; `type` is JSON's, or `array of …`."""

    name: str
    type: str
    description: str = ""
    enum: tuple[str, ...] = ()

    @property
    def schema_(self) -> dict[str, Any]:
        """Its JSON schema."""
        told: dict[str, Any] = _typed(self.type) | {"description": self.description}
        return told | ({"enum": list(self.enum)} if self.enum else {})


class Specified(_Row):
    """A tool as `tools.json` describes it."""

    name: str
    kind: Literal["read", "write", "generic"]
    description: str
    params: tuple[Parameter, ...] = ()
    effects: str = ""

    @property
    def arguments(self) -> dict[str, Any]:
        """The JSON schema of its arguments."""
        return {
            "type": "object",
            "properties": {parameter.name: parameter.schema_ for parameter in self.params},
            "required": [parameter.name for parameter in self.params],
            "additionalProperties": False,
        }


class Action(_Row):
    """A call of a right solution."""

    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class Criteria(_Row):
    """What a task is judged by."""

    actions: tuple[Action, ...] = ()
    communicate_info: tuple[str, ...] = ()
    nl_assertions: tuple[str, ...] | None = ()
    reward_basis: tuple[str, ...] = ("DB",)


class Task(_Row):
    """One customer's case."""

    id: str
    user_scenario: dict[str, Any]
    evaluation_criteria: Criteria

    @property
    def instructions(self) -> dict[str, str]:
        """What the played customer wants and knows."""
        told = self.user_scenario["instructions"]
        return {key: str(value) for key, value in told.items() if value} if isinstance(told, dict) else {"task": told}


@dataclass(frozen=True, slots=True)
class Replayed:
    """What actions lead to: the end state; for each of them what it answered, and what it was refused for (the other is
    empty)."""

    state: State
    answers: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def writes(self) -> bool:
        """Whether anything is another than before."""
        return any(self.state.values())


@dataclass(frozen=True, slots=True)
class Domain:
    """A business with its tasks. `database` is the JSON text that every copy is read from."""

    name: str
    policy: str
    tools: tuple[Specified, ...]
    tasks: tuple[Task, ...]
    database: bytes

    def rules(self) -> Retail | Airline:
        """The tools over a fresh copy of the database."""
        return RULES[self.name](Store(self.database))

    def replay(self, actions: Iterable[Action]) -> Replayed:
        """Make the actions directly, one after the other, on a fresh copy."""
        rules = self.rules()
        answers, refused = [], []
        for action in actions:
            answer = why = ""
            try:
                answer = json.dumps(getattr(rules, action.name)(**json.loads(json.dumps(action.arguments))))
            except Refused as refusal:
                why = str(refusal)
            answers.append(answer)
            refused.append(why)
        return Replayed(rules.store.changed(), tuple(answers), tuple(refused))

    def customer(self, task: Task) -> str:
        """The id of the customer whose case it is. Raises `SettingsError` where nothing tells it."""
        store = Store(self.database)
        found = [*_owners(store, task), *_told_ids(store, task)]
        if not found:
            raise SettingsError(f"{self.name} task {task.id} does not tell who its customer is")
        return found[0]


def data_folder() -> Path:
    """Where the benchmarks' data are: `HANDRAIL_DATA`, else beside the repository."""
    return Path(os.environ.get("HANDRAIL_DATA") or ROOT.parent / "shared" / "data") / "tau2"


def load(name: str, root: Path | None = None) -> Domain:
    """Read a domain. Raises `SettingsError` naming what is missing or wrong."""
    folder = (root or data_folder()) / name
    if name not in RULES:
        raise SettingsError(f"there is no domain {name!r}; there are {', '.join(RULES)}")
    if not folder.is_dir():
        raise SettingsError(f"{folder} is missing: set HANDRAIL_DATA to the folder that holds tau2/{name}")
    try:
        tools = json.loads((folder / "tools.json").read_text("utf-8"))["tools"]
        rows = (folder / "tasks.jsonl").read_text("utf-8").splitlines()
        return Domain(
            name,
            (folder / "policy.md").read_text("utf-8"),
            tuple(Specified.model_validate(tool) for tool in tools),
            tuple(Task.model_validate_json(row) for row in rows if row.strip()),
            gzip.decompress((folder / "db.json.gz").read_bytes()),
        )
    except (OSError, KeyError, ValidationError, json.JSONDecodeError) as error:
        raise SettingsError(f"{folder} can't be read: {error}") from error


def _typed(told: str) -> dict[str, Any]:
    array = ARRAY.match(told)
    if array is None:
        return {"type": told}
    if array["scalar"]:
        return {"type": "array", "items": {"type": array["scalar"]}}
    fields = [field.strip() for field in array["fields"].split(",")]
    item = {
        "type": "object",
        "properties": {field: {"type": NUMBERS.get(field, "string")} for field in fields},
        "required": fields,
        "additionalProperties": False,
    }
    return {"type": "array", "items": item}


def _owners(store: Store, task: Task) -> Sequence[str]:
    """The customers whose profiles, orders and reservations the right solution touches."""
    found = []
    for action in task.evaluation_criteria.actions:
        given = action.arguments
        for kind, key in (("users", "user_id"), ("orders", "order_id"), ("reservations", "reservation_id")):
            record = store.kinds.get(kind, {}).get(given.get(key, ""))
            if record is not None:
                found.append(record["user_id"])
    return found


def _told_ids(store: Store, task: Task) -> Sequence[str]:
    """The customers that the played customer knows to be: by id, e-mail, or name and zip code."""
    known = " ".join(task.instructions.values())
    words = set(re.findall(r"[\w.@+-]*\w", known))
    told = []
    for id_, user in store.kinds["users"].items():
        name = f"{user['name']['first_name']} {user['name']['last_name']}"
        if id_ in words or user["email"] in words or (name in known and user["address"]["zip"] in words):
            told.append(id_)
    return told
