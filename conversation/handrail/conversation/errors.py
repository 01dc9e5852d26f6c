"""Every error Handrail raises on purpose.

    HandrailError
    ├── SettingsError      a setting is wrong; names the key               (settings; the process stops)
    ├── NotFound           no such conversation, policy, user …            (any room; HTTP 404)
    ├── Invalid            input that can't be taken; says what would be   (any room; HTTP 422)
    ├── Denied             the caller may not do this                      (channels, identity; HTTP 401 or 403)
    ├── Conflict           the state has moved on                          (any room; HTTP 409)
    │   └── Fenced         a line by a hand that no longer holds           (the log; HTTP 409)
    ├── TooMany            a rate or a number of tries is used up          (channels, identity; HTTP 429)
    └── Unavailable        a part we need does not answer                  (any room; HTTP 503)

A customer never sees one of these as text: `channels` turns them into problem details (RFC 9457), and a turn turns
them into an offer of a person. Verdicts of checks are values, not errors.
"""

# ruff: noqa: N818 - the names say what is the case; that they are errors shows where they are raised


class HandrailError(Exception):
    """The root. `code` is stable and machine-readable; the message is for the person who reads the log."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class SettingsError(HandrailError):
    """A setting is missing, unknown or wrong. The message names the key and says what would be right."""

    code = "settings"


class NotFound(HandrailError):
    """What was asked for does not exist, or the caller may not know that it does."""

    code = "not_found"


class Invalid(HandrailError):
    """The input can't be taken; nothing was changed."""

    code = "invalid"


class Denied(HandrailError):
    """The caller is not who they must be for this."""

    code = "denied"


class Conflict(HandrailError):
    """The state has moved on since the caller looked; nothing was changed."""

    code = "conflict"


class Fenced(Conflict):
    """The log refused a line: the conversation is held by another hand by now.

    `cause` is `epoch` (somebody took over), `lease` (another process runs the turn), `heard` (the customer wrote again
    before the first line of this reply was out), `seq` (something was written since) or `holder` (whose line it is does
    not hold the conversation).
    """

    code = "fenced"

    def __init__(self, cause: str) -> None:
        super().__init__(f"the log refused the line: {cause} has changed")
        self.cause = cause


class TooMany(HandrailError):
    """A rate or a number of tries is used up. `retry_after` is in seconds, where it is known."""

    code = "too_many"

    def __init__(self, message: str, *, code: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unavailable(HandrailError):
    """A part that is needed does not answer: the database, the index, a model, a business system."""

    code = "unavailable"
