/** What a key does, and the list that tells it. */

import { by, h } from "./dom.js";
import { frame } from "./desk-forms.js";

const WRITES = "input, textarea, select";

export class Keys {
  /** `table` has rows of keys, words and what is done: `[["j", "next", action], …]`; `on()` whether keys count now. */
  constructor({ table, on, back }) {
    Object.assign(this, { table, on, back });
    this.actions = new Map(table.map(([key, , action]) => [key, action]));
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
    const rows = [...this.table.filter(([, what]) => what), ["Esc", "leave a field, close a dialog, back"]].flatMap(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)]);
    frame(by("form"), "Keys", h("dl", { class: "keys" }, rows));
  }
}
