/** That somebody types: told every few seconds while they do, and shown for a few seconds more. */

const EVERY = 3000;

/** Tells it. `send()` answers `{seen}`, whether anybody sees it. */
export class Tells {
  constructor(send) {
    Object.assign(this, { send, at: 0 });
  }

  /** Something was typed. A signal that is lost is not worth a word: the next one comes by itself. */
  typed() {
    if (Date.now() - this.at < EVERY) return;
    this.at = Date.now();
    this.send().catch(() => null);
  }
}

/** Hears it. `change()` is called when it begins and ends. */
export class Hears {
  constructor(change) {
    Object.assign(this, { change, name: "", timer: null });
  }

  /** Somebody types, for so many seconds if nothing more is heard. */
  hear(name, seconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.end(), seconds * 1000);
    if (this.name === name) return;
    this.name = name;
    this.change();
  }

  end() {
    clearTimeout(this.timer);
    if (!this.name) return;
    this.name = "";
    this.change();
  }
}
