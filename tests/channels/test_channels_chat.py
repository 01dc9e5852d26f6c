"""The chat API: a customer begins, writes, reads."""


async def test_a_message_is_answered_with_its_sources(site):
    talk = await site.begin()
    answer = await talk.say("How long can I return boots?")
    assert answer.status_code == 200
    assert answer.json() == {
        "reply": {
            "text": "You have 30 days. Keep the label on.",
            "citations": [{"policy": "returns", "version": "2", "title": "Returns and exchanges"}],
        },
        "outcome": "answered",
        "handoff": None,
        "engine": "offline",
        "seq": 6,
    }
