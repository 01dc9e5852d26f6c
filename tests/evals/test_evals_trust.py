"""A judge is itself measured: against people's tags, for length and for the order of its questions."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from evals_judges import Mute, Scribe, answer, judge
from evals_logs import START
from typer.testing import CliRunner

from handrail.channels.cli import judging
from handrail.channels.cli.main import app
from handrail.evals.budget import Budget
from handrail.evals.case import Case
from handrail.evals.gates import gate
from handrail.evals.judging.measuring import Pair, measure, people, tagged
from handrail.evals.judging.record import Record, read_record, record, warnings
from handrail.evals.judging.trust import Trust, leaning, trust
from handrail.evals.tags import most

LEAST = 0.4


def talk(number: int, *, settled: bool, lines: int = 2, words: int = 5) -> dict[str, Any]:
    """A tagged transcript. Its last line names what happened, which a judge can read off."""
    said = [{"role": "customer", "text": f"question {n}"} for n in range(lines - 1)]
    said += [{"role": "agent", "text": " ".join(["word"] * words) + (" SOLVED" if settled else " STUCK")}]
    tag = {"outcome": "resolved" if settled else "unresolved", "escalate": not settled, "by": "kim", "at": "2026-06-01"}
    return {"id": f"t{number}", "turns": said, "tags": [tag]}


def case(**record: Any) -> Case:
    turns = [turn for turn in record["turns"] if turn["role"] == "customer"]
    return Case.model_validate(
        {
            "id": record["id"], "purpose": "p", "steps": [{"say": turn["text"]} for turn in turns],
            "recorded": record["turns"], "tags": record["tags"],
        }
    )  # fmt: skip


TALKS = [talk(n, settled=n % 2 == 0, lines=2 + (n % 4 > 1) * 4, words=5 + (n % 8 > 3) * 20) for n in range(80)]
CASES = [case(**one) for one in TALKS]


async def measured(rule: Callable[[str, str], dict[str, Any]], cases: Sequence[Case] = CASES) -> list[Pair]:
    return await measure(cases, judge(Scribe(rule)), Budget())


def reads_well(record: str, question: str) -> dict[str, Any]:
    settled = "SOLVED" in record
    return answer("yes" if settled is (question != "person") else "no")


def of(question: Any, pairs: Sequence[Pair]) -> Trust:
    found = trust(question, pairs, LEAST)
    assert found is not None
    return found


async def test_a_judge_that_sees_what_people_see_is_trusted() -> None:
    pairs = await measured(reads_well)
    found = of("settled", pairs)
    assert (found.agreement.value, found.kappa.value, found.auroc.value) == (1.0, 1.0, 1.0)
    assert (found.talks.value, found.replies.value, found.turned.value, found.silent.value) == (0.0, 0.0, 0.0, 0.0)
    assert found.doubts == ()
    assert of("person", pairs).kappa.value == 1.0
    assert trust("helpful", pairs, LEAST) is None


async def test_a_judge_that_guesses_agrees_no_more_than_chance_and_is_not_trusted() -> None:
    chance = random.Random(3)
    found = of("settled", await measured(lambda _, __: answer(chance.choice(["yes", "no"]))))
    assert found.kappa.value is not None
    assert abs(found.kappa.value) < 0.3
    assert any("kappa may be as low as" in doubt for doubt in found.doubts)


async def test_a_judge_that_favours_length_is_told_by_how_much_at_equal_tags() -> None:
    def lenient(record: str, question: str) -> dict[str, Any]:
        return answer("yes") if record.count('"line"') > 3 else reads_well(record, question)

    found = of("settled", await measured(lenient))
    assert found.talks.value == pytest.approx(0.5)
    assert any("longer conversations more often by 50%" in doubt for doubt in found.doubts)
    assert not any("replies" in doubt for doubt in found.doubts)

    def wordy(record: str, question: str) -> dict[str, Any]:
        return answer("no") if record.count("word") > 10 else reads_well(record, question)

    found = of("settled", await measured(wordy))
    assert found.replies.value == pytest.approx(-0.5)
    assert any("shorter replies more often by 50%" in doubt for doubt in found.doubts)


def test_length_that_goes_with_what_people_say_is_no_bias() -> None:
    truth = [True] * 30 + [False] * 30
    lengths = [9.0] * 25 + [1.0] * 5 + [9.0] * 5 + [1.0] * 25
    found = leaning(truth, truth, lengths)
    assert found.value == 0.0
    assert leaning(truth, truth, [9.0 if word else 1.0 for word in truth]).value is None
    assert leaning([], [], []).value is None


async def test_a_judge_swayed_by_the_order_of_its_questions_is_told() -> None:
    class Swayed(Scribe):
        async def write(self, schema: Any, messages: Any, *, seconds: float | None = None) -> Any:
            first = next(name for name in schema.model_fields if name != "steering")
            self._rule = reads_well if first == "settled" else lambda _, __: answer("no")
            return await super().write(schema, messages, seconds=seconds)

    pairs = await measure(CASES, judge(Swayed(reads_well)), Budget())
    found = of("settled", pairs)
    assert found.turned.value == 0.5
    assert any("change with the order" in doubt for doubt in found.doubts)


async def test_silence_is_not_agreement() -> None:
    found = of("settled", await measure(CASES, judge(Mute()), Budget()))
    assert (found.agreement.n, found.silent.value) == (0, 1.0)
    assert any("says nothing on 100%" in doubt for doubt in found.doubts)


async def test_a_few_conversations_prove_nothing() -> None:
    found = of("settled", await measured(reads_well, CASES[:12]))
    assert found.kappa.value == 1.0
    assert any("too few" in doubt for doubt in found.doubts)


def test_people_say_by_tags_and_marks_and_most_decide() -> None:
    tags = [
        {"marks": {"helpful": True}, "by": "kim", "at": "2026-06-01"},
        {"marks": {"helpful": True, "tone": False}, "outcome": "abandoned", "by": "sol", "at": "2026-06-01"},
        {"marks": {"helpful": False}, "by": "ada", "at": "2026-06-01"},
    ]
    one = case(id="a", turns=TALKS[0]["turns"], tags=tags)
    assert [people(one, q) for q in ("helpful", "tone", "right", "settled", "person")] == [
        True, False, None, False, None,
    ]  # fmt: skip
    assert most([]) is most([True, False]) is None
    assert tagged([one, one.model_copy(update={"recorded": ()}), one.model_copy(update={"tags": ()})]) == [one]


async def test_the_budget_ends_a_measurement() -> None:
    pairs = await measure(CASES, judge(Scribe(reads_well)), Budget(8.0))
    assert len(pairs) == 8


async def test_gates_on_a_judge_that_was_not_measured_or_agrees_too_little_are_warned_of() -> None:
    gates = [gate("judge.settled >= 0.5"), gate("judge.settled.low >= 0.3"), gate("right >= 0.5")]
    pairs = await measured(reads_well)
    told = record("openai:judge/1", START, pairs, [of("settled", pairs)])
    assert list(warnings(gates, "openai:judge/1", told, LEAST)) == []
    for other in (None, told.model_copy(update={"judge": "openai:judge/2"})):
        (warning,) = warnings(gates, "openai:judge/1", other, LEAST)
        assert "judge.settled is held to a gate, and openai:judge/1 was never measured" in warning
    pairs = await measured(lambda _, __: answer("yes"))
    weak = record("openai:judge/1", START, pairs, [of("settled", pairs)])
    assert "agreement with people is weak" in next(warnings(gates, "openai:judge/1", weak, LEAST))
    assert {each.people for each in weak.disagreements} == {False}


def test_the_command_tells_what_it_measured_and_keeps_it(tmp_path, monkeypatch) -> None:
    (tmp_path / "handrail.toml").write_text('[engine]\nkind = "offline"\n')
    file = tmp_path / "chats.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in TALKS))

    def run(*arguments: str) -> Any:
        command = ["evals", "judge", "--data", str(file), "--workspace", str(tmp_path), *arguments]
        return CliRunner().invoke(app, command, env={"COLUMNS": "200"})

    none = run()
    assert none.exit_code == 2
    assert "a judge is a model" in none.stderr

    class Opened:
        async def __aenter__(self) -> Any:
            return judge(Scribe(lambda _, __: answer("yes")), "openai:lenient/1")

        async def __aexit__(self, *_: object) -> None: ...

    monkeypatch.setattr(judging, "open_judge", lambda settings: Opened())
    done = run()
    assert done.exit_code == 0, done.output
    assert "t1  settled: people say no, the judge yes: line 1 says so" in done.stdout
    assert "kappa may be as low as 0.00" in done.stdout
    kept = read_record(tmp_path / "judge.json")
    assert isinstance(kept, Record)
    assert (kept.judge, kept.conversations, kept.questions["settled"].agreement.value) == ("openai:lenient/1", 80, 0.5)
    assert "needs prices" in run("--budget", "1").stderr
