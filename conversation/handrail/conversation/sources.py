"""The tables `[tools.sources.NAME]`: systems of others whose operations become tools, and on what terms.

[tools.sources.shop]
kind = "mcp"
command = ["python", "-m", "shop_server"]

[tools.sources.shop.tools.get_order]
owner = { tool = "get_order", argument = "order_id", field = "user_id" }
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from handrail.conversation.credentials import Auths, HeaderName

Url = Annotated[str, Field(pattern=r"^https?://")]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Owner(_Table):
    """How to see whose record an argument names: the read `tool` is asked with it, and `field` of its result (a path
    with dots) must be the customer's id, or a list of ids with theirs in it."""

    tool: str
    argument: str
    """The argument of this tool that names the record."""
    field: str
    takes: str = ""
    """What the read calls that argument, where it calls it otherwise."""
    facts: tuple[str, ...] = ()
    """The fields of the record that a consent rests on; all of it where none is named."""


class Lookup(_Table):
    """How to see whether a write had its effect: the read `tool`, asked with `arguments`, then says what it `expects`.

    `arguments` are by the read's names: an argument of the write, `idempotency_key`, or `=text` for a constant.
    `expects` are by paths in the result; `{argument}` in a text stands for the write's own. A read that answers with an
    error tells nothing, so that a person settles it; where the error says that there is no effect (a refund by key that
    is not there), `absent` is a part of its text.
    """

    tool: str
    arguments: dict[str, str] = {}
    expects: dict[str, Any]
    absent: str = ""


class Approval(_Table):
    """That a colleague must approve a write after the customer: always, or where a number is above its limit."""

    reason: str = Field(min_length=1)
    """Told to the customer and to the colleague: `refunds of more than £200 need a second person`."""
    above: dict[str, Decimal] = {}
    """Limits by paths: of an argument, or of the record of `owner` (`record.total`). A number counts without its sign;
    what is no number or not there counts as above its limit."""


class Terms(_Table):
    """On what terms one operation is taken. What its source says of it may be tightened here, never loosened."""

    use: bool = True
    name: str = Field(default="", pattern=r"^(?:[A-Za-z][A-Za-z0-9_]*)?$")
    description: str = ""
    examples: tuple[str, ...] = ()
    template: str = ""
    question: str = ""
    """What exactly a write would do, in plain words: `cancel order {order_id}`. What it does not name is added."""
    bind: dict[str, Literal["customer.id", "customer.name"]] = {}
    """Arguments that come from the proven identity; neither model nor customer is asked for them."""
    fixed: dict[str, Any] = {}
    """Arguments that are always the same."""
    without: tuple[str, ...] = ()
    """Optional arguments that are never sent, whoever gives them."""
    owner: Owner | None = None
    only_if: dict[str, Any] = {}
    """What the record of `owner` must say before a write is proposed, by paths: a value, or a list of those that will
    do. It is looked at again before the write is claimed."""
    otherwise: str = ""
    """What the customer is told where it does not: `Order {order_id} is {record.state} already.`"""
    fields: tuple[str, ...] = ()
    """The fields of its result that are passed on, by paths, in every entry of a list; all where none is named."""
    checked: Literal[False] | None = None
    """Its results are taken as they come: what the system says of them is not so."""
    approval: Approval | None = None
    public: bool = False
    """It speaks of nobody's own things: it may be called for anybody."""
    effect: Literal["write"] | None = None
    identity: Literal["known", "verified"] | None = None
    idempotent: Literal[False] | None = None
    lookup: Lookup | None = None
    rule: str = ""
    """The id of the policy that a write rests on."""
    policy_date: str = ""
    promised_by: str = ""
    """The result field with the time by which what the tool began is done: it is entered as a promise."""
    timeout_seconds: float | None = Field(default=None, gt=0)


class OperationTerms(Terms):
    """Those of an operation of an OpenAPI document."""

    body: Literal[False] | None = None
    """It is called without a body: a document made from code may name one that nothing reads."""


class SourceTable(_Table):
    """What all kinds of sources have."""

    prefix: str = Field(default="", pattern=r"^(?:[A-Za-z][A-Za-z0-9_]*)?$")
    """Put before the names of its tools."""
    timeout_seconds: float = Field(default=10.0, gt=0)
    result_tokens: int = Field(default=3000, ge=50)
    """A longer result is cut to so many tokens before the model and the log get it."""
    rehearse: bool = False
    """Evaluations may call it too: it is a sandbox, where nothing reaches a real customer."""
    breaker_failures: int = Field(default=4, ge=1)
    breaker_seconds: float = Field(default=20.0, gt=0)
    tools: Mapping[str, Terms] = {}


class McpTable(SourceTable):
    """An MCP server: a `command` that is run (stdio), or the `url` of one that runs (streamable HTTP)."""

    kind: Literal["mcp"]
    command: tuple[str, ...] = ()
    environment: dict[str, SecretStr] = {}
    folder: Path | None = None
    """Where the command runs; the workspace where it is not set."""
    url: Url | None = None
    headers: dict[str, SecretStr] = {}

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise ValueError("give either `command` (a server to run) or `url` (a server that runs)")
        return self


class OpenApiTable(SourceTable):
    """A service and its OpenAPI document (3.0 or 3.1, JSON or YAML). The operations to take are named in `tools`: by
    `operationId`, or as `"GET /orders/{order_id}"`."""

    kind: Literal["openapi"]
    document: str
    """A file, relative to the workspace, or a URL."""
    base_url: Url | None = None
    """Where the service is; where it is not set, the document's first server."""
    auth: Auths = ()
    headers: dict[HeaderName, SecretStr] = {}
    """Sent with every call: a tenant, a version."""
    idempotency_header: HeaderName = "Idempotency-Key"
    """The header of a write that lets the service recognise a repetition."""
    answer_bytes: int = Field(default=1_000_000, ge=1000)
    """The longest answer that is read."""
    tools: Mapping[str, OperationTerms] = {}


Source = Annotated[McpTable | OpenApiTable, Field(discriminator="kind")]


class ToolsTable(_Table):
    """Where tools come from besides the Python files of `business.tools`."""

    sources: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")], Source] = {}
