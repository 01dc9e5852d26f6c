"""The courier of letters: a line that a person wrote on a ticket, to the address that the customer left."""

import logging
from collections.abc import Callable

from handrail.conversation.errors import Conflict
from handrail.conversation.events import Delivered, Noted, PersonSaid
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.conversation.situations import Situations

from .mail import ConsoleMailer, Mail, Mailer
from .outbox import End, Parcel

logger = logging.getLogger(__name__)

TARGET = "mail"

LinkBack = Callable[[str], str]
"""The address under which a customer reads a conversation again, by its id."""


class Letters:
    """Sends letters by the mailer. One that a server refuses now holds up no other."""

    patience = None

    def __init__(
        self, log: Log, situations: Situations, mailer: Mailer, settings: Settings, link: LinkBack | None = None
    ) -> None:
        self._log = log
        self._situations = situations
        self._mailer = mailer
        self._settings = settings
        self._link = link or self._plain_link

    async def carry(self, parcel: Parcel) -> End:
        """Send the line as a letter; without an address it is held until there is one."""
        situation = await self._situations.get(parcel.conversation_id)
        if situation.forgotten:
            return "dropped"
        if not situation.contact:
            return "held"
        (event,) = await self._log.read(parcel.conversation_id, parcel.seq - 1, 1)
        if not isinstance(event.data, PersonSaid) or not event.data.text:
            return "dropped"
        mail = self._mail(parcel, situation.contact, event.data)
        await self._mailer.send(mail)
        channel = "console" if isinstance(self._mailer, ConsoleMailer) else "email"
        delivered = Delivered.model_validate({"channel": channel, "to": mail.to, "subject": mail.subject})
        try:
            await self._log.append(parcel.conversation_id, "system", delivered, key=f"letter:{parcel.seq}")
        except Conflict:
            # Forgotten while the letter was on its way: there is nothing to write down any more.
            logger.info("Letter %s went out to a conversation that is forgotten by now", parcel.id)
        return "sent"

    async def give_up(self, parcel: Parcel, why: str) -> None:
        """Tell the desk."""
        note = Noted(by="system", text=f"An answer could not be delivered by e-mail: {why}.")
        await self._log.append(parcel.conversation_id, "system", note, key=f"letter-failed:{parcel.seq}")

    def _mail(self, parcel: Parcel, to: str, said: PersonSaid) -> Mail:
        business = self._settings.business.name
        text = (
            f"{said.text}\n\n{said.name}, {business}\n\n"
            f"Read everything and answer here: {self._link(parcel.conversation_id)}\n"
        )
        domain = self._settings.mail.sender.rpartition("@")[2]
        # Always the same for one line, so that a letter that went twice can be told.
        message_id = f"<{parcel.conversation_id}.{parcel.seq}@{domain}>"
        return Mail(to=to, subject=f"Your question to {business}", text=text, message_id=message_id)

    def _plain_link(self, conversation_id: str) -> str:
        server = self._settings.server
        base = server.public_url or f"http://{server.host}:{server.port}"
        return f"{base.rstrip('/')}/#{conversation_id}"
