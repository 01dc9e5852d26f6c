/** What the server tells of the desk as it changes, and whether it is reached. */

import { call } from "./api.js";
import { by } from "./dom.js";

const AGAIN = 3000;

export class Live {
  /** `on` has a function for each event of the stream; `gone()` is called when the session has ended. */
  constructor({ on, gone, say }) {
    Object.assign(this, { on, gone, say, stream: null });
    by("filters").addEventListener("change", () => this.watch());
  }

  /** Watch the part of the queue that the filters choose. */
  watch() {
    this.close();
    const filters = new URLSearchParams();
    for (const [name, value] of new FormData(by("filters"))) if (value) filters.set(name, value);
    const stream = new EventSource(`/v1/desk/events?${filters}`);
    this.stream = stream;
    stream.onopen = () => this.link(true);
    stream.onerror = () => this.lost(stream);
    for (const [name, hear] of Object.entries(this.on)) stream.addEventListener(name, (event) => hear(JSON.parse(event.data)));
  }

  close() {
    this.stream?.close();
    this.stream = null;
  }

  async lost(stream) {
    this.link(false);
    // A stream that was refused does not come back: the session may have ended.
    if (stream.readyState !== EventSource.CLOSED) return;
    try {
      await call("GET", "/v1/me");
    } catch (error) {
      if (error.status === 401) return this.gone();
    }
    setTimeout(() => this.stream === stream && this.watch(), AGAIN);
  }

  link(up) {
    by("link").className = `chip ${up ? "up" : "down"}`;
    by("link").lastElementChild.textContent = up ? "Live" : "Reconnecting…";
  }

  /** Tell that the language model does not answer, for as long as that is so. */
  model(outage) {
    const chip = by("engine");
    if (outage && chip.hidden) this.say("The language model does not answer: the built-in engine stands in.");
    if (!outage && !chip.hidden) this.say("The language model answers again.");
    chip.hidden = !outage;
    chip.textContent = outage ? "Model down" : "";
    chip.title = outage ? `${outage.why}, since ${new Date(outage.since).toLocaleTimeString()}. The built-in engine stands in.` : "";
  }
}
