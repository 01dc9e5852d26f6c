"""The other desks of the settings, put together."""

from collections.abc import Mapping
from dataclasses import dataclass

from handrail.conversation import outside
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situations import Situations

from ..wire import Wire
from .chatwoot import Chatwoot
from .courier import DeskCourier
from .inbox import Inbox
from .port import OutsideDesk
from .threads import Threads, target_of
from .zendesk import Zendesk


@dataclass(frozen=True, slots=True)
class Desks:
    """The two ways of each desk, by name: `inboxes` take its webhooks, `couriers` bring it what was said."""

    inboxes: Mapping[str, Inbox]
    couriers: Mapping[str, DeskCourier]


def desk_of(settings: outside.OutsideDesk, wire: Wire) -> OutsideDesk:
    """The desk that a table of the settings describes."""
    return Chatwoot(settings, wire) if isinstance(settings, outside.ChatwootDesk) else Zendesk(settings, wire)


def put_together(settings: Settings, log: Log, situations: Situations, wire: Wire) -> Desks:
    """Every desk of the settings."""
    inboxes, couriers = {}, {}
    for name, table in settings.outside.items():
        desk, threads = desk_of(table, wire), Threads(log.database, name)
        inboxes[name] = Inbox(name, desk, threads, log, situations, settings)
        couriers[target_of(name)] = DeskCourier(desk, threads, log, situations, settings.business.name)
    return Desks(inboxes, couriers)
