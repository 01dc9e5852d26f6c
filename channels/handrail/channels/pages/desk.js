/** The page of the people: log in, watch the queue, work on one conversation. */

import { call, newKey } from "./api.js";
import { Approvals } from "./desk-approvals.js";
import { Case } from "./desk-case.js";
import * as door from "./desk-door.js";
import { Drafts } from "./desk-drafts.js";
import * as forms from "./desk-forms.js";
import { Lookups } from "./desk-lookups.js";
import { Notices } from "./desk-notices.js";
import { Queue } from "./desk-queue.js";
import { Replies } from "./desk-replies.js";
import { Routing } from "./desk-routing.js";
import { by, fill, h } from "./dom.js";
import { readAs } from "./policy.js";

readAs({ path: "/v1/desk/policies/" });
let me = null;
let options = { tags: [], departments: {}, claims: [], replies: {}, may_approve: false };
let stream = null;
let chosen = null;
let sending = null;
let claiming = null;
let standing = { id: null, seq: 0 };
let looking = false;
let lookAgain = false;
const drafts = new Drafts();
const queue = new Queue({ choose, drafts });
const notices = new Notices({ choose });
const shown = new Case({ decide: (id) => approvals.open(id), settle: (action) => forms.settle(action, (body) => act(`actions/${encodeURIComponent(action.id)}`, body)) });
const approvals = new Approvals({ decide, choose, say });
const lookups = new Lookups({ csrf: () => me.csrf, done: look });
const routing = new Routing({ act, choose: take, say, refuse });
const replies = new Replies({ use: (text) => shown.use(text) });

/** Somebody is logged in. */
async function arrive(person) {
  me = person;
  await work();
}

/** Nobody is, any more. */
function depart() {
  stream?.close();
  stream = me = null;
  choose(null);
  drafts.clear();
  door.show("login");
}

async function work() {
  by("me").textContent = me.name;
  by("people").hidden = me.role !== "admin";
  fill(by("head"), h("h2", { id: "head-name" }), h("div", { class: "facts", id: "head-facts" }), h("div", { class: "row" }, buttons()));
  const [about, found] = await Promise.all([call("GET", "/v1/about"), call("GET", "/v1/desk/options")]);
  options = found;
  queue.departments = found.departments;
  routing.begin(me, found.departments).catch((error) => refuse(error.message));
  replies.ready = found.replies;
  notices.title = `${about.business} desk`;
  by("business").textContent = notices.title;
  const departments = Object.entries(found.departments).map(([code, name]) => h("option", { value: code }, name));
  fill(by("f-department"), h("option", { value: "" }, "All departments"), departments);
  watch();
  const asked = new URLSearchParams(location.search).get("conversation");
  if (asked) choose(asked);
}

function buttons() {
  const button = (id, label, key, action, first) =>
    h("button", { class: `button small ${first ? "first" : ""}`, id, type: "button", onclick: action, "aria-keyshortcuts": key }, label);
  return [
    button("claim", "Claim", "c", claim, true),
    button("note", "Note", "n", note),
    button("look-up", "Look up", "l", lookUp),
    button("vouch", "Vouch", "v", vouch),
    button("hand-on", "Hand on", "h", handOn),
    button("park", "Park", "p", park),
    button("give-back", "Give back", "g", giveBack),
    button("wrap-up", "Wrap up", "w", wrapUp),
  ];
}

function watch() {
  stream?.close();
  const filters = new URLSearchParams();
  for (const [name, value] of new FormData(by("filters"))) if (value) filters.set(name, value);
  stream = new EventSource(`/v1/desk/events?${filters}`);
  stream.onopen = () => link(true);
  stream.onerror = async () => {
    link(false);
    // A stream that was refused does not come back: the session may have ended.
    if (stream?.readyState === EventSource.CLOSED) {
      try {
        await call("GET", "/v1/me");
        setTimeout(() => me && watch(), 3000);
      } catch (error) {
        if (error.status === 401) depart();
        else setTimeout(() => me && watch(), 3000);
      }
    }
  };
  stream.addEventListener("queue", (event) => {
    const data = JSON.parse(event.data);
    const before = queue.items.length ? queue.items.filter((item) => item.state === "waiting").length : 0;
    queue.show(data.items, data.now);
    model(data.engine.outage);
    notices.hear(data.items, data.waiting, me.id);
    if (data.waiting > before) say(`${data.waiting} waiting`);
  });
  stream.addEventListener("approvals", (event) => approvals.show(JSON.parse(event.data)));
  stream.addEventListener("changed", (event) => {
    const data = JSON.parse(event.data);
    if (chosen && (data.all || data.conversations.includes(chosen))) look();
  });
}

