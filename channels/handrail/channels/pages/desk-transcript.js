/** What was said and done in a conversation, and what the checks saw. */

import { engineWords, eventWords, findingWords } from "./desk-words.js";
import { by, fill, h } from "./dom.js";
import { citation } from "./policy.js";
import { prose } from "./prose.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export class Transcript {
  constructor() {
    Object.assign(this, { events: [], every: false, name: "", departments: {} });
  }

  /** Draw these events; `every` shows the small ones as well, `name` is the customer's. */
  show(events, { every, name }) {
    Object.assign(this, { events, every, name });
    const checks = new Map();
    for (const { data } of this.events.filter((event) => event.kind === "checked")) {
      const key = data.direction === "outbound" ? `${data.turn_id}:${data.subject}` : `seq:${data.subject}`;
      checks.set(key, [...(checks.get(key) || []), ...data.findings]);
    }
    const lines = [];
    let reply = null;
    for (const event of this.events) {
      const { kind, data } = event;
      if (kind === "bot_said") {
        if (reply?.id !== data.reply_id) {
          reply = { id: data.reply_id, seqs: [], text: "", sources: new Map(), findings: [], at: event.at, engine: data.engine };
          lines.push(reply);
        }
        reply.seqs.push(event.seq);
        reply.text += data.text;
        reply.findings.push(...(checks.get(`${data.turn_id}:${data.part}`) || []));
        for (const source of data.citations) reply.sources.set(`${source.policy}@${source.version}`, source);
      } else {
        if (["customer_said", "person_said"].includes(kind)) reply = null;
        lines.push(event);
      }
    }
    fill(by("lines"), lines.map((line) => (line.seqs ? this.reply(line) : this.line(line, checks))));
  }

  reply(line) {
    const sources = [...line.sources.values()].map((source) => h("li", {}, citation(by("policy"), source)));
    return h("li", { class: "line bot", "data-seqs": line.seqs.join(" "), tabindex: "-1" },
      this.meta("Assistant", line.at, engineWords(line.engine)),
      h("div", { class: "bubble prose" }, prose(line.text)),
      (sources.length > 0 || this.strong(line.findings).length > 0) && h("ul", { class: "finds" }, sources, this.finds(line.findings)));
  }

  line(event, checks) {
    const { kind, data, seq, at } = event;
    const attributes = (name) => ({ class: `line ${name}`, "data-seqs": seq, tabindex: "-1" });
    if (kind === "customer_said") {
      const findings = checks.get(`seq:${seq}`) || [];
      return h("li", attributes("customer"), this.meta(this.name, at),
        h("div", { class: "bubble" }, data.text || "(forgotten)"),
        (data.masked.length > 0 || this.strong(findings).length > 0) && h("ul", { class: "finds" },
          data.masked.map((what) => h("li", { class: "chip" }, `${what.replaceAll("_", " ")} blacked out`)), this.finds(findings)));
    }
    if (kind === "person_said") return h("li", attributes("person"), this.meta(data.name, at), h("div", { class: "bubble" }, data.text));
    if (kind === "noted") return h("li", attributes("note"), this.meta("Note", at, "only the desk sees this"), h("div", { class: "bubble" }, data.text));
    if (kind === "whispered") return h("li", attributes("note whisper"), this.meta(`${data.name} whispers`, at, "only the desk sees this"), h("div", { class: "bubble" }, data.text));
    const words = eventWords(kind, data, this.departments);
    const details = () => h("details", {}, h("summary", {}, words || kind.replaceAll("_", " ")), h("pre", { tabindex: "0" }, JSON.stringify(data, null, 2)));
    return h("li", { ...attributes("event"), hidden: !words && !this.every, "data-minor": !words }, h("time", { datetime: at }, clock.format(new Date(at))), details());
  }

  meta(name, at, more = "") {
    return h("p", { class: "meta" }, h("b", {}, name), h("time", { datetime: at, title: day.format(new Date(at)) }, clock.format(new Date(at))), more && h("span", {}, more));
  }

  strong(findings) {
    return findings.filter((finding) => this.every || finding.action !== "note");
  }

  finds(findings) {
    return this.strong(findings).map((finding) =>
      h("li", { class: `chip ${["handover", "refuse", "redraft"].includes(finding.action) ? "strong" : ""}`, title: [finding.reason, `score ${finding.score.toFixed(2)}`].filter(Boolean).join(", ") },
        this.every ? `${findingWords(finding)} ${finding.score.toFixed(2)}` : findingWords(finding)));
  }

  rows(seqs) {
    return [...by("lines").children].filter((row) => row.dataset.seqs.split(" ").some((seq) => seqs.includes(seq)));
  }

  light(seqs) {
    for (const row of by("lines").querySelectorAll(".lit")) {
      row.classList.remove("lit");
      if (row.dataset.minor !== undefined && !this.every) row.hidden = true;
    }
    for (const row of this.rows(seqs)) {
      row.hidden = false;
      row.classList.add("lit");
    }
  }

  go(seqs) {
    this.light(seqs);
    const [row] = this.rows(seqs);
    row?.scrollIntoView({ block: "center", behavior: "smooth" });
    row?.focus({ preventScroll: true });
  }
}
