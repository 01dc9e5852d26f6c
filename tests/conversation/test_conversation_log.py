from handrail.conversation.events import CustomerSaid, Opened
from handrail.conversation.log import Log


async def test_a_conversation_is_opened_and_read_back(log: Log) -> None:
    opened = await log.open(Opened(channel="chat"))
    (said,) = await log.append(opened.conversation_id, "customer", CustomerSaid(text="Where is my tent?"))
    assert await log.read(opened.conversation_id) == [opened, said]
    assert said.seq == 2
