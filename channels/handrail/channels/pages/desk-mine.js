/** The conversations in this person's hands, side by side: a number key goes to each, and place and draft stay. */

import { by, fill, h } from "./dom.js";

const MOST = 9;

export class Mine {
  /** `choose(id)` opens one; `fresh(item)` whether its customer has written what was not seen. */
  constructor({ choose, fresh }) {
    Object.assign(this, { choose, fresh, items: [], current: null, drawn: "" });
  }

  show(items, me, current) {
    this.items = items.filter((item) => item.person === me && item.state === "claimed" && !item.parked_until);
    // In the order in which they came, so that a number stays the same while others come and go after it.
    this.items.sort((one, other) => new Date(one.moved_at) - new Date(other.moved_at) || (one.conversation_id < other.conversation_id ? -1 : 1));
    this.items = this.items.slice(0, MOST);
    this.mark(current);
  }

  mark(current) {
    this.current = current;
    const told = JSON.stringify([current, this.items.map((item) => [item.conversation_id, item.customer, this.fresh(item), item.unread])]);
    if (told === this.drawn) return;
    this.drawn = told;
    const focused = document.activeElement?.closest?.("#mine button")?.dataset.id;
    by("mine").hidden = this.items.length < 2;
    fill(by("mine"), this.items.map((item, index) => this.button(item, index + 1)));
    if (focused) [...by("mine").children].find((button) => button.dataset.id === focused)?.focus();
  }

  button(item, number) {
    const state = this.fresh(item) ? "new" : item.unread ? "not answered" : "";
    return h("button", { class: "button plain small", type: "button", "data-id": item.conversation_id, "aria-current": item.conversation_id === this.current ? "true" : null, "aria-keyshortcuts": String(number), onclick: () => this.choose(item.conversation_id) },
      h("kbd", {}, number), h("span", { class: "name" }, item.customer || "Customer"), state && h("span", { class: `unread ${state === "new" ? "" : "old"}`, role: "img", "aria-label": state }));
  }

  /** Go to the one with this number. */
  go(number) {
    const item = this.items[number - 1];
    if (item) this.choose(item.conversation_id);
  }
}
