/** Audits: one conversation after the other, and a person's word on each. What others think of it is not sent here. */

import { call } from "./api.js";
import { by, fill, h } from "./dom.js";

const WHO = { customer: "Customer", bot: "Bot", notice: "Notice", look_up: "Looked up", action: "Action" };
const WRITES = "textarea, select";
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const form = by("answer");
let csrf = "";
let shown = null;
let busy = false;

async function begin() {
  try {
    const me = await call("GET", "/v1/me");
    csrf = me.csrf;
    by("figures").hidden = me.role === "agent";
    const told = await call("GET", "/v1/desk/audits");
    fill(by("tags"), told.tags.map((tag, n) => h("label", {}, h("input", { type: "checkbox", name: "tags", value: tag }), h("span", {}, tag.replaceAll("_", " "), " ", n < 9 ? h("kbd", {}, String(n + 1)) : null))));
    await next("");
  } catch (error) {
    refuse(error);
  }
}

/** Show one that is open, and say what has become of the one before. */
async function next(done) {
  const [found, told] = [await call("GET", "/v1/desk/audits/next"), await call("GET", "/v1/desk/audits")];
  shown = found.audit;
  form.reset();
  by("skipping").open = false;
  by("wrong").hidden = true;
  by("one").hidden = !shown;
  by("none").hidden = Boolean(shown);
  by("said").textContent = `${done} ${found.open} open for you; ${told.tagged} of the ${told.drawn} that were drawn lately are tagged, ${told.mine} by you in all.`.trim();
  if (!shown) return;
  fill(by("steps"), shown.steps.map(step));
  scrollTo(0, 0);
  by("heard").focus({ preventScroll: true });
}

function step({ who, text, detail, ok, sources, at }) {
  return h("li", { class: ok ? `step ${who}` : `step ${who} failed` },
    h("p", { class: "by" }, h("b", {}, WHO[who]), h("time", { datetime: at }, clock.format(new Date(at)))),
    h("p", { class: "text" }, text),
    sources.length ? h("p", { class: "hint" }, "From ", sources.join(", ")) : null,
    detail ? h("details", {}, h("summary", {}, "What it was given and gave"), h("pre", { tabindex: "0" }, detail)) : null);
}

/** Send a word on the one that is shown, once. */
async function send(method, path, body, done) {
  if (busy || !shown) return;
  busy = true;
  form.setAttribute("aria-busy", "true");
  try {
    await call(method, `/v1/desk/audits/${encodeURIComponent(shown.id)}${path}`, { csrf, body });
    await next(done);
  } catch (error) {
    // It may have been forgotten while it stood here: then there is nothing left to say of it.
    if (error.status === 404) await next("It is not there any more.").catch(refuse);
    else refuse(error);
  } finally {
    busy = false;
    form.removeAttribute("aria-busy");
  }
}

function save() {
  if (!form.reportValidity()) return;
  const data = new FormData(form);
  const person = data.get("person");
  const body = { settled: data.get("settled"), person_needed: person === null ? null : person === "yes", tags: data.getAll("tags"), note: data.get("note") };
  send("PUT", "", body, "Saved.");
}

function refuse(error) {
  const door = error.status === 401;
  const told = door ? "Please log in at the desk first." : error.status === 403 && error.code === "role" ? "Audits are not for your role." : error.faults?.length ? error.faults.map((fault) => fault.message).join("; ") : error.message;
  fill(by("wrong"), told, door ? [" ", h("a", { href: "/desk" }, "Log in")] : null).hidden = false;
}

const choose = (name, value) => () => {
  const found = form.querySelector(`[name="${name}"][value="${value}"]`);
  found.checked = !(found.checked && name === "person");
  found.focus();
};

const KEYS = {
  y: choose("settled", "yes"), n: choose("settled", "no"), c: choose("settled", "cant_tell"),
  p: choose("person", "yes"), o: choose("person", "no"),
  w: () => form.elements.note.focus(),
  s: () => { by("skipping").open = true; by("reason").focus(); },
  Enter: save,
};

addEventListener("keydown", (event) => {
  if (!shown || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target.closest(WRITES)) return event.target.blur();
  if (event.target.closest(WRITES)) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  const tag = /^[1-9]$/.test(event.key) ? by("tags").querySelectorAll("input")[event.key - 1] : null;
  const action = tag ? () => tag.click() : KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
by("skip").addEventListener("click", () => send("POST", "/skip", { reason: by("reason").value }, "Left to others."));
begin();
call("GET", "/v1/about").then((about) => (document.title = by("title").textContent = `${about.business}: audits`), () => {});
