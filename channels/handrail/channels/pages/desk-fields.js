/** Forms from the JSON schemas of tools, and what tools give back. */

import { h } from "./dom.js";

const SHOWN = 50;

/** A name of a tool or an argument, to be read. */
export const words = (name) => name.replaceAll("_", " ");

/** The form's fields for a tool, with these arguments filled in. */
export function fieldsOf(tool, filled = {}) {
  const needed = new Set(tool.parameters.required || []);
  return Object.entries(tool.parameters.properties || {}).map(([name, schema]) => field(name, schema, needed.has(name), tool.known[name] || [], filled[name]));
}

/** The kinds that a schema takes, without null. */
function kinds(schema) {
  const found = schema.anyOf || [schema];
  return found.filter((each) => each.type !== "null");
}

/** A field for an argument; `known` are values to choose from, `value` is what stands in it. */
export function field(name, schema, needed, known, value) {
  const [kind] = kinds(schema);
  const attributes = { name, required: needed };
  const label = (input) => h("label", { class: "field" }, h("span", {}, words(name), !needed && h("span", { class: "hint" }, " (may stay empty)")), input, schema.description && h("small", { class: "hint" }, schema.description));
  const choice = ([code, text]) => h("option", { value: code, selected: value !== undefined && code === JSON.stringify(value) }, text);
  const choices = kind?.enum?.map((each) => [JSON.stringify(each), String(each)]) || (kind?.type === "boolean" && [["true", "yes"], ["false", "no"]]);
  if (choices) return label(h("select", attributes, !needed && h("option", { value: "" }, "–"), choices.map(choice)));
  const list = `known-${name}`;
  const type = { integer: "number", number: "number" }[kind?.type] || { date: "date" }[kind?.format] || "text";
  const text = value === undefined || value === null ? (needed && known.length ? known[0] : null) : typeof value === "object" ? JSON.stringify(value) : value;
  const input = h("input", { ...attributes, type, step: kind?.type === "number" ? "any" : null, list: known.length ? list : null, value: text, autocomplete: "off", maxlength: 1000 });
  return [label(input), known.length > 0 && h("datalist", { id: list }, known.map((each) => h("option", { value: each })))];
}

/** What was filled in, as the tool's schema wants it. */
export function given(form, tool) {
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
export function shown(value) {
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
