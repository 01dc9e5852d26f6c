"""Packets held against people's choices, and judged: `python -m bench packets [--only tweets|sample] [--show N]`."""

import argparse
import asyncio
import random
import sys
from collections.abc import Iterator, Sequence
from statistics import mean

from bench.figures import Figure, Surroundings, save, show
from bench.packets.judge import ground, made_up
from bench.packets.sample import sample
from bench.packets.spoiling import SPOILS, spoiled
from bench.packets.tweets import Dialogue, dialogues, f1, first_and_last, rouge
from handrail.desk.digests import Digests
from handrail.desk.transcript import turn_of
from handrail.desk.verify import Verified

HALVES = ("chosen on", "other half")


async def measure(only: int | None = None) -> list[Figure]:
    """Sum up every dialogue, and score and judge what came of it."""
    found = [one for one in dialogues() if only is None or one.half == only]
    made = [(one, await Digests().make(one.turns)) for one in found]
    figures = [*_turns(made), *_words(made), *_judged(made)]
    return [*figures, *_caught(made)]


def _turns(made: Sequence[tuple[Dialogue, Verified]]) -> Iterator[Figure]:
    for half, name in enumerate(HALVES):
        scored = [(one, _told(verified)) for one, verified in made if one.half == half and one.chosen]
        if not scored:
            continue
        part, n = f"turns, {name}", len(scored)
        base = mean(f1(first_and_last(one.turns), one.chosen) for one, _ in scored)
        every = mean(f1(frozenset(range(1, len(one.turns) + 1)), one.chosen) for one, _ in scored)
        ours = mean(f1(told, one.chosen) for one, told in scored)
        yield Figure(part, "F1 of the turns", 100 * ours, "%", least=100 * base, samples=n)
        yield Figure(part, "… of first customer + last agent turn", 100 * base, "%", samples=n)
        yield Figure(part, "… of all turns", 100 * every, "%", samples=n)
        recall = mean(len(told & one.chosen) / len(one.chosen) for one, told in scored)
        precision = mean(len(told & one.chosen) / max(1, len(told)) for one, told in scored)
        yield Figure(part, "recall", 100 * recall, "%", samples=n)
        yield Figure(part, "precision", 100 * precision, "%", samples=n)


def _words(made: Sequence[tuple[Dialogue, Verified]]) -> Iterator[Figure]:
    part, n = "words", len(made)
    ours = mean(rouge(_text(verified), one.references) for one, verified in made)
    base = mean(rouge(_quoted(one), one.references) for one, _ in made)
    yield Figure(part, "ROUGE-1 F, best reference", 100 * ours, "%", samples=n)
    yield Figure(part, "… of first customer + last agent turn", 100 * base, "%", samples=n)
    yield Figure(part, "lines", mean(len(verified.packet.lines) for _, verified in made), "", most=8, samples=n)
    yield Figure(part, "words", mean(len(_text(verified).split()) for _, verified in made), "", samples=n)


def _judged(made: Sequence[tuple[Dialogue, Verified]]) -> Iterator[Figure]:
    lines = wrong = dropped = 0
    for one, verified in made:
        dropped += len(verified.dropped)
        for line in verified.packet.lines:
            lines += 1
            said = ground(one.turns[turn_of(ref) - 1].text for ref in line.evidence)
            if unsaid := made_up(line.text, said):
                wrong += 1
                print(f"{one.id}: {unsaid}", file=sys.stderr)
    yield Figure("judged", "lines with anything made up", wrong, "", most=0, samples=lines)
    yield Figure("judged", "lines dropped by the verifier", dropped, "", samples=lines + dropped)


def _caught(made: Sequence[tuple[Dialogue, Verified]]) -> Iterator[Figure]:
    """How many of lines spoiled on purpose the judge finds: a judge that finds nothing proves nothing."""
    chance = random.Random(7)
    for spoil in SPOILS:
        found = total = 0
        for one, verified in made:
            for line in verified.packet.lines:
                text = spoiled(line.text, spoil, chance)
                if text is None:
                    continue
                total += 1
                found += bool(made_up(text, ground(one.turns[turn_of(ref) - 1].text for ref in line.evidence)))
        yield Figure("judge", f"finds {spoil}", 100 * found / total if total else 0, "%", least=95, samples=total)


def _told(verified: Verified) -> frozenset[int]:
    return frozenset(turn_of(ref) for line in verified.packet.lines for ref in line.evidence)


def _text(verified: Verified) -> str:
    return " ".join(line.text for line in verified.packet.lines)


def _quoted(one: Dialogue) -> str:
    return " ".join(one.turns[n - 1].text for n in sorted(first_and_last(one.turns)))


async def _show(count: int) -> None:
    for one in random.Random(count).sample(dialogues(), count):
        print(f"\n{one.id}: chosen {sorted(one.chosen)}")
        for n, turn in enumerate(one.turns, 1):
            print(f"  {n:>2} {turn.role:<8} {turn.text}")
        for line in (await Digests().make(one.turns)).packet.lines:
            print(f"   > {line.text} {[turn_of(ref) for ref in line.evidence]}")


def main(options: list[str]) -> int:
    """Measure; 1 where a figure does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench packets", description=__doc__)
    parser.add_argument("--show", type=int, default=0, help="print so many dialogues with their summaries instead")
    parser.add_argument("--half", type=int, choices=(0, 1), help="only one half; choices were made on 0")
    parser.add_argument("--only", choices=("tweets", "sample"), help="only TweetSumm, or only the sample's handoffs")
    given = parser.parse_args(options)
    if given.show:
        asyncio.run(_show(given.show))
        return 0
    surroundings = Surroundings()
    figures: list[Figure] = []
    if given.only != "sample":
        figures += asyncio.run(measure(given.half))
    if given.only != "tweets":
        figures += asyncio.run(sample())
    surroundings.end()
    show(figures, surroundings)
    print(f"kept in {save('packets', figures, surroundings)}")
    return int(any(figure.holds is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
