"""The figures of the desk, for those who lead it, who tune the bot and who run it."""

from dataclasses import fields
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from handrail.channels.api.at_desk import looked
from handrail.channels.api.callers import Measuring, counted
from handrail.channels.api.insights_views import (
    AuditedView,
    CountedView,
    GapsView,
    GroupView,
    InsightsView,
    PromisedView,
    WaitsTrueView,
)
from handrail.channels.api.kit import Kit, WithKit
from handrail.channels.api.problems import documented
from handrail.channels.insights_csv import as_csv
from handrail.desk.figures.chosen import By, Chosen
from handrail.desk.figures.gaps import KnowledgeGaps
from handrail.desk.figures.insights import Figures, Group, Insights
from handrail.evals.containment import Audits, Containment, audits

router = APIRouter(prefix="/v1/desk/insights", tags=["desk"], dependencies=[Depends(counted)])
READS = documented(401, 403, 422)
DAYS = 28
"""So many days where none are given."""
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)

Name = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]


async def chosen(
    kit: WithKit,
    first: Annotated[
        date | None, Query(alias="from", ge=EARLIEST, le=LATEST, description="the first day; four weeks without one")
    ] = None,
    last: Annotated[
        date | None, Query(alias="to", ge=EARLIEST, le=LATEST, description="the last day; else today")
    ] = None,
    channel: Name = None,
    intent: Annotated[
        str | None, Query(max_length=200, pattern=r"^[^\x00]*$", examples=["tool/cancel_order", "policy/returns"])
    ] = None,
    policy: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", examples=["returns@2"])] = None,
    department: Name = None,
) -> Chosen:
    """The days and what they are narrowed down to. Raises `Invalid`."""
    today = figures(kit).today
    end = last or max(today, first or today)
    begin = first or end - timedelta(days=DAYS - 1)
    return Chosen(begin, end, channel=channel, intent=intent, policy=policy, department=department)


Narrowed = Annotated[Chosen, Depends(chosen)]


def figures(kit: Kit) -> Figures:
    """What reads them."""
    handrail = kit.handrail
    return Figures(handrail.database, handrail.clock, handrail.settings)


@router.get(
    "",
    response_model=InsightsView,
    responses={
        200: {
            "description": "As JSON, or the groups as a table.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        },
        **READS,
    },
)
async def insights(
    kit: WithKit,
    request: Request,
    _: Measuring,
    narrowed: Narrowed,
    by: Annotated[
        By | None, Query(description="what the groups are; a contact counts for each policy it cites")
    ] = None,
    form: Annotated[Literal["json", "csv"] | None, Query(alias="format", description="else as `Accept` asks")] = None,
) -> InsightsView | Response:
    """How contacts ended, what people were called for and how long it took, what was promised, and what it cost.

    Nothing of it is text that customers wrote. A share or time of nothing is null, which is not 0.
    """
    found, audited = await figures(kit).read(narrowed, by), await _audits(kit, narrowed, by)
    wanted = form or ("csv" if "text/csv" in request.headers.get("accept", "") else "json")
    if wanted == "csv":
        name = f"handrail-{narrowed.first}-{narrowed.last}-{by or 'all'}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(found, audited), media_type="text/csv; charset=utf-8", headers=headers)
    return _view(found, audited, kit)


@router.get("/gaps", responses=documented(401, 403, 422, 503))
async def gaps(
    kit: WithKit, session: Measuring, narrowed: Narrowed, limit: Annotated[int, Query(ge=1, le=50)] = 12
) -> GapsView:
    """Questions that had no answer, those that mean about the same together, the most frequent first.

    It shows what customers wrote, with contact data and names hidden, so the look is entered into the trail.
    """
    await looked(kit, session, "gaps")
    handrail = kit.handrail
    regions = handrail.settings.checks.phone_regions
    found = await KnowledgeGaps(handrail.log, figures(kit), handrail.embedder, regions).read(narrowed, limit=limit)
    return GapsView.model_validate(found)


async def _audits(kit: Kit, narrowed: Chosen, by: By | None) -> Audits:
    within = kit.handrail.settings.desk.audits.within
    return await audits(kit.handrail.database, figures(kit), narrowed, by, within)


def _group(group: Group, containment: Containment) -> GroupView:
    told = {**{each.name: getattr(group, each.name) for each in fields(Group)}, "containment": containment}
    return GroupView.model_validate(told)


def _view(found: Insights, audited: Audits, kit: Kit) -> InsightsView:
    settings, told = kit.handrail.settings, found.chosen
    values = {name: list(found.values[name]) for name in ("channels", "intents", "policies")}
    return InsightsView(
        first=told.first,
        last=told.last,
        timezone=settings.business.timezone,
        by=found.by,
        audits=AuditedView.model_validate(audited),
        total=_group(found.total, audited.total),
        groups=[_group(group, audited.of(group.key)) for group in found.groups],
        reasons=[CountedView.model_validate(each) for each in found.reasons],
        checks=[CountedView.model_validate(each) for each in found.checks],
        tags=dict(found.tags),
        promises=[PromisedView.model_validate(each) for each in found.promises],
        waits=[WaitsTrueView.model_validate(each) for each in found.waits],
        **values,
        departments={code: department.name for code, department in settings.desk.departments.items()},
        came_back_days=settings.figures.came_back_days,
        target_minutes=settings.desk.wait_target_minutes,
    )
