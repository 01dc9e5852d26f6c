/** Server-Sent Events over fetch, since EventSource sends no Authorization header. Reconnects and goes on by itself. */

const WAITS = [500, 1000, 2000, 4000, 8000, 15000];
const SILENCE = 45000;

export class Stream {
  /** `on.event(name, data, id)`, `on.up()`, `on.down()` while it is away, `on.gone(status)` when it will not come back. */
  constructor(url, { token, on }) {
    Object.assign(this, { url, token, on, last: null, failures: 0, stopped: false });
    this.again = () => this.hurry?.();
    addEventListener("online", this.again);
    this.run();
  }

  stop() {
    this.stopped = true;
    this.abort?.abort();
    this.hurry?.();
    removeEventListener("online", this.again);
  }

  async run() {
    while (!this.stopped) {
      try {
        if ((await this.connect()) === "gone") return this.stop();
      } catch {
        // A connection that broke is taken up again below.
      }
      if (this.stopped) return;
      this.on.down?.();
      const wait = WAITS[Math.min(this.failures, WAITS.length - 1)] * (0.75 + Math.random() / 2);
      this.failures += 1;
      await new Promise((resolve) => {
        this.hurry = resolve;
        setTimeout(resolve, wait);
      });
    }
  }

  async connect() {
    this.abort = new AbortController();
    const headers = { Accept: "text/event-stream", Authorization: `Bearer ${this.token}` };
    if (this.last !== null) headers["Last-Event-ID"] = this.last;
    const response = await fetch(this.url, { headers, signal: this.abort.signal, cache: "no-store", credentials: "omit" });
    if ([401, 403, 404].includes(response.status)) {
      this.on.gone?.(response.status);
      return "gone";
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    this.failures = 0;
    this.on.up?.();
    await this.read(response.body.pipeThrough(new TextDecoderStream()).getReader());
    return "ended";
  }

  async read(reader) {
    let rest = "";
    for (;;) {
      const timer = setTimeout(() => this.abort.abort(), SILENCE);
      const { value, done } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      rest += value;
      const blocks = rest.split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) this.take(block);
    }
  }

  take(block) {
    let name = "message";
    let data = "";
    let id = null;
    for (const line of block.split("\n")) {
      const colon = line.indexOf(":");
      const field = line.slice(0, colon);
      const value = line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") name = value;
      else if (field === "data") data += (data && "\n") + value;
      else if (field === "id") id = value;
    }
    if (data) this.on.event(name, JSON.parse(data), id === null ? null : Number(id));
    if (id !== null) this.last = id;
  }
}
