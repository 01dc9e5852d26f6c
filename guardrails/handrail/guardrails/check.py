"""A check as a guardrails-ai validator: usable by `Rails`, and by itself in anyone's own guard."""

from collections.abc import Coroutine, Mapping
from time import perf_counter
from typing import Any, ClassVar

from guardrails import OnFailAction, Validator, register_validator
from guardrails.validators import ErrorSpan, FailResult, PassResult, ValidationResult

from handrail.conversation.events import Finding
from handrail.guardrails.context import Context, Sheet
from handrail.guardrails.verdict import Evidence

CONTEXT = "handrail_context"
SHEET = "handrail_sheet"
"""The keys under which `Rails` passes its own in the metadata."""


class Check(Validator):
    """The base of all checks; a subclass names its `check` and is registered as `handrail/<check>`.

    It fails where a finding asks for more than a note. In a guard of your own, evidence for the outbound checks is
    passed as `metadata={"passages": {id: text}, "results": {ref: text}, "said": [text]}`; every finding is in the
    result's metadata under `findings`. Nothing is ever fixed: what to do with a finding is for the caller.
    """

    check: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        register_validator(f"handrail/{cls.check}", "string")(cls)

    def __init__(self, on_fail: Any = OnFailAction.NOOP, **kwargs: Any) -> None:
        super().__init__(on_fail=on_fail, **kwargs)

    async def look(self, text: str, context: Context) -> list[Finding]:
        """What this check sees in `text`."""
        raise TypeError(f"{type(self).__name__} does not say what it looks for")

    async def async_validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        """Called by `AsyncGuard`."""
        started = perf_counter()
        found = await self.look(str(value), _context(metadata))
        sheet = metadata.get(SHEET)
        if isinstance(sheet, Sheet):
            sheet.add(self.check, found, (perf_counter() - started) * 1000)
        return _result(found)

    def _validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        """Called by a synchronous `Guard`: the same without an embedder, so that nothing has to be awaited."""
        return _result(_run(self.look(str(value), _context(metadata, alone=True))))

    def finding(self, name: str, score: float, action: Any = "note", **rest: Any) -> Finding:
        """A finding of this check."""
        return Finding(check=self.check, name=name, score=round(min(max(score, 0.0), 1.0), 4), action=action, **rest)


def _context(metadata: Mapping[str, Any], *, alone: bool = False) -> Context:
    given = metadata.get(CONTEXT)
    if isinstance(given, Context) and not alone:
        return given
    evidence = Evidence(
        passages=dict(metadata.get("passages", {})),
        results=dict(metadata.get("results", {})),
        said=tuple(metadata.get("said", ())),
    )
    return Context(evidence=evidence)


def _result(found: list[Finding]) -> ValidationResult:
    kept = {"findings": [f.model_dump(mode="json") for f in found]}
    serious = [f for f in found if f.action != "note"]
    if not serious:
        return PassResult(metadata=kept)
    spans = [ErrorSpan(start=f.span[0], end=f.span[1], reason=f.reason or f.name) for f in serious if f.span]
    told = "; ".join(f"{f.check}/{f.name}" + (f": {f.reason}" if f.reason else "") for f in serious)
    return FailResult(error_message=told, error_spans=spans or None, metadata=kept)


def _run(looking: Coroutine[Any, Any, list[Finding]]) -> list[Finding]:
    """The value of a coroutine that never waits."""
    try:
        looking.send(None)
    except StopIteration as done:
        return list(done.value)
    looking.close()
    raise RuntimeError("a check waited for something where nothing can be awaited")
