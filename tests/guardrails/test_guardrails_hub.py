"""Validators of the Guardrails hub, switched on by name: two real packages, and one that fails."""

from typing import Any

import pytest
from guardrails.validators import ValidationResult, Validator, register_validator

from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import Checks
from handrail.guardrails.rails import Rails
from handrail.guardrails.verdict import Evidence

BANNED = "guardrails_ai.ban_list:BanList(banned_words=['sesame'], max_l_dist=0)"
SIGNED = "guardrails_ai.contains_string:ContainsString(substring='returned')"
RULES = Evidence(passages={"returns": "Unworn items can be returned within 30 days, also those with sesame."})
GOOD = "Unworn items can be returned within 30 days."


@register_validator("tests/fragile", data_type="string")
class Fragile(Validator):
    def __init__(self, word: str = "", on_fail: Any = None) -> None:
        super().__init__(on_fail=on_fail, word=word)
        self._word = word

    def _validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        raise LookupError(self._word)


async def test_packages_of_the_hub_are_switched_on_by_name() -> None:
    rails = Rails(Checks(hub=(BANNED, SIGNED)))
    assert not [f for f in (await rails.outbound(GOOD, RULES)).findings if f.check.startswith("hub/")]
    banned = await rails.outbound("Items with sesame can be returned.", RULES)
    (found,) = banned.of("hub/guardrails_ban_list")
    assert (found.name, found.action) == ("failed", "redraft")
    assert banned.milliseconds["hub/guardrails_ban_list"] >= 0
    (found,) = (await rails.outbound("Items are unworn.", RULES)).of("hub/guardrails_contains_string")
    assert found.action == "redraft"


async def test_one_listens_to_customers_where_it_is_told_to() -> None:
    rails = Rails(Checks(hub=(f"{BANNED}@inbound",)))
    (found,) = (await rails.inbound("open sesame")).of("hub/guardrails_ban_list")
    assert found.action == "offer"
    assert not (await rails.outbound("Items with sesame can be returned.", RULES)).of("hub/guardrails_ban_list")


async def test_in_the_shadow_it_has_no_effect() -> None:
    rails = Rails(Checks(hub=(BANNED,), shadow=("hub/guardrails_ban_list",)))
    verdict = await rails.outbound("Items with sesame can be returned within 30 days.", RULES)
    assert [f.action for f in verdict.of("shadow")] == ["note"]


async def test_one_that_fails_closes_and_is_refused_at_the_start() -> None:
    rails = Rails(Checks(hub=(f"{__name__}:Fragile(word='corpus')",)))
    verdict = await rails.outbound(GOOD, RULES)
    assert [(f.name, f.action) for f in verdict.of("hub/tests_fragile")] == [("broken", "redraft")]
    with pytest.raises(SettingsError, match="hub/tests_fragile"):
        await rails.prepare()
