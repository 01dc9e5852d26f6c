"""Secrets in a text: keys by their shape, passwords by the words that tell them."""

import re
from functools import cache

from handrail.guardrails.text import packaged

KEYS = re.compile(
    r"""(?<![A-Za-z0-9_\-])(?:
      sk-(?:ant-|proj-|or-v1-|svcacct-|admin-|live-)?[A-Za-z0-9_\-]{16,}
    | (?:sk|rk|pk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,}
    | gh[pousr]_[A-Za-z0-9]{30,} | github_pat_[A-Za-z0-9_]{30,} | gl(?:pat|ptt|dt|rt|cbt)-[A-Za-z0-9_\-]{20,}
    | xox[abeoprs]-[A-Za-z0-9\-]{10,} | xapp-\d-[A-Za-z0-9\-]{10,}
    | (?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16} | AIza[0-9A-Za-z_\-]{35} | ya29\.[0-9A-Za-z_\-]{20,}
    | GOCSPX-[A-Za-z0-9_\-]{20,}
    | hf_[A-Za-z0-9]{30,} | npm_[A-Za-z0-9]{36} | pypi-[A-Za-z0-9_\-]{50,} | dckr_pat_[A-Za-z0-9_\-]{20,}
    | SG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,} | key-[0-9a-f]{32} | SK[0-9a-f]{32} | AC[0-9a-f]{32}
    | shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32} | sq0[a-z]{3}-[A-Za-z0-9_\-]{22,} | do[opr]_v1_[a-f0-9]{64} | dapi[a-f0-9]{32}
    | (?:gsk|r8|pplx|nvapi|xai|tvly|lsv2|fw|co|secret|ntn|figd|lin_api
      |sntrys|glsa|vercel|rnd|tskey|PMAK|hvs|hvb
      |v2\.local)[_\-](?=[A-Za-z0-9_\-]*\d)[A-Za-z0-9_\-]{20,}
    | \d{8,10}:[A-Za-z0-9_\-]{35} | eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*
    )(?![A-Za-z0-9])""",
    re.VERBOSE,
)
BLOCK = re.compile(
    r"-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)[A-Z ]*-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL
)
IN_URL = re.compile(r"(?<=://)[^\s/:@]+:[^\s/@]+(?=@)")
BEARER = re.compile(r"\b(?:bearer|basic)\s+((?=[A-Za-z0-9_\-./+=]*\d)[A-Za-z0-9_\-./+=]{16,})", re.IGNORECASE)
NAMED = re.compile(
    r"\b(?:api[ _\-]?key|access[ _\-]?(?:key|token)|auth[ _\-]?token|client[ _\-]?secret|"
    r"secret[ _\-]?(?:access[ _\-]?)?key|secret|private[ _\-]?key|token)"
    r"['\"]?\s*(?:is|are|=|:|=>)\s*['\"]?((?=[A-Za-z0-9_\-./+=]*\d)[A-Za-z0-9_\-./+=]{16,})",
    re.IGNORECASE,
)
PASSWORD = re.compile(
    r"\b(?:my |the |our |her |his |old |new |current |log-?in |account |user |wifi |wi-fi |and )*"
    r"(?:password|passwort|pass ?word|passphrase|pass ?phrase|pwd|passwd|pw|mot de passe|contraseña)\b"
    r"(?:\s+(?:for|to|of|on)\s+\w+(?:\s+\w+)?)?"
    r"\s*(?P<link>is now|is still|was|is|were|to be|set to|changed to|=>|=|:|->|-)\s*"
    r"(?P<open>['\"“‘`(]?)(?P<told>[^\s'\"”’`)]{3,64})",
    re.IGNORECASE,
)
CODE = re.compile(
    r"\b(?:cvv|cvc|cvv2|cvc2|security code|card verification (?:code|number|value)|3[- ]digit (?:code|number))\b"
    r"\D{0,20}(\d{3,4})(?!\d)"
    r"|\b(?:my |the |card |atm |bank |debit )*pin(?: ?code| number)?\s*(?:is|=|:|was)\s*(\d{4,6})(?!\d)"
    r"|\b(?:mother's maiden name|maiden name)\s*(?:is|=|:|was)\s*([A-Za-z][\w'\-]{1,30})",
    re.IGNORECASE,
)
HINT = re.compile(r"pass|pwd|\bpw\b|secret|token|key|bearer|basic|-----|://|eyJ|maiden|contrase", re.IGNORECASE)
"""Some of these stand in every text that tells a secret without a digit."""


@cache
def _not_told() -> frozenset[str]:
    return frozenset(packaged("secrets.toml")["not_told"].split())


def worth_reading(text: str) -> bool:
    """Whether `text`, though it has no digit, may tell a secret."""
    return bool(HINT.search(text))


def secrets(text: str) -> list[tuple[int, int]]:
    """Where keys, tokens, passwords, card verification codes and PINs stand (not the words that tell them)."""
    spans = [m.span() for pattern in (BLOCK, KEYS, IN_URL) for m in pattern.finditer(text)]
    if HINT.search(text):
        spans += [m.span(1) for pattern in (BEARER, NAMED) for m in pattern.finditer(text)]
        spans += [m.span("told") for m in PASSWORD.finditer(text) if _is_told(m)]
    spans += [next(m.span(i) for i in (1, 2, 3) if m[i]) for m in CODE.finditer(text)]
    kept: list[tuple[int, int]] = []
    for start, stop in spans:
        end = start + len(text[start:stop].rstrip(".,;!?"))
        if end > start and all(end <= a or b <= start for a, b in kept):
            kept.append((start, end))
    return kept


def _is_told(match: re.Match[str]) -> bool:
    word = match["told"].rstrip(".,;!?")
    if not word or word.startswith("["):
        return False
    if match["open"] or match["link"] in ("=", "=>", ":", "->") or not word.isalpha():
        return word.lower() not in _not_told()
    return word.lower() not in _not_told() and not word.lower().endswith(("ing", "ed"))
