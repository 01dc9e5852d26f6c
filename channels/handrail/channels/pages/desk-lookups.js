/** Looking something up in the business's systems, for the customer whose conversation it is. */

import { call, newKey } from "./api.js";
import { fieldsOf, given, shown, words } from "./desk-fields.js";
import { by, fill, h } from "./dom.js";

export class Lookups {
  /** `csrf()` is the session's; `done()` is called when something was looked up. */
  constructor({ csrf, done }) {
    Object.assign(this, { csrf, done, id: null });
  }

  /** Open the dialog for a conversation; a tool that is `ready` is called at once, as far as its arguments are there. */
  async open(id, ready) {
    this.id = id;
    const dialog = by("form");
    const tools = (await call("GET", `/v1/desk/conversations/${encodeURIComponent(id)}/tools`)).filter((tool) => tool.effect === "read");
    const body = h("div", { class: "content lookup" });
    dialog.setAttribute("aria-labelledby", "form-title");
    fill(dialog,
      h("header", {}, h("div", {}, h("h2", { id: "form-title" }, "Look something up"), h("p", { class: "hint" }, "For this customer. It stands in the log, and the bot sees it too.")),
        h("button", { class: "button small", type: "button", onclick: () => dialog.close() }, "Close")), body);
    if (tools.length) this.choose(body, tools, ready);
    else fill(body, h("p", { class: "hint" }, "There is no tool that looks something up. Tools stand under business.tools and [tools.sources] in handrail.toml."));
    if (!dialog.open) dialog.showModal();
    body.querySelector("select")?.focus();
    if (ready && !ready.missing.length) body.querySelector("form")?.requestSubmit();
  }

  choose(body, tools, wanted) {
    const picked = h("select", { name: "tool", onchange: () => this.draw(form, result, tools.find((tool) => tool.name === picked.value)) },
      tools.map((tool) => h("option", { value: tool.name }, words(tool.name))));
    const form = h("div", {});
    const result = h("div", { "aria-live": "polite" });
    fill(body, h("label", { class: "field" }, h("span", {}, "What"), picked), form, result);
    // First what needs nothing more than a press.
    const easy = tools.find((tool) => !tool.needs && !(tool.parameters.required || []).length) || tools[0];
    const first = tools.find((tool) => tool.name === wanted?.tool) || easy;
    picked.value = first.name;
    this.draw(form, result, first, wanted?.arguments);
  }

  draw(place, result, tool, filled) {
    fill(result);
    const button = h("button", { class: "button first", type: "submit", disabled: Boolean(tool.needs) }, "Look up");
    const send = async (event) => {
      event.preventDefault();
      button.disabled = true;
      fill(result, h("p", { class: "hint" }, "One moment…"));
      try {
        const found = await call("POST", `/v1/desk/conversations/${encodeURIComponent(this.id)}/look-up`, { csrf: this.csrf(), key: newKey(), body: { tool: tool.name, arguments: given(event.target, tool) } });
        fill(result, h("h3", {}, found.ok ? "Found" : "Not found"), found.ok ? shown(found.result) : h("p", { class: "wrong" }, found.message || words(found.error)));
        this.done();
      } catch (error) {
        fill(result, h("p", { class: "wrong", role: "alert" }, error.message));
      } finally {
        button.disabled = false;
      }
    };
    const needs = tool.needs && h("p", { class: "wrong" }, `The customer must be ${tool.needs} for this. Ask them for their code, or vouch for them.`);
    fill(place, h("form", { onsubmit: send }, h("p", { class: "hint" }, tool.description.split("\n\n")[0]), needs, fieldsOf(tool, filled), h("div", { class: "row" }, button)));
  }
}
