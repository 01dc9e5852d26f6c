/** The conversation that is open: it is fetched as it changes, and acted on. */

import { call, newKey } from "./api.js";
import { by } from "./dom.js";

export class Opened {
  /** `show(data, taken)` draws it, `taken` once after it has become theirs; `gone()` is called when the session has ended. */
  constructor({ csrf, after, show, gone, refuse }) {
    Object.assign(this, { csrf, after, show, gone, refuse, id: null, claiming: null, standing: { id: null, seq: 0 } });
    this.looking = this.again = false;
  }

  choose(id) {
    this.id = id;
    by("desk").classList.toggle("reading", Boolean(id));
    by("open").hidden = !id;
    by("blank").hidden = Boolean(id);
    if (id) this.look();
  }

  /** Fetch what is new of it: one request at a time, and one more if something happened meanwhile. */
  async look() {
    if (this.looking) {
      this.again = true;
      return;
    }
    this.looking = true;
    const { id } = this;
    try {
      const data = await call("GET", `${path(id)}?after=${this.after(id)}`);
      if (id === this.id) this.present(data);
    } catch (error) {
      if (error.status === 401) this.gone();
      else this.refuse(error.status === 404 ? "This conversation does not exist." : error.message);
    } finally {
      this.looking = false;
      if (this.again || id !== this.id) {
        this.again = false;
        if (this.id) this.look();
      }
    }
  }

  present(data) {
    // Two answers may overtake each other: the older one says nothing any more.
    if (data.id === this.standing.id && data.seq < this.standing.seq) return;
    this.standing = { id: data.id, seq: data.seq };
    this.show(data);
  }

  /** Whether a conversation has become theirs a moment ago; it is told once. */
  taken(id) {
    const yes = this.claiming === id;
    if (yes) this.claiming = null;
    return yes;
  }

  /** Do something with it. Throws what the server refuses. */
  async act(what, body, key = newKey()) {
    this.refuse("");
    const { id } = this;
    try {
      return await call("POST", `${path(id)}/${what}`, { body, csrf: this.csrf(), key });
    } finally {
      // What was refused was so because something has changed.
      if (id === this.id) this.look();
    }
  }

  /** Tell the customer that something is being written. */
  types() {
    return call("POST", `${path(this.id)}/typing`, { csrf: this.csrf() });
  }

  /** Say that this person listens to it. */
  listen() {
    return call("POST", `${path(this.id)}/listen`, { csrf: this.csrf() });
  }

  async claim(takeOver) {
    this.claiming = this.id;
    try {
      const data = await this.act("claim", { take_over: takeOver });
      if (data.id === this.id) this.present(data);
    } catch (error) {
      this.claiming = null;
      throw error;
    }
  }
}

const path = (id) => `/v1/desk/conversations/${encodeURIComponent(id)}`;
