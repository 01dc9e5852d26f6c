"""What people who work here may send of themselves and of accounts."""

from typing import Annotated

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
)

from handrail.channels.api.inputs.base import Input, Short, Word, number
from handrail.channels.passwords import LONGEST, SHORTEST
from handrail.conversation.login import Role


class Login(Input):
    """A person's name and password. With `bearer` a token is told instead of a cookie being set."""

    login: Short = Field(examples=["kim"])
    password: str = Field(min_length=1, max_length=LONGEST, examples=["correct horse battery staple"])
    bearer: StrictBool = False


class NewPassword(Input):
    """A password for the account that a one-time link is for. It has 10 to 200 characters."""

    token: Annotated[str, Field(min_length=1, max_length=200)]
    password: str = Field(min_length=SHORTEST, max_length=LONGEST, examples=["correct horse battery staple"])


class Entry(Input):
    """A one-time link that logs its owner in."""

    token: Annotated[str, Field(min_length=1, max_length=200)]


class Departure(Input):
    """With what somebody goes to the provider: a one-time link, where they were invited by one, and the conversation
    that they want to see."""

    invitation: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    conversation: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None


class NewUser(Input):
    """An account; the answer holds a one-time link to set the password with."""

    login: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}$", examples=["kim"])]
    name: Short = Field(examples=["Kim"], description="what customers see")
    role: Role = Field(default="agent", examples=["agent"])
    departments: tuple[Word, ...] = Field(default=(), max_length=50)


class UserChange(Input):
    """What to change of an account; what is left out stays."""

    name: Short | None = None
    role: Role | None = None
    departments: tuple[Word, ...] | None = Field(default=None, max_length=50)
    skills: tuple[Word, ...] | None = Field(default=None, max_length=50, description="as in `desk.skills`")
    capacity: Annotated[int, BeforeValidator(number)] | None = Field(
        default=None, ge=1, le=100, description="live conversations at once"
    )
    disabled: StrictBool | None = None
