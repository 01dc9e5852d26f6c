"""Conversations of other makers, read as transcripts or cases, and written for others."""

from .building import CUSTOMERS, Options
from .export import EXPORTS, exported
from .reading import FORMATS, Imported, imported

__all__ = ["CUSTOMERS", "EXPORTS", "FORMATS", "Imported", "Options", "exported", "imported"]
