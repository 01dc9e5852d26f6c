/** A call to a customer: whom, at which number, and how it ended. */

import { call } from "./api.js";
import { moment } from "./desk-due.js";
import { ask } from "./desk-forms.js";
import { h } from "./dom.js";

const ENDS = [["done", "We spoke"], ["no_answer", "Nobody answered"], ["moved", "Moved to another time"]];

export class Calls {
  /** `act(what, body)` does something with the conversation that is open. */
  constructor({ act }) {
    Object.assign(this, { act });
  }

  /** Ask how the call of this conversation ended. */
  async open(id) {
    const [{ items, timezone }, { slots }] = await Promise.all([call("GET", "/v1/desk/callbacks"), call("GET", `/v1/conversations/${encodeURIComponent(id)}/callback`)]);
    const owed = items.find((item) => item.conversation_id === id);
    if (!owed) throw new Error("There is no call booked.");
    const ends = slots.length ? ENDS : ENDS.slice(0, 2);
    const when = h("label", { class: "field", hidden: true }, h("span", {}, "To when?"), h("select", { name: "at" }, slots.map((at) => h("option", { value: at }, moment(at, timezone)))));
    const choice = ([value, label], index) => h("label", { class: "choice" }, h("input", { type: "radio", name: "how", value, checked: index === 0, onchange: () => (when.hidden = value !== "moved") }), label);
    const fields = [
      h("p", {}, `${owed.customer || "The customer"}, ${moment(owed.at, timezone)}`), h("p", { class: "number once", tabindex: "0" }, owed.phone || "No number"),
      h("fieldset", { class: "boxes" }, h("legend", {}, "How did it end?"), ends.map(choice)), when,
      h("label", { class: "field" }, h("span", {}, "Note"), h("textarea", { name: "note", maxlength: 4000 }), h("small", { class: "hint" }, "Only the desk sees it. Where nobody answered, the customer is told so.")),
    ];
    const submit = (form) => this.act("callback", { how: form.get("how"), note: form.get("note"), ...(form.get("how") === "moved" ? { at: form.get("at") } : {}) });
    ask({ title: "Call", action: "Save", fields, submit, first: "input[type=radio]" });
  }
}
