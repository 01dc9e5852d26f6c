"""Is it alive, is it ready, and what is answering."""

import asyncio
from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from handrail.channels.api.kit import Kit, WithKit
from handrail.channels.api.outputs import OutageView, outage
from handrail.channels.api.problems import documented, problem, respond
from handrail.conversation.audience import EVERYBODY
from handrail.conversation.errors import HandrailError

router = APIRouter(tags=["health"])
SECONDS = 3.0


class Health(BaseModel):
    """The process lives. `engine` names what drafts the replies."""

    status: Literal["ok"] = "ok"
    engine: str = Field(examples=["offline"])
    language_model: bool = Field(description="whether a language model drafts the replies")
    note: str = Field(
        examples=["No language model is set up: the built-in engine quotes policies and runs tools by rule."]
    )
    outage: OutageView | None = Field(default=None, description="set while the language model does not answer")
    back_since: datetime | None = Field(default=None, description="when it last answered again after an outage")


class Ready(BaseModel):
    """What is needed to answer customers, part by part."""

    status: Literal["ok"] = "ok"
    database: Literal["ok"] = "ok"
    index: Literal["ok"] = "ok"


class About(BaseModel):
    """What the pages tell before a conversation begins."""

    business: str
    engine: str
    language_model: bool
    topics: list[str] = Field(description="titles of policies in force, to begin with")
    contact: str = Field(description="how to reach people without Handrail")
    departments: dict[str, str]
    max_message_characters: int
    passwords: bool = Field(description="whether people log in with a password")
    openid: str | None = Field(description="what people may log in with instead, where there is something")


@router.get("/healthz")
async def healthz(kit: WithKit) -> Health:
    """Alive."""
    return Health(
        engine=kit.handrail.engine,
        language_model=_language_model(kit),
        note=_note(kit),
        outage=outage(kit.handrail),
        back_since=kit.handrail.breaker.back_since if kit.handrail.breaker else None,
    )


@router.get("/readyz", responses=documented(503))
async def readyz(kit: WithKit) -> Ready:
    """Ready to answer: the database takes statements and the index holds policies."""
    try:
        async with asyncio.timeout(SECONDS), kit.handrail.database.connection() as connection:
            await connection.execute("SELECT 1")
    except (HandrailError, TimeoutError):
        return respond(problem(503, detail="The database does not answer."))  # type: ignore[return-value]
    if not kit.handrail.knowledge.policies:
        return respond(problem(503, detail="The index of policies is empty."))  # type: ignore[return-value]
    return Ready()


@router.get("/v1/about", responses=documented())
async def about(kit: WithKit) -> About:
    """Who answers here, with what, and about what."""
    settings, today = kit.handrail.settings, kit.handrail.clock.now().date()
    policies = (p for p in kit.handrail.knowledge.policies if p.in_force(today) and p.is_for(EVERYBODY))
    titles = dict.fromkeys(policy.title for policy in policies)
    return About(
        business=settings.business.name,
        engine=kit.handrail.engine,
        language_model=_language_model(kit),
        topics=list(titles)[:40],
        contact=settings.business.contact,
        departments={key: department.name for key, department in settings.desk.departments.items()},
        max_message_characters=settings.server.max_message_characters,
        passwords=settings.login.passwords,
        openid=settings.login.openid.name if settings.login.openid else None,
    )


def _language_model(kit: Kit) -> bool:
    return not kit.handrail.engine.startswith("offline")


def _note(kit: Kit) -> str:
    if kit.handrail.breaker is None and not _language_model(kit):
        return "No language model is set up: the built-in engine quotes policies and runs tools by rule."
    if down := outage(kit.handrail):
        return f"The language model does not answer ({down.why}): the built-in engine stands in, and it is tried again."
    return "A language model drafts the replies; the built-in engine takes over when it fails."
