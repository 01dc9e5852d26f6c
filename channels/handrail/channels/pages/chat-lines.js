/** The transcript of the customer's page: lines by seq, replies that grow by the sentence, messages on their way. */

import { by, fill, h } from "./dom.js";
import { citation } from "./policy.js";
import { prose } from "./prose.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export class Lines {
  constructor(onRetry) {
    Object.assign(this, { list: by("lines"), talk: by("talk"), live: by("live"), onRetry });
    this.clear();
    // When a card below takes room, the newest line stays in view.
    new ResizeObserver(() => this.follow()).observe(this.talk);
  }

  clear() {
    Object.assign(this, { seen: new Set(), replies: new Map(), pending: [], quiet: true });
    fill(this.list);
  }

  get empty() {
    return this.list.childElementCount === 0;
  }

  /** Take one event of the stream; what is there already is passed over. */
  take(name, data) {
    if (this.seen.has(data.seq)) return;
    this.seen.add(data.seq);
    if (name === "customer") this.customer(data);
    else if (name === "sentence") this.sentence(data);
    else if (name === "person") this.put(this.line("person", data.at, data.name, [data.text]), `${data.name}: ${data.text}`);
    else if (name === "announcement") this.put(h("li", { class: "line system" }, data.text), data.text);
  }

  /** A message that is on its way: shown at once, and kept with its text until it has arrived. */
  send(text, key) {
    const fate = h("p", { class: "fate" }, "Sending…");
    const line = h("li", { class: "line customer waits" }, h("p", { class: "bubble" }, text), fate);
    const message = { text, key, line, fate };
    this.pending.push(message);
    this.put(line, "", true);
    return message;
  }

  failed(message, why) {
    if (!this.pending.includes(message)) return;
    message.line.className = "line customer failed";
    const again = h("button", { class: "button small", type: "button", onclick: () => this.onRetry(message) }, "Try again");
    fill(message.fate, why, again);
    this.live.append(h("p", {}, `Your message was not sent. ${why}`));
  }

  again(message) {
    message.line.className = "line customer waits";
    fill(message.fate, "Sending…");
  }

  customer(data) {
    const same = (message) => message.text === data.text || (data.masked.length > 0 && message.sent);
    const index = this.pending.findIndex(same);
    const line = this.line("customer", data.at, "", [data.text], data.masked.length ? "Numbers in it were blacked out." : "");
    if (index < 0) {
      this.put(line, "", true);
      return;
    }
    const [message] = this.pending.splice(index, 1);
    message.line.replaceWith(line);
  }

  sentence(data) {
    let reply = this.replies.get(data.reply_id);
    if (!reply) {
      reply = { parts: new Map(), sources: new Map(), body: h("div", { class: "bubble prose" }), foot: h("ul", { class: "sources", "aria-label": "Sources", hidden: true }) };
      this.replies.set(data.reply_id, reply);
      reply.line = h("li", { class: "line bot" }, this.meta("Assistant", data.at), reply.body, reply.foot);
      this.put(reply.line, "");
    }
    reply.parts.set(data.part, data.text);
    const parts = [...reply.parts.entries()].sort(([a], [b]) => a - b).map(([, text]) => text);
    fill(reply.body, prose(parts.join("")));
    for (const source of data.citations) reply.sources.set(`${source.policy}@${source.version}`, source);
    reply.foot.hidden = reply.sources.size === 0;
    fill(reply.foot, [...reply.sources.values()].map((source) => h("li", {}, citation(by("policy"), source))));
    this.say(data.text);
    this.follow();
  }

  line(kind, at, name, text, remark = "") {
    const body = h(kind === "customer" ? "p" : "div", { class: "bubble" }, text);
    return h("li", { class: `line ${kind}` }, name && this.meta(name, at), body, remark && h("p", { class: "fate" }, remark));
  }

  meta(name, at) {
    return h("p", { class: "meta" }, h("b", {}, name), h("time", { datetime: at }, clock.format(new Date(at))));
  }

  put(line, spoken, always = false) {
    // What is on its way stays below what has happened.
    const waiting = this.pending.find((message) => message.line !== line && message.line.isConnected);
    if (waiting) waiting.line.before(line);
    else this.list.append(line);
    this.say(spoken);
    this.follow(always);
  }

  /** Read aloud what is new, but not the history. */
  say(text) {
    if (this.quiet || !text) return;
    this.live.append(h("p", {}, text));
    while (this.live.childElementCount > 20) this.live.firstElementChild.remove();
  }

  /** Keep the newest line in view, unless the reader has scrolled up to read. */
  follow(always = false) {
    const { talk } = this;
    const near = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 240;
    if (always || near || this.quiet) requestAnimationFrame(() => talk.scrollTo({ top: talk.scrollHeight }));
  }
}
