"""What people write in chats, mails and public posts, made ready for telling: without address, signature and links."""

import re
from dataclasses import dataclass
from typing import Literal

Act = Literal["asks", "advises", "promises", "tells", "says_nothing"]

LINK = "[link]"
"""Stands for an address in what is quoted; the turn itself has it."""

_TO = re.compile(r"^(?:\W*@\w+[\s:,]*)+")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>“”\"]+")
_LINKS = rf"(?:\s*{re.escape(LINK)})+\s*$"
# A link that no sentence leads up to is a picture or a share, and says nothing by itself.
_SHARED = re.compile(
    rf"(?<!:)(?<!\bhere)(?<!\bat)(?<!\blink)(?<!\bform)(?<!\bvia)(?<!\bsee)(?<!\bto)(?<!\bon)(?<!\bvisit)(?<!\bbelow)"
    rf"(?<!\bthis)(?<!\bpage)\s{re.escape(LINK)}$|^{re.escape(LINK)}$",
    re.I,
)
_COPIED = re.compile(r"(?:\s+@\w+){2,}\s*$")
_PART = re.compile(r"^\(?(\d{1,2})/(\d{1,2})\)?\s+|\s*\(?\b(\d{1,2})/(\d{1,2})\)?\s*$")
_GOES_ON = re.compile(r"\s*(?:\(?\bcont(?:\.|d\.?|inued)?\)?|>>+)\s*$", re.I)
_GONE_ON = re.compile(r"^(?:>>+|…|\.{2,})\s*")
_SIGNED = re.compile(
    r"\s*(?:[\^*~]\s?[A-Z][\w.]{0,12}(?:\s[A-Z]\w*)?"
    r"|(?<=[\s.!?])/[A-Z]{1,3}"
    r"|(?:(?<=[.!?\]])|(?<=[.!?\]]\s))\s*[-–—•]\s?[A-Z]\w{0,14}\.?"
    r"|(?:TY|(?:kind |best |warm )?[Rr]egards|[Cc]heers|[Tt]hanks|[Tt]hank you)\s?[-–—,]?\s?[A-Z]\w{1,14}\.?)\s*$"
)
_CUT = re.compile(r"(?<=[.!?…])(?<!\bMr\.)(?<!\bMrs\.)(?<!\bDr\.)(?<!\bNo\.)(?<!\be\.g\.)(?<!\bi\.e\.)\s+|\s*\n+\s*")

_PLEASANT = re.compile(
    r"\b(?:sorry|apolog\w+|thank(?:s| you)|thx|appreciate|happy to (?:help|assist)|here (?:to|for) (?:help|assist|you)|"
    r"glad|great|welcome|inconvenience|frustrat\w+|disappoint\w+|understand|hello|hi|hey|"
    r"good (?:morning|afternoon|evening)|(?:let us know|reach out) if|have a (?:great|good|nice|lovely)|"
    r"no (?:worries|problem)|hear (?:this|that)|best experience|regret|(?:i )?hope (?:this|that|it) helps|"
    r"(?:any )?(?:further|other|more|additional) (?:assistance|concerns?|questions?|help|queries|issues?)|"
    r"keep us (?:posted|updated)|"
    r"(?:is there )?anything else(?: (?:that )?(?:i|we) can (?:do|help|assist)(?: (?:for )?you)?(?: with)?)?|"
    r"reach (?:out|back)(?: again)?|come to the right place|bear with|"
    r"(?:we['’]d|we would|i['’]d|i would) (?:love|like) to (?:help|assist|look)|look into (?:this|it|what)|"
    r"valued? customer)\b",
    re.I,
)
_ADVICE = re.compile(
    r"\b(?:please|kindly|try|let['’]s|(?:you|u) (?:can|could|may|should|need|must|will need|would need)|make sure|"
    r"request you|recommend|suggest|advise|ensure|d\.?m\b|(?:direct|private) messag\w+)|"
    r"^\W*(?:\w+,\s+)?(?:go|check|visit|call|contact|click|tap|press|restart|reset|reinstall|uninstall|update|delete|"
    r"turn|unplug|open|select|choose|send|follow|use|keep|email|log|sign|speak|fill|report|refer|share|confirm|reply)\b",
    re.I,
)
_PROMISE = re.compile(
    r"\b(?:i|we|(?:our|the|a) (?:team|colleague|specialist|expert)s?|someone|somebody|they)\s?['’]?\s?"
    r"(?:will|ll|shall)\b|\bwill let you know\b|"
    r"\b(?:i['’]m|i am|we['’]re|we are) "
    r"(?:going to|looping|passing|forwarding|sending|escalating|looking into)\b|"
    r"\b(?:have|has|['’]ve) (?:been )?(?:passed|forwarded|escalated|raised|reported|logged|noted)\b",
    re.I,
)
_DEPENDS = re.compile(r"\b(?:if|once|when|unless|please|kindly|can(?:no|['’])t|won['’]t|unable)\b", re.I)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a message, and what it does."""

    text: str
    act: Act


def bare(text: str) -> str:
    """A message without whom it is addressed to, who signed it and the numbers of its parts; links become `[link]`."""
    text = _TO.sub("", _URL.sub(LINK, text).strip())
    for _ in range(3):
        shorter = _GOES_ON.sub("", _PART.sub("", re.sub(_LINKS, f" {LINK}", text))).strip()
        shorter = _COPIED.sub("", _GONE_ON.sub("", _SIGNED.sub("", _SHARED.sub("", shorter)).strip()))
        if shorter == text:
            break
        text = shorter
    return text


def part_of(text: str) -> tuple[int, int] | None:
    """Which part of how many a message says it is, as in `2/3`."""
    text = _TO.sub("", _URL.sub("", text).strip())
    for shorter in (text, _SIGNED.sub("", text)):
        if match := _PART.search(shorter.strip()):
            part, parts = (int(number) for number in match.groups() if number)
            return (part, parts) if 1 <= part <= parts <= 9 and parts > 1 else None
    return None


def goes_on(text: str, after: str) -> bool:
    """Whether a sentence that one message has left open is ended by the next."""
    if _GOES_ON.search(_TO.sub("", text).strip()):
        return True
    head, tail = bare(text), _TO.sub("", after.strip())
    if _GONE_ON.match(tail):
        return True
    tail = bare(after)
    if act_of(head) == "says_nothing":
        return False
    return bool(head and tail) and head[-1] not in '.!?…:)]"”' and tail[0].islower()


def sentences(text: str) -> list[Sentence]:
    """The sentences of a message, without what `bare` leaves out. Joined by spaces they are the message again."""
    parts: list[str] = []
    for part in filter(None, map(str.strip, _CUT.split(bare(text)))):
        if parts and not re.search(r"\w", part):
            parts[-1] += f" {part}"
        else:
            parts.append(part)
    return [Sentence(part, act_of(part)) for part in parts if re.search(r"\w", part)]


def act_of(sentence: str) -> Act:
    """What somebody who answers does with a sentence."""
    left = re.findall(r"[^\W\d_]{2,}|\d+", _PLEASANT.sub(" ", sentence))
    if len(left) <= 2 or (_PLEASANT.search(sentence) and len(left) <= 6 and not re.search(r"\d|\?", sentence)):
        return "says_nothing"
    if "?" in sentence:
        return "asks"
    if _PROMISE.search(sentence) and not _DEPENDS.search(sentence):
        return "promises"
    return "advises" if _ADVICE.search(sentence) else "tells"
