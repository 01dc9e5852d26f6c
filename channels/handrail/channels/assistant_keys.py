"""Which assistant calls: by its key, or as one of those without where the settings let them in."""

from starlette.datastructures import Headers

from handrail.channels.api.limits import Limit
from handrail.channels.assistants import Assistant
from handrail.channels.sessions import same
from handrail.conversation.assistants import AssistantsTable
from handrail.conversation.errors import Denied

CUSTOMER_TOKEN = "Handrail-Customer-Token"
"""The header in which a host gives its customer's token, past its model."""


class AssistantKeys:
    """The keys that the settings name. `requests` counts what comes in: by assistant, else by address."""

    def __init__(self, table: AssistantsTable, requests: Limit) -> None:
        self._table, self._requests = table, requests

    def read(self, headers: Headers, address: str) -> Assistant:
        """Whoever shows a key, or none where none is needed. A wrong one is refused even there.

        Raises `Denied` and `TooMany`.
        """
        proof = headers.get(CUSTOMER_TOKEN)
        kind, _, given = headers.get("authorization", "").partition(" ")
        shown = given.strip() if kind.casefold() == "bearer" else ""
        name = self._named(shown) if shown else ""
        who = Assistant(name or "", address, proof)
        self._requests.take(who.counted)
        if name is None:
            raise Denied("this key opens nothing here", code="unauthenticated")
        if not name and not self._table.public:
            raise Denied("send the key of your assistant as a bearer token", code="unauthenticated")
        return who

    def _named(self, shown: str) -> str | None:
        # Every key is looked at, so that the time tells nothing of which came near.
        found = [name for name, key in self._table.keys.items() if same(shown, key.get_secret_value())]
        return found[0] if found else None
