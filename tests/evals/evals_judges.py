"""Judges that say what a test has them say."""

from collections.abc import Callable, Sequence
from typing import Any

from handrail.conversation.errors import Unavailable
from handrail.conversation.spending import Usage
from handrail.evals.judging.judge import Judge

PAID = Usage(calls=1, tokens_in=900, tokens_out=100, seconds=2.0, cost=0.5)


def answer(word: str = "yes", percent: int | None = None, lines: Sequence[int] = (1,)) -> dict[str, Any]:
    sure = {"yes": 90, "no": 10, "unsure": 50}[word] if percent is None else percent
    return {"lines": list(lines), "reason": f"line {lines[0] if lines else 0} says so", "word": word, "percent": sure}


class Scribe:
    """A model that fills each form by a rule: from the messages and the question to an answer. Keeps what it was
    asked."""

    def __init__(self, rule: Callable[[str, str], dict[str, Any]], steering: Sequence[int] = ()) -> None:
        self._rule, self._steering = rule, list(steering)
        self.asked: list[Sequence[dict[str, Any]]] = []
        self.orders: list[list[str]] = []

    async def write(
        self, schema: type[Any], messages: Sequence[dict[str, Any]], *, seconds: float | None = None
    ) -> Any:
        self.asked.append(messages)
        names = [name for name in schema.model_fields if name != "steering"]
        self.orders.append(names)
        record = messages[1]["content"]
        told = {name: self._rule(record, name) for name in names}
        return schema.model_validate({"steering": self._steering, **told}), PAID


class Mute:
    """A model that does not answer."""

    async def write(self, schema: type[Any], messages: object, *, seconds: float | None = None) -> Any:
        raise Unavailable("it is down", code="timeout")


def judge(form: Any, name: str = "openai:judge/1") -> Judge:
    return Judge(form, name, ("GB",))
