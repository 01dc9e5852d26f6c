/** The customer's page: begins a conversation with the first message, follows it, and takes it up again after a reload. */

import { call, newKey } from "./api.js";
import { approval, question, rating, show, standing } from "./chat-cards.js";
import { Lines } from "./chat-lines.js";
import { keep, kept } from "./chat-kept.js";
import { introduce } from "./chat-welcome.js";
import { by, fill, h } from "./dom.js";
import { readAs } from "./policy.js";
import { Stream } from "./stream.js";
import { Hears, Tells } from "./typing.js";

readAs({ token: () => conversation?.token });
const lines = new Lines(send);
let about = null;
let conversation = kept();
let stream = null;
let state = null;
let away = false;
let wantsProof = false;
let wantsRating = false;
let rated = false;
let awayTimer = null;
let typingUntil = 0;
let word = null;
const typist = new Hears(() => render());
const typing = new Tells(() => call("POST", path("typing"), { token: conversation.token }));

async function begin() {
  if (conversation) return;
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const body = { channel: "chat", language: navigator.language?.slice(0, 2) || "en", ...(timezone ? { timezone } : {}) };
  const { id, token } = await call("POST", "/v1/conversations", { body });
  conversation = keep({ id, token });
  lines.quiet = false; // It has no history: all that comes is new.
  follow();
}

function path(what) {
  return `/v1/conversations/${conversation.id}/${what}`;
}

function follow() {
  stream?.stop();
  stream = new Stream(path("events"), {
    token: conversation.token,
    on: {
      event: (name, data) => {
        if (name === "state") {
          lines.quiet = false;
          typingUntil = 0;
          hearApprovals(state, data);
          state = data;
        } else if (name === "typing") typist.hear(data.name, data.seconds);
        else {
          if (name === "person") typist.end();
          lines.take(name, data);
        }
        render();
      },
      up: () => reached(true),
      down: () => reached(false),
      gone: () => {
        const lost = conversation;
        startOver();
        if (lost) tellOnce("That conversation is no longer available. Write to begin a new one.");
      },
    },
  });
}

/** Somebody who listens is told of a decision that no line of the talk tells. */
function hearApprovals(before, after) {
  if (!before || after.holder === "bot") return;
  const known = new Set((before.approvals || []).map(({ id, state: stage }) => id + stage));
  for (const item of after.approvals || []) if (!known.has(item.id + item.state)) lines.say(approval(item).title);
}

function reached(yes) {
  clearTimeout(awayTimer);
  if (yes) {
    away = false;
    render();
    return;
  }
  // A short break is not worth a word.
  awayTimer = setTimeout(() => {
    away = true;
    render();
  }, 2500);
}

function startOver() {
  stream?.stop();
  stream = null;
  state = null;
  typist.end();
  wantsProof = wantsRating = rated = away = false;
  conversation = keep(null);
  lines.clear();
  render();
  by("text").focus();
}

async function send(message) {
  lines.again(message);
  typingUntil = Date.now() + 60000;
  render();
  try {
    await begin();
    message.sent = true;
    await call("POST", path("messages"), { body: { text: message.text }, token: conversation.token, key: message.key });
  } catch (error) {
    typingUntil = 0;
    lines.failed(message, tell(error));
  }
  render();
}

function tell(error) {
  if (error.status === 0) return "There is no connection.";
  if (error.status === 429) return `That was a lot at once. Try again in ${error.retryAfter || 10} seconds.`;
  if (error.status === 422) return error.message;
  return "Something went wrong on our side.";
}

function compose(text) {
  const trimmed = text.trim();
  if (!trimmed) return;
  if (about && trimmed.length > about.max_message_characters) {
    tellOnce(`A message can have ${about.max_message_characters} characters; this one has ${trimmed.length}.`);
    return;
  }
  wantsRating = false;
  word = null;
  by("text").value = "";
  grow();
  send(lines.send(trimmed, newKey()));
}

/** Say something until the next message. */
function tellOnce(text) {
  word = [text, "alarm"];
  render();
}

function notice(text, tone) {
  const place = by("notice");
  place.className = `notice ${tone}`;
  place.hidden = !text;
  if (place.textContent !== text) fill(place, text && h("span", { class: "dot", "aria-hidden": "true" }), h("span", {}, text));
}

