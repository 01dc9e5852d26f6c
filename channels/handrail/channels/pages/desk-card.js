/** The customer's card: who they are and how that was proven, what they wrote before, and what the business has of them. */

import { call } from "./api.js";
import { shown, words } from "./desk-fields.js";
import { reasonWords } from "./desk-words.js";
import { by, fill, h } from "./dom.js";

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const METHODS = { code: "a one-time code", token: "signing in with us", person: "a colleague's word" };

export class Card {
  /** `choose(id)` opens another conversation. */
  constructor({ choose }) {
    Object.assign(this, { choose, asked: 0 });
  }

  /** Open it for a conversation; the business's systems are asked meanwhile. */
  async open(id) {
    const dialog = by("form");
    const asked = ++this.asked;
    const body = h("div", { class: "content card", "aria-live": "polite", "aria-busy": "true" }, h("p", { class: "hint" }, "Asking the business's systems…"));
    const close = h("button", { class: "button small", type: "button", onclick: () => dialog.close() }, "Close");
    dialog.setAttribute("aria-labelledby", "form-title");
    fill(dialog, h("header", {}, h("h2", { id: "form-title" }, "The customer"), close), body);
    if (!dialog.open) dialog.showModal();
    close.focus();
    try {
      const found = await call("GET", `/v1/desk/conversations/${encodeURIComponent(id)}/customer`);
      if (asked === this.asked) fill(body, this.who(found), this.earlier(found), this.records(found));
    } catch (error) {
      if (asked === this.asked) fill(body, h("p", { class: "wrong", role: "alert" }, error.message));
    } finally {
      body.removeAttribute("aria-busy");
    }
  }

  who({ identity, email, phone, facts, hidden }) {
    const proof = identity.level === "verified" ? `Proven by ${identity.by ? `${identity.by}${identity.how ? `: ${identity.how}` : ""}` : METHODS[identity.method] || identity.method}` : identity.level === "known" ? "Says so; not proven" : "Not known";
    const rows = [["Name", identity.name], ["Customer", identity.customer_id], ["Identity", proof], ["E-mail", email], ["Phone", phone], ...Object.entries(facts).map(([name, value]) => [words(name), value])];
    const why = { unproven: "What the business has of a customer is shown once they have proven who they are.", not_holder: "Claim the conversation to see all of it." }[hidden];
    return [h("dl", { class: "amounts" }, rows.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])), why && h("p", { class: "hint" }, why)];
  }

  earlier({ earlier, hidden }) {
    if (hidden === "unproven") return null;
    const open = (id) => {
      by("form").close();
      this.choose(id);
    };
    const item = (each) => {
      const date = each.opened_at ? day.format(new Date(each.opened_at)) : "";
      const about = each.about || "(nothing written)";
      const state = [each.channel, each.closed ? "closed" : "open", each.reason && reasonWords(each.reason), each.rating && `rated ${each.rating} of 5`].filter(Boolean).join(", ");
      return h("li", {}, h("button", { class: "fact", type: "button", onclick: () => open(each.conversation_id) }, about, h("span", { class: "refs" }, `${date} · ${state}`)));
    };
    return h("section", { "aria-labelledby": "earlier-title" }, h("h3", { id: "earlier-title" }, "Earlier conversations"),
      earlier.length ? h("ul", { class: "earlier" }, earlier.map(item)) : h("p", { class: "hint" }, "This is the first."));
  }

  records({ records, hidden }) {
    if (hidden) return null;
    if (!records.length) return h("p", { class: "hint" }, "No tool tells of a customer's own things without being asked for one of them. Name tools under desk.card in handrail.toml.");
    return records.map((record, place) => h("section", { "aria-labelledby": `record-${place}` }, h("h3", { id: `record-${place}`, title: record.description || null }, words(record.tool)), this.record(record)));
  }

  record({ state, result, message }) {
    if (state === "found") return shown(result);
    return h("p", { class: state === "failed" ? "wrong" : "hint" }, state === "nothing" ? "Nothing." : message);
  }
}
