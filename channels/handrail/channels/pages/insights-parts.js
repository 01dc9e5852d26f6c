/** The parts of the page of figures: numbers at its head, charts with their tables, lists. */

import { columns, ranges, rows, track } from "./charts.js";
import { by as element, h } from "./dom.js";
import { LEFT_AT, NOTHING, SHARES, STANDINGS, TIMES, called, count, money, reason, share, shortDay, span, time } from "./insights-words.js";

/** So many rows are drawn; the table has all. */
const DRAWN = 20;
/** Narrower than this a chart is scrolled. */
const NARROWEST = 330;
const PAIRED = 900;

/** The room for a chart in a card as wide as the page, or half of it where two stand side by side. */
function room(half = false) {
  const all = element("figures").clientWidth;
  return Math.floor(half && all >= PAIRED ? all / 2 - 8 : all) - 40;
}

/** A chart with its name in the room there is; what is wider is scrolled, by keyboard too. */
function chart(draw, label, what, half = false) {
  const wide = room(half);
  const drawn = draw({ label: `${label}; the table below has the numbers`, wide: Math.max(NARROWEST, wide), ...what });
  const scrolls = drawn.width.baseVal.value > wide;
  return h("div", { class: "drawn", tabindex: scrolls ? "0" : null, role: scrolls ? "region" : null, "aria-label": scrolls ? `${label}, chart` : null }, drawn);
}

/** The numbers that are looked at first. */
export function head({ total, came_back_days: days, target_minutes: target }) {
  const ended = total.ended;
  const most = ended ? (counted(total, "verified") + counted(total, "assumed")) / ended : null;
  const each = total.contacts ? total.cost / total.contacts : null;
  const tokens = total.contacts ? (total.tokens_in + total.tokens_out) / total.contacts : null;
  return h("dl", { class: "tiles" },
    tile("Contacts", count(total.contacts), `${count(total.open)} not over yet`),
    tile("Contained, verified", percent(total.standings.verified), interval(total.standings.verified)),
    tile("Contained at most", most === null ? NOTHING : `${Math.round(most * 100)} %`, total.preliminary ? `${count(total.preliminary)} may still come back (${days} days)` : "with those who closed silently"),
    audited(total.containment),
    tile("A person was missing", percent(total.containment.person_needed), interval(total.containment.person_needed) || "of those that the bot closed alone"),
    tile("Left", percent(total.standings.left), interval(total.standings.left)),
    tile("Rated 4 or 5", percent(total.satisfied), interval(total.satisfied)),
    tile("Wait for a person", total.wait.median === null ? NOTHING : span(total.wait.median), total.wait.median === null ? "" : `90 % within ${span(total.wait.p90)}`),
    tile(`Answered within ${target} min`, percent(total.service_level), interval(total.service_level)),
    tile("Cost a contact", each === null ? NOTHING : money(each), tokens === null ? "" : `${count(tokens)} tokens`));
}

/** The share that people's tags come to: beside the bot's own word, with how many more tags would help. */
function audited({ corrected, needs }) {
  const more = corrected.value === null ? (needs ? `needs about ${count(needs)} more tags` : "nothing is tagged") : `${interval(corrected)} audited${needs ? `; ${count(needs)} more would narrow it` : ""}`;
  return tile("Contained, as people tag it", percent(corrected), more);
}

function tile(name, value, more) {
  return h("div", { class: "tile" }, h("dt", {}, name), h("dd", { class: value === NOTHING ? "number none" : "number" }, value), more ? h("dd", { class: "hint" }, more) : null);
}

const percent = (figure) => (figure.value === null ? NOTHING : `${Math.round(figure.value * 100)} %`);
const interval = (figure) => (figure.value === null ? "" : `${Math.round(figure.low * 100)} to ${Math.round(figure.high * 100)} %, of ${count(figure.n)}`);
const counted = (group, name) => Math.round((group.standings[name].value || 0) * group.ended);

/** How contacts ended, in numbers. */
export function endings(found) {
  const { by, departments } = found;
  const shown = most(found);
  const groups = shown.map((group) => ({ label: called(by, group.key, departments), short: by === "day" ? shortDay(group.key) : "", parts: Object.entries(STANDINGS).map(([kind, name]) => ({ kind, name, value: counted(group, kind) })) }));
  const draw = by === "day" ? columns : rows;
  const head = ["", "Contacts", "Open", ...Object.values(STANDINGS), "Left where"];
  const table = found.groups.map((group) => [
    called(by, group.key, departments), count(group.contacts), count(group.open), ...Object.keys(STANDINGS).map((kind) => share(group.standings[kind])),
    Object.entries(group.left_at).filter(([, n]) => n).map(([at, n]) => `${LEFT_AT[at]}: ${n}`).join(", ") || "–",
  ]);
  return figure("How contacts ended", [legend(STANDINGS), chart(draw, "How contacts ended", { groups })], head, table, cut(found, shown));
}

