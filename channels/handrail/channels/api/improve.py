"""What is missing, for those who lead the desk, who tune the bot and who run it; it is mended by `handrail improve`."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from handrail.channels.api.at_desk import looked
from handrail.channels.api.callers import Measuring, counted
from handrail.channels.api.insights_views import View
from handrail.channels.api.kit import WithKit
from handrail.channels.api.problems import documented
from handrail.evals.improve.gaps import GapList
from handrail.evals.improve.ledger import State, What
from handrail.evals.improve.signals import Kind

router = APIRouter(prefix="/v1/desk/improve", tags=["desk"], dependencies=[Depends(counted)])


class ChangeView(View):
    """Who did what about a gap, and when."""

    at: datetime
    name: str
    what: What
    detail: str


class MissingView(View):
    """What customers wanted and did not get; `docs/improve.md` says what each figure is. What identifies a customer is
    hidden in the examples."""

    gap_id: int
    kind: Kind
    state: State
    state_at: datetime
    times: int
    tagged: int
    minutes: float
    repeats: int
    burden: float
    first_at: datetime
    last_at: datetime
    examples: list[str]
    cases: list[str] = Field(description="the ids of the cases that were frozen for it")
    changes: list[ChangeView] = []


class MissingsView(View):
    """The gaps, the most costly first; those that are closed come last."""

    items: list[MissingView]


@router.get("", responses=documented(401, 403, 422, 503))
async def improve(
    kit: WithKit,
    session: Measuring,
    days: Annotated[float, Query(ge=1, le=731, description="what came up in so many days")] = 90,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> MissingsView:
    """What is missing, by tags and for want of an answer: the most costly first, each with who did what about it.

    It shows what customers wrote, with contact data and names hidden, so the look is entered into the trail.
    """
    await looked(kit, session, "gaps")
    handrail = kit.handrail
    gaps = GapList(handrail.log, handrail.settings, handrail.embedder)
    items = []
    for gap in (await gaps.read(days))[:limit]:
        changes = [ChangeView.model_validate(change) for change in await gaps.ledger.changes(gap.gap_id)]
        items.append(MissingView.model_validate(gap).model_copy(update={"changes": changes}))
    return MissingsView(items=items)
