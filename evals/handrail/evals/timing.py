"""Scorers of when a person was called, counted in the customer's lines."""

from collections.abc import Sequence

from handrail.conversation.events import CustomerSaid, Event, HandoffRequested
from handrail.evals.case import Case
from handrail.evals.score import Score


def called_at(log: Sequence[Event]) -> int | None:
    """After which of the customer's lines, from 1, a person was called first; None where nobody was."""
    said = 0
    for event in log:
        if isinstance(event.data, CustomerSaid):
            said += 1
        elif isinstance(event.data, HandoffRequested):
            return said
    return None


def timing(case: Case, log: Sequence[Event]) -> Score:
    """1 where a person was called at one of the lines at which they should have been; unscored where nobody was."""
    off = lateness(case, log)
    if off.value is None or case.expected.lines is None:
        return Score("timing", None)
    first, last = case.expected.lines
    right = f"line {first}" if first == last else f"lines {first} to {last}"
    return Score("timing", float(off.value == 0), f"{off.detail}; right: {right}" if off.value else "")


def lateness(case: Case, log: Sequence[Event]) -> Score:
    """By how many of the customer's lines a person was called too late; below 0 where it was too early."""
    at = called_at(log)
    if case.expected.lines is None or at is None:
        return Score("lateness", None)
    first, last = case.expected.lines
    off = min(at - first, 0) or max(at - last, 0)
    return Score("lateness", float(off), f"called at line {at}")
