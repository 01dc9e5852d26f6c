"""`tool`: makes an async function with a typed signature and a docstring a tool of the agent."""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, PydanticUserError, TypeAdapter, create_model
from pydantic.errors import PydanticSchemaGenerationError
from pydantic.fields import FieldInfo

from handrail.agent.tools.api import Context, Effect, Level, Preview, Read, Tool
from handrail.agent.tools.parameters import parameters_of
from handrail.conversation.errors import SettingsError

ARGUMENT_LINE = re.compile(r"(\w+):\s+(\S.*)")
NO_SCHEMA = (PydanticUserError, PydanticSchemaGenerationError, TypeError, ValueError)


def tool(
    *,
    effect: Effect,
    identity: Level = "none",
    examples: Sequence[str] = (),
    preview: Callable[..., Awaitable[Preview]] | None = None,
    lookup: Callable[..., Awaitable[Any | None]] | None = None,
    template: str = "",
    timeout: float = 10.0,
    policy_date: str = "",
    promised_by: str = "",
) -> Callable[[Read], Tool]:
    """Make `async def name(ctx: Context, argument: Type = default, …) -> Result` a `Tool`.

    The first paragraph of the docstring is the description, lines `argument: text` after it describe arguments.
    `effect` says whether it reads or writes. A write needs `preview(ctx, **arguments)`, which tells its exact effect or
    raises `Refusal`, and should have `lookup(ctx, **arguments)`, which finds the effect again by `ctx.idempotency_key`:
    None says that it certainly did not happen; it raises where it can't tell. `identity` is how well the customer must
    be known; `examples` are phrases that call for it; `template` renders its result without a model; `timeout` is in
    seconds; `policy_date` names the result field with the day whose policies apply to what was shown, `promised_by`
    that with the time by which the business has done what it now owes: it is entered as a promise.

    Raises `SettingsError` naming file, line, function and mend, when the function can't be a tool.
    """

    def make(function: Read) -> Tool:
        writer = _Writer(function)
        return writer.tool(
            effect=effect,
            identity=identity,
            examples=_examples(writer, examples),
            preview=preview,
            lookup=lookup,
            template=template,
            timeout=timeout,
            policy_date=policy_date,
            promised_by=promised_by,
        )

    return make


