"""The counts that are fitted, and where their lines bend."""

LINES: dict[str, tuple[tuple[float, ...], str]] = {
    "late_friction": ((-0.5, 0.6), "+"),
    "gloom": ((-0.6, 0.6), "+"),
    "frustration": ((0, 0.5), "+"),
    "peak": ((0, 1), "+"),
    "worsening": ((-1, 1), "+"),
    "hurry": ((0, 0.5), "+"),
    "harsh": ((0, 0.5), "+"),
    "sighs": ((0, 0.5), "+"),
    "gives_up": ((0, 0.5), "+"),
    "blames": ((0, 0.5), "+"),
    "polite": ((0, 0.6), "-"),
    "declined": ((0, 0.6), "+"),
    "declined_late": ((0, 1), "+"),
    "done": ((0, 0.5), "-"),
    "word": ((-1, 1), "-"),
    "standstill": ((0, 3), "+"),
}
"""The knots of each measure, and of each line between them whether it may only rise or only fall. What was tried and
came out as nothing is left out: the share of lines with friction, thanks, "again" and "already", what customers can't
or won't tell, declines in a row, misunderstandings, repetitions of the desk's, questions met with questions."""
