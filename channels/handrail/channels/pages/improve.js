/** What is missing: the gaps, the most costly first, with how customers asked and who did what about it. */

import { call } from "./api.js";
import { by, fill, h } from "./dom.js";

const KINDS = {
  policy_missing: "Policy missing",
  policy_outdated: "Policy outdated",
  phrase: "Phrase not understood",
  tool: "Tool missing or failed",
  needless: "Handed over needlessly",
  late: "Handed over too late",
};
const STATES = { open: "Open", proposed: "Mend proposed", accepted: "Mended, not every case passes", closed: "Closed", reopened: "Came back" };
const DONE = { opened: "found it", proposed: "proposed a mend", accepted: "accepted the mend", closed: "closed it", reopened: "reopened it", taken_back: "took the mend back" };
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const moment = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
let items = [];

async function read() {
  by("wrong").hidden = true;
  try {
    items = (await call("GET", `/v1/desk/improve?days=${by("days").value}&limit=50`)).items;
    draw();
  } catch (error) {
    refuse(error);
  }
}

function draw() {
  const wanted = by("state").value;
  const shown = items.filter((gap) => wanted === "all" || (wanted === "closed") === (gap.state === "closed"));
  by("said").textContent = shown.length === 1 ? "1 gap" : `${shown.length} gaps`;
  by("none").hidden = shown.length > 0;
  fill(by("gaps"), shown.map(card));
}

function card(gap) {
  const name = `gap-${gap.gap_id}`;
  const cost = [count(gap.times, "time"), gap.tagged && `${gap.tagged} tagged`, gap.minutes && `${Math.round(gap.minutes)} min of people`, gap.repeats && count(gap.repeats, "repeat contact")];
  return h("li", { class: `gap ${gap.state}`, "aria-labelledby": name },
    h("h2", { id: name }, gap.examples[0] || "What was asked can't be read any more"),
    h("p", { class: "row" }, h("span", { class: "chip" }, KINDS[gap.kind] || gap.kind), h("span", { class: `chip ${gap.state === "closed" ? "up" : gap.state === "reopened" ? "down" : ""}` }, STATES[gap.state] || gap.state)),
    h("p", { class: "hint" }, cost.filter(Boolean).join(" · "), ` · ${day.format(new Date(gap.first_at))} to ${day.format(new Date(gap.last_at))}`),
    gap.examples.length > 1 ? h("details", {}, h("summary", {}, `Asked in ${gap.examples.length} ways`), h("ul", {}, gap.examples.map((text) => h("li", {}, text)))) : null,
    h("details", {}, h("summary", {}, "Who did what"), h("ul", {}, gap.changes.map((change) => h("li", {}, h("time", { datetime: change.at }, moment.format(new Date(change.at))), ` ${change.name} ${DONE[change.what] || change.what}`, change.detail ? `: ${change.detail}` : "")))),
    gap.cases.length ? h("p", { class: "hint" }, `${count(gap.cases.length, "case")} will tell whether it is mended: `, gap.cases.map((id, n) => [n ? ", " : "", h("code", {}, id)])) : h("p", { class: "hint" }, "No case yet: a tag at wrap-up makes one."),
    gap.state === "closed" ? null : h("p", { class: "next" }, "Mend it: ", h("code", {}, `handrail improve ${gap.state === "proposed" ? "accept" : "propose"} ${gap.gap_id}`)));
}

function count(n, what) {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

function refuse(error) {
  const door = error.status === 401;
  const told = door ? "Please log in at the desk first." : error.status === 403 ? "This is for those who lead the desk, tune the bot or run it." : error.message;
  fill(by("wrong"), told, door ? [" ", h("a", { href: "/desk" }, "Log in")] : null).hidden = false;
  fill(by("gaps"));
  by("said").textContent = "";
  by("none").hidden = true;
}

by("days").addEventListener("change", read);
by("state").addEventListener("change", draw);
by("filters").addEventListener("submit", (event) => event.preventDefault());
read();
