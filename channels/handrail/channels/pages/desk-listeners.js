/** Listening in: a supervisor says so while they do, and whoever holds the conversation sees it. */

import { by } from "./dom.js";
import { Hears } from "./typing.js";

const EVERY = 20000;

export class Listeners {
  /** `listen()` says that this person listens to the conversation that is open. */
  constructor({ opened, listen }) {
    Object.assign(this, { opened, listen, at: null, hears: new Map() });
    setInterval(() => this.at && this.at === opened.id && !document.hidden && this.tell(), EVERY);
  }

  /** The conversation that is open is shown; `listens` where a colleague holds it and this person leads. */
  show(id, listens) {
    const before = this.at;
    this.at = listens ? id : null;
    if (listens && before !== id) this.tell();
    this.draw();
  }

  /** What is lost is not worth a word: it is said again. */
  tell() {
    this.listen().catch(() => null);
  }

  /** Somebody listens to a conversation that this person holds. */
  hear({ conversation, name, seconds }) {
    const key = `${conversation} ${name}`;
    if (!this.hears.has(key)) this.hears.set(key, { conversation, hears: new Hears(() => this.draw()) });
    this.hears.get(key).hears.hear(name, seconds);
  }

  draw() {
    const names = [...this.hears.values()].filter((each) => each.conversation === this.opened.id && each.hears.name).map((each) => each.hears.name);
    by("listener").hidden = !names.length;
    by("listener").textContent = names.length ? `${names.join(" and ")} ${names.length > 1 ? "listen" : "listens"}` : "";
  }
}
