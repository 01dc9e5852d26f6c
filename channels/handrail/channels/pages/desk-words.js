/** How codes read. */

const REASONS = {
  asked_for_person: "asked for a person",
  not_covered: "not covered",
  low_confidence: "not sure enough",
  action_failed: "action failed",
  action_unknown: "action unclear",
  fraud_or_safety: "fraud or safety",
};

export const reasonWords = (reason) => REASONS[reason] || reason.replaceAll("_", " ");

export const TOPICS = {
  who: "Who",
  deadline: "Their deadline",
  wants: "What they want",
  established: "Established",
  tried: "What was done",
  stuck: "Where it got stuck",
  promised: "Promised",
  mood: "Mood",
  next: "Next steps",
  policy: "Policies",
};

const DROPPED = {
  taken_over: "Off: it stood before a person took over",
  taken_off: "Withdrawn by the desk",
  withdrawn: "Taken back by the customer",
  refused: "Off: it was not approved",
  approval_expired: "Off: nobody decided in time",
};

/** How sure it is who the customer is. */
export const levelWords = (level) => ({ verified: "verified", known: "not verified" })[level] || "unknown";

const METHODS = { claim: "by what they said", code: "by a code" };

/** What answers where no language model does reads as a name, not as a state. */
export const engineWords = (engine) => (engine === "offline" ? "built-in engine" : engine);

const CHECKS = { asks_for_person: "asks for a person" };

export const findingWords = ({ check, name }) => {
  const what = CHECKS[check] || check.replaceAll("_", " ");
  return check === "asks_for_person" && name === "asked" ? what : `${what}: ${name.replaceAll("_", " ")}`;
};

const CALLS = { cancelled: "Call called off", done: "The call was made", no_answer: "Called, and nobody answered", moved: "Call moved to another time" };

const moment = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const clip = (text, length = 90) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** One line for an event that is not a line of the talk; `departments` are the names by code. Null for those that only matter when everything is shown. */
export function eventWords(kind, data, departments = {}) {
  switch (kind) {
    case "opened": return `Conversation began (${data.channel})`;
    case "consulted": return data.passages.length ? `Looked up: ${[...new Set(data.passages.map((p) => p.title))].slice(0, 3).join(", ")}` : "Looked up policies: nothing found";
    case "tool_ran": return `${data.tool.replaceAll("_", " ")}: ${data.ok ? "done" : data.message || data.error || "failed"}`;
    case "action_proposed": return `${data.name ? `${data.name} proposed` : "Proposed"}: ${clip(data.question || data.tool)}`;
    case "action_consented": return data.name ? `${data.name} took #${data.said} for the customer's yes to exactly this` : "The customer agreed to exactly this";
    case "action_dropped": return DROPPED[data.why] || `Proposal dropped (${data.why})`;
    case "approval_asked": return "A colleague is asked to approve it";
    case "approval_given": return `${data.name} approved it${data.reason ? `: ${clip(data.reason)}` : ""}`;
    case "approval_refused": return `${data.name} did not approve it: ${clip(data.reason)}`;
    case "action_claimed": return "Carrying it out";
    case "action_succeeded": return data.name ? `It happened, as ${data.name} found: ${clip(data.seen)}` : data.reconciled ? "Done, as found by look-up" : "Done";
    case "action_failed": return data.name ? `It did not happen, as ${data.name} found: ${clip(data.seen)}` : `Not done: ${data.message || data.code}`;
    case "action_unknown": return "Unclear whether it was done";
    case "identity_proven": return data.by ? `Identity: ${data.level}, ${data.name} (${data.by} vouches: ${clip(data.how)})` : `Identity: ${levelWords(data.level)}${data.name ? `, ${data.name}` : ""} (${METHODS[data.method] || `by ${data.method}`})`;
    case "code_sent": return data.to ? `Code sent to ${data.to}` : "A code was asked for; no contact on file fits, so none was sent";
    case "code_refused": return `Wrong or late code (try ${data.tries})`;
    case "handoff_requested": return `Handed over: ${reasonWords(data.reason)} (${data.urgency}, ${departments[data.department] || data.department})`;
    case "handoff_claimed": return `${data.name} took over`;
    case "handoff_returned": return { reassigned: `Reassigned${data.name ? ` from ${data.name}` : ""}${data.to_name ? ` to ${data.to_name}` : ""}${data.note ? `: ${clip(data.note)}` : ""}`, handed_on: `${data.name} handed it on${data.to_name ? ` to ${data.to_name}` : ""}${data.note ? `: ${clip(data.note)}` : ""}`, gone: `${data.name} is gone: back in the queue`, silent: `${data.name} did not answer: back in the queue` }[data.why];
    case "set_aside": return `Parked until ${moment.format(new Date(data.until))}${data.note ? `: ${clip(data.note)}` : ""}`;
    case "taken_up": return { by_hand: "Taken up again", due: "Up again: the time has come", written: "Up again: the customer wrote" }[data.why];
    case "given_back": return data.instruction ? `Given back: ${clip(data.instruction)}` : "Given back to the bot";
    case "ticket_opened": return "Ticket opened";
    case "ticket_moved": return `Ticket: ${data.state}`;
    case "contact_left": return `Answer goes to ${data.address}`;
    case "promise_made": return `Promised: ${clip(data.text)}`;
    case "promise_settled": return `${data.kept ? "Promise kept" : "Promise broken"}${data.note ? `: ${clip(data.note)}` : ""}`;
    case "callback_booked": return `Call booked for ${moment.format(new Date(data.at))}`;
    case "callback_ended": return `${CALLS[data.why]}${data.note ? `: ${clip(data.note)}` : ""}`;
    case "delivered": return `Sent by ${data.channel} to ${data.to}`;
    case "wrapped_up": return `Wrapped up: ${data.disposition.replaceAll("_", " ")}${data.tags.length ? ` (${data.tags.map((tag) => tag.replaceAll("_", " ")).join(", ")})` : ""}`;
    case "rated": return `Rated ${data.score} of 5${data.comment ? `: ${clip(data.comment)}` : ""}`;
    case "closed": return `Closed (${data.reason.replaceAll("_", " ")})`;
    case "announced": return data.text;
    case "engine_switched": return data.back ? `The model answers again (${data.after})` : `The model failed (${data.why.replaceAll("_", " ")}): ${data.after} stands in`;
    default: return null;
  }
}