function render() {
  by("welcome").hidden = !lines.empty;
  by("end").hidden = !state || state.closed || lines.empty;
  by("fresh").hidden = !state?.closed;
  by("prove").hidden = state?.closed || state?.identity.level === "verified";
  const person = state?.holder === "person" ? typist.name : "";
  by("typing").hidden = !person && !(state?.holder !== "person" && (state?.working || Date.now() < typingUntil));
  by("typist").textContent = person ? `${person} is typing` : "";
  if (!by("typing").hidden) lines.follow();
  const [text, tone] = away ? ["Reconnecting…", "alarm"] : word || (state && standing(state)) || ["", ""];
  notice(text, tone);
  engine();
  cards();
}

function engine() {
  const name = state?.identity.level === "verified" && state.identity.name ? `${state.identity.name} · ` : "";
  const person = state?.holder === "person" && !state.closed;
  const bot = about?.language_model ? `Automated agent (${state?.engine || about.engine})` : "Automated agent, built-in engine";
  by("automated").hidden = person;
  by("engine").textContent = about ? name + (person ? `with ${state.handoff?.name || "a person"}` : bot) : "";
  by("engine").title = about && !person && !about.language_model ? "No language model is set up: answers are quoted from the policies." : "";
}

function cards() {
  const wanted = (state?.approvals || []).map(approval);
  const { identity, ticket, closed } = state || {};
  if (identity?.code_to) {
    wanted.push({ id: "code", make: () => question({
      id: "code", title: "Enter the code", label: "Code", action: "Confirm",
      hint: `We sent a one-time code to ${identity.code_to}.`,
      input: { inputmode: "numeric", autocomplete: "one-time-code", maxlength: 20 },
      submit: prove,
    }) });
  } else if (wantsProof) {
    wanted.push({ id: "claim", make: () => question({
      id: "claim", title: "Verify who you are", label: "E-mail address", action: "Send code",
      hint: "We send a one-time code to the address on file.",
      input: { type: "email", autocomplete: "email", maxlength: 200, placeholder: "you@example.org" },
      submit: claim, dismiss: () => { wantsProof = false; render(); },
    }) });
  }
  if (ticket && !ticket.contact_known && !closed && state.holder === "queue") {
    wanted.push({ id: "contact", make: () => question({
      id: "contact", title: "Where should we send the answer?", label: "E-mail address", action: "Save",
      input: { type: "email", autocomplete: "email", maxlength: 200, placeholder: "you@example.org" },
      submit: (email) => call("POST", path("contact"), { body: { email }, token: conversation.token }),
    }) });
  }
  if ((wantsRating || closed) && !rated && !state?.rating && !lines.empty) {
    wanted.push({ id: "rating", make: () => rating({ submit: rate, dismiss: () => { rated = true; render(); } }) });
  }
  show(wanted);
}

async function claim(email) {
  await begin();
  const identity = await call("POST", path("identity"), { body: { claim: { email } }, token: conversation.token });
  wantsProof = false;
  if (!identity.code_to) lines.take("announcement", { seq: `claim ${Date.now()}`, text: "If this address is on file, a code is on its way." });
  if (state) state.identity = identity;
  render();
}

async function prove(code) {
  const identity = await call("POST", path("identity"), { body: { code }, token: conversation.token });
  if (state) state.identity = identity;
  render();
}

async function rate(score, comment) {
  await call("POST", path("rating"), { body: { score, comment }, token: conversation.token });
  rated = true;
  lines.take("announcement", { seq: `rated ${Date.now()}`, text: "Thank you for telling us." });
  render();
}

async function end() {
  try {
    await call("POST", path("close"), { token: conversation.token });
    wantsRating = true;
  } catch (error) {
    tellOnce(tell(error));
  }
}

function grow() {
  const text = by("text");
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 176)}px`;
  by("send").disabled = !text.value.trim();
}

by("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  compose(by("text").value);
});
by("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    compose(by("text").value);
  }
});
by("text").addEventListener("input", () => {
  grow();
  if (state?.holder === "person") typing.typed();
});
by("prove").addEventListener("click", () => {
  wantsProof = true;
  render();
  by("claim-input")?.focus();
});
by("end").addEventListener("click", end);
by("fresh").addEventListener("click", startOver);

introduce(compose).then((found) => {
  about = found;
  render();
});
if (conversation) follow();
render();