@dataclass(frozen=True, slots=True)
class _Writer:
    """Reads one function and writes down the tool that it makes."""

    function: Read

    def tool(self, *, effect: Effect, identity: Level, timeout: float, **rest: Any) -> Tool:
        self._expect_sound(effect, identity, timeout, rest["preview"])
        names, returned, arguments, described = self._signature()
        for role in ("preview", "lookup"):
            self._expect_takes(role, rest[role], names)
        try:
            parameters = parameters_of(arguments)
        except NO_SCHEMA as error:
            raise self.wrong(f"its arguments have no JSON schema: {error}") from error
        return Tool(
            name=self.function.__name__,
            description=described,
            run=self.function,
            effect=effect,
            identity=identity,
            arguments=arguments,
            timeout=timeout,
            result=returned,
            returns=self._adapter(returned),
            parameters=parameters,
            **rest,
        )

    def wrong(self, what: str) -> SettingsError:
        code = self.function.__code__ if inspect.isfunction(self.function) else None
        where = f"{code.co_filename}:{code.co_firstlineno}: " if code else ""
        return SettingsError(f"{where}tool {getattr(self.function, '__name__', self.function)}: {what}")

    def _expect_sound(self, effect: str, identity: str, timeout: float, preview: object) -> None:
        if not inspect.iscoroutinefunction(self.function):
            raise self.wrong("it must be an async function (async def)")
        if effect not in get_args(Effect):
            raise self.wrong(f"effect is 'read' or 'write', not {effect!r}")
        if identity not in get_args(Level):
            raise self.wrong(f"identity is 'none', 'known' or 'verified', not {identity!r}")
        if timeout <= 0:
            raise self.wrong("timeout must be a number of seconds above 0")
        if effect == "write" and preview is None:
            raise self.wrong("a write needs preview=…, which tells the customer exactly what they would agree to")
        if effect == "read" and preview is not None:
            raise self.wrong("it has a preview, so it writes: say effect='write'")

    def _signature(self) -> tuple[list[str], Any, type[BaseModel], str]:
        first, *taken = inspect.signature(self.function).parameters.values() or (None,)
        hints = self._hints()
        if first is None or hints.get(first.name, Context) is not Context:
            raise self.wrong("its first parameter must be the context (ctx: Context)")
        if "return" not in hints:
            raise self.wrong("it must say what it returns (-> a pydantic model, a list or a dict)")
        description, texts = self._docstring({parameter.name for parameter in taken})
        fields: dict[str, Any] = {}
        for parameter in taken:
            fields[parameter.name] = self._field(parameter, hints, texts.get(parameter.name))
        return list(fields), hints["return"], self._model(fields), description

    def _hints(self) -> dict[str, Any]:
        try:
            return get_type_hints(self.function, include_extras=True)
        except NameError as error:
            raise self.wrong(f"an annotation can't be resolved: {error}") from error

    def _field(self, parameter: inspect.Parameter, hints: Mapping[str, Any], text: str | None) -> tuple[Any, Any]:
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise self.wrong(f"{parameter} can't be an argument: write each one out by name")
        if parameter.name not in hints:
            raise self.wrong(f"argument {parameter.name!r} needs a type")
        annotation = hints[parameter.name]
        default = ... if parameter.default is parameter.empty else parameter.default
        if isinstance(default, FieldInfo):
            raise self.wrong(f"argument {parameter.name!r}: put Field(…) into Annotated[…], not into the default")
        return (Annotated[annotation, Field(description=text)] if text else annotation), default

    def _model(self, fields: Mapping[str, Any]) -> type[BaseModel]:
        name = "".join(part.title() for part in self.function.__name__.split("_"))
        config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True)
        try:
            return create_model(name, __config__=config, **fields)
        except (*NO_SCHEMA, NameError) as error:
            raise self.wrong(f"its arguments can't be read: {error}") from error

    def _adapter(self, returned: Any) -> TypeAdapter[Any]:
        try:
            adapter: TypeAdapter[Any] = TypeAdapter(returned)
            adapter.json_schema(mode="serialization")
        except NO_SCHEMA as error:
            raise self.wrong(f"what it returns ({returned}) can't be written as JSON: {error}") from error
        return adapter

    def _docstring(self, arguments: set[str]) -> tuple[str, dict[str, str]]:
        paragraphs = [" ".join(p.split()) for p in re.split(r"\n\s*\n", inspect.getdoc(self.function) or "")]
        if not paragraphs[0]:
            raise self.wrong("it needs a docstring: models and people choose it by that")
        texts: dict[str, list[str]] = {}
        current: list[str] | None = None
        _, _, rest = (inspect.getdoc(self.function) or "").partition("\n\n")
        for line in rest.splitlines():
            found = ARGUMENT_LINE.fullmatch(line.strip())
            if found and found[1] in arguments:
                current = texts.setdefault(found[1], [])
                current.append(found[2].strip())
            elif current is not None and line.strip() and line[:1].isspace():
                current.append(line.strip())
            else:
                current = None
        return paragraphs[0], {name: " ".join(text) for name, text in texts.items()}

    def _expect_takes(self, role: str, function: Callable[..., Any] | None, names: list[str]) -> None:
        if function is None:
            return
        if not inspect.iscoroutinefunction(function):
            raise self.wrong(f"its {role} must be an async function (async def)")
        try:
            inspect.signature(function).bind(None, **dict.fromkeys(names))
        except TypeError as error:
            raise self.wrong(f"its {role} must take the context and the same arguments ({error})") from error


def _examples(writer: _Writer, examples: Sequence[str]) -> tuple[str, ...]:
    if isinstance(examples, str) or not all(isinstance(example, str) for example in examples):
        raise writer.wrong("examples must be a list of phrases")
    return tuple(examples)
