"""The parts of an OpenAPI document that a call needs, as pydantic reads them. What is not named here is ignored."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Json = Any
"""Anything that JSON can say."""

Schema = dict[str, Any] | bool
Method = Literal["get", "head", "query", "options", "put", "delete", "post", "patch", "trace"]
Place = Literal["path", "query", "header", "cookie"]


class Part(BaseModel):
    """A part of a document. YAML reads `200:` as a number, so numbers count as text where text is meant."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True, populate_by_name=True)


class Variable(Part):
    """A variable of a server's URL."""

    default: str


class Server(Part):
    """Where a service is; `url` may be relative to the document's own."""

    url: str
    variables: dict[str, Variable] = {}


class Head(Part):
    """A document's top level. The operations are read when they are picked: others may be as broken as they like."""

    openapi: Annotated[str, Field(pattern=r"^3\.\d")]
    servers: tuple[Server, ...] = ()
    paths: dict[str, dict[str, Json]] = {}
    security: list[dict[str, list[str]]] = []


class PathItem(Part):
    """What the operations of one path share."""

    parameters: list[dict[str, Json]] = []
    servers: tuple[Server, ...] = ()


class Operation(Part):
    """One operation; its parameters, body and answers may stand elsewhere."""

    id: str = Field(default="", alias="operationId")
    summary: str = ""
    description: str = ""
    parameters: list[dict[str, Json]] = []
    body: dict[str, Json] | None = Field(default=None, alias="requestBody")
    responses: dict[str, dict[str, Json]] = {}
    security: list[dict[str, list[str]]] | None = None
    servers: tuple[Server, ...] = ()


class Media(Part):
    """A body in one media type."""

    content: Schema = Field(default_factory=dict, alias="schema")
    encoding: dict[str, dict[str, Json]] = {}


class Encoding(Part):
    """How one field of a form is written."""

    content_type: str = Field(default="", alias="contentType")
    style: str = "form"
    explode: bool | None = None


class Parameter(Part):
    """A parameter outside of the body."""

    name: Annotated[str, Field(min_length=1)]
    place: Place = Field(alias="in")
    required: bool = False
    description: str = ""
    content: Schema | None = Field(default=None, alias="schema")
    media: dict[str, Media] = Field(default_factory=dict, alias="content")
    style: str = ""
    explode: bool | None = None


class Body(Part):
    """A request's body, by media type."""

    description: str = ""
    required: bool = False
    content: dict[str, Media] = {}


class Response(Part):
    """An answer's body, by media type."""

    content: dict[str, Media] = {}


class Flow(Part):
    """Where tokens of one kind come from."""

    token_url: str = Field(default="", alias="tokenUrl")


class Flows(Part):
    """The ways to a token; those that need a person are none for us."""

    client: Flow | None = Field(default=None, alias="clientCredentials")


class Scheme(Part):
    """What a service wants as proof of who calls."""

    type: str
    scheme: str = ""
    name: str = ""
    place: str = Field(default="", alias="in")
    flows: Flows = Flows()
