/** Replies to begin with: a draft from the policies, the passages themselves, and the business's ready ones. */

import { call } from "./api.js";
import { by, fill, h } from "./dom.js";
import { citation } from "./policy.js";

const LONG = 600;

export class Replies {
  /** `use(text)` puts a text where the person writes. */
  constructor({ use }) {
    Object.assign(this, { use, ready: {}, names: {}, asked: 0, may: false });
  }

  /** Open the dialog for a conversation; what is drafted comes when it is there. Without `may` it is only to be read. */
  async open(id, csrf, names, may) {
    const dialog = by("form");
    const asked = ++this.asked;
    Object.assign(this, { names, may });
    const drafted = h("div", { id: "drafted", "aria-live": "polite" }, h("p", { class: "hint" }, "Drafting from the policies…"));
    const filter = h("input", { class: "input", type: "search", placeholder: "Find a ready reply", "aria-label": "Find a ready reply", oninput: () => this.draw(list, filter.value) });
    const list = h("ul", { class: "replies", "aria-label": "Ready replies" });
    const some = Object.keys(this.ready).length > 0;
    dialog.setAttribute("aria-labelledby", "form-title");
    fill(dialog,
      h("header", {}, h("div", {}, h("h2", { id: "form-title" }, "Suggest a reply"), h("p", { class: "hint" }, "Nothing is sent until you send it.")),
        h("button", { class: "button small", type: "button", onclick: () => dialog.close() }, "Close")),
      h("div", { class: "content suggest" }, drafted, h("h3", {}, "Ready replies"), some ? [filter, list] : h("p", { class: "hint" }, "None yet. Ready replies stand under [desk.replies] in handrail.toml.")));
    this.draw(list, "");
    if (!dialog.open) dialog.showModal();
    if (some) filter.focus();
    try {
      const found = await call("POST", `/v1/desk/conversations/${encodeURIComponent(id)}/suggestions`, { csrf });
      if (asked === this.asked) this.show(drafted, found);
    } catch (error) {
      if (asked === this.asked) fill(drafted, h("p", { class: "wrong", role: "alert" }, error.message));
    }
  }

  show(place, { text, citations, quotes, held_back }) {
    const sources = [...new Map(citations.map((source) => [`${source.policy}@${source.version}`, source])).values()];
    const held = held_back > 0 && h("p", { class: "hint" }, `${held_back} ${held_back === 1 ? "sentence" : "sentences"} left out: no source bears ${held_back === 1 ? "it" : "them"}.`);
    const draft = text
      ? h("div", { class: "reply" }, h("p", {}, text), held, h("p", { class: "row" }, sources.map((source) => citation(by("policy"), source)), this.button(text)))
      : h("p", { class: "hint" }, quotes.length ? "No whole answer could be drafted. These passages come nearest." : "Nothing in the policies comes near to it.");
    const passage = (quote) =>
      h("li", { class: "reply" }, quote.heading && h("b", {}, quote.heading), h("p", {}, quote.text.length > LONG ? `${quote.text.slice(0, LONG)}…` : quote.text), h("p", { class: "row" }, citation(by("policy"), quote.citation), this.button(quote.text)));
    fill(place, h("h3", {}, "From the policies"), draft, quotes.length > 0 && h("ul", { class: "replies", "aria-label": "Passages" }, quotes.map(passage)));
  }

  draw(list, wanted) {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ([title, text]) => words.every((word) => `${title} ${text}`.toLowerCase().includes(word));
    const rows = Object.entries(this.ready).filter(fits).map(([title, text]) => [title, this.named(text)]);
    fill(list, rows.map(([title, text]) => h("li", { class: "reply" }, h("b", {}, title), h("p", {}, text), h("p", { class: "row" }, this.button(text, title)))));
    if (!rows.length) fill(list, h("li", { class: "hint" }, "None of them says that."));
  }

  named(text) {
    return text.replaceAll("{customer}", this.names.customer || "there").replaceAll("{name}", this.names.name);
  }

  button(text, title) {
    if (!this.may) return null;
    const take = () => {
      by("form").close();
      this.use(text);
    };
    return h("button", { class: "button small", type: "button", onclick: take, "aria-label": title ? `Use “${title}”` : null }, "Use it");
  }
}
