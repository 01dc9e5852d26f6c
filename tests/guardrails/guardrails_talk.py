"""Conversations in a line: what was said so far, as a situation."""

from datetime import UTC, datetime, timedelta

from handrail.conversation.situation import Line, Mood, Situation

DIMENSIONS = 384
START = datetime(2026, 6, 15, 10, tzinfo=UTC)


def talk(*lines: str, outcomes: tuple[str, ...] = (), moods: tuple[float, ...] = ()) -> Situation:
    """`talk("c: hello", "b: hi", "c: hello?")`: the last line is not answered yet. `moods` are frustrations."""
    speakers = {"c": "customer", "b": "bot", "p": "person"}
    told = tuple(
        Line(seq, START + timedelta(minutes=seq), speakers[line[0]], line[3:])  # type: ignore[arg-type]
        for seq, line in enumerate(lines, 1)
    )
    return Situation(
        "c1",
        seq=len(told),
        lines=told,
        heard=len(told),
        answered=max(0, len(told) - 1),
        outcomes=outcomes,  # type: ignore[arg-type]
        moods=tuple(Mood(n, -f, f) for n, f in enumerate(moods, 1)),
    )
