"""Act: identity gate → arguments → call (reads) or proposal for consent (writes); then back to the draft, bounded."""

from handrail.agent.asking import asked_for, say
from handrail.agent.clean import without_instructions
from handrail.agent.hiding import hiding
from handrail.agent.identity import Missing
from handrail.agent.models.protocol import FIND_TOOL, Call, Result
from handrail.agent.nodes.settle import send_code
from handrail.agent.putting import put
from handrail.agent.services import Services
from handrail.agent.tools.api import Tool
from handrail.agent.tools.call import Called, ran
from handrail.agent.tools.call import call as call_tool
from handrail.agent.turn import Step, Turn
from handrail.conversation.events import Checked, IdentityAsked

CALLS = 8
"""How many calls one turn may make: customer, order, product and its variants, say, and some of them twice."""


async def act(turn: Turn, services: Services) -> Turn:
    """Make the call that the draft asks for, or put it before the customer."""
    call = turn["call"]
    assert call is not None
    if turn["calls"] >= CALLS:
        return {"reason": "stuck", "triggers": ("turn/too_many_calls",), "step": "hand_over"}
    turn = {**turn, "calls": turn["calls"] + 1, "call": None}
    if call.tool == FIND_TOOL:
        tools = await services.router.pick(str(call.arguments.get("query", "")), turn["situation"])
        names = [tool.name for tool in tools]
        return {**_with(turn, Result(call=call, ok=True, value={"tools": names})), "tools": tools, "step": "draft"}
    tool = services.workspace.by_name.get(call.tool)
    if tool is None:
        result = Result(call=call, ok=False, code="no_such_tool", refusal="there is no such tool")
        return {**_with(turn, result), "step": "draft"}
    return await _called(turn, tool, call, services)


async def _called(turn: Turn, tool: Tool, call: Call, services: Services) -> Turn:
    """Put what is hidden back into the arguments, and go through the gate."""
    known = hiding(turn, services)
    if unknown := known.unknown(dict(call.arguments)):
        refusal = f"{', '.join(unknown)} stands for nothing: leave it out, or ask the customer"
        return {**_with(turn, Result(call=call, ok=False, code="arguments", refusal=refusal)), "step": "draft"}
    call = Call(tool=call.tool, arguments=known.reveal(dict(call.arguments)))
    if missing := services.identity.gate(tool, turn["situation"]):
        return await _ask_identity(turn, call, missing, services)
    if tool.effect == "write":
        return await _propose(turn, tool, call, services)
    return await _read(turn, tool, call, services)


async def _ask_identity(turn: Turn, call: Call, missing: Missing, services: Services) -> Turn:
    """Park the call and ask for what proves who the customer is; what they have told already is taken up."""
    parked = IdentityAsked(turn_id=turn["turn_id"], tool=call.tool, arguments=dict(call.arguments))
    turn = {**turn, "along": (parked,)}
    if missing == "code":
        return say(turn, services.phrases("identity_code_sent"), "asked")
    claim = services.identity.claim_in(turn["message"])
    if claim:
        return await send_code(turn, claim, services)
    return say(turn, services.phrases("identity_ask"), "asked")


async def _propose(turn: Turn, tool: Tool, call: Call, services: Services) -> Turn:
    """Put a write before the customer, or tell the engine why it can't be."""
    proposal = await services.actions.propose(turn["situation"], turn["turn_id"], tool, call.arguments)
    if isinstance(proposal, Called):
        return await _note(turn, tool, call, proposal, services)
    question = Called("failed", code="instructions", value=proposal.summary)
    if tool.source and (await _cleaned(turn, tool, question, services))[0] != question:
        # The words of a record stand in the question, which the model reads; other words would not be what is done.
        return await _note(turn, tool, call, question, services)
    return asked_for(turn, proposal, "consent", services)


async def _read(turn: Turn, tool: Tool, call: Call, services: Services) -> Turn:
    ctx = services.actions.context(turn["situation"])
    called = await call_tool(tool, ctx, call.arguments)
    return await _note(turn, tool, call, called, services)


async def _note(turn: Turn, tool: Tool, call: Call, called: Called, services: Services) -> Turn:
    """Log what a call came to, without instructions in it, and hand it to the engine."""
    called, checked = await _cleaned(turn, tool, called, services)
    call_id = f"{turn['turn_id']}-{turn['calls']}"
    event = ran(tool, call.arguments, called, turn_id=turn["turn_id"], call_id=call_id)
    stored = await put(turn, services, *checked, event)
    result = as_read(call, called, stored.events[-1].seq)
    step: Step = "draft" if "found" in turn else "retrieve"
    return {**_with(turn, result), "situation": stored.situation, "step": step}


async def _cleaned(turn: Turn, tool: Tool, called: Called, services: Services) -> tuple[Called, tuple[Checked, ...]]:
    return await without_instructions(called, turn["turn_id"], tool.name, services.rails)


def as_read(call: Call, called: Called, seq: int) -> Result:
    """A read that was made, as the engine sees it: what a failure says of systems is for our log alone."""
    told = called.end in ("refused", "invalid")
    return Result(
        call=call,
        ok=called.ok,
        value=called.value,
        code=called.code,
        refusal=called.message if told else "",
        seq=seq,
        rule=called.rule or "",
        alternatives=called.alternatives,
    )


def _with(turn: Turn, result: Result) -> Turn:
    return {**turn, "results": (*turn["results"], result)}
