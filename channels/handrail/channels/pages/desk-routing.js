/** Who takes what: the next one, handing on, moving, parking, and being away. */

import { call } from "./api.js";
import { by, fill, h } from "./dom.js";
import { ask } from "./desk-forms.js";

export class Routing {
  /** `act(what, body)` does something with the chosen conversation; `choose(id)` opens one; `say` tells it aloud. */
  constructor({ act, choose, say, refuse }) {
    Object.assign(this, { act, choose, say, refuse, departments: {}, me: null });
    by("next").addEventListener("click", () => this.next());
    by("away").addEventListener("click", () => this.flip());
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
    by("away").textContent = yes ? "Away" : "Available";
    by("away").title = yes ? "Nothing comes to you. Press to be available again." : "Conversations come to you. Press to be away.";
  }

  handOn() {
    return this.pass("Hand on", "hand-on", this.me.id);
  }

  /** Move a conversation that waits, or that a colleague (`but`) holds. */
  reassign(but) {
    return this.pass("Reassign", "reassign", but);
  }

  /** Ask to whom it goes, a department or a colleague other than `but`. */
  async pass(title, what, but) {
    const { items } = await call("GET", "/v1/desk/people");
    const colleagues = items.filter((each) => each.id !== but && each.status !== "offline");
    const option = (value, label) => h("option", { value }, label);
    const fields = [
      h("label", { class: "field" }, h("span", {}, "To"), h("select", { name: "to", required: true },
        option("", "Choose…"),
        h("optgroup", { label: "Departments" }, Object.entries(this.departments).map(([code, name]) => option(`department:${code}`, name))),
        colleagues.length > 0 && h("optgroup", { label: "Colleagues" }, colleagues.map((each) => option(`colleague:${each.id}`, `${each.name}${each.status === "away" ? " (away)" : ""}, ${each.load} of ${each.capacity} in hand`))))),
      h("label", { class: "field" }, h("span", {}, "Note"), h("textarea", { name: "note", maxlength: 4000 }), h("small", { class: "hint" }, "For whoever has it next. Only the desk sees it.")),
    ];
    const submit = (form) => {
      const [kind, id] = form.get("to").split(":");
      return this.act(what, { [kind]: id, note: form.get("note") });
    };
    ask({ title, action: title, fields, submit });
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
