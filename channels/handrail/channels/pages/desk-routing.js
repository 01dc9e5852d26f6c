/** Who takes what: the next one, handing on, parking, and who is there. */

import { call } from "./api.js";
import { by, fill, h } from "./dom.js";
import { ask } from "./desk-forms.js";
import { span } from "./desk-queue.js";

const STATUS = { online: "here", away: "away", offline: "gone" };

export class Routing {
  /** `act(what, body)` does something with the chosen conversation; `choose(id)` opens one; `say` tells it aloud. */
  constructor({ act, choose, say, refuse }) {
    Object.assign(this, { act, choose, say, refuse, departments: {}, me: null });
    by("next").addEventListener("click", () => this.next());
    by("away").addEventListener("click", () => this.flip());
    by("team").addEventListener("click", () => this.team().catch((error) => refuse(error.message)));
  }

  /** Begin for whoever has logged in. */
  async begin(me, departments) {
    Object.assign(this, { me, departments });
    const answers = me.role !== "engineer";
    by("next").hidden = by("away").hidden = !answers;
    const found = await call("GET", "/v1/desk/people");
    this.away(found.items.find((each) => each.id === me.id)?.status === "away");
  }

  /** Take the most pressing conversation that is theirs to take. */
  async next() {
    if (by("next").hidden) return;
    try {
      const { case: found } = await call("POST", "/v1/desk/next", { csrf: this.me.csrf, body: {} });
      if (found) this.choose(found.id);
      else this.say("Nobody is waiting for you.");
      by("nothing").hidden = Boolean(found);
      if (!found) setTimeout(() => (by("nothing").hidden = true), 4000);
    } catch (error) {
      this.refuse(error.message);
    }
  }

  async flip() {
    const away = by("away").getAttribute("aria-pressed") !== "true";
    try {
      await call("POST", "/v1/desk/presence", { csrf: this.me.csrf, body: { status: away ? "away" : "online" } });
      this.away(away);
    } catch (error) {
      this.refuse(error.message);
    }
  }

  away(yes) {
    by("away").setAttribute("aria-pressed", String(yes));
    by("away").textContent = yes ? "Away" : "Here";
    by("away").title = yes ? "Nothing comes to you. Press to be here again." : "Conversations come to you. Press to be away.";
  }

  async handOn() {
    const { items } = await call("GET", "/v1/desk/people");
    const colleagues = items.filter((each) => each.id !== this.me.id && each.status !== "offline");
    const option = (value, label) => h("option", { value }, label);
    const fields = [
      h("label", { class: "field" }, h("span", {}, "To"), h("select", { name: "to", required: true },
        Object.entries(this.departments).map(([code, name]) => option(`department:${code}`, name)),
        colleagues.map((each) => option(`colleague:${each.id}`, `${each.name}${each.status === "away" ? " (away)" : ""}, ${each.load} of ${each.capacity} in hand`)))),
      h("label", { class: "field" }, h("span", {}, "Note"), h("textarea", { name: "note", maxlength: 4000 }), h("small", { class: "hint" }, "Only the desk sees it.")),
    ];
    const submit = (form) => {
      const [kind, id] = form.get("to").split(":");
      return this.act("hand-on", { [kind]: id, note: form.get("note") });
    };
    ask({ title: "Hand on", action: "Hand on", fields, submit });
  }

  park() {
    const quick = [["In 30 minutes", 30], ["In 2 hours", 120], ["Tomorrow at nine", null]].map(([label, minutes]) =>
      h("button", { class: "button small", type: "button", onclick: () => (by("park-until").value = local(minutes === null ? tomorrow() : new Date(Date.now() + minutes * 60000))) }, label));
    const fields = [
      h("label", { class: "field" }, h("span", {}, "Until"), h("input", { id: "park-until", name: "until", type: "datetime-local", required: true, value: local(new Date(Date.now() + 30 * 60000)) })),
      h("p", { class: "row" }, quick),
      h("label", { class: "field" }, h("span", {}, "What do you want to be reminded of?"), h("textarea", { name: "note", maxlength: 4000 }), h("small", { class: "hint" }, "It stays yours, and comes up then, or when the customer writes.")),
    ];
    ask({ title: "Park", action: "Park", fields, submit: (form) => this.act("park", { until: new Date(form.get("until")).toISOString(), note: form.get("note") }) });
  }

  takeUp() {
    return this.act("take-up");
  }

  /** Who is on, and how much each has in hand. */
  async team() {
    const { items, now } = await call("GET", "/v1/desk/people");
    const names = (codes) => (codes.length ? codes.map((code) => this.departments[code] || code).join(", ") : "all");
    const rows = items.map((each) => h("tr", {},
      h("th", { scope: "row" }, each.name),
      h("td", {}, h("span", { class: `chip ${each.status === "online" ? "good" : ""}` }, STATUS[each.status])),
      h("td", {}, `${each.load} of ${each.capacity}`), h("td", {}, each.parked || "–"), h("td", {}, names(each.departments)),
      h("td", {}, each.skills.join(", ") || "–"), h("td", {}, each.status === "online" ? "now" : `${span(new Date(now) - new Date(each.seen_at))} ago`)));
    const head = h("thead", {}, h("tr", {}, ["Name", "State", "In hand", "Parked", "Departments", "Skills", "Seen"].map((title) => h("th", { scope: "col" }, title))));
    const dialog = by("form");
    dialog.setAttribute("aria-labelledby", "form-title");
    fill(dialog,
      h("header", {}, h("h2", { id: "form-title" }, "Who is here"), h("button", { class: "button small", type: "button", onclick: () => dialog.close() }, "Close")),
      h("div", { class: "content", tabindex: "0", role: "region", "aria-labelledby": "form-title" }, items.length ? h("table", { class: "people" }, head, h("tbody", {}, rows)) : h("p", { class: "hint" }, "Nobody was ever here.")));
    if (!dialog.open) dialog.showModal();
  }
}

function tomorrow() {
  const day = new Date();
  day.setDate(day.getDate() + 1);
  day.setHours(9, 0, 0, 0);
  return day;
}

/** A moment as a field for local date and time wants it. */
function local(moment) {
  return new Date(moment - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
