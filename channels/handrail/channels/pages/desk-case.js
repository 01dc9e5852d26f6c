/** One conversation: what was said and done, what the checks saw, and the summary whose lines point at their evidence. */

import { by, fill, h } from "./dom.js";
import { eventWords, reasonWords, TOPICS } from "./desk-words.js";
import { citation, open as openPolicy } from "./policy.js";
import { prose } from "./prose.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export class Case {
  /** `decide(actionId)` opens what waits for approval, `settle(action)` asks how one ended. */
  constructor({ decide, settle }) {
    Object.assign(this, { decide, settle, id: null, data: null, events: [], every: false, may: {} });
  }

  /** Show a conversation, or what is new of the one that is shown. */
  show(data, may) {
    this.may = may;
    const same = this.id === data.id;
    const talk = by("talk");
    const near = !same || talk.scrollHeight - talk.scrollTop - talk.clientHeight < 160;
    const last = same ? this.events.at(-1)?.seq || 0 : 0;
    const fresh = data.events.filter((event) => event.seq > last);
    this.events = same ? [...this.events, ...fresh] : data.events;
    Object.assign(this, { id: data.id, data });
    this.head();
    if (!same || fresh.length) this.transcript();
    this.packet();
    if (near) requestAnimationFrame(() => talk.scrollTo({ top: talk.scrollHeight }));
    return same ? fresh : [];
  }

  get lastSeq() {
    return this.events.at(-1)?.seq || 0;
  }

  head() {
    const { data } = this;
    const { identity, entry, state } = data;
    const holder = { bot: "with the bot", queue: "waiting", person: entry?.person_name ? `with ${entry.person_name}` : "with a person" }[state.holder];
    by("head-name").textContent = identity.name || entry?.customer || "Customer";
    fill(by("head-facts"),
      !identity.by && h("span", { class: `chip ${identity.level === "verified" ? "good" : ""}` }, identity.level === "verified" ? "verified" : identity.level === "known" ? "not verified" : "unknown"),
      identity.by && h("span", { class: "chip good proof" }, `verified by ${identity.by}${identity.how ? `: ${identity.how}` : ""}`),
      h("span", { class: `chip ${state.holder === "person" ? "person" : ""}` }, state.closed ? "closed" : holder),
      entry?.reason && h("span", { class: "chip" }, reasonWords(entry.reason)),
      entry && h("span", { class: `chip ${entry.urgency}` }, entry.urgency),
      entry?.mode === "ticket" && entry.answer_by && h("span", { class: `chip ${entry.overdue ? "urgent" : ""}` }, `answer by ${day.format(new Date(entry.answer_by))}`),
      data.contact && h("span", { class: "chip" }, data.contact),
      state.rating && h("span", { class: "chip" }, `rated ${state.rating} of 5`),
    );
  }

  transcript() {
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
      this.meta("Assistant", line.at, line.engine),
      h("div", { class: "bubble prose" }, prose(line.text)),
      (sources.length > 0 || this.strong(line.findings).length > 0) && h("ul", { class: "finds" }, sources, this.finds(line.findings)));
  }

  line(event, checks) {
    const { kind, data, seq, at } = event;
    const attributes = (name) => ({ class: `line ${name}`, "data-seqs": seq, tabindex: "-1" });
    if (kind === "customer_said") {
      const findings = checks.get(`seq:${seq}`) || [];
      return h("li", attributes("customer"), this.meta(this.data.identity.name || "Customer", at),
        h("div", { class: "bubble" }, data.text || "(forgotten)"),
        (data.masked.length > 0 || this.strong(findings).length > 0) && h("ul", { class: "finds" },
          data.masked.map((what) => h("li", { class: "chip" }, `${what.replaceAll("_", " ")} blacked out`)), this.finds(findings)));
    }
    if (kind === "person_said") return h("li", attributes("person"), this.meta(data.name, at), h("div", { class: "bubble" }, data.text));
    if (kind === "noted") return h("li", attributes("note"), this.meta("Note", at, "only the desk sees this"), h("div", { class: "bubble" }, data.text));
    const words = eventWords(kind, data);
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
      h("li", { class: `chip ${["handover", "refuse", "redraft"].includes(finding.action) ? "strong" : ""}`, title: finding.reason || null },
        `${finding.check.replaceAll("_", " ")}: ${finding.name.replaceAll("_", " ")} ${finding.score.toFixed(2)}`));
  }

  packet() {
    const { packet, promises, actions } = this.data;
    // What is pointed at or focused is not pulled away while nothing about it has changed.
    const drawn = JSON.stringify([this.id, packet, promises, actions, this.every, this.may]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.light([]);
    const parts = [this.waiting(actions), this.unclear(actions)].flat();
    const told = packet ? [...this.headed(packet.header), ...packet.lines, ...packet.steps.map((step) => ({ topic: "next", ...step }))] : [];
    for (const [topic, title] of Object.entries(TOPICS)) {
      const lines = told.filter((line) => line.topic === topic);
      if (lines.length) parts.push(h("h3", {}, title), h("ul", {}, lines.map((line) => h("li", {}, this.fact(line), this.policies(line)))));
    }
    const open = promises.filter((promise) => promise.kept === null);
    if (open.length && !packet?.lines.some((line) => line.topic === "promised")) {
      parts.push(h("h3", {}, "Open promises"), h("ul", {}, open.map((promise) =>
        h("li", {}, this.fact({ text: `${promise.text}${promise.due ? ` (by ${day.format(new Date(promise.due))})` : ""}`, evidence: [`seq:${promise.seq}`] })))));
    }
    if (packet?.tools.length) {
      const line = (tool) => ({ ...tool, text: tool.missing.length ? `${tool.title} (without ${tool.missing.join(", ")})` : tool.title });
      parts.push(h("h3", {}, "Tools ready to run"), h("ul", {}, packet.tools.map((tool) => h("li", {}, this.fact(line(tool))))));
    }
    if (packet?.first_line) {
      const use = h("button", { class: "button small", type: "button", onclick: () => this.use(packet.first_line) }, "Use it");
      parts.push(h("h3", {}, "Suggested first line"), h("div", { class: "firstline" }, h("p", {}, packet.first_line), use));
    }
    const every = h("button", { class: "button plain small", type: "button", "aria-pressed": String(this.every), onclick: () => this.toggle() }, this.every ? "Hide small events" : "Show every event");
    fill(by("packet"), parts.length ? parts : h("p", { class: "hint" }, "There is no summary: nobody has been asked for yet."), h("p", { class: "row" }, every));
  }

  /** The policies that govern a step, each to be opened. */
  policies({ policies = [] }) {
    return policies.length ? h("p", { class: "row" }, policies.map((policy) => citation(by("policy"), policy))) : null;
  }

  /** What the header of a packet tells beside what the queue shows. */
  headed(header) {
    return header ? [header.customer, header.mood, header.deadline].filter(Boolean) : [];
  }

  /** What a colleague has to approve, and what they have decided that was not carried out yet. */
  waiting(actions) {
    const found = actions.filter((action) => ["waiting", "approved", "refused"].includes(action.stage));
    if (!found.length) return [];
    const state = ({ stage, decided_by, word }) => ({ waiting: "Waits for a colleague's word", approved: `Approved by ${decided_by}`, refused: `Not approved by ${decided_by}: ${word}` })[stage];
    const item = (action) => h("li", { class: "open-action" },
      this.fact({ text: action.question, evidence: [`seq:${action.seq}`] }),
      h("p", { class: "hint" }, `${state(action)}${action.stage === "waiting" && action.approval ? `: ${action.approval}` : ""}`),
      h("p", { class: "row" }, action.rule && citation(by("policy"), action.rule),
        action.stage === "waiting" && h("button", { class: "button small", type: "button", onclick: () => this.decide(action.id) }, this.may.decides ? "Decide" : "Look")));
    return [h("h3", {}, "Approval"), h("ul", {}, found.map(item))];
  }

  /** What nobody saw end, with the key by which the system called knows it. */
  unclear(actions) {
    const found = actions.filter((action) => ["claimed", "unknown"].includes(action.stage));
    if (!found.length) return [];
    const item = (action) => h("li", { class: "open-action" },
      this.fact({ text: `${action.question || action.tool}: it is not known whether this was done`, evidence: [`seq:${action.seq}`] }),
      action.key && h("p", { class: "hint" }, "Key ", h("code", {}, action.key)),
      this.may.settles && h("p", { class: "row" }, h("button", { class: "button small", type: "button", onclick: () => this.settle(action) }, "Settle it")));
    return [h("h3", {}, "Unclear"), h("ul", {}, found.map(item))];
  }

  fact(line) {
    const seqs = line.evidence.filter((ref) => ref.startsWith("seq:")).map((ref) => ref.slice(4));
    const passages = line.evidence.filter((ref) => ref.startsWith("passage:")).map((ref) => ref.slice(8));
    const lit = (yes) => this.light(yes ? seqs : []);
    return h("button", {
      class: "fact", type: "button",
      onmouseenter: () => lit(true), onmouseleave: () => lit(false), onfocus: () => lit(true), onblur: () => lit(false),
      onclick: () => (seqs.length ? this.go(seqs) : this.passage(passages[0])),
    }, line.text, h("span", { class: "refs" }, [...seqs.map((seq) => `#${seq}`), ...passages.map((id) => id.split("#")[0])].join(" ")));
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

  passage(id) {
    if (!id) return;
    const [policy, version] = id.split("#")[0].split("@");
    openPolicy(by("policy"), { policy, version, title: policy });
  }

  use(text) {
    const field = by("text");
    if (field.disabled) return;
    field.value = field.value ? `${field.value}\n${text}` : text;
    field.dispatchEvent(new Event("input"));
    field.focus();
  }

  toggle() {
    this.every = !this.every;
    this.transcript();
    this.packet();
  }
}
