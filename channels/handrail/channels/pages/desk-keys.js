/** What a key does, and the list that tells it. */

import { by, h } from "./dom.js";
import { frame } from "./desk-forms.js";

const WRITES = "input, textarea, select";

export class Keys {
  /** `groups` has titles with rows of keys, words and what is done: `{ Queue: [["j", "next", action], …] }`; a row without
   * words is not listed. `on()` tells whether keys count now. */
  constructor({ groups, on, back }) {
    Object.assign(this, { groups, on, back });
    this.actions = new Map(Object.values(groups).flat().map(([key, , action]) => [key, action]));
    addEventListener("keydown", (event) => this.press(event));
    by("help").addEventListener("click", () => this.list());
  }

  press(event) {
    if (!this.on() || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const writes = event.target.closest(WRITES);
    if (event.key === "Escape") {
      if (writes) event.target.blur();
      else this.back();
      return;
    }
    const action = this.actions.get(event.key);
    if (writes || !action) return;
    event.preventDefault();
    action();
  }

  list() {
    const rows = (table) => table.filter(([, what]) => what).flatMap(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)]);
    const group = ([title, table]) => h("section", {}, h("h3", {}, title), h("dl", { class: "keys" }, rows(table)));
    frame(by("form"), "Keys", h("p", { class: "hint" }, "While you write in a field, keys are letters: Esc leaves it. Enter sends a message, Shift and Enter begins a line."),
      h("div", { class: "keyring" }, Object.entries(this.groups).map(group)));
  }
}
