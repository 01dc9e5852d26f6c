/** The page of the people: log in, watch the queue, work on one conversation. What each part does stands in its own file. */

import { call } from "./api.js";
import { Approvals } from "./desk-approvals.js";
import { Buttons, LEADS } from "./desk-buttons.js";
import { Calls } from "./desk-calls.js";
import { Card } from "./desk-card.js";
import { Case } from "./desk-case.js";
import { Composer, lead } from "./desk-composer.js";
import * as door from "./desk-door.js";
import { Drafts } from "./desk-drafts.js";
import { Due } from "./desk-due.js";
import * as forms from "./desk-forms.js";
import { Keys } from "./desk-keys.js";
import { Listeners } from "./desk-listeners.js";
import { Live } from "./desk-live.js";
import { Lookups } from "./desk-lookups.js";
import { Mine } from "./desk-mine.js";
import { Notices } from "./desk-notices.js";
import { Opened } from "./desk-opened.js";
import { people } from "./desk-people.js";
import { Queue } from "./desk-queue.js";
import { Replies } from "./desk-replies.js";
import { Routing } from "./desk-routing.js";
import { Seen } from "./desk-seen.js";
import * as sessions from "./desk-sessions.js";
import { Team } from "./desk-team.js";
import { Typists } from "./desk-typists.js";
import { Whispers } from "./desk-whispers.js";
import { Writes } from "./desk-writes.js";
import { by, fill, h } from "./dom.js";
import { readAs } from "./policy.js";

const PHONE = matchMedia("(max-width: 46rem)");

readAs({ path: "/v1/desk/policies/" });
let me = null;
let mayApprove = false;
const csrf = () => me.csrf;
const drafts = new Drafts();
const seen = new Seen();
const fresh = (item) => seen.fresh(item);
const mine = new Mine({ choose, fresh });
const composer = new Composer({ drafts, send: (text, key) => opened.act("messages", { text }, key), begun: () => queue.redraw(), types: () => opened.types() });
const refuse = (message) => composer.refuse(message);
const queue = new Queue({ choose, drafts, whispers: () => whispers, fresh });
const notices = new Notices({ choose, fresh });
const opened = new Opened({ csrf, after: (id) => (shown.id === id ? shown.lastSeq : 0), show: present, gone: depart, refuse });
const lookups = new Lookups({ csrf, done: () => opened.look() });
const writes = new Writes({ act: (what, body) => opened.act(what, body), lines: () => shown.events, say });
const acts = { runs: (tool) => (tool.effect === "read" ? lookups : writes).open(opened.id, tool).catch((error) => refuse(error.message)), takeOff: (action) => opened.act(`actions/${encodeURIComponent(action.id)}/take-off`, {}).catch((error) => refuse(error.message)) };
const shown = new Case({ ...acts, decide: (id) => approvals.open(id), settle: (action) => forms.settle(action, (body) => opened.act(`actions/${encodeURIComponent(action.id)}`, body)) });
const approvals = new Approvals({ decide, choose, say });
const routing = new Routing({ act: (what, body) => opened.act(what, body), choose: take, say, refuse });
const replies = new Replies({ use: (text) => shown.use(text) });
const calls = new Calls({ act: (what, body) => opened.act(what, body) });
const due = new Due({ choose, start, takeUp, settle, say, refuse, tell: (...what) => notices.tell(...what) });
const buttons = new Buttons({ opened, routing, lookups, writes, calls, card: new Card({ choose }), refuse });
const team = new Team({ choose, approvals: () => approvals.open(), refuse });
const listeners = new Listeners({ opened, listen: () => opened.listen() });
const whispers = new Whispers({ opened, mark: () => queue.redraw(), say });
const typists = new Typists({ opened, shown });
const live = new Live({ on: { queue: hear, typing: (data) => typists.hear(data), listening: (data) => listeners.hear(data), whisper: whispered, approvals: (data) => approvals.show(data), changed }, gone: depart, say });

