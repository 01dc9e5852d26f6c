"""Cuts a text into sentences while it is still being written."""

import re

LONGEST = 400
"""Characters after which a sentence without an end is cut at a gap between words."""

END = re.compile(r"[.!?…。！？]+[\"'”’»)*_]*|\n")
EMOJI = "[\U0001f300-\U0001faff\u2600-\u27bf\u2190-\u21ff\u2b00-\u2bff\ufe0f\u200d]"
MARK = r"\[\d{1,3}(?:,\s?\d{1,3})*\]"
TAIL = re.compile(rf"(?:[ \t]*(?:{MARK}|{EMOJI}+)[.!?…]*)*")
PART_OF_MARK = re.compile(r"\[[\d,\s]*\Z")
LIST_MARKER = re.compile(r"\s*(?:\d{1,3}|[A-Za-z])\.\Z")
LAST_WORD = re.compile(r"([^\W\d_](?:[\w.]*[^\W\d_])?)\.\Z")

NEVER_LAST = frozenset({
    "mr", "mrs", "ms", "mx", "dr", "prof", "rev", "st", "sgt", "capt", "gen", "hon", "vs", "e.g", "i.e", "eg", "ie",
    "cf", "approx", "est", "no", "nos", "art", "sec", "fig", "vol", "pp", "tel", "ext", "dept", "min", "max", "incl",
    "excl", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri",
})  # fmt: skip
"""Abbreviations that a sentence does not end with."""
BEFORE_NUMBER = frozenset({
    "no", "nos", "min", "max", "art", "sec", "fig", "mar", "mon", "fri", "sep", "est", "wed", "jan",
})  # fmt: skip
"""Of these, what is a word of its own unless a number follows ("No. We can't.", but "No. 5")."""

WAIT = -1
NO = 0


class Splitter:
    """Takes deltas, gives whole sentences, each with the white space that follows it.

    Joined, the sentences are exactly the text that was fed, and they are the same however that was cut into deltas. A
    citation mark (`[1]`) and an emoji stay with the sentence before them. One instance for one stream.
    """

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._text = ""

    def feed(self, delta: str) -> list[str]:
        """Add a piece of text; the sentences that are surely whole now."""
        self._text += delta
        return self._cut(final=False)

    def flush(self) -> list[str]:
        """The text has ended; what is left of it."""
        return self._cut(final=True)

    def _cut(self, *, final: bool) -> list[str]:
        sentences = []
        while (end := self._end(final=final)) > 0:
            sentences.append(self._text[:end])
            self._text = self._text[end:]
        return sentences

    def _end(self, *, final: bool) -> int:
        """Where the first sentence of the text ends; `WAIT` if that can't be told yet, `NO` if no text is left."""
        text = self._text
        for found in END.finditer(text):
            if found.start() >= self._longest:
                break
            end = _boundary(text, found, final=final)
            if end != NO:
                return end
        if len(text) > self._longest + 1:
            return _gap(text, self._longest)
        return len(text) if final else WAIT


def split(text: str, longest: int = LONGEST) -> list[str]:
    """The sentences of a whole text, as a `Splitter` would give them."""
    splitter = Splitter(longest)
    return [*splitter.feed(text), *splitter.flush()]


def _boundary(text: str, found: re.Match[str], *, final: bool) -> int:
    """The end of the sentence that `found` may close: `NO` if it doesn't, `WAIT` if more text has to be seen."""
    tail = TAIL.match(text, found.end())
    after = tail.end() if tail else found.end()
    cited = "]" in text[found.end() : after]
    following = _skip_space(text, after)
    if following == len(text):
        return len(text) if final else WAIT
    if text[following] == "[" and not final and PART_OF_MARK.match(text, following):
        return WAIT
    broken = "\n" in text[found.start() : following]
    if following == after and not cited and not broken:
        return NO
    if broken or cited or _ends(text, found, text[following]):
        return following
    return NO


def _ends(text: str, found: re.Match[str], following: str) -> bool:
    """Whether these marks end a sentence, with `following` the first character of what comes next."""
    if any(mark in found[0] for mark in "!?！？。"):
        return True
    before = text[: found.start() + 1]
    if following.islower() or LIST_MARKER.match(before):
        return False
    word = LAST_WORD.search(before)
    if word is None:
        return True
    last = word[1].casefold()
    if last in BEFORE_NUMBER:
        return not following.isdigit()
    initial = len(last) == 1 and word[1].isupper() and last != "i"
    return not (last in NEVER_LAST or initial)


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _gap(text: str, longest: int) -> int:
    """Where to cut a text that has no end within `longest` characters: at the last gap that parts no citation mark."""
    for at in range(longest, longest // 2, -1):
        if text[at - 1].isspace() and text[at] != "[" and not text[at].isspace():
            return at
    at = longest
    while at > 1 and re.match(EMOJI, text[at]):
        at -= 1
    return at
