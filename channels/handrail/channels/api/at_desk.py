"""What the desk's routes share: who acts, under which key, and what was written."""

from handrail.channels.api.desk_views import Written
from handrail.channels.api.kit import Kit
from handrail.channels.api.problems import documented
from handrail.channels.sessions import Session
from handrail.channels.users import User
from handrail.conversation.events import Event
from handrail.desk.looks import What
from handrail.desk.staff import Staff

ONE = "/conversations/{id}"
READS = documented(401, 403, 404, 422)
WRITES = documented(401, 403, 404, 408, 409, 413, 415, 422)


def staff_of(session: Session) -> Staff:
    """The person of a session, as the desk knows them."""
    return as_staff(session.user)


def as_staff(user: User) -> Staff:
    """An account as the desk knows its owner."""
    return Staff(
        id=user.id, name=user.name, role=user.role, departments=user.departments, skills=user.skills,
        capacity=user.capacity,
    )  # fmt: skip


async def there(kit: Kit, session: Session) -> Staff:
    """The person who acts: they are seen to be at the desk."""
    staff = staff_of(session)
    await kit.handrail.presence.seen(staff)
    return staff


async def looked(kit: Kit, session: Session, what: What, conversation_id: str = "") -> None:
    """Enter a look into the trail, before anything is shown."""
    await kit.looks.note(session.user.id, session.user.name, what, conversation_id)


def keyed(session: Session, what: str, key: str | None) -> str | None:
    """An `Idempotency-Key` as it counts: for one person and one kind of act."""
    return f"{what}:{session.user.id}:{key}" if key else None


def written(event: Event) -> Written:
    """Where it stands in the log."""
    return Written(seq=event.seq, at=event.at)