function link(up) {
  by("link").className = `chip ${up ? "up" : "down"}`;
  by("link").lastElementChild.textContent = up ? "Live" : "Reconnecting…";
}

/** Tell that the language model does not answer, for as long as that is so. */
function model(outage) {
  const chip = by("engine");
  if (outage && chip.hidden) say("The language model does not answer: the built-in engine stands in.");
  if (!outage && !chip.hidden) say("The language model answers again.");
  chip.hidden = !outage;
  chip.textContent = outage ? "Model down" : "";
  chip.title = outage ? `${outage.why}, since ${new Date(outage.since).toLocaleTimeString()}. The built-in engine stands in.` : "";
}

function say(text) {
  by("live").append(h("p", {}, text));
  while (by("live").childElementCount > 10) by("live").firstElementChild.remove();
}

function choose(id) {
  if (chosen !== id) by("text").value = id ? drafts.get(id) : "";
  chosen = id;
  grow();
  sending = null;
  queue.select(id);
  by("desk").classList.toggle("reading", Boolean(id));
  by("open").hidden = !id;
  by("blank").hidden = Boolean(id);
  by("refused").hidden = true;
  if (id) look();
}

/** Fetch what is new of the chosen conversation: one request at a time, and one more if something happened meanwhile. */
async function look() {
  if (looking) {
    lookAgain = true;
    return;
  }
  looking = true;
  const id = chosen;
  try {
    const after = shown.id === id ? shown.lastSeq : 0;
    const data = await call("GET", `/v1/desk/conversations/${encodeURIComponent(id)}?after=${after}`);
    if (id === chosen) present(data);
  } catch (error) {
    if (error.status === 401) depart();
    else refuse(error.status === 404 ? "This conversation does not exist." : error.message);
  } finally {
    looking = false;
    if (lookAgain || id !== chosen) {
      lookAgain = false;
      if (chosen) look();
    }
  }
}

function present(data) {
  // Two answers may overtake each other: the older one says nothing any more.
  if (data.id === standing.id && data.seq < standing.seq) return;
  standing = { id: data.id, seq: data.seq };
  const leads = ["supervisor", "admin"].includes(me.role);
  const fresh = shown.show(data, { decides: options.may_approve, settles: data.person === me.id || leads });
  for (const event of fresh) if (event.kind === "customer_said") say(`Customer: ${event.data.text}`);
  const mine = data.person === me.id;
  const reads = me.role === "engineer";
  const others = data.person && !mine;
  by("claim").hidden = mine || reads || (others && !leads);
  by("claim").textContent = others ? "Take over" : "Claim";
  by("give-back").hidden = by("wrap-up").hidden = by("hand-on").hidden = by("park").hidden = by("look-up").hidden = !mine;
  by("park").textContent = data.entry?.parked_until ? "Take up" : "Park";
  by("note").hidden = reads;
  by("vouch").hidden = !mine || !options.claims.length || data.identity.level === "verified";
  by("text").disabled = by("say").disabled = !mine;
  by("suggest").hidden = reads;
  if (mine && claiming === data.id) {
    // In the same moment in which it can be written to: whoever has gone on by then is not called back.
    claiming = null;
    by("text").focus();
  }
  const who = data.entry?.person_name || "A colleague";
  fill(by("lead"), mine ? "You are writing as " : others ? `${who} is answering.` : reads ? "You are reading along." : "Claim the conversation to answer. ", mine && h("b", {}, me.name), !mine && !others && !reads && h("kbd", {}, "c"));
}

function refuse(message) {
  fill(by("refused"), message).hidden = !message;
}

async function act(what, body, key = newKey()) {
  refuse("");
  const answer = await call("POST", `/v1/desk/conversations/${encodeURIComponent(chosen)}/${what}`, { body, csrf: me.csrf, key });
  look();
  return answer;
}

/** Open a conversation that has become theirs a moment ago. */
function take(id) {
  claiming = id;
  choose(id);
}

