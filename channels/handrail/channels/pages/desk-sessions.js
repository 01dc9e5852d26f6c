/** Where people are logged in, and ending that. */

import { call } from "./api.js";
import { frame } from "./desk-forms.js";
import { by, fill, h } from "./dom.js";

const WAYS = { password: "password", openid: "the company's login", link: "a link of the command line" };
const when = (time) => new Date(time).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

/** My own sessions: one can be ended, or all others. */
export async function mine(csrf) {
  const found = await call("GET", "/v1/sessions");
  const end = async (session) => {
    await call("DELETE", `/v1/sessions/${encodeURIComponent(session.id)}`, { csrf });
    await mine(csrf);
  };
  const others = async () => {
    await call("DELETE", "/v1/sessions", { csrf });
    await mine(csrf);
  };
  show("Where you are logged in", found, {
    one: end,
    all: found.length > 1 && ["Log out everywhere else", others],
    hint: "If you do not know one of these, end it and ask for a new link to set another password.",
  });
}

/** The sessions of an account, for admins; `back()` follows. */
export async function theirs(account, csrf, back) {
  const found = await call("GET", `/v1/users/${encodeURIComponent(account.id)}/sessions`);
  const all = async () => {
    await call("DELETE", `/v1/users/${encodeURIComponent(account.id)}/sessions`, { csrf });
    await theirs(account, csrf, back);
  };
  show(`Where ${account.name} is logged in`, found, { all: found.length > 0 && ["Log out everywhere", all], back });
}

function show(title, found, { one, all, hint, back }) {
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
  const guarded = (action) => async (event) => {
    event.target.disabled = true;
    try {
      await action();
    } catch (error) {
      event.target.disabled = false;
      fill(wrong, error.message).hidden = false;
    }
  };
  const button = (label, action, more) => h("button", { class: "button small", type: "button", onclick: guarded(action), ...more }, label);
  const row = (session) =>
    h("li", { class: "session" },
      h("div", {}, h("b", {}, session.device || "Unknown"), session.current && h("span", { class: "chip" }, "this one"),
        h("p", { class: "hint" }, `${session.address || "no address"}, by ${WAYS[session.way]}, since ${when(session.created_at)}`),
        h("p", { class: "hint" }, `last used ${when(session.used_at)}`)),
      one && !session.current && button("End", () => one(session), { "aria-label": `End ${session.device}, last used ${when(session.used_at)}` }));
  frame(by("form"), title, hint && h("p", { class: "hint" }, hint), found.length ? h("ul", { class: "sessions" }, found.map(row)) : h("p", {}, "Nowhere."), wrong,
    h("div", { class: "row" }, all && button(all[0], all[1]), back && button("Back", back)));
}
