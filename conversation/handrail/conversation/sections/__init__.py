"""The tables of `handrail.toml`, each with what it may hold and what stands where nothing is said."""

from handrail.conversation.sections.base import Section, Url, private_url, zone_name
from handrail.conversation.sections.business import Business
from handrail.conversation.sections.checks import PHONE_REGIONS, Budget, Checks
from handrail.conversation.sections.desk import WORKDAYS, Day, Department, DeskSection, Hours, Skill, Worth
from handrail.conversation.sections.engine import Engine
from handrail.conversation.sections.figures import EvalsSection, FiguresSection
from handrail.conversation.sections.identity import IdentitySection
from handrail.conversation.sections.server import Mail, Server
from handrail.conversation.sections.storage import DatabaseSection, Index, Retention

__all__ = [
    "PHONE_REGIONS",
    "WORKDAYS",
    "Budget",
    "Business",
    "Checks",
    "DatabaseSection",
    "Day",
    "Department",
    "DeskSection",
    "Engine",
    "EvalsSection",
    "FiguresSection",
    "Hours",
    "IdentitySection",
    "Index",
    "Mail",
    "Retention",
    "Section",
    "Server",
    "Skill",
    "Url",
    "Worth",
    "private_url",
    "zone_name",
]
