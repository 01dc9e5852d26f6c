"""What a case keeps of the conversation that it was frozen from."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

End = Literal["done", "refused", "failed", "unknown"]

AT_FAULT = frozenset({"policy_missing", "policy_outdated", "phrase_not_understood"})
"""Tags that say that the policies, or how they are found, were at fault."""


class Kept(BaseModel):
    """The base of what is kept: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Recorded(Kept):
    """One call of a tool and how it ended; `preview` is what a change would have done, where it was only put before
    the customer (`end` is None then)."""

    tool: str
    arguments: dict[str, Any] = {}
    end: End | None = None
    value: Any = None
    code: str = ""
    message: str = ""
    preview: dict[str, Any] | None = None


class Known(Kept):
    """A customer whom the business knew: found by what they said, or by `customer_id`."""

    customer_id: str
    name: str = ""
    email: str | None = None
    facts: dict[str, str] = {}


class Frozen(Kept):
    """Where a case comes from, who tagged it, and what the world answered.

    `wrapped_up` is the seq of the wrap-up, `question` that of the customer's line that the tag is about. `policies` are
    the versions that were found or cited, as `id@version`; `library` names the copy of all policies as they were when
    it was frozen. `calls` are in order. Nothing in it names a customer: see `stand_ins`.
    """

    conversation: str
    wrapped_up: int
    question: int
    by: str
    at: AwareDatetime
    disposition: str
    tags: tuple[str, ...]
    right_answer: str = ""
    policies: tuple[str, ...] = ()
    library: str = ""
    calls: tuple[Recorded, ...] = ()
    customers: tuple[Known, ...] = ()
    gap: str = ""
    """The gap that it was frozen for, once it is known."""

    @property
    def policies_at_fault(self) -> bool:
        """Whether the tag says that the policies were at fault: then those of today are tried, else those of then."""
        return not AT_FAULT.isdisjoint(self.tags)
