"""The guardrails: every check for each direction, and one verdict for each text.

The checks are validators of guardrails-ai, and are driven here by the sentence. The library's own `AsyncGuard` would
run them as well, at 0.8 ms of CPU more for each text, which is twice what the checks of a sentence take together.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache, partial
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from handrail.conversation.errors import SettingsError, Unavailable
from handrail.conversation.settings import Checks
from handrail.conversation.situation import Situation
from handrail.guardrails.budget import EMBEDDING, Budgets
from handrail.guardrails.context import Context, Sheet
from handrail.guardrails.injection import marks, score
from handrail.guardrails.judge import Judge
from handrail.guardrails.library import foreign, quiet
from handrail.guardrails.probes import Embedder, Probes, Reading, learn
from handrail.guardrails.verdict import Evidence, Verdict

log = logging.getLogger(__name__)

WARM = "Hello, call 01223 812660 or write to ann@example.org by 12 June, it is 20 km."
"""Touches the lists and tables that are read on first use."""
READ_ALREADY = 512
"""How many passages' verdicts are kept: the same policies come up in turn after turn."""


class Rails:
    """Checks texts. `embedder` is asked at most once for a customer's line, and for a sentence only where words leave
    it open whether it is supported; without one the checks go by words alone.

    `zones` are the time zones in which times may be told beside the evidence's own, `names` (of the business, say) need
    no evidence, `prompts` must not be repeated to customers; a `judge` is asked where it stays open whether a sentence
    is supported. Nothing of one text is kept for the next.
    """

    def __init__(
        self,
        checks: Checks,
        embedder: Embedder | None = None,
        *,
        zones: Sequence[str] = (),
        names: Sequence[str] = (),
        prompts: Sequence[str] = (),
        judge: Judge | None = None,
    ) -> None:
        quiet()
        from handrail.guardrails.inbound import DATA, INBOUND
        from handrail.guardrails.outbound import OUTBOUND

        others = [foreign(named) for named in checks.hub]
        self._checks, self._embedder, self._judging = checks, embedder, judge
        self._zones, self._names, self._prompts = tuple(zones), tuple(names), tuple(prompts)
        self._inbound = (*(c() for c in INBOUND), *(v for v, to in others if to == "inbound"))
        self._outbound = (*(c() for c in OUTBOUND), *(v for v, to in others if to == "outbound"))
        self._data = tuple(c() for c in DATA)
        known = dict.fromkeys(c.check for c in (*self._inbound, *self._outbound, *self._data))
        self._budgets = Budgets(checks, known)
        self._probes: Probes | None = None
        self._ready = False
        self._learning = asyncio.Lock()
        self._passages: OrderedDict[str, Verdict] = OrderedDict()

    async def prepare(self) -> None:
        """Learn the probes and read the word lists now (a second or two); otherwise the first message waits for it.

        Raises `SettingsError` for a validator of the hub that does not work here."""
        async with self._learning:
            if self._ready:
                return
            from handrail.guardrails.foreign import BROKEN

            if self._embedder is not None:
                self._probes = await learn(self._embedder)
            for checks in (self._inbound, self._outbound, self._data):
                context = Context(checks=self._checks, evidence=Evidence(passages={"warm": WARM}))
                tried = await self._judge(checks, WARM, context, Sheet())
                if broken := [f.check for f in tried.findings if f.name == BROKEN]:
                    raise SettingsError(f"checks.hub: {broken[0]} fails at whatever it is given; the log tells how")
            self._ready = True

    async def inbound(self, text: str, situation: Situation | None = None) -> Verdict:
        """Check what the customer wrote. `situation` already has this line as its last."""
        started = perf_counter()
        reading, over = await self._budgets.keep(EMBEDDING, "inbound", partial(self._read, text))
        sheet = Sheet(milliseconds={EMBEDDING: round((perf_counter() - started) * 1000, 3)})
        sheet.findings += [over] if over else []
        context = Context("inbound", self._checks, situation, reading=reading)
        return await self._judge(self._inbound, text, context, sheet)

    async def outbound(self, sentence: str, evidence: Evidence, situation: Situation | None = None) -> Verdict:
        """Check one sentence that is about to be sent. What asks for `redraft` must not be."""
        zones = self._zones
        if situation is not None and situation.timezone and _is_zone(situation.timezone):
            zones = (*zones, situation.timezone)
        context = Context(
            "outbound", self._checks, situation, evidence,
            embedder=self._embedder, judge=self._judging, zones=zones, names=self._names, prompts=self._prompts,
        )  # fmt: skip
        return await self._judge(self._outbound, sentence, context, Sheet())

    async def passage(self, text: str) -> Verdict:
        """Check a policy passage for hidden instructions. What asks for `refuse` must not reach the model."""
        known = self._passages.get(text)
        if known is None:
            known = await self._judge(self._data, text, Context("passage", self._checks), Sheet())
            if known.of("budget"):
                # A slow moment says nothing of the passage: it is read again the next time.
                return known
            self._passages[text] = known
            if len(self._passages) > READ_ALREADY:
                self._passages.popitem(last=False)
        return known

    async def result(self, text: str) -> Verdict:
        """Check a text from a tool's result, likewise."""
        return await self._judge(self._data, text, Context("result", self._checks), Sheet())

    async def injection(self, text: str) -> float:
        """How surely `text` is an attempt to give the agent instructions, 0 to 1, also below what a finding needs."""
        reading = await self._read(text)
        return score(marks(text), reading.like("injection") if reading else 0.0)

    async def read_ahead(self, texts: Sequence[str]) -> None:
        """Embed texts that are about to be checked, all at once: it costs less than one by one."""
        if self._embedder is None or not texts:
            return
        try:
            await self._embedder.embed(list(dict.fromkeys(texts)))
        except Unavailable as error:
            log.warning("texts are embedded one by one: %s", error)

    def reading(self, vector: np.ndarray) -> Reading:
        """What the probes see in one embedding. Call `prepare` first."""
        if self._probes is None:
            raise RuntimeError("the probes are not learnt yet")
        return self._probes.read(vector)

    async def _read(self, text: str) -> Reading | None:
        if self._embedder is None:
            return None
        try:
            if not self._ready:
                await self.prepare()
            vectors = await self._embedder.embed([text])
        except Unavailable as error:
            # The words still tell most of it, and a customer must not wait for an embedding service.
            log.warning("checks go by words alone: %s", error)
            return None
        return self.reading(vectors[0])

    async def _judge(self, checks: Sequence[Any], text: str, context: Context, sheet: Sheet) -> Verdict:
        from handrail.guardrails.check import CONTEXT, SHEET

        started = perf_counter()
        metadata = {CONTEXT: context, SHEET: sheet}
        for check in checks:
            begun = perf_counter()
            _, over = await self._budgets.keep(
                check.check, context.direction, partial(check.async_validate, text, metadata)
            )
            if over:
                sheet.add(check.check, [over], (perf_counter() - begun) * 1000)
        unread = {c.check for c in checks} - sheet.milliseconds.keys()
        if unread:
            # Nothing unchecked is ever sent: a check that did not run is as bad as one that failed.
            raise RuntimeError(f"these checks did not run: {', '.join(sorted(unread))}")
        spent = (perf_counter() - started) * 1000 + sheet.milliseconds.get(EMBEDDING, 0.0)
        return Verdict(self._budgets.shadowed(sheet.findings), {**sheet.milliseconds, "all": round(spent, 3)})


@cache
def _is_zone(name: str) -> bool:
    """Whether the client told a time zone that there is; what it tells is not to be relied on."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