/** Somebody is logged in. */
async function arrive(person) {
  me = person;
  by("me").textContent = me.name;
  by("people").hidden = me.role !== "admin";
  by("figures").hidden = me.role === "agent";
  const [about, options] = await Promise.all([call("GET", "/v1/about"), call("GET", "/v1/desk/options")]);
  const { departments } = options;
  mayApprove = options.may_approve;
  by("audits").hidden = !options.may_audit;
  approvals.mine = `person:${me.id}`;
  buttons.begin(me, options);
  queue.departments = departments;
  queue.me = me.id;
  shown.begin(me, departments);
  routing.begin(me, departments).catch((error) => refuse(error.message));
  team.begin(me, departments);
  due.begin({ ...me, actor: `person:${me.id}` }, departments).catch((error) => refuse(error.message));
  replies.ready = options.replies;
  notices.title = `${about.business} desk`;
  by("business").textContent = notices.title;
  fill(by("f-department"), h("option", { value: "" }, "All departments"), Object.entries(departments).map(([code, name]) => h("option", { value: code }, name)));
  live.watch();
  const asked = new URLSearchParams(location.search).get("conversation");
  if (asked) choose(asked);
}

/** Nobody is, any more. */
function depart() {
  live.close();
  me = due.me = null;
  choose(null);
  drafts.clear();
  door.show("login");
}

/** The queue has changed. */
function hear(data) {
  const before = queue.items.filter((item) => item.state === "waiting").length;
  queue.show(data.items, data.now);
  mine.show(data.items, me.id, opened.id);
  live.model(data.engine.outage);
  typists.draw();
  notices.hear(data.items, data.waiting, me.id);
  if (data.waiting > before) say(`${data.waiting} waiting`);
}

/** A supervisor has whispered something. */
function whispered(data) {
  if (whispers.hear(data)) notices.tell("Somebody whispers to you", "", `whisper ${data.conversation}`, () => choose(data.conversation));
}

/** Conversations have news. */
function changed({ all, conversations }) {
  team.changed();
  due.changed();
  if (opened.id && (all || conversations.includes(opened.id))) opened.look();
}

/** Tell it to whoever listens. */
function say(text) {
  by("live").append(h("p", {}, text));
  while (by("live").childElementCount > 10) by("live").firstElementChild.remove();
}

function choose(id) {
  if (id !== opened.id) shown.leave();
  mine.mark(id);
  composer.choose(id);
  queue.select(id);
  opened.choose(id);
  typists.draw();
}

/** Open a conversation that has become theirs a moment ago. */
function take(id) {
  opened.claiming = id;
  choose(id);
}

function present(data) {
  const leads = LEADS.includes(me.role);
  const mine = data.person === me.id;
  const as = { mine, others: Boolean(data.person) && !mine, reads: me.role === "engineer", name: me.name, who: data.entry?.person_name || "A colleague" };
  const fresh = shown.show(data, { decides: mayApprove, settles: mine || leads, runs: mine });
  for (const event of fresh) if (event.kind === "customer_said") {
    typists.wrote(data.id);
    say(`Customer: ${event.data.text}`);
  }
  buttons.show(data, as);
  read();
  listeners.show(data.id, as.others && leads);
  whispers.show(data.id, shown.events, me.id);
  composer.show(mine, ...lead(as));
  // In the same moment in which it can be written to: whoever has gone on by then is not called back.
  if (mine && opened.taken(data.id)) composer.focus();
}

/** What is open, and looked at, has been seen. */
function read() {
  if (!opened.id || shown.id !== opened.id || !seen.read(opened.id, shown.lastSeq)) return;
  queue.redraw();
  mine.mark(opened.id);
  notices.hear(queue.items, queue.items.filter((item) => item.state === "waiting").length, me.id);
}

/** A colleague's word on what waits for approval, in whatever conversation. */
async function decide(item, decision, reason) {
  const path = `/v1/desk/conversations/${encodeURIComponent(item.conversation_id)}/approvals/${encodeURIComponent(item.action_id)}`;
  await call("POST", path, { body: { decision, reason }, csrf: me.csrf });
  if (opened.id === item.conversation_id) opened.look();
}

