/** The page of figures: what they are of stands in its address, so it can be kept and sent. */

import { call } from "./api.js";
import { by, fill, h } from "./dom.js";
import { called_for, contained, endings, head, lists, times } from "./insights-parts.js";
import { WHY, called, count, longDay } from "./insights-words.js";

const NAMES = ["from", "to", "by", "channel", "intent", "department", "policy"];
const form = by("filters");
let asked = 0;

/** What the form says, as it goes into addresses. An empty choice that was made (`intent=`) is not one left out. */
function chosen() {
  const found = new URLSearchParams();
  for (const name of NAMES) {
    const value = form.elements[name].value;
    if (value !== "*" && (value || !["from", "to"].includes(name))) found.set(name, value);
  }
  return found;
}

async function show(query) {
  const turn = ++asked;
  by("wrong").hidden = true;
  form.setAttribute("aria-busy", "true");
  try {
    if (!query.get("by")) query.set("by", "day");
    const found = await call("GET", `/v1/desk/insights?${query}`);
    if (turn !== asked) return;
    choices(found, query);
    by("csv").href = `/v1/desk/insights?${chosen()}&format=csv`;
    by("said").textContent = `${longDay(found.first)} to ${longDay(found.last)}, by the clock of ${found.timezone}: ${count(found.total.contacts)} ${found.total.contacts === 1 ? "contact" : "contacts"}.`;
    const kept = opened();
    fill(by("figures"), found.total.contacts || found.total.handoffs ? drawn(found) : h("p", { class: "blank" }, "There were no contacts in these days."));
    reopen(kept);
  } catch (error) {
    if (turn === asked) refuse(error);
  } finally {
    if (turn === asked) form.removeAttribute("aria-busy");
  }
}

/** Which tables are open and which of them has the focus, by their titles: new figures come while somebody reads. */
function opened() {
  const titles = (selector) => [...by("figures").querySelectorAll(selector)].map((summary) => summary.textContent);
  return { open: new Set(titles("details[open] > summary")), focus: titles("summary:focus")[0] };
}

function reopen({ open, focus }) {
  for (const summary of by("figures").querySelectorAll("summary")) {
    if (open.has(summary.textContent)) summary.parentElement.open = true;
    if (summary.textContent === focus) summary.focus();
  }
}

function drawn(found) {
  return [
    head(found),
    endings(found),
    contained(found),
    h("div", { class: "pair" }, called_for("Handoffs by reason", found.reasons), called_for("Handoffs by check", found.checks)),
    times(found),
    h("div", { class: "pair" }, lists(found)),
    gaps(),
  ];
}

/** Questions without an answer are what customers wrote: shown on demand, for each look is entered. */
function gaps() {
  const place = h("div", {}, h("p", { class: "hint" }, "They are customers' own words, with names and contact data hidden. That you looked is entered."));
  const button = h("button", { class: "button small", type: "button", onclick: open }, "Show the questions");
  async function open() {
    button.disabled = true;
    try {
      const query = chosen();
      query.delete("by");
      const found = await call("GET", `/v1/desk/insights/gaps?${query}`);
      fill(place, found.groups.length ? h("ol", { class: "gaps" }, found.groups.map(gap)) : h("p", { class: "hint" }, "Every question had an answer."),
        found.unreadable ? h("p", { class: "hint" }, `${count(found.unreadable)} more can't be read any more.`) : null);
      place.tabIndex = -1;
      place.focus();
      button.hidden = true;
    } catch (error) {
      refuse(error);
    } finally {
      button.disabled = false;
    }
  }
  return h("section", { class: "card" }, h("h2", {}, "Questions without an answer"), place, button);
}

function gap(group) {
  return h("li", {}, h("b", {}, `${count(group.count)} ×`), h("ul", {}, group.examples.map((each) => h("li", {}, h("q", {}, each.text), " ",
    h("span", { class: "hint" }, `${WHY[each.why]}, ${longDay(each.at.slice(0, 10))} `), h("a", { href: `/desk?conversation=${encodeURIComponent(each.conversation_id)}` }, "open")))));
}

/** Fill the form with what there is to choose, and with what is chosen. */
function choices(found, query) {
  const options = {
    channel: found.channels.map((key) => [key, called("channel", key, {})]),
    intent: found.intents.map((key) => [key, called("intent", key, {})]),
    department: [["", called("department", "", {})], ...Object.entries(found.departments)],
    policy: found.policies.map((key) => [key, key]),
  };
  for (const [name, values] of Object.entries(options)) {
    const kept = query.get(name);
    if (kept !== null && !values.some(([key]) => key === kept)) values.push([kept, called(name, kept, {})]);
    fill(form.elements[name], h("option", { value: "*" }, "All"), values.map(([key, label]) => h("option", { value: key }, label)));
    form.elements[name].value = kept ?? "*";
  }
  form.elements.from.value = found.first;
  form.elements.to.value = found.last;
  form.elements.by.value = found.by;
}

function refuse(error) {
  const door = error.status === 401;
  const told = door ? "Please log in at the desk first." : error.status === 403 ? "Figures are for supervisors, engineers and admins." : error.faults?.length ? error.faults.map((fault) => fault.message).join("; ") : error.message;
  fill(by("wrong"), told, door ? [" ", h("a", { href: "/desk" }, "Log in")] : null).hidden = false;
  if (door || error.status === 403) fill(by("figures"));
}

function change() {
  if (!form.reportValidity()) return;
  const query = chosen();
  history.pushState(null, "", `?${query}`);
  show(query);
}

form.addEventListener("change", change);
form.addEventListener("submit", (event) => event.preventDefault());
for (const button of form.querySelectorAll("[data-days]")) {
  button.addEventListener("click", () => {
    const last = new Date();
    const first = new Date(last - (Number(button.dataset.days) - 1) * 86400000);
    form.elements.to.value = day(last);
    form.elements.from.value = day(first);
    change();
  });
}
const day = (moment) => `${moment.getFullYear()}-${String(moment.getMonth() + 1).padStart(2, "0")}-${String(moment.getDate()).padStart(2, "0")}`;
window.addEventListener("popstate", () => show(new URLSearchParams(location.search)));
window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => (each.open = true)));
show(new URLSearchParams(location.search));
call("GET", "/v1/about").then((about) => (document.title = by("title").textContent = `${about.business}: figures`), () => {});
