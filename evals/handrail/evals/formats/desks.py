"""Exports of desks: Chatwoot and Zendesk. Notes that customers never saw are left out."""

from typing import Any

from handrail.evals.formats.building import Options, dict_of, labelled, list_of, moment, transcript
from handrail.evals.transcript import Transcript

INCOMING, OUTGOING = (0, "incoming"), (1, 3, "outgoing", "template")


def chatwoot(where: str, record: Any, options: Options) -> Transcript:
    """A conversation of Chatwoot's API with its `messages` (or `payload`), oldest first; labels as tags."""
    given = dict_of(record)
    about = dict_of(given.get("meta") or {})
    messages = [dict_of(message) for message in list_of(given, "messages", "payload")]
    messages.sort(key=lambda message: (str(moment(message.get("created_at"), options.now)), message.get("id") or 0))
    lines = [
        (message.get("message_type") in INCOMING, message.get("content"))
        for message in messages
        if message.get("message_type") in (*INCOMING, *OUTGOING) and not message.get("private")
    ]
    labels = given.get("labels") or about.get("labels") or []
    return transcript(
        given.get("id") or given.get("display_id"),
        lines,
        tags=labelled(labels, options, moment(given.get("created_at"), options.now)),
        labels={
            "channel": about.get("channel") or given.get("channel"),
            "status": given.get("status"),
            "language": (given.get("additional_attributes") or {}).get("conversation_language"),
        },
    )


def zendesk(where: str, record: Any, options: Options) -> Transcript:
    """A ticket of Zendesk's JSON export with its `comments`; what the requester wrote is the customer's. A ticket
    without comments has its description alone; tags as tags."""
    given = dict_of(record)
    requester = given.get("requester_id") or dict_of(given.get("requester") or {}).get("id")
    comments = [dict_of(comment) for comment in given.get("comments") or []]
    comments.sort(key=lambda comment: str(moment(comment.get("created_at"), options.now)))
    lines = [
        (comment.get("author_id") == requester, comment.get("plain_body") or comment.get("body"))
        for comment in comments
        if comment.get("public", True)
    ]
    via = given.get("via") if isinstance(given.get("via"), dict) else {}
    assert isinstance(via, dict)
    return transcript(
        given.get("id"),
        lines or [(True, given.get("description"))],
        purpose=str(given.get("subject") or ""),
        tags=labelled(given.get("tags") or [], options, moment(given.get("created_at"), options.now)),
        labels={"channel": via.get("channel"), "status": given.get("status"), "priority": given.get("priority")},
    )
