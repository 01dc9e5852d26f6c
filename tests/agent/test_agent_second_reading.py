"""A model as the checks' judge: what it is shown, and what of its word counts."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import BaseModel

from handrail.agent.second_reading import ModelJudge, Ruling, judge_of
from handrail.conversation.errors import Unavailable
from handrail.conversation.sections import PHONE_REGIONS, Checks
from handrail.conversation.settings import Settings
from handrail.conversation.spending import Usage, spending

SOURCES = ["Dogs are welcome for 20 euros a night.", '{"guest": "Zelda Quist", "email": "zelda@example.org"}']
SAID = ["My name is Zelda Quist, can I bring my dog?"]


class Filling:
    def __init__(self, told: dict[str, str] | None) -> None:
        self.told, self.shown = told, ""

    async def write(
        self, schema: type[BaseModel], messages: Sequence[dict[str, Any]], *, seconds: float | None = None
    ) -> tuple[Any, Usage]:
        self.shown = str(messages)
        if self.told is None:
            raise Unavailable("too slow", code="timeout")
        return schema.model_validate(self.told), Usage(calls=1, tokens_in=40, tokens_out=7)


async def asked(told: dict[str, str] | None) -> tuple[bool | None, str]:
    form = Filling(told)
    judge = ModelJudge(form, 1.0, PHONE_REGIONS)
    return await judge.supports("Zelda, dogs are welcome.", SOURCES, SAID), form.shown


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"supported": "yes", "words": "dogs are  welcome"}, True),
        ({"supported": "yes", "words": "cats are welcome"}, None),
        ({"supported": "yes", "words": ""}, None),
        ({"supported": "no", "words": ""}, False),
        ({"supported": "unclear", "words": ""}, None),
        (None, None),
    ],
)
async def test_a_yes_counts_only_with_words_of_a_source(told: dict[str, str] | None, word: bool | None) -> None:
    assert (await asked(told))[0] is word


async def test_it_sees_nobodys_data() -> None:
    _, shown = await asked({"supported": "no", "words": ""})
    assert "20 euros" in shown
    assert "Zelda" not in shown and "zelda@" not in shown
    assert "<name_1>" in shown and "<name_1.first>, dogs" in shown


def test_it_is_off_unless_switched_on_and_there_is_a_model() -> None:
    form = Filling(None)
    assert judge_of(Settings(), form) is None
    on = Settings(checks=Checks(judge="model"))
    assert judge_of(on, None) is None
    assert isinstance(judge_of(on, form), ModelJudge)
    assert Ruling.model_json_schema()["required"] == ["supported", "words"]


async def test_what_it_costs_is_told_to_whoever_adds_up() -> None:
    with spending() as outer:
        with spending() as spent:
            # Checks may run in tasks of their own.
            await asyncio.gather(*(asyncio.create_task(asked({"supported": "no", "words": ""})) for _ in range(2)))
            await asked(None)
        assert spent.usage == Usage(calls=2, tokens_in=80, tokens_out=14)
    assert outer.usage == Usage()
    await asked({"supported": "no", "words": ""})
    assert spent.usage.calls == 2
