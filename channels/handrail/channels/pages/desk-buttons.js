/** What a person may do with the conversation that is open: a row of buttons, each with its key. */

import { by, fill, h } from "./dom.js";
import * as forms from "./desk-forms.js";
import { wrapUp } from "./desk-wrap-up.js";

export const LEADS = ["supervisor", "admin"];
/** What only whoever holds the conversation can do. */
const HELD = ["give-back", "wrap-up", "hand-on", "park", "look-up", "do"];

export class Buttons {
  /** `opened` is the conversation that is open; what fails is told by `refuse`. */
  constructor({ opened, routing, lookups, writes, calls, card, refuse }) {
    Object.assign(this, { opened, lookups, writes, calls, card, routing, refuse, tags: [], claims: [] });
  }

  /** Draw them for whoever has logged in. */
  begin(me, { tags, claims }) {
    Object.assign(this, { me, tags, claims });
    const act = (what) => (body) => this.opened.act(what, body);
    const rows = [
      ["claim", "Claim", "c", "Make it yours, and answer", () => this.claim()],
      ["note", "Note", "n", "Write what only the desk sees", () => forms.note(act("notes"))],
      ["customer", "Customer", "i", "Who they are, their orders, and what they wrote before", () => this.card.open(this.opened.id)],
      ["look-up", "Look up", "l", "Look something up for this customer", () => this.lookups.open(this.opened.id)],
      ["do", "Do", "d", "Change something for this customer: see it first, then ask them", () => this.writes.open(this.opened.id)],
      ["vouch", "Vouch", "v", "Say who the customer is, and how you know", () => forms.vouch(this.claims, act("identity"))],
      ["call", "Call", "b", "Say how a call ended", () => this.calls.open(this.opened.id)],
      ["hand-on", "Hand on", "h", "Pass it to a department or a colleague", () => this.routing.handOn()],
      ["park", "Park", "p", "Set it aside until a time, with a reminder", () => (by("park").textContent === "Park" ? this.routing.park() : this.routing.takeUp())],
      ["whisper-to", "Whisper", "u", "Tell whoever holds it what the customer doesn't see", () => forms.whisper(act("whispers"))],
      ["reassign", "Reassign", "m", "Move it to somebody else", () => this.routing.reassign(this.holder)],
      ["give-back", "Give back", "g", "Let the bot go on, with an instruction", () => forms.giveBack(act("give-back"))],
      ["wrap-up", "Wrap up", "w", "Close it, and say how it ended", () => wrapUp(this.tags, act("wrap-up"))],
    ];
    fill(by("head"), h("h2", { id: "head-name" }), h("div", { class: "facts", id: "head-facts" }), h("div", { class: "row" }, rows.map((row) => this.button(...row))));
  }

  button(id, label, key, hint, action) {
    const press = async () => {
      try {
        await action();
      } catch (error) {
        this.refuse(error.message);
      }
    };
    return h("button", { class: `button small ${id === "claim" ? "first" : ""}`, id, type: "button", onclick: press, "aria-keyshortcuts": key, title: `${hint} (${key})`, hidden: true }, label);
  }

  /** Press one by its key, where it can be pressed. */
  press(id) {
    const { opened } = this;
    // Until the conversation is shown the buttons are still those of the last one: the key waits for it.
    this.pressed = opened.id && opened.id !== opened.standing.id ? { id, on: opened.id } : null;
    if (!opened.id || this.pressed) return;
    if (!by(id).hidden) by(id).click();
    else if (HELD.includes(id) && !by("claim").hidden) this.refuse(`${by("claim").textContent} it first: c.`);
  }

  /** Make it theirs; what is kept for a colleague only once they say so. */
  claim() {
    const take = () => this.opened.claim(by("claim").textContent === "Take over");
    if (!this.kept) return take();
    const why = h("p", {}, "It was handed to a colleague, who gets it first while they are here.");
    forms.ask({ title: "Claim it all the same?", action: "Claim", fields: [why], submit: take });
  }

  /** Show those that fit how the conversation stands. */
  show(data, { mine, others, reads }) {
    by("call").hidden = !mine || !data.callback;
    const leads = LEADS.includes(this.me.role);
    this.holder = data.person;
    const { entry } = data;
    this.kept = entry?.state === "waiting" && Boolean(entry.kept_for) && entry.kept_for !== this.me.id;
    by("claim").hidden = mine || reads || (others && !leads);
    by("claim").textContent = others ? "Take over" : "Claim";
    for (const id of HELD) by(id).hidden = !mine;
    by("whisper-to").hidden = !leads || !others;
    by("reassign").hidden = !leads || !(others || data.holder === "queue");
    by("park").textContent = data.entry?.parked_until ? "Take up" : "Park";
    by("note").hidden = by("suggest").hidden = by("customer").hidden = reads;
    by("vouch").hidden = !mine || !this.claims.length || data.identity.level === "verified";
    if (this.pressed?.on === data.id) this.press(this.pressed.id);
  }
}
