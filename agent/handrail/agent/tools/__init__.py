"""What an integrator imports: `from handrail.agent.tools import Context, Preview, Refusal, tool`."""

from .api import (
    Citation,
    Context,
    Customer,
    Directory,
    Effect,
    Id,
    Level,
    Lifespan,
    Person,
    Preview,
    Refusal,
    Tool,
    WorkspaceInfo,
)
from .decorator import tool

__all__ = [
    "Citation",
    "Context",
    "Customer",
    "Directory",
    "Effect",
    "Id",
    "Level",
    "Lifespan",
    "Person",
    "Preview",
    "Refusal",
    "Tool",
    "WorkspaceInfo",
    "tool",
]
