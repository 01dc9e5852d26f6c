"""The names under which several hands write one thing: of those who use the same name, one is heard."""

HAND = "bot"
"""The actor among whose keys they all count (`keys` of `Log.append`)."""


def end_of(action_id: str) -> str:
    """An action ends once: by its call, by a look-up, or by a person's word."""
    return f"end:{action_id}"


def claim_on(action_id: str) -> str:
    """An action is claimed once: by one run of one hand."""
    return f"claim:{action_id}"


def agreed_in(seq: int) -> str:
    """A customer's line agrees to one action."""
    return f"consent:{seq}"


def decision_on(action_id: str) -> str:
    """An action is approved or refused once."""
    return f"approval:{action_id}"
