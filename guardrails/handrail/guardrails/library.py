"""The door to guardrails-ai: opened quietly, and with foreign validators where settings name them."""

import ast
import importlib
import os
from functools import cache
from typing import Any

from handrail.conversation.errors import SettingsError
from handrail.conversation.imports import spared


@cache
def quiet() -> None:
    """Import guardrails-ai without its telemetry, and without any look-up of the libraries it brings.

    Its hub telemetry has one process-wide object, whose tracer sends to the vendor. It is put in place here without a
    tracer or an exporter, which no setting of a guard can bring back; OpenTelemetry itself stays as it is, for our own
    traces. The library's local spans are off as well: they would carry the customer's words to the collector.
    """
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    tokenizers = os.environ.get("TIKTOKEN_CACHE_DIR")
    with spared():
        telemetry = importlib.import_module("guardrails.utils.hub_telemetry_utils").HubTelemetry
    if telemetry._instance is None or telemetry._instance._tracer is not None:
        stop = getattr(telemetry._instance, "_tracer_provider", None)
        telemetry._instance = object.__new__(telemetry)
        if stop is not None:
            stop.shutdown()
    importlib.import_module("guardrails").settings.disable_tracing = True
    if tokenizers is not None:
        # litellm overwrites it when imported.
        os.environ["TIKTOKEN_CACHE_DIR"] = tokenizers


def foreign(named: str) -> tuple[Any, str]:
    """A validator of somebody else's, as the settings name it, and the direction it checks.

    `guardrails_ai.ban_list:BanList(banned_words=['x'])` checks what is about to be said; with `@inbound` at the end it
    checks what customers write. Arguments are literals. Raises `SettingsError` where there is no such validator.
    """
    quiet()
    path, at, direction = named.partition("@")
    module, _, call = path.partition(":")
    if at and direction not in ("inbound", "outbound"):
        raise SettingsError(f"checks.hub: {named!r} ends with @{direction}; @inbound and @outbound are known")
    name, arguments = _called(call, named)
    from handrail.guardrails.foreign import adopt

    try:
        kind = getattr(importlib.import_module(module), name)
        return adopt(kind(on_fail="noop", **arguments)), direction or "outbound"
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise SettingsError(f"checks.hub: {named!r} can't be used: {error}") from error


def _called(call: str, named: str) -> tuple[str, dict[str, Any]]:
    try:
        node = ast.parse(call, mode="eval").body
        if isinstance(node, ast.Name):
            return node.id, {}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.args:
            return node.func.id, {str(k.arg): ast.literal_eval(k.value) for k in node.keywords}
    except (SyntaxError, ValueError) as error:
        raise SettingsError(f"checks.hub: {named!r} is not written as module:Class(name=value): {error}") from error
    raise SettingsError(f"checks.hub: {named!r} is not written as module:Class(name=value)")
