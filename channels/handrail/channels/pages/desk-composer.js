/** Where a person writes to the customer; what is begun is kept for each conversation. */

import { newKey } from "./api.js";
import { by, fill, h } from "./dom.js";
import { Tells } from "./typing.js";

const TALLEST = 176;

export class Composer {
  /** `send(text, key)` may throw, and the text stays then; `begun()` is called when a draft has come or gone;
   * `types()` tells the customer that something is being written. */
  constructor({ drafts, send, begun, types }) {
    Object.assign(this, { drafts, send, begun, typing: new Tells(types), carets: new Map(), id: null, sending: null });
    by("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
    by("text").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.write();
      }
    });
    by("text").addEventListener("input", () => this.typed());
  }

  /** Another conversation, or none: its own draft stands there. */
  choose(id) {
    const field = by("text");
    if (this.id !== id) {
      if (this.id) this.carets.set(this.id, field.selectionStart);
      field.value = id ? this.drafts.get(id) : "";
      const caret = this.carets.get(id) ?? field.value.length;
      field.setSelectionRange(caret, caret);
      // Until it is shown nobody knows whether it is theirs to write in.
      this.show(false);
    }
    Object.assign(this, { id, sending: null });
    this.grow();
    this.refuse("");
  }

  get allowed() {
    return !by("text").disabled;
  }

  /** Whether the person may write here, and what stands above the field. */
  show(allowed, ...lead) {
    by("text").disabled = by("say").disabled = !allowed;
    fill(by("lead"), lead);
  }

  focus() {
    by("text").focus();
  }

  refuse(message) {
    fill(by("refused"), message).hidden = !message;
  }

  async write() {
    const field = by("text");
    const text = field.value.trim();
    if (!text || field.disabled) return;
    // The same words sent again after a failure are the same message.
    if (this.sending?.text !== text) this.sending = { text, key: newKey() };
    const written = this.id;
    by("say").disabled = true;
    try {
      await this.send(text, this.sending.key);
      this.sending = null;
      this.drafts.set(written, "");
      if (this.id === written) field.value = "";
      this.grow();
    } catch (error) {
      this.refuse(error.message);
    } finally {
      by("say").disabled = field.disabled;
    }
  }

  typed() {
    this.grow();
    if (!this.id) return;
    if (this.allowed) this.typing.typed();
    const had = this.drafts.has(this.id);
    this.drafts.set(this.id, by("text").value);
    if (had !== this.drafts.has(this.id)) this.begun();
  }

  grow() {
    const field = by("text");
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, TALLEST)}px`;
  }
}

/** What stands above the field. */
export function lead({ mine, others, reads, name, who }) {
  if (mine) return ["You are writing as ", h("b", {}, name)];
  if (others) return [`${who} is answering.`];
  return reads ? ["You are reading along."] : ["Claim the conversation to answer. ", h("kbd", {}, "c")];
}