/** The share that is verified, with its intervals. */
export function contained(found) {
  const { by, departments } = found;
  const shown = most(found);
  const points = shown.map((group) => ({ label: called(by, group.key, departments), short: by === "day" ? shortDay(group.key) : "", ...group.standings.verified }));
  const draw = by === "day" ? track : ranges;
  const head = ["", "Contained, verified", "By the bot's word", "As people tag it", ...Object.values(SHARES)];
  const table = found.groups.map((group) => [called(by, group.key, departments), share(group.standings.verified), share(group.containment.told), share(group.containment.corrected), ...Object.keys(SHARES).map((name) => share(group[name]))]);
  return figure("Contained, verified", [chart(draw, "The share of contacts whose containment is verified, with 95 % intervals", { points })], head, table, cut(found, shown));
}

/** How long things take. */
export function times(found) {
  const { by, departments, groups, total } = found;
  const head = ["", ...Object.values(TIMES), "Tokens", "Cost"];
  const line = (label, group) => [label, ...Object.keys(TIMES).map((name) => time(group[name])), count(group.tokens_in + group.tokens_out), money(group.cost)];
  const table = groups.map((group) => line(called(by, group.key, departments), group));
  const whole = [h("p", { class: "hint" }, "The median and the 90th percentile, and of how many."), scrolled("Times and cost, all", grid(head, [line("All", total)]))];
  return figure("Times and cost", whole, head, table);
}

/** What people were called for, and how often they found it needless. */
export function called_for(title, items) {
  if (!items.length) return card(title, h("p", { class: "hint" }, "Nobody was called in these days."));
  const groups = items.map((item) => {
    const needless = Math.round((item.overruled.value || 0) * item.judged);
    const values = { left: needless, verified: item.judged - needless, person: item.times - item.judged };
    return { label: reason(item.name), parts: Object.entries(JUDGED).map(([kind, name]) => ({ kind, name, value: values[kind] })) };
  });
  const table = items.map((item) => [reason(item.name), count(item.times), count(item.judged), share(item.overruled)]);
  return figure(title, [legend(JUDGED), chart(rows, title, { groups }, true)], ["", "Handoffs", "Wrapped up", "Needless, of these"], table);
}

/** Tags, promises and waits, as tables. */
export function lists(found) {
  const departments = found.departments;
  const tags = Object.entries(found.tags).map(([name, times]) => [reason(name), count(times)]);
  const promises = found.promises.map((each) => [departments[each.owner] || { bot: "The bot", person: "People" }[each.owner] || each.owner, count(each.made), share(each.kept), count(each.broken), count(each.overdue)]);
  const waits = found.waits.map((each) => [departments[each.department] || each.department, count(each.told), share(each.held), count(each.later)]);
  return [
    listed("What people tagged", ["", "Contacts"], tags, "No tags in these days."),
    h("div", { class: "stack" },
      listed("Promises", ["", "Made", "Kept, of those due", "Broken", "Overdue"], promises, "Nothing was promised in these days."),
      listed("Waits that were told", ["", "Told", "Somebody came within it", "Later"], waits, "Nobody was told a wait in these days.")),
  ];
}

/** What people said of a handoff when they wrapped up, by the class of its colour. */
const JUDGED = { verified: "Wrapped up", left: "Tagged as needless", person: "Not wrapped up" };

const legend = (names) => h("ul", { class: "legend" }, Object.entries(names).map(([kind, name]) => h("li", {}, h("i", { class: `swatch ${kind}`, "aria-hidden": "true" }), name)));
const listed = (title, head, rows, none) => card(title, rows.length ? scrolled(title, grid(head, rows)) : h("p", { class: "hint" }, none));
const card = (title, ...children) => h("section", { class: "card" }, h("h2", {}, title), children);

/** The groups that are drawn: all days, of others those with most contacts. */
function most({ by, groups }) {
  return by === "day" ? groups : [...groups].sort((one, other) => other.contacts - one.contacts).slice(0, DRAWN);
}

const cut = (found, shown) => (shown.length < found.groups.length ? `${shown.length} of ${found.groups.length} are drawn; the table has all.` : "");

function figure(title, drawn, head, rows, note = "") {
  const table = h("details", {}, h("summary", {}, `${title}: the numbers`), scrolled(title, grid(head, rows)));
  return h("section", { class: "card" }, h("h2", {}, title), drawn, note ? h("p", { class: "hint" }, note) : null, table);
}

const scrolled = (title, table) => h("div", { class: "scrolled", tabindex: "0", role: "region", "aria-label": `${title}, table` }, table);

function grid(head, rows) {
  return h("table", {},
    h("thead", {}, h("tr", {}, head.map((title, n) => (n ? h("th", { scope: "col" }, title) : h("td", {}))))),
    h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell, n) => (n ? h("td", {}, cell) : h("th", { scope: "row" }, cell)))))));
}
