/** Changing something in the business's systems for the customer: seen to the letter, then asked of them, or done on a line
 * in which they agreed. */

import { call } from "./api.js";
import { fieldsOf, given, shown, words } from "./desk-fields.js";
import { by, fill, h } from "./dom.js";
import { citation } from "./policy.js";

const LONG = 200;
const ENDS = {
  succeeded: "Done.",
  failed: "It was not done, and nothing has changed.",
  waiting: "The customer has agreed. Now a colleague has to approve it.",
  approved: "A colleague has approved it; it is being done.",
  claimed: "It is being done. What comes of it stands in the conversation.",
  consented: "It is being done. What comes of it stands in the conversation.",
  unknown: "It is not certain yet whether it was done. It is being looked up; it is never called again by itself.",
  dropped: "It was not done: something has changed in the meantime. Look at it again.",
};

export class Writes {
  /** `act(what, body)` does something with the open conversation, `lines()` are its events, `say` tells it aloud. */
  constructor({ act, lines, say }) {
    Object.assign(this, { act, lines, say });
  }

  /** Open the dialog for a conversation, at a tool that is `ready` where one is. */
  async open(id, ready) {
    const dialog = by("form");
    const tools = (await call("GET", `/v1/desk/conversations/${encodeURIComponent(id)}/tools`)).filter((tool) => tool.effect === "write");
    const body = h("div", { class: "content lookup" });
    dialog.setAttribute("aria-labelledby", "form-title");
    fill(dialog,
      h("header", {}, h("div", {}, h("h2", { id: "form-title" }, "Do something for the customer"), h("p", { class: "hint" }, "First you see what it would do. Nothing is done before they agree.")),
        h("button", { class: "button small", type: "button", onclick: () => dialog.close() }, "Close")), body);
    if (tools.length) this.choose(body, tools, ready);
    else fill(body, h("p", { class: "hint" }, "There is no tool that changes something. Tools stand under business.tools and [tools.sources] in handrail.toml."));
    if (!dialog.open) dialog.showModal();
    body.querySelector("select")?.focus();
    if (ready && !ready.missing.length) body.querySelector("form")?.requestSubmit();
  }

  choose(body, tools, ready) {
    const draw = () => this.draw(form, seen, tools.find((tool) => tool.name === picked.value));
    const picked = h("select", { name: "tool", onchange: draw }, tools.map((tool) => h("option", { value: tool.name }, words(tool.name))));
    const form = h("div", {});
    const seen = h("div", { class: "foreseen", "aria-live": "polite" });
    fill(body, h("label", { class: "field" }, h("span", {}, "What"), picked), form, seen);
    const first = tools.find((tool) => tool.name === ready?.tool) || tools[0];
    picked.value = first.name;
    this.draw(form, seen, first, ready?.arguments);
  }

  draw(place, seen, tool, filled) {
    fill(seen);
    const button = h("button", { class: "button first", type: "submit", disabled: Boolean(tool.needs) }, "See what it does");
    const send = async (event) => {
      event.preventDefault();
      const asked = { tool: tool.name, arguments: given(event.target, tool) };
      await this.tried(seen, button, async () => this.show(seen, await this.act("preview", asked)));
    };
    // What was shown is of what was filled in then.
    const form = h("form", { onsubmit: send, oninput: () => fill(seen) },
      h("p", { class: "hint" }, tool.description.split("\n\n")[0]),
      tool.needs && h("p", { class: "wrong" }, `The customer must be ${tool.needs} for this. Ask them for their code, or vouch for them.`),
      fieldsOf(tool, filled), h("div", { class: "row" }, button));
    fill(place, form);
  }

  /** Do it; what is refused is told where the answer would stand. */
  async tried(place, button, action) {
    button.disabled = true;
    if (!place.childElementCount) fill(place, h("p", { class: "hint" }, "One moment…"));
    try {
      await action();
    } catch (error) {
      place.querySelector(".wrong, .hint:only-child")?.remove();
      place.append(h("p", { class: "wrong", role: "alert" }, error.message));
    } finally {
      button.disabled = false;
    }
  }

  /** What it would do, and the two ways to go on. */
  show(place, found) {
    const exact = { tool: found.tool, arguments: found.arguments, fingerprint: found.fingerprint };
    const facts = Object.entries(found.facts).flatMap(([name, value]) => [h("dt", {}, words(name)), h("dd", {}, shown(value))]);
    const told = h("div", { class: "effect" }, h("h3", { id: "effect" }, found.what),
      facts.length > 0 && h("dl", { class: "amounts" }, facts),
      found.approval && h("p", { class: "hint" }, `A colleague has to approve it as well: ${found.approval}`),
      found.rule && h("p", { class: "row" }, citation(by("policy"), found.rule), h("span", { class: "hint" }, `version ${found.rule.version}`)));
    fill(place, told, this.ask(place, exact, found.question), this.run(place, exact, found));
    told.scrollIntoView({ block: "nearest" });
  }

  ask(place, exact, question) {
    const button = h("button", { class: "button first", type: "button" }, "Ask the customer");
    button.addEventListener("click", () => this.tried(place, button, async () => {
      await this.act("propose", exact);
      // What follows is seen in the conversation, which the dialog would cover.
      by("form").close();
      this.say("The customer is asked. Their yes does it.");
    }));
    return h("section", { class: "way", "aria-labelledby": "ask-title" }, h("h3", { id: "ask-title" }, "They have not agreed yet"),
      h("p", { class: "quote" }, question), h("div", { class: "row" }, button));
  }

  run(place, exact, { lines, unfit }) {
    const title = h("h3", { id: "run-title" }, "They have agreed already");
    const way = (...content) => h("section", { class: "way", "aria-labelledby": "run-title" }, title, content);
    const texts = new Map(this.lines().filter((event) => event.kind === "customer_said").map((event) => [event.seq, event.data.text]));
    const offered = lines.filter((seq) => texts.has(seq));
    if (!offered.length) return way(h("p", { class: "hint" }, `No line of theirs can count as a yes to this${unfit ? `: ${unfit}` : ""}.`));
    const choice = (seq) => h("label", { class: "yes" }, h("input", { type: "radio", name: "said", value: seq, required: true }), h("span", {}, clip(texts.get(seq)), h("span", { class: "refs" }, ` #${seq}`)));
    const button = h("button", { class: "button", type: "submit" }, "Do it now");
    const send = async (event) => {
      event.preventDefault();
      const said = Number(new FormData(event.target).get("said"));
      await this.tried(place, button, async () => this.ended(place, await this.act("run", { ...exact, said })));
    };
    return way(h("form", { onsubmit: send }, h("fieldset", { class: "lines-said" }, h("legend", {}, "In which line? It stands in the log as their yes."), offered.map(choice)), h("div", { class: "row" }, button)));
  }

  ended(place, action) {
    const why = action.stage === "failed" && (action.message || words(action.code));
    fill(place, h("div", { role: "status" }, h("h3", {}, action.question), h("p", { class: action.stage === "succeeded" ? "good" : "" }, ENDS[action.stage] || words(action.stage)), why && h("p", { class: "wrong" }, why)));
  }
}

const clip = (text) => (text.length > LONG ? `${text.slice(0, LONG)}…` : text);
