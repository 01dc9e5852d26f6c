/** Looking something up in the business's systems, for the customer whose conversation it is. */

import { call, newKey } from "./api.js";
import { by, fill, h } from "./dom.js";

const words = (name) => name.replaceAll("_", " ");
const SHOWN = 50;

export class Lookups {
  /** `csrf()` is the session's; `done()` is called when something was looked up. */
  constructor({ csrf, done }) {
    Object.assign(this, { csrf, done, id: null });
  }

  /** Open the dialog for a conversation. */
  async open(id) {
    this.id = id;
    const dialog = by("form");
    const tools = (await call("GET", `/v1/desk/conversations/${encodeURIComponent(id)}/tools`)).filter((tool) => tool.effect === "read");
    const body = h("div", { class: "content lookup" });
    dialog.setAttribute("aria-labelledby", "form-title");
    fill(dialog,
      h("header", {}, h("div", {}, h("h2", { id: "form-title" }, "Look something up"), h("p", { class: "hint" }, "For this customer. It stands in the log, and the bot sees it too.")),
        h("button", { class: "button small", type: "button", onclick: () => dialog.close() }, "Close")), body);
    if (tools.length) this.choose(body, tools);
    else fill(body, h("p", { class: "hint" }, "There is no tool that looks something up. Tools stand under business.tools and [tools.sources] in handrail.toml."));
    if (!dialog.open) dialog.showModal();
    body.querySelector("select")?.focus();
  }

  choose(body, tools) {
    const picked = h("select", { name: "tool", onchange: () => this.draw(form, result, tools.find((tool) => tool.name === picked.value)) },
      tools.map((tool) => h("option", { value: tool.name }, words(tool.name))));
    const form = h("div", {});
    const result = h("div", { "aria-live": "polite" });
    fill(body, h("label", { class: "field" }, h("span", {}, "What"), picked), form, result);
    // First what needs nothing more than a press.
    const ready = tools.find((tool) => !tool.needs && !(tool.parameters.required || []).length) || tools[0];
    picked.value = ready.name;
    this.draw(form, result, ready);
  }

  draw(place, result, tool) {
    fill(result);
    const needed = new Set(tool.parameters.required || []);
    const fields = Object.entries(tool.parameters.properties || {}).map(([name, schema]) => field(name, schema, needed.has(name), tool.known[name] || []));
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
    fill(place, h("form", { onsubmit: send }, h("p", { class: "hint" }, tool.description.split("\n\n")[0]), needs, fields, h("div", { class: "row" }, button)));
  }
}

/** The kinds that a schema takes, without null. */
function kinds(schema) {
  const found = schema.anyOf || [schema];
  return found.filter((each) => each.type !== "null");
}

function field(name, schema, needed, known) {
  const [kind] = kinds(schema);
  const attributes = { name, required: needed };
  const label = (input) => h("label", { class: "field" }, h("span", {}, words(name), !needed && h("span", { class: "hint" }, " (may stay empty)")), input, schema.description && h("small", { class: "hint" }, schema.description));
  if (kind?.enum) return label(h("select", attributes, !needed && h("option", { value: "" }, "–"), kind.enum.map((value) => h("option", { value: JSON.stringify(value) }, String(value)))));
  if (kind?.type === "boolean") return label(h("select", attributes, !needed && h("option", { value: "" }, "–"), h("option", { value: "true" }, "yes"), h("option", { value: "false" }, "no")));
  const list = `known-${name}`;
  const type = { integer: "number", number: "number" }[kind?.type] || { date: "date" }[kind?.format] || "text";
  const input = h("input", { ...attributes, type, step: kind?.type === "number" ? "any" : null, list: known.length ? list : null, value: needed && known.length ? known[0] : null, autocomplete: "off", maxlength: 1000 });
  return [label(input), known.length > 0 && h("datalist", { id: list }, known.map((value) => h("option", { value })))];
}

/** What was filled in, as the tool's schema wants it. */
function given(form, tool) {
  const found = {};
  for (const [name, schema] of Object.entries(tool.parameters.properties || {})) {
    const text = String(new FormData(form).get(name) ?? "").trim();
    if (!text) continue;
    const [kind] = kinds(schema);
    found[name] = kind?.enum ? JSON.parse(text) : ["integer", "number"].includes(kind?.type) ? Number(text) : kind?.type === "boolean" ? text === "true" : ["array", "object"].includes(kind?.type) ? parsed(text) : text;
  }
  return found;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text.split(",").map((part) => part.trim());
  }
}

/** A result of any shape: records as lists of names and values, lists of records one below the other. */
function shown(value) {
  if (Array.isArray(value)) {
    if (!value.length) return h("p", { class: "hint" }, "Nothing.");
    const rest = value.length > SHOWN && h("li", { class: "hint" }, `and ${value.length - SHOWN} more`);
    return h("ul", { class: "found" }, value.slice(0, SHOWN).map((each) => h("li", {}, shown(each))), rest);
  }
  if (value !== null && typeof value === "object") {
    const rows = Object.entries(value).filter(([, inner]) => inner !== null && inner !== "");
    return h("dl", { class: "amounts" }, rows.flatMap(([name, inner]) => [h("dt", {}, words(name)), h("dd", {}, shown(inner))]));
  }
  return String(value);
}
