/** What stands between the transcript and the composer: where things stand, and the small forms that a state asks for. */

import { by, fill, h } from "./dom.js";

const when = new Intl.DateTimeFormat(undefined, { weekday: "long", hour: "2-digit", minute: "2-digit", day: "numeric", month: "long" });

/** The one sentence that says who has the conversation: `[text, tone]`, or null while all is as usual. */
export function standing(state) {
  const { handoff, ticket } = state;
  if (state.closed) return ["This conversation has ended. Write again to take it up.", ""];
  if (state.holder === "person") return [`You are talking with ${handoff?.name || "a person"}.`, "warm"];
  if (state.holder !== "queue") return null;
  if (ticket || handoff?.mode === "ticket") {
    const by_ = ticket?.answer_by || handoff?.answer_by;
    return [by_ ? `A person answers by ${when.format(new Date(by_))}.` : "A person will answer you.", "warm"];
  }
  const place = handoff?.position ? ` You are number ${handoff.position} in line.` : "";
  return [`Waiting for a person to join.${place}`, "warm"];
}

/** A form with one input. `submit(value)` may throw: its message is shown and the input stays. */
export function question({ id, title, hint, label, input, action, submit, dismiss }) {
  const field = h("input", { class: "input", id: `${id}-input`, required: true, ...input });
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
  const button = h("button", { class: "button first", type: "submit" }, action);
  const send = async (event) => {
    event.preventDefault();
    button.disabled = true;
    wrong.hidden = true;
    try {
      await submit(field.value.trim());
    } catch (error) {
      fill(wrong, error.message).hidden = false;
      field.focus();
    } finally {
      button.disabled = false;
    }
  };
  return h(
    "form",
    { class: "card", id, onsubmit: send, "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title),
    hint && h("p", { class: "hint" }, hint),
    h("label", { class: "unseen", for: `${id}-input` }, label),
    h("div", { class: "ask" }, field, button, dismiss && h("button", { class: "button plain", type: "button", onclick: dismiss }, "Not now")),
    wrong,
  );
}

/** Five marks and a remark. */
export function rating({ submit, dismiss }) {
  const words = ["very bad", "bad", "fair", "good", "very good"];
  const marks = words.map((word, index) =>
    h("label", {}, h("input", { type: "radio", name: "score", value: index + 1, required: true, "aria-label": `${index + 1} of 5, ${word}` }), h("span", { "aria-hidden": "true" }, index + 1)),
  );
  const comment = h("input", { class: "input", name: "comment", maxlength: 2000, placeholder: "Anything you would like to add?", "aria-label": "Comment" });
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
  const send = async (event) => {
    event.preventDefault();
    const score = Number(new FormData(event.target).get("score"));
    try {
      await submit(score, comment.value.trim());
    } catch (error) {
      fill(wrong, error.message).hidden = false;
    }
  };
  return h(
    "form",
    { class: "card", id: "rating", onsubmit: send, "aria-labelledby": "rating-title" },
    h("h2", { id: "rating-title" }, "How was it?"),
    h("fieldset", { class: "stars" }, h("legend", { class: "unseen" }, "Rating from 1, very bad, to 5, very good"), marks),
    h("p", { class: "hint ends", "aria-hidden": "true" }, h("span", {}, "very bad"), h("span", {}, "very good")),
    comment,
    h("div", { class: "row" }, h("button", { class: "button first", type: "submit" }, "Send"), h("button", { class: "button plain", type: "button", onclick: dismiss }, "Skip")),
    wrong,
  );
}

const clock = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });
const APPROVAL = {
  waiting: ({ since }) => ["A colleague has to approve this", `Asked ${clock.format(new Date(since))}. Nothing is done until then; you can go on writing meanwhile.`],
  approved: ({ name }) => [`Approved by ${name}`, "It is being done now."],
  done: ({ name }) => [`Approved by ${name}, and done`, ""],
  not_done: ({ name }) => [`Approved by ${name}, but it could not be done`, ""],
  refused: ({ name, reason }) => [`${name} did not approve this`, reason],
  expired: () => ["Nobody could decide in time", "Nothing was done."],
  withdrawn: () => ["You took this back", "Nothing was done."],
};

/** Something that a colleague has to approve, and what came of it. */
export function approval(item) {
  const [title, hint] = APPROVAL[item.state](item);
  const id = `approval-${item.id}-${item.state}`;
  return { id, title: `${title}: ${item.what}`, make: () => h("section", { class: `card ${item.state === "waiting" ? "waiting" : ""}`, id, "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title), h("p", {}, item.what), hint && h("p", { class: "hint" }, hint)) };
}

/** Show exactly these cards; one that is there already stays as it is, with what was typed into it. */
export function show(cards) {
  const place = by("cards");
  for (const card of [...place.children]) if (!cards.some(({ id }) => id === card.id)) card.remove();
  const typing = by("text").value !== "";
  for (const { id, make } of cards) {
    if (by(id)) continue;
    place.append(make());
    if (id === "code" && !typing) by("code-input").focus();
  }
}
