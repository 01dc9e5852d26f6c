/** Who is here. Whoever leads the desk sees it whole and live: what each has in hand, who waits, how soon somebody came. */

import { call } from "./api.js";
import { LEADS } from "./desk-buttons.js";
import { frame } from "./desk-forms.js";
import { span } from "./desk-queue.js";
import { by, fill, h } from "./dom.js";

const STATUS = { online: "available", away: "away", offline: "gone" };
const SOON = 2000;
const AGAIN = 10000;

export class Team {
  /** `choose(id)` opens a conversation; `approvals()` opens what waits for approval. */
  constructor({ choose, approvals, refuse }) {
    Object.assign(this, { choose, approvals, refuse, departments: {}, leads: false, skew: 0, due: null, drawn: "" });
    by("team").addEventListener("click", () => this.open());
    setInterval(() => this.tick(), 1000);
    setInterval(() => this.changed(), AGAIN);
  }

  begin(me, departments) {
    Object.assign(this, { departments, leads: LEADS.includes(me.role) });
  }

  async open() {
    try {
      await (this.leads ? this.board() : this.people());
    } catch (error) {
      this.refuse(error.message);
    }
  }

  /** Something has happened: what is shown is fetched again, at most every so often. */
  changed() {
    if (!by("board").open || this.due) return;
    this.due = setTimeout(() => {
      this.due = null;
      if (by("board").open) this.look().catch((error) => this.refuse(error.message));
    }, SOON);
  }

  /** Who is on, and how much each has in hand. */
  async people() {
    const { items, now } = await call("GET", "/v1/desk/people");
    const rows = items.map((each) => h("tr", {},
      h("th", { scope: "row" }, each.name), h("td", {}, status(each)), h("td", {}, `${each.load} of ${each.capacity}`), h("td", {}, each.parked || "–"),
      h("td", {}, this.names(each.departments)), h("td", {}, each.skills.join(", ") || "–"), h("td", {}, seen(each, now))));
    const told = items.length ? table(["Name", "State", "In hand", "Parked", "Departments", "Skills", "Seen"], rows) : h("p", { class: "hint" }, "Nobody was ever here.");
    frame(by("form"), "Who is here", h("div", { class: "wide", tabindex: "0", role: "region", "aria-labelledby": "form-title" }, told));
  }

  async board() {
    const close = h("button", { class: "button small", type: "button", onclick: () => by("board").close() }, "Close");
    const approvals = h("button", { class: "button plain small", type: "button", onclick: () => this.leave(() => this.approvals()) }, "What waits for approval");
    fill(by("board"), h("header", {}, h("h2", { id: "board-title" }, "The team"), h("span", { class: "row" }, approvals, close)), h("div", { class: "content", id: "board-content" }));
    this.drawn = "";
    by("board").showModal();
    await this.look();
  }

  leave(next) {
    by("board").close();
    next();
  }

  async look() {
    const data = await call("GET", "/v1/desk/team");
    this.skew = new Date(data.now) - Date.now();
    const told = JSON.stringify([data.departments, data.people], (key, value) => (["seen_at", "waiting_seconds"].includes(key) ? null : value));
    if (told === this.drawn) return;
    this.drawn = told;
    const focused = document.activeElement?.dataset?.id;
    fill(by("board-content"),
      h("h3", {}, "Departments"), h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Departments" }, this.lines(data)),
      h("h3", {}, "People"), data.people.length ? h("ul", { class: "members" }, data.people.map((each) => this.member(each, data.now))) : h("p", { class: "hint" }, "Nobody was ever here."));
    if (focused) [...by("board-content").querySelectorAll("button")].find((button) => button.dataset.id === focused)?.focus();
    this.tick();
  }

  lines({ departments, target_minutes }) {
    const rows = departments.map((each) => {
      const all = each.within + each.later;
      return h("tr", {}, h("th", { scope: "row" }, each.name),
        h("td", {}, each.open ? `${each.on} on` : "closed"), h("td", {}, each.waiting || "–"), h("td", {}, each.oldest ? since(each.oldest) : "–"),
        h("td", {}, each.latest === null ? "–" : `${each.earliest} to ${each.latest} min`), h("td", {}, each.tickets || "–"),
        h("td", {}, all ? `${Math.round((100 * each.within) / all)} % of ${all}` : "–"));
    });
    return table(["Department", "Here", "Waiting", "The first since", "Expected now", "Tickets", `Within ${target_minutes} min today`], rows);
  }

  member(each, now) {
    return h("li", { class: "member" },
      h("p", { class: "row" }, h("b", {}, each.name), status(each), h("span", {}, `${each.load} of ${each.capacity} in hand`), each.parked > 0 && h("span", { class: "hint" }, `${each.parked} parked`),
        h("span", { class: "hint" }, [this.names(each.departments), ...each.skills].join(", ")), h("span", { class: "hint" }, seen(each, now))),
      each.holds.length > 0 && h("ul", { class: "holds" }, each.holds.map((entry) => h("li", {}, this.held(entry, each)))));
  }

  held(entry, { name }) {
    return h("button", { class: "entry", type: "button", "data-id": entry.conversation_id, onclick: () => this.leave(() => this.choose(entry.conversation_id)), "aria-label": `Listen to ${entry.customer || "Customer"}, with ${name}` },
      h("span", { class: "first" }, entry.unread && h("span", { class: "unread", role: "img", "aria-label": "unread" }), h("span", { class: "name" }, entry.customer || "Customer"), since(entry.moved_at)),
      entry.about && h("span", { class: "about" }, entry.about),
      h("span", { class: "tags" }, ["urgent", "high"].includes(entry.urgency) && h("span", { class: `chip ${entry.urgency}` }, entry.urgency),
        entry.mode === "ticket" && h("span", { class: "chip" }, "ticket"), entry.parked_until && h("span", { class: "chip" }, "parked"),
        h("span", { class: "chip" }, this.departments[entry.department] || entry.department)));
  }

  names(codes) {
    return codes.length ? codes.map((code) => this.departments[code] || code).join(", ") : "all departments";
  }

  tick() {
    for (const place of by("board").querySelectorAll("time[data-since]")) {
      const told = span(Date.now() + this.skew - new Date(place.dataset.since));
      if (place.textContent !== told) place.textContent = told;
    }
  }
}

const since = (moment) => h("time", { class: "time", datetime: moment, "data-since": moment });
const status = (each) => h("span", { class: `chip ${each.status === "online" ? "good" : ""}` }, STATUS[each.status]);
const seen = (each, now) => (each.status === "online" ? "now" : `${span(new Date(now) - new Date(each.seen_at))} ago`);
const table = (titles, rows) => h("table", { class: "people" }, h("thead", {}, h("tr", {}, titles.map((title) => h("th", { scope: "col" }, title)))), h("tbody", {}, rows));
