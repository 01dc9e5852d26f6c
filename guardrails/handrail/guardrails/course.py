"""The checks of how a conversation goes, as validators: mood, standstill, insults, and that all is done."""

from handrail.conversation.events import Finding
from handrail.guardrails.abuse import abuse
from handrail.guardrails.check import Check
from handrail.guardrails.context import Context
from handrail.guardrails.sentiment import FURIOUS, NEGATIVE, UPSET, feel, trend
from handrail.guardrails.settled import says_settled
from handrail.guardrails.stuck import standstill


class Sentiment(Check):
    """The customer's mood in this line, and how it has moved."""

    check = "sentiment"

    async def look(self, text: str, context: Context) -> list[Finding]:
        felt = feel(text, context.reading)
        before = context.situation.moods if context.situation else ()
        if (
            context.situation
            and context.situation.lines
            and before
            and before[-1].seq == context.situation.lines[-1].seq
        ):
            before = before[:-1]
        moved = trend(felt, before)
        cues = ", ".join(dict.fromkeys(felt.cues[:4]))
        found = [
            self.finding("score", (felt.sentiment + 1) / 2, reason=cues),
            self.finding("frustration", felt.frustration),
        ]
        building = moved.upset >= 2 and felt.frustration >= FURIOUS and moved.rising >= 0.15
        if felt.frustration >= UPSET and (moved.upset >= context.checks.upset_turns or building):
            why = f"upset for {moved.upset} lines in a row" if moved.upset > 1 else "upset"
            found.append(self.finding("frustrated", max(felt.frustration, 0.9), "handover", reason=why))
        elif felt.frustration >= UPSET:
            found.append(self.finding("negative", felt.frustration, "offer", reason="upset with us"))
        elif felt.sentiment <= NEGATIVE:
            found.append(self.finding("negative", -felt.sentiment, reason="unhappy"))
        if moved.recovering:
            found.append(self.finding("recovering", 1 - felt.frustration, reason="calmer than before"))
        return found


class Stuck(Check):
    """The customer or the bot says the same again, or nothing moves."""

    check = "stuck"

    async def look(self, text: str, context: Context) -> list[Finding]:
        still = standstill(text, context.situation)
        found, told = [], still.complaint is not None
        if still.repeats:
            action = (
                "handover"
                if still.repeats >= 3 or (still.repeats == 2 and told)
                else "offer"
                if still.repeats == 2 or told
                else "note"
            )
            found.append(
                self.finding("repeat", max(still.score, 0.4), action, reason=f"said the same {still.repeats + 1} times")
            )
        elif told:
            found.append(
                self.finding(
                    "repeat",
                    max(still.score, 0.4),
                    "note",
                    span=still.complaint,
                    reason="says that we don't understand",
                )
            )
        if still.loops:
            told = told or bool(still.repeats)
            action = "handover" if still.loops >= 2 and told else "offer" if still.loops >= 2 or told else "note"
            found.append(
                self.finding("loop", still.score, action, reason=f"we gave the same answer {still.loops + 1} times")
            )
        if still.complaints >= 2:
            why = f"says in {still.complaints} lines in a row that it does not help"
            found.append(
                self.finding("no_progress", max(still.score, 0.6), "handover", span=still.complaint, reason=why)
            )
        elif still.idle >= 3:
            action = "handover" if still.idle >= 5 else "offer"
            why = f"{still.idle} turns without progress"
            found.append(self.finding("no_progress", still.score, action, reason=why))
        return found


class Abuse(Check):
    """Insults, slurs and explicit advances."""

    check = "abuse"

    async def look(self, text: str, context: Context) -> list[Finding]:
        score, span = abuse(text)
        if not score:
            return []
        return [
            self.finding("abuse", score, "refuse" if score >= 0.9 else "note", span=span, reason="insults the reader")
        ]


class Settled(Check):
    """The customer says that the matter is settled. Nothing follows from it but that figures count it."""

    check = "settled"

    async def look(self, text: str, context: Context) -> list[Finding]:
        span = says_settled(text)
        return [self.finding("said", 1.0, span=span, reason="says that it is settled")] if span else []
