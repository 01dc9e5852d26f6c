/** The accounts of the people who work here, for admins. */

import { call } from "./api.js";
import { ask } from "./desk-forms.js";
import { theirs } from "./desk-sessions.js";
import { by, fill, h } from "./dom.js";

/** Accounts, for admins. */
export async function people(csrf) {
  const accounts = await call("GET", "/v1/users");
  const told = h("div", {});
  const link = (account) => fill(told, h("p", {}, `Give this link to ${account.name}. It works once, for two days:`), h("p", { class: "once", tabindex: "0" }, account.link));
  const renew = async (account) => link(await call("POST", `/v1/users/${account.id}/link`, { csrf }));
  const flip = async (account) => {
    await call("PATCH", `/v1/users/${account.id}`, { csrf, body: { disabled: !account.disabled } });
    await people(csrf);
  };
  const sessions = (account) => theirs(account, csrf, () => people(csrf));
  const guarded = (action) => async () => {
    try {
      await action();
    } catch (error) {
      fill(told, h("p", { class: "wrong", role: "alert" }, error.message));
    }
  };
  const rows = accounts.map((account) =>
    h("tr", {}, h("td", {}, account.login), h("td", {}, account.name), h("td", {}, account.role), h("td", {}, account.disabled ? "disabled" : account.ready ? "active" : "invited"),
      h("td", {}, h("span", { class: "row" },
        h("button", { class: "button small", type: "button", onclick: guarded(() => renew(account)) }, "New link"),
        h("button", { class: "button small", type: "button", onclick: guarded(() => flip(account)) }, account.disabled ? "Enable" : "Disable"),
        h("button", { class: "button small", type: "button", onclick: guarded(() => sessions(account)) }, "Sessions")))));
  const table = h("table", { class: "people" }, h("thead", {}, h("tr", {}, ["Login", "Name", "Role", "State", "Actions"].map((title) => h("th", { scope: "col" }, title)))), h("tbody", {}, rows));
  const input = (name, label, attributes) => h("label", { class: "field" }, h("span", {}, label), h("input", { name, required: true, ...attributes }));
  const role = h("label", { class: "field" }, h("span", {}, "Role"), h("select", { name: "role" }, ["agent", "supervisor", "engineer", "admin"].map((value) => h("option", { value }, value))));
  ask({
    title: "People", action: "Add", wide: true,
    fields: [table, told, input("login", "Login", { pattern: "[A-Za-z0-9][A-Za-z0-9._@+\\-]{0,79}", autocapitalize: "none" }), input("name", "Name that customers see", { maxlength: 200 }), role],
    submit: async (form) => {
      const account = await call("POST", "/v1/users", { csrf, body: { login: form.get("login"), name: form.get("name"), role: form.get("role") } });
      await people(csrf);
      fill(by("form").querySelector("form > div"), h("p", {}, `Give this link to ${account.name}. It works once, for two days:`), h("p", { class: "once", tabindex: "0" }, account.link));
    },
  });
}
