"""The table `[business]`."""

from pathlib import Path

from pydantic import Field, field_validator

from handrail.conversation.sections.base import Section, zone_name


class Business(Section):
    """Who the agent speaks for."""

    name: str = "Our shop"
    timezone: str = "UTC"
    contact: str = Field(default="", description="how a customer reaches people without Handrail, told in an outage")
    policies: Path = Path("policies")
    tools: tuple[Path, ...] = ()
    """Python files, relative to the workspace: every `Tool` at their top level is offered, `lifespan` and
    `find_customer` are used where they define them."""
    cases: Path = Path("cases")

    _timezone = field_validator("timezone")(zone_name)
