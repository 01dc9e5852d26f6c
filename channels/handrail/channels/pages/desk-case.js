/** One conversation: who the customer is and how it stands, with its transcript and its summary. */

import { levelWords, reasonWords } from "./desk-words.js";
import { Packet } from "./desk-packet.js";
import { Transcript } from "./desk-transcript.js";
import { by, fill, h } from "./dom.js";

const NEAR = 160;
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export class Case {
  /** `decide(actionId)` opens what waits for approval, `settle(action)` asks how one ended, `runs(tool)` opens a tool with
   * its arguments, `takeOff(action)` takes off what was put before the customer. */
  constructor(ports) {
    Object.assign(this, { id: null, data: null, events: [], every: false, may: {}, places: new Map() });
    this.transcript = new Transcript();
    const { transcript } = this;
    const shows = { light: (seqs) => transcript.light(seqs), go: (seqs) => transcript.go(seqs) };
    this.packet = new Packet({ ...ports, ...shows, use: (text) => this.use(text), toggle: () => this.toggle() });
  }

  /** Begin for whoever has logged in; `departments` are the names by code. */
  begin(me, departments) {
    this.me = me.id;
    this.transcript.departments = departments;
  }

  /** Show a conversation, or what is new of the one that is shown. */
  show(data, may) {
    this.may = may;
    const same = this.id === data.id;
    const talk = by("talk");
    const place = same ? undefined : this.places.get(data.id);
    const near = same ? this.near : place === undefined;
    const last = same ? this.lastSeq : 0;
    const fresh = data.events.filter((event) => event.seq > last);
    this.events = same ? [...this.events, ...fresh] : data.events;
    Object.assign(this, { id: data.id, data });
    this.head();
    this.draw(!same || fresh.length > 0);
    if (near) requestAnimationFrame(() => talk.scrollTo({ top: talk.scrollHeight }));
    else if (place !== undefined) talk.scrollTo({ top: place, behavior: "instant" });
    return same ? fresh : [];
  }

  /** Another one is about to be shown: whoever read further up comes back to that place. */
  leave() {
    if (!this.id) return;
    if (this.near) this.places.delete(this.id);
    else this.places.set(this.id, by("talk").scrollTop);
  }

  /** Whether the end of the transcript is in view. */
  get near() {
    const talk = by("talk");
    return talk.scrollHeight - talk.scrollTop - talk.clientHeight < NEAR;
  }

  draw(talked) {
    const { data, every, may } = this;
    if (talked) this.transcript.show(this.events, { every, name: data.identity.name || "Customer" });
    this.packet.show(data, { every, may });
  }

  get lastSeq() {
    return this.events.at(-1)?.seq || 0;
  }

  head() {
    const { data } = this;
    const { identity, entry, state } = data;
    const holder = { bot: "with the bot", queue: "waiting", person: entry?.person_name ? `with ${entry.person_name}` : "with a person" }[state.holder];
    by("head-name").textContent = identity.name || entry?.customer || "Customer";
    fill(by("head-facts"),
      !identity.by && h("span", { class: `chip ${identity.level === "verified" ? "good" : ""}` }, levelWords(identity.level)),
      identity.by && h("span", { class: "chip good proof" }, `verified by ${identity.by}${identity.how ? `: ${identity.how}` : ""}`),
      h("span", { class: `chip ${state.holder === "person" ? "person" : ""}` }, state.closed ? "closed" : holder),
      entry?.reason && h("span", { class: "chip" }, reasonWords(entry.reason)),
      entry && entry.urgency !== "normal" && h("span", { class: `chip ${entry.urgency}` }, `${entry.urgency}${entry.urgency === "urgent" ? "" : " urgency"}`),
      entry?.kept_for && entry.state === "waiting" && h("span", { class: "chip person" }, entry.kept_for === this.me ? "handed to you" : "handed to a colleague"),
      entry?.parked_until && h("span", { class: "chip", title: entry.parked_for || null }, `parked until ${day.format(new Date(entry.parked_until))}`),
      entry?.mode === "ticket" && entry.answer_by && h("span", { class: `chip ${entry.overdue ? "urgent" : ""}` }, `answer by ${day.format(new Date(entry.answer_by))}`),
      data.contact && h("span", { class: "chip" }, data.contact),
      state.rating && h("span", { class: "chip" }, `rated ${state.rating} of 5`),
    );
  }

  use(text) {
    const field = by("text");
    if (field.disabled) return;
    field.value = field.value ? `${field.value}\n${text}` : text;
    field.dispatchEvent(new Event("input"));
    field.focus();
  }

  toggle() {
    this.every = !this.every;
    this.draw(true);
  }
}
