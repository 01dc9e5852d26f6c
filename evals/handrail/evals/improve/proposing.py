"""What would mend a gap, worked out from what people answered and did."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from handrail.agent.models.breaker import Form
from handrail.conversation.errors import Invalid
from handrail.conversation.events import BotSaid, Consulted
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.desk.figures.questions import Questions
from handrail.knowledge.embed import Embedder
from handrail.knowledge.knowledge import Knowledge
from handrail.knowledge.passages import Passage, Policy

from . import policy_text
from .advice import advice_for
from .answers import answers_to
from .changes import digest_of, text_of
from .drafting import Draft, draft_passage
from .gaps import Gap
from .ledger import Ledger, Who
from .proposal import Ending, Proposal, Proposals, sources_text

MARKDOWN = ".md"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that would be written, and the version that would end with it."""

    file: str
    base: str | None
    text: str
    cites: str
    ends: Ending | None = None
    remarks: tuple[str, ...] = ()


class Proposer:
    """Drafts proposals. `form` is the model that writes, None where there is none."""

    def __init__(
        self, log: Log, settings: Settings, knowledge: Knowledge, embedder: Embedder, form: Form | None = None
    ) -> None:
        self._log, self._settings, self._knowledge, self._embedder = log, settings, knowledge, embedder
        self._form = form
        self.proposals = Proposals.of(settings)
        self._ledger = Ledger(log.database, log.clock)

    async def propose(self, gap: Gap, who: Who, *, anew: bool = False) -> Proposal:
        """Draft what would mend a gap and keep it for a person to edit. Raises `Conflict` where somebody has edited
        the draft before, unless `anew`; `Unavailable`."""
        now = self._log.clock.now()
        if gap.kind in ("policy_missing", "policy_outdated", "phrase"):
            questions = await self._questions(gap)
            answers = await answers_to(self._log, gap.keys, self._settings.checks.phone_regions)
            name = self._settings.engine.model
            draft = await draft_passage(questions, answers, self._embedder, self._form, name)
            written = await self._written(gap, draft, now.astimezone(ZoneInfo(self._settings.business.timezone)).date())
            remarks = (*draft.remarks, *written.remarks)
            proposal = Proposal(
                gap_id=gap.gap_id,
                at=now,
                file=written.file,
                base=written.base,
                cites=written.cites,
                drafted=digest_of(written.text),
                unwritten=not draft.text,
                by=draft.by,
                ends=written.ends,
                remarks=remarks,
            )
            self.proposals.put(proposal, written.text, sources_text(draft.sources, remarks, draft.by), anew=anew)
        else:
            told = await advice_for(gap, self._log, self._settings)
            proposal = Proposal(gap_id=gap.gap_id, at=now, advice=told)
            self.proposals.put(proposal, "", "\n".join(told) + "\n", anew=anew)
        if gap.state in ("open", "reopened"):
            await self._ledger.move(gap.gap_id, "proposed", who, "proposed", proposal.file or "by hand")
        return proposal

    async def _questions(self, gap: Gap) -> list[str]:
        regions = self._settings.checks.phone_regions
        return list(gap.examples) or [await Questions(self._log, regions).hidden(gap.keys[0])]

    async def _written(self, gap: Gap, draft: Draft, today: date) -> Written:
        policy = None
        if gap.kind == "policy_outdated":
            policy, passage = await self._spoken_of(gap, today)
            if policy is not None and policy.effective_from < today and policy.effective_until is None:
                return self._next(policy, passage, draft, today)
        elif gap.kind == "phrase":
            policy = await self._answering(draft, today)
        if policy is not None:
            held = self._held(policy)
            text = policy_text.with_section(held, draft.heading, draft.text)
            return Written(policy.source, digest_of(held), text, policy.id)
        return self._new(draft, today)

    def _new(self, draft: Draft, today: date) -> Written:
        folder = self._settings.policies_folder
        taken = {policy.id for policy in self._knowledge.policies} | {file.stem for file in folder.glob("*.md")}
        id_ = policy_text.slug_of(draft.heading, taken)
        return Written(f"{id_}.md", None, policy_text.new_policy(id_, draft.heading, draft.text, today), id_)

    def _next(self, policy: Policy, passage: Passage | None, draft: Draft, today: date) -> Written:
        held = self._held(policy)
        versions = {p.version for p in self._knowledge.policies if p.id == policy.id}
        version = policy_text.next_version(policy.version, versions)
        body, replaced = policy_text.mended(policy.text, passage.text if passage else "", draft.heading, draft.text)
        remark = (
            f"it stands in the place of: {passage.text!r}"
            if replaced and passage
            else "strike what does not hold any more: nothing was taken out"
        )
        ends = Ending(file=policy.source, base=digest_of(held), text=policy_text.ended(held, today))
        text = policy_text.new_version(held, policy, version, today, body)
        return Written(f"{policy.id}-v{version}.md", None, text, f"{policy.id}@{version}", ends, (remark,))

    def _held(self, policy: Policy) -> str:
        held = text_of(self._settings.policies_folder, policy.source)
        if held is None:
            raise Invalid(f"{policy.source} is gone: handrail index brings the policies up to date")
        return held

    async def _spoken_of(self, gap: Gap, today: date) -> tuple[Policy | None, Passage | None]:
        """The policy that was cited most in these conversations, else found first; and the passage of it."""
        cited: Counter[str] = Counter()
        for conversation_id in dict.fromkeys(id_ for id_, _ in gap.keys):
            for event in await self._log.read(conversation_id):
                if isinstance(event.data, BotSaid):
                    cited.update(2 * [c.passage for c in event.data.citations if c.passage])
                elif isinstance(event.data, Consulted) and event.data.passages:
                    cited[event.data.passages[0].passage] += 1
        for passage_id, _ in cited.most_common():
            passage = self._knowledge.passage(passage_id)
            if passage is not None and self._mendable(passage.policy, today):
                return passage.policy, passage
        return None, None

    async def _answering(self, draft: Draft, today: date) -> Policy | None:
        """The policy that says already what people answered."""
        if not draft.text:
            return None
        found = await self._knowledge.find(draft.text, as_of=today, k=3)
        mendable = (hit.passage.policy for hit in found.hits if self._mendable(hit.passage.policy, today))
        return next(mendable, None)

    def _mendable(self, policy: Policy, today: date) -> bool:
        return policy.source.endswith(MARKDOWN) and policy.in_force(today)
