/** What customers have agreed to and a colleague has yet to approve: each with its exact effect, its rule, and the word. */

import { by, fill, h } from "./dom.js";
import { span } from "./desk-queue.js";
import { citation } from "./policy.js";

const moment = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (!text || /[.!?]$/.test(text) ? "" : ".");
const words = (name) => name.replaceAll("_", " ");

export class Approvals {
  /** `decide(item, decision, reason)` may throw, and what was typed stays then; `choose(id)` opens a conversation. */
  constructor({ decide, choose, say }) {
    Object.assign(this, { decide, choose, say, items: [], may: false, mine: "", skew: 0 });
    setInterval(() => this.tick(), 1000);
  }

  /** Show these; one that is there already stays as it is, with what was typed into it. */
  show({ items, may_decide, now }) {
    const more = items.length > this.items.length;
    Object.assign(this, { items, may: may_decide, skew: new Date(now) - Date.now() });
    by("approvals-count").textContent = items.length;
    by("approvals").classList.toggle("some", items.length > 0);
    if (more) this.say(`${items.length} ${items.length === 1 ? "waits" : "wait"} for approval`);
    if (by("waits").open) this.draw();
  }

  /** Open the list, at one action where that is given. */
  open(id) {
    const close = h("button", { class: "button small", type: "button", onclick: () => by("waits").close() }, "Close");
    const hint = this.may ? "What you approve is checked once more and done at once." : "You may look on; approving is for supervisors and admins.";
    fill(by("waits"),
      h("header", {}, h("div", {}, h("h2", { id: "waits-title" }, "Waiting for approval"), h("p", { class: "hint" }, hint)), close),
      h("div", { class: "content" }, h("ul", { class: "waits", id: "waits-list" }), h("p", { class: "hint none", id: "waits-none" }, "Nothing waits for approval.")));
    this.draw();
    if (!by("waits").open) by("waits").showModal();
    const card = id ? this.card(id) : by("waits-list").firstElementChild;
    card?.scrollIntoView({ block: "nearest" });
    (card?.querySelector("textarea") || card || close).focus();
  }

  draw() {
    const list = by("waits-list");
    for (const card of [...list.children]) {
      if (this.items.some((item) => item.action_id === card.dataset.id)) continue;
      const focused = card.contains(document.activeElement);
      const next = card.nextElementSibling || card.previousElementSibling;
      card.remove();
      if (focused) (next?.querySelector("textarea") || by("waits").querySelector("button")).focus();
    }
    for (const item of this.items) if (!this.card(item.action_id)) list.append(this.make(item));
    by("waits-none").hidden = this.items.length > 0;
    this.tick();
  }

  card(id) {
    return [...by("waits-list").children].find((card) => card.dataset.id === id);
  }

  make(item) {
    const facts = Object.entries(item.facts).flatMap(([name, value]) => [h("dt", {}, words(name)), h("dd", {}, typeof value === "object" ? JSON.stringify(value) : String(value))]);
    const look = () => {
      by("waits").close();
      this.choose(item.conversation_id);
    };
    const title = `effect-${item.action_id}`;
    return h("li", { class: "wait", "data-id": item.action_id, tabindex: "-1", "aria-labelledby": title },
      h("p", { class: "row" },
        h("b", {}, item.customer || item.customer_id || "Customer"),
        h("span", { class: `chip ${item.verified ? "good" : ""}` }, item.verified ? "verified" : "not verified"),
        h("span", { class: "hint" }, "waits for ", h("span", { class: "since", "data-since": item.since }), `, until ${moment.format(new Date(item.until))}`)),
      h("h3", { id: title }, item.what),
      facts.length > 0 && h("dl", { class: "amounts" }, facts),
      h("p", {}, sentence(item.why)),
      h("div", { class: "row" },
        item.rule && h("span", {}, citation(by("policy"), item.rule), h("span", { class: "hint" }, ` version ${item.rule.version}`)),
        h("button", { class: "button plain small", type: "button", onclick: look }, "Open the conversation")),
      this.may && item.by !== this.mine && this.form(item),
      this.may && item.by === this.mine && h("p", { class: "hint" }, "You have put this before the customer yourself: a second person decides."));
  }

  form(item) {
    const reason = h("textarea", { name: "reason", maxlength: 4000, rows: 2, "aria-describedby": `hint-${item.action_id}` });
    const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
    const buttons = [["approve", "Approve"], ["refuse", "Refuse"]].map(([value, label]) =>
      h("button", { class: `button ${value === "approve" ? "first" : ""}`, type: "submit", value }, label));
    const send = async (event) => {
      event.preventDefault();
      const decision = event.submitter?.value || "approve";
      wrong.hidden = true;
      if (decision === "refuse" && !reason.value.trim()) {
        fill(wrong, "Say why: the customer is told it.").hidden = false;
        reason.focus();
        return;
      }
      for (const button of buttons) button.disabled = true;
      try {
        await this.decide(item, decision, reason.value.trim());
        this.items = this.items.filter((other) => other !== item);
        this.say(decision === "approve" ? "Approved" : "Refused");
        by("approvals-count").textContent = this.items.length;
        this.draw();
      } catch (error) {
        fill(wrong, error.message).hidden = false;
        for (const button of buttons) button.disabled = false;
      }
    };
    return h("form", { onsubmit: send },
      h("label", { class: "field" }, h("span", {}, "Reason"), reason),
      h("small", { class: "hint", id: `hint-${item.action_id}` }, "Needed to refuse, and told to the customer. With an approval only the desk sees it."),
      wrong, h("div", { class: "row" }, buttons));
  }

  tick() {
    for (const place of by("waits").querySelectorAll(".since")) {
      const told = span(Date.now() + this.skew - new Date(place.dataset.since));
      if (place.textContent !== told) place.textContent = told;
    }
  }
}
