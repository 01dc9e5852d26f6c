/** The last word on a conversation, in a few keys: a digit says how it ended, letters what went wrong, Enter sends it. */

import { area, ask } from "./desk-forms.js";
import { by, h } from "./dom.js";

const ENDS = [["resolved", "Resolved"], ["unresolved", "Not resolved"], ["follow_up", "Needs follow-up"], ["customer_left", "Customer left"], ["spam", "Spam"]];
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

export function wrapUp(tags, submit) {
  const box = (kind, name, value, label, key, checked = false) =>
    h("label", { class: "chip" }, h("input", { type: kind, name, value, checked, "aria-keyshortcuts": key, "data-key": key }), label, h("kbd", { "aria-hidden": "true" }, key));
  const fields = [
    h("fieldset", { class: "boxes" }, h("legend", {}, "How did it end?"), ENDS.map(([value, label], index) => box("radio", "disposition", value, label, String(index + 1), index === 0))),
    h("fieldset", { class: "boxes" }, h("legend", {}, "What went wrong before it came to you?"), tags.map((tag, index) => box("checkbox", "tags", tag, tag.replaceAll("_", " "), LETTERS[index]))),
    area("right_answer", "What should the bot have said or done?", "In your words, as the customer should have read it. It becomes a test of the bot."),
    area("note", "Note", "Enter sends it from anywhere outside of a text, Ctrl and Enter from inside."),
  ];
  const send = (form) => submit({ disposition: form.get("disposition"), tags: form.getAll("tags"), right_answer: form.get("right_answer"), note: form.get("note") });
  ask({ title: "Wrap up", action: "Wrap up", fields, submit: send, first: "input[type=radio]" });
  by("form").querySelector("form").addEventListener("keydown", press);
}

/** A key chooses or takes back what it stands for. */
function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("textarea")) return;
  const box = [...event.currentTarget.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
  if (!box) return;
  event.preventDefault();
  box.click();
  box.focus();
}
