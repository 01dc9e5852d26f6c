/** The summary of a conversation: each of its lines points at what it rests on. */

import { TOPICS } from "./desk-words.js";
import { by, fill, h } from "./dom.js";
import { citation, open as openPolicy } from "./policy.js";

const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

const STANDS = ["proposed", "consented"];

export class Packet {
  /** `decide(actionId)` opens what waits for approval, `settle(action)` asks how one ended, `use(text)` takes a text to
   * write, `runs(tool)` opens a tool, `takeOff(action)` takes a proposal off, `toggle()` shows every event or not, `light` and `go` show the events that a line rests on. */
  constructor(ports) {
    Object.assign(this, ports, { data: null, every: false, may: {} });
  }

  show(data, { every, may }) {
    Object.assign(this, { data, every, may });
    const { packet, promises, actions } = data;
    // What is pointed at or focused is not pulled away while nothing about it has changed.
    const drawn = JSON.stringify([data.id, packet, promises, actions, every, may]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.light([]);
    const parts = [this.standing(actions), this.waiting(actions), this.unclear(actions)].flat();
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
    // What stands before the customer is shown there, with what may be done about it.
    const asked = new Set(actions.filter((action) => STANDS.includes(action.stage)).map(({ tool, arguments: given }) => JSON.stringify([tool, given])));
    const tools = (packet?.tools || []).filter(({ tool, arguments: given }) => !asked.has(JSON.stringify([tool, given])));
    if (tools.length) {
      const line = (tool) => ({ ...tool, text: tool.missing.length ? `${tool.title} (without ${tool.missing.join(", ")})` : tool.title });
      parts.push(h("h3", {}, "Tools ready to run"), h("ul", {}, tools.map((tool) => h("li", { class: "ready" }, this.fact(line(tool)), this.run(tool)))));
    }
    if (packet?.first_line) {
      const use = h("button", { class: "button small", type: "button", onclick: () => this.use(packet.first_line) }, "Use it");
      parts.push(h("h3", {}, "Suggested first line"), h("div", { class: "firstline" }, h("p", {}, packet.first_line), use));
    }
    const all = h("button", { class: "button plain small", type: "button", "aria-pressed": String(this.every), onclick: () => this.toggle() }, this.every ? "Hide small events" : "Show every event");
    fill(by("packet"), parts.length ? parts : h("p", { class: "hint" }, "There is no summary: nobody has been asked for yet."), h("p", { class: "row" }, all));
  }

  /** The policies that govern a step, each to be opened. */
  policies({ policies = [] }) {
    return policies.length ? h("p", { class: "row" }, policies.map((policy) => citation(by("policy"), policy))) : null;
  }

  /** What the header of a packet tells beside what the queue shows. */
  headed(header) {
    return header ? [header.customer, header.mood, header.deadline].filter(Boolean) : [];
  }

  /** A button that opens a tool with what is known: what reads is called at once, what changes something is shown first. */
  run(tool) {
    const label = tool.effect === "read" ? "Run it" : "See what it does";
    return this.may.runs && h("button", { class: "button small", type: "button", onclick: () => this.runs(tool), "aria-label": `${label}: ${tool.title}` }, label);
  }

  /** What was put before the customer and is not under way. */
  standing(actions) {
    const found = actions.filter((action) => STANDS.includes(action.stage));
    if (!found.length) return [];
    const over = ({ until }) => new Date(until) < new Date();
    const state = (action) => `${action.by_name || "The assistant"} asked${action.stage === "consented" ? `; they agreed in #${action.said}` : over(action) ? "; the time to say yes is over" : ", and waits for their yes"}`;
    const tool = (action) => ({ tool: action.tool, effect: "write", title: action.question, arguments: action.arguments, missing: [] });
    const item = (action) => h("li", { class: "open-action" },
      this.fact({ text: action.question || action.tool, evidence: [`seq:${action.seq}`] }),
      h("p", { class: "hint" }, state(action)),
      this.may.runs && h("p", { class: "row" }, this.run(tool(action)), h("button", { class: "button small", type: "button", onclick: () => this.takeOff(action), "aria-label": `Withdraw: ${action.question}` }, "Withdraw")));
    return [h("h3", {}, "Asked of the customer"), h("ul", {}, found.map(item))];
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

  passage(id) {
    if (!id) return;
    const [policy, version] = id.split("#")[0].split("@");
    openPolicy(by("policy"), { policy, version, title: policy });
  }
}
