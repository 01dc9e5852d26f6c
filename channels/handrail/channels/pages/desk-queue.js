/** The list of who waits, with the time that passes. */

import { by, fill, h } from "./dom.js";
import { reasonWords } from "./desk-words.js";

const moment = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });

export class Queue {
  /** `drafts` tells what a person has begun to write, `whispers()` what a supervisor has told them, `fresh(item)`
   * whether its customer has written what was not seen. `departments` are the names by code; where there is one only, entries don't name it. */
  constructor({ choose, drafts, whispers, fresh }) {
    Object.assign(this, { choose, drafts, whispers, fresh, items: [], me: null, rows: new Map(), current: null, skew: 0, departments: {} });
    setInterval(() => this.tick(), 1000);
  }

  /** Show these entries; `now` is the server's time, since clocks differ. */
  show(items, now) {
    this.items = items;
    this.skew = new Date(now) - Date.now();
    const focused = document.activeElement?.closest?.(".entry")?.dataset.id;
    // What has not changed stays the same element, so that no click falls between two of them.
    const rows = new Map();
    for (const item of items) {
      const told = JSON.stringify([item, this.drafts.has(item.conversation_id), this.whispers().has(item.conversation_id), this.fresh(item)]);
      const row = this.rows.get(item.conversation_id);
      rows.set(item.conversation_id, row?.told === told ? row : { told, element: this.entry(item) });
    }
    this.rows = rows;
    fill(by("entries"), [...rows.values()].map((row) => row.element));
    by("none").hidden = items.length > 0;
    if (focused) this.button(focused)?.focus();
    this.mark();
    this.tick();
  }

  /** Draw the entries anew that have changed beside what the server told. */
  redraw() {
    this.show(this.items, Date.now() + this.skew);
  }

  select(id) {
    this.current = id;
    this.mark();
    this.button(id)?.scrollIntoView({ block: "nearest" });
  }

  mark() {
    for (const button of by("entries").querySelectorAll(".entry")) {
      if (button.dataset.id === this.current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  /** Go up or down the list; returns the id that is chosen now. */
  step(by_) {
    if (!this.items.length) return;
    const index = this.items.findIndex((item) => item.conversation_id === this.current);
    const next = index < 0 ? 0 : Math.min(this.items.length - 1, Math.max(0, index + by_));
    this.choose(this.items[next].conversation_id);
  }

  button(id) {
    return [...by("entries").querySelectorAll(".entry")].find((button) => button.dataset.id === id);
  }

  entry(item) {
    const time = h("span", { class: "time", "data-since": item.since, "data-by": item.answer_by, "data-state": item.state });
    const button = h(
      "button",
      { class: "entry", type: "button", "data-id": item.conversation_id, onclick: () => this.choose(item.conversation_id) },
      h("span", { class: "first" },
        item.unread && h("span", { class: `unread ${this.fresh(item) ? "" : "old"}`, role: "img", "aria-label": this.fresh(item) ? "unread" : "not answered" }),
        h("span", { class: "name" }, item.customer || "Customer"),
        time,
      ),
      item.about && h("span", { class: "about" }, item.about),
      h("span", { class: "tags" },
        ["urgent", "high"].includes(item.urgency) && h("span", { class: `chip ${item.urgency}` }, item.urgency),
        item.reason && h("span", { class: "chip" }, reasonWords(item.reason)),
        Object.keys(this.departments).length > 1 && h("span", { class: "chip" }, this.departments[item.department] || item.department),
        item.mode === "ticket" && h("span", { class: "chip" }, item.ticket_state === "reopened" ? "ticket, reopened" : "ticket"),
        item.kept_for && item.state === "waiting" && h("span", { class: "chip person" }, item.kept_for === this.me ? "handed to you" : "handed to a colleague"),
        this.whispers().has(item.conversation_id) && h("span", { class: "chip person" }, "whisper"),
        this.drafts.has(item.conversation_id) && h("span", { class: "chip" }, "draft"),
        item.parked_until && h("span", { class: "chip", title: item.parked_for || null }, `parked until ${moment.format(new Date(item.parked_until))}`),
        item.woken_at && !item.parked_until && item.parked_for && h("span", { class: "chip person" }, `reminder: ${item.parked_for.slice(0, 60)}`),
        item.person_name && item.state === "claimed" && h("span", { class: "chip person" }, item.person_name),
      ),
    );
    return h("li", {}, button);
  }

  tick() {
    const now = Date.now() + this.skew;
    for (const place of by("entries").querySelectorAll(".time")) {
      const { since, by: until, state } = place.dataset;
      const late = until && new Date(until) < now;
      const told = until && state === "waiting" ? due(new Date(until) - now) : span(now - new Date(since));
      if (place.textContent !== told) place.textContent = told;
      place.classList.toggle("late", Boolean(late && state === "waiting"));
    }
  }
}

/** How long, in the two units that matter. */
export function span(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, "0")}s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}m`;
  return `${Math.floor(seconds / 86400)}d ${Math.floor((seconds % 86400) / 3600)}h`;
}

function due(left) {
  return left < 0 ? `late by ${span(-left)}` : `due in ${span(left)}`;
}
