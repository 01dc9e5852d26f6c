"""Insults against whoever reads the line. Anger about the matter is no abuse."""

import re

from handrail.guardrails.text import plain

INSULT = (
    r"(?:idiots?|morons?|imbeciles?|retard(?:ed|s)?|stupid|dumb(?:ass)?|assholes?|arseholes?|bitch(?:es)?|bastards?|cunts?|dickheads?|dicks?|pricks?|twats?|wankers?|scumbags?|scum|losers?|pigs?|trash|"
    r"worthless|brainless|brain ?dead|clowns?|fools?|motherfuckers?|fuckers?|piece of (?:shit|crap|garbage)|shitheads?|whores?|sluts?|parasites?|degenerates?|filthy \w+)"
)
AT_YOU = re.compile(
    rf"\b(?:you|u|ya|you're|youre|ur|you are|your mother|your whole team|you people|you guys|all of you)\b(?: \w+){{0,4}}? {INSULT}\b|\b{INSULT} (?:you|bot|robot|machine|agent|lot|people)\b|^\W*{INSULT}\W*$"
    r"|\b(?:fuck|screw|damn|f\*+k?|fck) (?:you|u|off|yourself)\b|\b(?:go to hell|drop dead|shut (?:the \w+ )?up|stfu|kys|suck my|eat shit|kiss my ass|burn in hell|piss off|get lost|i hope you (?:die|rot|choke|get fired))\b"
)
SLUR = re.compile(r"\b(?:n[i1]gg(?:er|a)s?|f[a4]gg?[o0]ts?|k[i1]kes?|sp[i1]cs?|ch[i1]nks?|p[a4]k[i1]s?|tr[a4]nn(?:y|ies)|wetbacks?|gooks?|towelheads?)\b")
EXPLICIT = re.compile(r"\b(?:send (?:me )?nudes?|what are you wearing|have sex with (?:me|you)|suck my (?:dick|cock)|show me your (?:tits|boobs))\b")


def abuse(text: str) -> tuple[float, tuple[int, int] | None]:
    """How surely the line insults its reader, 0 to 1, and where (in the folded text, whose offsets may shift a little)."""
    low = plain(text)
    for pattern, score in ((SLUR, 0.95), (EXPLICIT, 0.9), (AT_YOU, 0.8)):
        match = pattern.search(low)
        if match:
            return score, (min(match.start(), len(text)), min(match.end(), len(text)))
    return 0.0, None
