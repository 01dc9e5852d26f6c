"""The policies of today for a conversation of then."""

from collections.abc import Sequence
from datetime import date

from handrail.conversation.audience import EVERYBODY, Audience
from handrail.knowledge.knowledge import IndexReport, Knowledge, Progress
from handrail.knowledge.lint import Remark
from handrail.knowledge.passages import Found, Passage, Policy


class Today(Knowledge):
    """Knowledge in which days from `since` on are read as `today`: a question of then is answered by the rules of now,
    while what was bought under an older rule stays under that."""

    def __init__(self, of: Knowledge, since: date, today: date) -> None:
        self._of, self._since, self._today = of, since, max(since, today)

    async def find(
        self,
        query: str,
        *,
        as_of: date,
        k: int = 5,
        context: Sequence[str] = (),
        said: Sequence[str] = (),
        audience: Audience = EVERYBODY,
    ) -> Found:
        """As `Knowledge.find`, on the day that is meant."""
        day = self._today if as_of >= self._since else as_of
        return await self._of.find(query, as_of=day, k=k, context=context, said=said, audience=audience)

    async def refresh(self, progress: Progress | None = None) -> IndexReport:
        """As `Knowledge.refresh`."""
        return await self._of.refresh(progress)

    async def lint(self, today: date) -> list[Remark]:
        """As `Knowledge.lint`."""
        return await self._of.lint(today)

    def passage(self, passage_id: str) -> Passage | None:
        """As `Knowledge.passage`."""
        return self._of.passage(passage_id)

    @property
    def policies(self) -> Sequence[Policy]:
        """As `Knowledge.policies`."""
        return self._of.policies

    @property
    def passages(self) -> Sequence[Passage]:
        """As `Knowledge.passages`."""
        return self._of.passages

    async def close(self) -> None:
        """Whoever opened the knowledge closes it."""
