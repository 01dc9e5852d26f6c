"""The figures of the desk, for those who lead it, who tune the bot and who run it."""

from dataclasses import fields
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

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

Name = Annotated[str | None, Field(max_length=200, pattern=r"^[^\x00]*$")]
Day = Annotated[date | None, Field(ge=EARLIEST, le=LATEST, examples=["2026-06-15"])]


class Narrowed(BaseModel):
    """The days, four weeks to today where none are given, and what they are narrowed down to. What is not known is
    refused: a filter with a typing error must not come to figures of everything."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    first: Day = Field(default=None, alias="from")
    last: Day = Field(default=None, alias="to")
    channel: Name = None
    intent: Name = Field(default=None, examples=["tool/cancel_order", "policy/returns"])
    policy: Name = Field(default=None, examples=["returns@2"])
    department: Name = None

    def chosen(self, kit: Kit) -> Chosen:
        """Raises `Invalid`."""
        today = figures(kit).today
        last = self.last or max(today, self.first or today)
        first = self.first or last - timedelta(days=DAYS - 1)
        return Chosen(
            first, last, channel=self.channel, intent=self.intent, policy=self.policy, department=self.department
        )


class Wanted(Narrowed):
    """Which figures, split by what, in which form: as `Accept` asks where none is named."""

    by: By | None = Field(default=None, description="what the groups are; a contact counts for each policy it cites")
    form: Literal["json", "csv"] | None = Field(default=None, alias="format")


class WantedGaps(Narrowed):
    """Of which contacts the gaps, and how many groups of them."""

    limit: int = Field(default=12, ge=1, le=50)


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
    kit: WithKit, request: Request, _: Measuring, wanted: Annotated[Wanted, Query()]
) -> InsightsView | Response:
    """How contacts ended, what people were called for and how long it took, what was promised, and what it cost.

    Nothing of it is text that customers wrote. A share or time of nothing is null, which is not 0.
    """
    chosen = wanted.chosen(kit)
    found, audited = await figures(kit).read(chosen, wanted.by), await _audits(kit, chosen, wanted.by)
    form = wanted.form or ("csv" if "text/csv" in request.headers.get("accept", "") else "json")
    if form == "csv":
        name = f"handrail-{chosen.first}-{chosen.last}-{wanted.by or 'all'}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(found, audited), media_type="text/csv; charset=utf-8", headers=headers)
    return _view(found, audited, kit)


@router.get("/gaps", responses=documented(401, 403, 422, 503))
async def gaps(kit: WithKit, session: Measuring, wanted: Annotated[WantedGaps, Query()]) -> GapsView:
    """Questions that had no answer, those that mean about the same together, the most frequent first.

    It shows what customers wrote, with contact data and names hidden, so the look is entered into the trail.
    """
    await looked(kit, session, "gaps")
    handrail = kit.handrail
    regions = handrail.settings.checks.phone_regions
    reader = KnowledgeGaps(handrail.log, figures(kit), handrail.embedder, regions)
    found = await reader.read(wanted.chosen(kit), limit=wanted.limit)
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
