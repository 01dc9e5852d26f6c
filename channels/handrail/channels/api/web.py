"""The pages: `/` for customers, `/desk` for people, `/desk/insights` for figures, `/desk/audits` for tagging; and their
parts under `/pages`."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from handrail.channels.api.kit import WithKit
from handrail.conversation.errors import NotFound

PAGES = Path(__file__).parent.parent / "pages"
# The browser asks each time and is told by ETag that nothing has changed: a new version is never half old.
FRESH = {"Cache-Control": "no-cache"}
router = APIRouter(include_in_schema=False)


@router.get("/")
async def chat() -> FileResponse:
    """The customer's page."""
    return FileResponse(PAGES / "chat.html", headers=FRESH)


@router.get("/desk")
async def desk(kit: WithKit) -> FileResponse:
    """The page of the people, where they work with it."""
    if not kit.handrail.settings.desk.console:
        raise NotFound("people work at another desk")
    return FileResponse(PAGES / "desk.html", headers=FRESH)


@router.get("/desk/insights")
async def insights() -> FileResponse:
    """The page of the figures; who may see them is asked when they are read."""
    return FileResponse(PAGES / "insights.html", headers=FRESH)


@router.get("/desk/audits")
async def audits() -> FileResponse:
    """The page on which people tag what the bot closed alone; who may is asked when one is read."""
    return FileResponse(PAGES / "audits.html", headers=FRESH)


@router.get("/desk/improve")
async def improve() -> FileResponse:
    """The page of what is missing; who may see it is asked when it is read."""
    return FileResponse(PAGES / "improve.html", headers=FRESH)


class Assets(StaticFiles):
    """Scripts and styles of the pages."""

    def __init__(self) -> None:
        super().__init__(directory=PAGES)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(FRESH)
        return response
