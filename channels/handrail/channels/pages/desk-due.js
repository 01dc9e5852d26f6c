/** What is owed: calls, promises and what is parked, the earliest first; and who is reminded of it. */

import { call } from "./api.js";
import { span } from "./desk-queue.js";
import { by, fill, h } from "./dom.js";

const SOON = 1500;
const LATER = 10000;
const AGAIN = 60000;
const DAY = 86400000;
const CALL = "call-";

export class Due {
  /** `choose(id)` opens a conversation, `start(item)` takes one to call its customer, `takeUp(id)` goes on with a parked
   * one, `settle(promise, kept, note)` says how one ended; all may throw. */
  constructor(ports) {
    Object.assign(this, ports, { me: null, departments: {}, names: {}, skew: 0, timer: null, reminded: null, cards: new Map() });
    this.calls = this.promises = this.parked = [];
    by("due-open").addEventListener("click", () => this.open());
    setInterval(() => this.tick(), 1000);
    setInterval(() => this.me && this.refresh().catch(() => null), AGAIN);
  }

  begin(me, departments) {
    Object.assign(this, { me, departments, reminded: null });
    return this.refresh();
  }

  /** Something has happened: what is owed is fetched again, at most every so often. */
  changed() {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      if (this.me) this.refresh().catch(() => null);
    }, by("due").open ? SOON : LATER);
  }

  async refresh() {
    const { items, now } = await call("GET", "/v1/desk/promises?limit=200");
    this.skew = new Date(now) - Date.now();
    this.promises = items.filter((item) => !item.promise_id.startsWith(CALL));
    this.count(items);
    this.remind(items);
    if (by("due").open) await this.rest();
  }

  /** What only the list shows; a call is a promise too, so that the count needs none of it. */
  async rest() {
    const [calls, mine] = await Promise.all([call("GET", "/v1/desk/callbacks"), call("GET", "/v1/desk/queue?state=mine&limit=200")]);
    this.zone = calls.timezone;
    this.calls = calls.items;
    this.parked = mine.items.filter((item) => item.parked_until);
    this.draw();
  }

  get now() {
    return Date.now() + this.skew;
  }

  count(items) {
    const soon = items.map((item) => item.due).filter((due) => due && new Date(due) - this.now < DAY);
    by("due-count").textContent = soon.length;
    by("due-open").classList.toggle("some", soon.some((due) => new Date(due) < this.now));
  }

  /** Tell of what the desk was reminded of since the last look, where it is theirs or a department's. */
  remind(items) {
    const theirs = items.filter((item) => item.reminded_at && (item.owner === this.me.actor || !item.owner.startsWith("person:")));
    for (const item of this.reminded ? theirs : []) {
      if (this.reminded.has(item.promise_id)) continue;
      this.say(`Soon due: ${item.text}`);
      this.tell("Soon due", `${item.text} ${item.customer}`, `due ${item.promise_id}`, () => this.open());
    }
    this.reminded = new Set(theirs.map((item) => item.promise_id));
  }

  async open() {
    const close = h("button", { class: "button small", type: "button", onclick: () => by("due").close() }, "Close");
    const mine = h("label", { class: "choice" }, h("input", { type: "checkbox", id: "due-mine", onchange: () => this.draw() }), "Only mine");
    const part = (id, title) => [h("h3", { id: `${id}-title` }, title), h("ul", { class: "waits", id, "aria-labelledby": `${id}-title` }), h("p", { class: "hint", id: `${id}-none` }, "None.")];
    fill(by("due"), h("header", {}, h("h2", { id: "due-title" }, "What is due"), h("span", { class: "row" }, mine, close)),
      h("div", { class: "content" }, h("p", { class: "wrong", id: "due-wrong", role: "alert", hidden: true }), part("due-calls", "Calls"), part("due-promises", "Promises"), part("due-parked", "Parked by you")));
    this.cards.clear();
    by("due").showModal();
    await this.guard(async () => {
      const people = await call("GET", "/v1/desk/people");
      this.names = Object.fromEntries(people.items.map((each) => [`person:${each.id}`, each.name]));
      await this.refresh();
    });
    (by("due").querySelector(".wait button") || close).focus();
  }

  draw() {
    const mine = by("due-mine").checked;
    const own = (owner) => !mine || owner === this.me.actor;
    this.list("due-calls", this.calls.filter((item) => own(item.holder)), (item) => item.conversation_id, (item) => this.call(item));
    this.list("due-promises", this.promises.filter((item) => own(item.owner)), (item) => item.promise_id, (item) => this.promise(item));
    this.list("due-parked", this.parked, (item) => item.conversation_id, (item) => this.put(item));
    this.tick();
  }

  /** What has not changed stays the same element, with what was typed into it. */
  list(id, items, key, make) {
    const had = document.activeElement;
    fill(by(id), items.map((item) => {
      const name = `${id} ${key(item)}`;
      const told = JSON.stringify([{ ...item, waiting_seconds: 0 }, item.owner && this.owner(item.owner)]);
      if (this.cards.get(name)?.told !== told) this.cards.set(name, { told, card: make(item) });
      return this.cards.get(name).card;
    }));
    by(`${id}-none`).hidden = items.length > 0;
    if (had?.isConnected && by("due").contains(had)) had.focus();
    else if (!by("due").contains(document.activeElement)) by("due").querySelector("button").focus();
  }

  call(item) {
    const theirs = item.timezone && item.timezone !== this.zone ? `, ${moment(item.at, item.timezone)} for the customer (${item.timezone.replaceAll("_", " ")})` : "";
    const mine = item.holder === this.me.actor;
    return this.card(item, item.at, `Call ${item.customer || "the customer"}`, [
      h("p", {}, `${moment(item.at, this.zone)}${theirs}`), h("p", {}, h("span", { class: "number" }, item.phone || "No number"), h("span", { class: "hint" }, ` ${this.departments[item.department] || item.department}`)),
      this.me.role !== "engineer" && this.button(mine ? "How did it end?" : "Start", () => this.leave(() => this.start(item)), "first")]);
  }

  promise(item) {
    const note = h("textarea", { maxlength: 4000, rows: 1 });
    const end = (kept) => () => this.settle(item, kept, note.value.trim()).then(() => this.refresh());
    return this.card(item, item.due, item.text || "(forgotten)", [
      h("p", { class: "hint" }, [item.customer, `promised by ${this.owner(item.owner)}`].filter(Boolean).join(", ")),
      this.me.role !== "engineer" && h("label", { class: "field" }, h("span", {}, "How did it end?"), note),
      this.me.role !== "engineer" && this.button("Kept", end(true), "first"), this.me.role !== "engineer" && this.button("Broken", end(false))]);
  }

  put(item) {
    return this.card(item, item.parked_until, item.parked_for || item.about || "Parked", [
      h("p", { class: "hint" }, item.customer || "Customer"), this.button("Take up", () => this.leave(() => this.takeUp(item.conversation_id)), "first")]);
  }

  card(item, due, title, parts) {
    const buttons = parts.filter((part) => part?.tagName === "BUTTON");
    return h("li", { class: "wait" },
      h("p", { class: "row" }, h("h4", {}, title), due && h("span", { class: "chip", "data-due": due })),
      parts.filter((part) => part && part.tagName !== "BUTTON"),
      h("p", { class: "row" }, buttons, this.button("Open", () => this.leave(() => this.choose(item.conversation_id)), "plain")));
  }

  owner(code) {
    return code === "bot" ? "the assistant" : this.names[code] || this.departments[code] || "a colleague";
  }

  button(label, action, kind = "") {
    return h("button", { class: `button small ${kind}`, type: "button", onclick: () => this.guard(action) }, label);
  }

  async guard(action) {
    try {
      by("due-wrong").hidden = true;
      await action();
    } catch (error) {
      if (!by("due").open) this.refuse(error.message);
      else fill(by("due-wrong"), error.message).hidden = false;
    }
  }

  leave(next) {
    by("due").close();
    return next();
  }

  tick() {
    for (const place of by("due").querySelectorAll("[data-due]")) {
      const left = new Date(place.dataset.due) - this.now;
      const told = left < 0 ? `late by ${span(-left)}` : `in ${span(left)}`;
      if (place.textContent !== told) place.textContent = told;
      place.classList.toggle("urgent", left < 0);
    }
  }
}

/** A moment in a zone; in the browser's own where that does not know it. */
export function moment(at, timeZone) {
  const how = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  try {
    return new Intl.DateTimeFormat(undefined, { ...how, timeZone }).format(new Date(at));
  } catch {
    return new Intl.DateTimeFormat(undefined, how).format(new Date(at));
  }
}
