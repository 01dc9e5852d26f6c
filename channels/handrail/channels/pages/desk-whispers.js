/** What a supervisor whispers to whoever holds a conversation: it stands above the field until they write or put it away. */

import { by, fill, h } from "./dom.js";

export class Whispers {
  /** `mark()` is called when a conversation that is not open has come to have one, or has it no more. */
  constructor({ opened, mark, say }) {
    Object.assign(this, { opened, mark, say, unheard: new Set(), away: 0 });
    this.at = { id: null, seq: 0 };
  }

  has(conversation) {
    return this.unheard.has(conversation);
  }

  /** One has come for a conversation in this person's hand. */
  hear({ conversation }) {
    if (conversation === this.opened.id && !document.hidden) return false;
    this.unheard.add(conversation);
    this.mark();
    return true;
  }

  /** The conversation that is open is shown, with all its events. */
  show(id, events, me) {
    if (this.unheard.delete(id)) this.mark();
    const answered = Math.max(0, ...events.filter((event) => event.kind === "person_said" && event.data.by === me).map((event) => event.seq));
    const last = events.findLast((event) => event.kind === "whispered" && event.data.to === me && event.seq > Math.max(answered, this.at.id === id ? this.away : 0));
    const place = by("whisper");
    if (this.at.id !== id) this.away = 0;
    if (last && (this.at.id !== id || this.at.seq !== last.seq)) this.say(`${last.data.name} whispers: ${last.data.text}`);
    this.at = { id, seq: last?.seq || 0 };
    place.hidden = !last;
    fill(place, last && [h("p", { tabindex: "0" }, h("b", {}, `${last.data.name}: `), last.data.text), h("button", { class: "button plain small", type: "button", onclick: () => this.dismiss(last.seq) }, "Put away")]);
  }

  dismiss(seq) {
    this.away = seq;
    by("whisper").hidden = true;
    by("text").focus();
  }
}