const at = (id) => `/v1/desk/conversations/${encodeURIComponent(id)}`;

/** Take a conversation whose customer is to be called. */
async function start(item) {
  const id = item.conversation_id;
  if (item.holder !== `person:${me.id}`) await call("POST", `${at(id)}/claim`, { body: { take_over: false }, csrf: me.csrf });
  choose(id);
  await calls.open(id);
}

/** Go on with a parked conversation. */
async function takeUp(id) {
  await call("POST", `${at(id)}/take-up`, { csrf: me.csrf });
  take(id);
}

/** Say how a promise ended, in whatever conversation. */
function settle(item, kept, note) {
  return call("POST", `${at(item.conversation_id)}/promises`, { body: { promise: item.promise_id, kept, note }, csrf: me.csrf });
}

/** What might be answered; to whoever has not claimed the conversation it is only shown. */
function suggest() {
  if (!opened.id || by("suggest").hidden) return;
  const customer = shown.data?.id === opened.id ? shown.data.identity.name.split(" ")[0] : "";
  replies.open(opened.id, me.csrf, { customer, name: me.name }, composer.allowed);
}

function fold(yes) {
  by("aside").classList.toggle("folded", yes);
  by("fold").setAttribute("aria-expanded", String(!yes));
}

new Keys({
  groups: {
    Queue: [
      ["x", "take the next one", () => routing.next()],
      ["j", "next in the queue", () => queue.step(1)],
      ["k", "previous in the queue", () => queue.step(-1)],
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => [String(number), number === 1 ? "the first of yours, 2 the second, and so on" : "", () => mine.go(number)]),
      ["/", "filters", () => by("f-state").focus()],
    ],
    Answer: [
      ["c", "claim", () => buttons.press("claim")],
      ["r", "write to the customer", () => composer.focus()],
      ["t", "suggest a reply", suggest],
      ["s", "go to the summary", () => by("packet").querySelector("button")?.focus()],
      ["i", "who the customer is, and their orders", () => buttons.press("customer")],
      ["l", "look something up", () => buttons.press("look-up")],
      ["d", "do something for the customer", () => buttons.press("do")],
      ["v", "vouch for who the customer is", () => buttons.press("vouch")],
      ["n", "note", () => buttons.press("note")],
    ],
    "Pass on and end": [
      ["h", "hand on", () => buttons.press("hand-on")],
      ["p", "park, or take up again", () => buttons.press("park")],
      ["g", "give back to the bot", () => buttons.press("give-back")],
      ["b", "how a call ended", () => buttons.press("call")],
      ["w", "wrap up", () => buttons.press("wrap-up")],
    ],
    "The desk": [
      ["o", "what is due: calls, promises, reminders", () => due.open()],
      ["a", "what waits for approval", () => approvals.open()],
      ["e", "the team", () => team.open()],
      ["u", "whisper to whoever holds it", () => buttons.press("whisper-to")],
      ["m", "move it to somebody else", () => buttons.press("reassign")],
      ["?", "this list", () => by("help").click()],
      ["Esc", "leave a field, close a dialog, back"],
    ],
  },
  on: () => me,
  back: () => PHONE.matches && choose(null),
});

document.addEventListener("visibilitychange", () => me && read());
by("suggest").addEventListener("click", suggest);
by("back").addEventListener("click", () => choose(null));
by("approvals").addEventListener("click", () => approvals.open());
by("fold").addEventListener("click", () => fold(!by("aside").classList.contains("folded")));
by("people").addEventListener("click", () => people(me.csrf).catch((error) => refuse(error.message)));
by("me").addEventListener("click", () => sessions.mine(me.csrf).catch((error) => refuse(error.message)));
by("leave").addEventListener("click", async () => {
  try {
    const { url } = await call("POST", "/v1/logout", { csrf: me.csrf });
    // The company's own login ends too, where it offers that.
    if (url) return location.assign(url);
  } catch (error) {
    if (error.status !== 401) return refuse(error.message);
  }
  depart();
});

fold(PHONE.matches);
door.enter(arrive);
