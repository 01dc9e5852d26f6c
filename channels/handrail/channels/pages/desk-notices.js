/** Tells somebody who looks elsewhere that the desk has news: in the tab's title, and by notification where they agreed. */

import { by } from "./dom.js";

const WANTED = "handrail.desk.notices";

export class Notices {
  /** `choose(id)` opens a conversation; `fresh(item)` whether its customer has written what was not seen. */
  constructor({ choose, fresh }) {
    Object.assign(this, { choose, fresh, known: null, woken: new Set(), title: "Desk" });
    this.possible = "Notification" in globalThis;
    by("notices").hidden = !this.possible;
    by("notices").addEventListener("click", () => this.flip());
    this.draw();
  }

  get on() {
    return this.possible && Notification.permission === "granted" && localStorage.getItem(WANTED) === "yes";
  }

  async flip() {
    if (this.on) localStorage.removeItem(WANTED);
    else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(WANTED, "yes");
    this.draw();
  }

  draw() {
    if (!this.possible) return;
    by("notices").setAttribute("aria-pressed", String(this.on));
    by("notices").title = Notification.permission === "denied" ? "This browser does not allow notifications from here." : this.on ? "You are told of news while you look elsewhere." : "Be told of news while you look elsewhere.";
  }

  /** What the queue shows now: how many wait and have written is in the title; what is new is told. */
  hear(items, waiting, me) {
    const unread = items.filter((item) => item.person === me && this.fresh(item)).length;
    document.title = `${waiting + unread ? `(${waiting + unread}) ` : ""}${this.title}`;
    const known = new Map(items.map((item) => [item.conversation_id, item.state === "waiting" ? "waiting" : item.person === me && this.fresh(item) ? `unread ${item.heard}` : ""]));
    if (this.known) {
      for (const item of items) {
        const woken = item.person === me && item.woken_at && item.parked_for && !item.parked_until;
        if (woken && !this.woken.has(item.woken_at)) this.tell(`Reminder: ${item.parked_for}`, item.customer || "", `reminder ${item.conversation_id}`, () => this.choose(item.conversation_id));
        if (woken) this.woken.add(item.woken_at);
        const what = known.get(item.conversation_id);
        const before = this.known.get(item.conversation_id);
        // What waited and is now theirs is no news: they took it themselves.
        if (what && what !== before && !(what !== "waiting" && before === "waiting")) this.notify(item, what);
      }
    }
    this.known = known;
  }

  notify(item, what) {
    const name = item.customer || "A customer";
    this.tell(what === "waiting" ? `${name} is waiting` : `${name} has written`, item.about, item.conversation_id, () => this.choose(item.conversation_id));
  }

  /** Tell something to whoever wants to be told and looks elsewhere; `tag` stands for what it replaces. */
  tell(title, body, tag, open) {
    if (!this.on || !document.hidden) return;
    const notice = new Notification(title, { tag, body: body.slice(0, 140), icon: "/pages/icon.svg" });
    notice.onclick = () => {
      focus();
      open();
      notice.close();
    };
  }
}
