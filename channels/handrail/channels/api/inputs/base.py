"""What bodies are made of."""

from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

VISIBLE = r"^[^\x00]*[^\s\x00-\x1f\x7f][^\x00]*$"
"""Something to read, and no NUL, which Postgres does not take."""

WORD = r"^[a-z][a-z0-9_-]{0,39}$"


def number(value: object) -> object:
    """What JSON writes as a number: neither a text nor a boolean, which pydantic would take for one."""
    if isinstance(value, bool | str):
        raise ValueError("must be a number")
    return value


Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=50_000, pattern=VISIBLE)]
"""A message; the settings bound it further."""

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=VISIBLE)]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[^\x00]*$")]
Word = Annotated[str, Field(pattern=WORD, examples=["general"])]

Claims = Annotated[
    dict[Annotated[str, StringConstraints(pattern=WORD)], Short],
    Field(
        min_length=1,
        max_length=8,
        examples=[{"email": "sam@example.org"}],
        json_schema_extra={"additionalProperties": False},
    ),
]


class Input(BaseModel):
    """A body. Unknown fields are refused, so that a typing error is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?\(?[0-9][0-9 ()/-]{5,18}[0-9]$")]