async function claim() {
  if (!chosen || by("claim").hidden) return;
  claiming = chosen;
  try {
    const data = await act("claim", { take_over: by("claim").textContent === "Take over" });
    if (data.id === chosen) present(data);
  } catch (error) {
    claiming = null;
    refuse(error.message);
    look();
  }
}

/** A colleague's word on what waits for approval, in whatever conversation. */
async function decide(item, decision, reason) {
  const path = `/v1/desk/conversations/${encodeURIComponent(item.conversation_id)}/approvals/${encodeURIComponent(item.action_id)}`;
  await call("POST", path, { body: { decision, reason }, csrf: me.csrf });
  if (chosen === item.conversation_id) look();
}

const can = (id) => chosen && !by(id).hidden;
function note() {
  if (can("note")) forms.note((body) => act("notes", body));
}
function vouch() {
  if (can("vouch")) forms.vouch(options.claims, (body) => act("identity", body));
}
function lookUp() {
  if (can("look-up")) lookups.open(chosen).catch((error) => refuse(error.message));
}
function handOn() {
  if (can("hand-on")) routing.handOn().catch((error) => refuse(error.message));
}
function park() {
  if (!can("park")) return;
  if (by("park").textContent === "Park") routing.park();
  else routing.takeUp().catch((error) => refuse(error.message));
}
function giveBack() {
  if (can("give-back")) forms.giveBack((body) => act("give-back", body));
}
function wrapUp() {
  if (can("wrap-up")) forms.wrapUp(options.tags, (body) => act("wrap-up", body));
}

async function write() {
  const field = by("text");
  const text = field.value.trim();
  if (!text || field.disabled) return;
  // The same words sent again after a failure are the same message.
  if (sending?.text !== text) sending = { text, key: newKey() };
  const written = chosen;
  by("say").disabled = true;
  try {
    await act("messages", { text }, sending.key);
    sending = null;
    drafts.set(written, "");
    if (chosen === written) field.value = "";
    grow();
  } catch (error) {
    refuse(error.message);
    if (error.status === 409) look();
  } finally {
    by("say").disabled = field.disabled;
  }
}

/** What might be answered; to whoever has not claimed the conversation it is only shown. */
function suggest() {
  if (!can("suggest")) return;
  const customer = shown.data?.id === chosen ? shown.data.identity.name.split(" ")[0] : "";
  replies.open(chosen, me.csrf, { customer, name: me.name }, !by("text").disabled);
}

function grow() {
  const field = by("text");
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, 176)}px`;
}

const SHORTCUTS = {
  j: () => queue.step(1),
  k: () => queue.step(-1),
  c: claim,
  x: () => routing.next(),
  l: lookUp,
  h: handOn,
  p: park,
  r: () => by("text").focus(),
  n: note,
  t: suggest,
  a: () => approvals.open(),
  v: vouch,
  g: giveBack,
  w: wrapUp,
  s: () => by("packet").querySelector("button")?.focus(),
  "/": () => by("f-state").focus(),
  "?": forms.keys,
};

function fold(yes) {
  by("aside").classList.toggle("folded", yes);
  by("fold").setAttribute("aria-expanded", String(!yes));
}

addEventListener("keydown", (event) => {
  if (!me || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (event.target.closest("input, textarea, select")) event.target.blur();
    else if (matchMedia("(max-width: 46rem)").matches) choose(null);
    return;
  }
  if (event.target.closest("input, textarea, select")) return;
  const action = SHORTCUTS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

by("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  write();
});
by("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    write();
  }
});
by("text").addEventListener("input", () => {
  grow();
  if (chosen) {
    const had = drafts.has(chosen);
    drafts.set(chosen, by("text").value);
    if (had !== drafts.has(chosen)) queue.redraw();
  }
});
by("suggest").addEventListener("click", suggest);
by("filters").addEventListener("change", () => watch());
by("back").addEventListener("click", () => choose(null));
by("approvals").addEventListener("click", () => approvals.open());
by("help").addEventListener("click", forms.keys);
by("fold").addEventListener("click", () => fold(!by("aside").classList.contains("folded")));
by("people").addEventListener("click", () => forms.people(me.csrf).catch((error) => refuse(error.message)));
by("leave").addEventListener("click", async () => {
  try {
    await call("POST", "/v1/logout", { csrf: me.csrf });
  } catch (error) {
    if (error.status !== 401) return refuse(error.message);
  }
  depart();
});

fold(matchMedia("(max-width: 46rem)").matches);
door.enter(arrive);
