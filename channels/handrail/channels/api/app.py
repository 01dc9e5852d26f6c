"""The HTTP API and the pages, as one application."""

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware import Middleware
from starlette.routing import Route

from handrail.channels.api import (
    audit,
    audits,
    callbacks,
    conversations,
    customers,
    decisions,
    desk,
    failures,
    health,
    improve,
    insights,
    lookups,
    metrics,
    openid,
    outside,
    owed,
    people,
    policies,
    problems,
    routing,
    sessions,
    signals,
    suggestions,
    team,
    web,
    writes,
)
from handrail.channels.api.headers import SecurityHeaders
from handrail.channels.api.intake import Intake
from handrail.channels.api.kit import Kit, make_kit
from handrail.channels.api.ports import Handrail

if TYPE_CHECKING:
    from handrail.channels.mcp import Door

ABOUT = """\
Customers begin a conversation and get a token that opens this one conversation. People log in and work the queue.
Every error is a problem (RFC 9457, `application/problem+json`). Streams are Server-Sent Events: each event's `id` is
the seq of the log, and `Last-Event-ID` goes on after it. Send an `Idempotency-Key` with what must not be done twice."""


def create_app(handrail: Handrail) -> FastAPI:
    """The application over an agent that `bootstrap.build` made."""
    server = handrail.settings.server
    kit = make_kit(handrail)
    door = _door(kit)
    app = FastAPI(
        title="Handrail",
        version="1",
        description=ABOUT,
        # The usual pages of documentation load their scripts from elsewhere; /openapi.json stays.
        docs_url=None,
        redoc_url=None,
        lifespan=door.lifespan if door else None,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(failures.Failures),
            Middleware(Intake, max_bytes=server.max_body_bytes),
        ],
    )
    app.state.kit = kit
    failures.install(app)
    desks = (desk, routing, owed, callbacks, decisions, suggestions, audit, audits, signals, insights, improve, team)
    tools = (lookups, writes, customers)
    for routes in (conversations, *desks, *tools, people, sessions, openid, policies, outside, health, metrics, web):
        app.include_router(routes.router)
    app.mount("/pages", web.Assets(), name="pages")
    if door is not None:
        app.router.routes.append(Route("/mcp", endpoint=door, include_in_schema=False))
    _document(app, server.max_message_characters)
    return app


def _door(kit: Kit) -> "Door | None":
    """The door for other assistants, where the settings open it."""
    if not kit.handrail.settings.mcp.is_open:
        return None
    from handrail.channels.mcp import Door

    return Door(kit)


def _document(app: FastAPI, longest: int) -> None:
    """Let the OpenAPI document tell of problems, of the longest message, and of what needs no token."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            template = "#/components/schemas/{model}"
            problem = problems.Problem.model_json_schema(ref_template=template)
            schemas.update(problem.pop("$defs"))
            schemas["Problem"] = problem
            schemas["NewMessage"]["properties"]["text"]["maxLength"] = longest
            for free in (document["paths"]["/v1/conversations"]["post"], document["paths"]["/metrics"]["get"]):
                free["security"] = [{}, *free["security"]]
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
