/** Which customers type at this moment: below the transcript of the one that is open, and in the queue. */

import { by } from "./dom.js";
import { Hears } from "./typing.js";

export class Typists {
  constructor({ opened, shown }) {
    Object.assign(this, { opened, shown, hears: new Map() });
  }

  /** A customer types, in a conversation that this person holds. */
  hear({ conversation, seconds }) {
    if (!this.hears.has(conversation)) this.hears.set(conversation, new Hears(() => this.draw()));
    this.hears.get(conversation).hear(conversation, seconds);
  }

  /** They have written: what was typed is there. */
  wrote(conversation) {
    this.hears.get(conversation)?.end();
  }

  types(conversation) {
    return Boolean(this.hears.get(conversation)?.name);
  }

  draw() {
    const { id } = this.opened;
    const name = this.shown.id === id ? this.shown.data?.identity.name : "";
    const types = this.types(id);
    by("typist").hidden = !types;
    by("typist").textContent = types ? `${name || "The customer"} is typing…` : "";
    for (const button of by("entries").querySelectorAll(".entry")) button.classList.toggle("types", this.types(button.dataset.id));
  }
}
