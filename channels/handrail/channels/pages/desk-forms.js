/** The dialogs of the desk. */

import { by, fill, h } from "./dom.js";

/** Open a form in the dialog; `submit(values)` may throw, and what was typed stays then. `first` is what has the focus. */
export function ask({ title, fields, action, submit, wide, first = "textarea, select, input:not([type=checkbox])" }) {
  const dialog = by("form");
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
  const send = async (event) => {
    event.preventDefault();
    const button = event.target.querySelector("button[type=submit]");
    button.disabled = true;
    wrong.hidden = true;
    try {
      await submit(new FormData(event.target));
      if (!wide) dialog.close();
    } catch (error) {
      fill(wrong, error.message).hidden = false;
    } finally {
      button.disabled = false;
    }
  };
  const key = (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.closest("textarea")) return;
    event.preventDefault();
    event.currentTarget.requestSubmit();
  };
  frame(dialog, title, h("form", { onsubmit: send, onkeydown: key }, fields, wrong, h("div", { class: "row" }, h("button", { class: "button first", type: "submit" }, action))));
  dialog.querySelector(first)?.focus();
}

/** Show something in the dialog. */
export function frame(dialog, title, ...content) {
  const close = h("button", { class: "button small", type: "button", onclick: () => dialog.close() }, "Close");
  dialog.setAttribute("aria-labelledby", "form-title");
  fill(dialog, h("header", {}, h("h2", { id: "form-title" }, title), close), h("div", { class: "content" }, content));
  if (!dialog.open) dialog.showModal();
}

/** A field for a longer text. */
export const area = (name, label, hint, attributes = {}) =>
  h("label", { class: "field" }, h("span", {}, label), h("textarea", { name, maxlength: 4000, ...attributes }), hint && h("small", { class: "hint" }, hint));

export function note(submit) {
  ask({ title: "Note", action: "Save note", fields: [area("text", "Only the desk sees this", "", { required: true })], submit: (form) => submit({ text: form.get("text") }) });
}

export function whisper(submit) {
  ask({ title: "Whisper", action: "Whisper", fields: [area("text", "Only your colleague and the desk see this", "", { required: true })], submit: (form) => submit({ text: form.get("text") }) });
}

/** Who the customer is, by what the business knows them. */
export function vouch(claims, submit) {
  const label = (name) => (name === "email" ? "E-mail address" : name.replaceAll("_", " "));
  const fields = [
    h("label", { class: "field" }, h("span", {}, "Known to us by"), h("select", { name: "kind" }, claims.map((name) => h("option", { value: name }, label(name))))),
    h("label", { class: "field" }, h("span", {}, "Which"), h("input", { name: "value", required: true, maxlength: 200, autocomplete: "off" })),
    h("label", { class: "field" }, h("span", {}, "How did you find out?"), h("textarea", { name: "how", required: true, maxlength: 500, placeholder: "Called back on the number on file" }), h("small", { class: "hint" }, "It stands in the log under your name.")),
  ];
  const send = (form) => submit({ claim: { [form.get("kind")]: form.get("value") }, how: form.get("how") });
  ask({ title: "Vouch for the customer", action: "Vouch", fields, submit: send });
}

/** Whether an action happened whose end nobody saw. */
export function settle(action, submit) {
  const choice = (value, label) => h("label", { class: "choice" }, h("input", { type: "radio", name: "happened", value, required: true }), label);
  const fields = [
    h("p", {}, action.question || action.tool),
    action.key && h("p", {}, "Look for it under this key:"),
    action.key && h("p", { class: "once", tabindex: "0" }, action.key),
    h("fieldset", { class: "boxes" }, h("legend", {}, "Did it happen?"), choice("yes", "It happened"), choice("no", "It did not happen")),
    area("seen", "What have you seen, and where?", "It stands in the log under your name.", { required: true, maxlength: 1000 }),
  ];
  ask({ title: "Was it done?", action: "Settle", fields, submit: (form) => submit({ happened: form.get("happened") === "yes", seen: form.get("seen") }) });
}

export function giveBack(submit) {
  const fields = [area("instruction", "What should the bot do or know?", "The bot reads it; the customer doesn't. It may stay empty.")];
  ask({ title: "Give back to the bot", action: "Give back", fields, submit: (form) => submit({ instruction: form.get("instruction") }) });
}

