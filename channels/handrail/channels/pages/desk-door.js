/** The door of the desk: log in by password or through the company's own login, or use a one-time link. */

import { call } from "./api.js";
import { by, fill } from "./dom.js";

const told = (name) => new URLSearchParams(location.hash.slice(1)).get(name);

/** Why the company's login let somebody not in, and what to do. */
const REFUSED = new Map(Object.entries({
  openid_visit: "That login took too long, was used already or was begun in another window. Please log in again.",
  openid_refused: "The login was not completed there. Please log in again, or ask your administrator for access.",
  openid_code: "That login can't be used again. Please log in again.",
  openid_token: "The answer of the login could not be trusted, so nobody was let in. Please log in again; if it happens twice, tell your administrator (the server's log says why).",
  openid_uninvited: "You have no account here yet. Ask an administrator of this desk to add you.",
  openid_unverified: "Your e-mail address is not confirmed there. Confirm it and log in again, or ask an administrator of this desk for a link.",
  openid_claims: "The login told too little about you to make an account. Ask an administrator of this desk to add you.",
  openid_role: "None of your groups may use this desk. Ask your administrator to add you to one.",
  openid_disabled: "Your account here is disabled. Ask an administrator of this desk.",
  openid_taken: "The account with your name belongs to another login. Ask an administrator of this desk for a new link.",
  openid_down: "The company's login does not answer at the moment. Please try again in a minute.",
  site_keys: "The company's login does not answer at the moment. Please try again in a minute.",
  last_admin: "Your groups would leave this desk without an administrator. Ask whoever runs the server.",
  link: "This link has been used, or has run out. Ask for a new one.",
  too_many: "Too many tries at once. Please wait a minute, then log in again.",
}));

let about = { passwords: true, openid: null };

/** Let in whoever is logged in, or will; `arrive(me)` follows. */
export async function enter(arrive) {
  const inside = async (me) => {
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
    by("door").hidden = true;
    by("desk").hidden = false;
    await arrive(me);
  };
  guard(by("login"), async (form) => {
    await inside(await call("POST", "/v1/login", { body: { login: form.get("login"), password: form.get("password") } }));
  });
  guard(by("password"), async (form) => {
    if (form.get("password") !== form.get("again")) throw new Error("The two are not the same.");
    await inside(await call("POST", "/v1/password", { body: { token: told("password"), password: form.get("password") } }));
  });
  guard(by("enter"), async () => {
    await inside(await call("POST", "/v1/enter", { body: { token: told("enter") } }));
  });
  for (const button of document.querySelectorAll(".provider")) button.addEventListener("click", () => depart(button));
  await ways();
  if (told("password")) return show("password");
  if (told("enter")) return show("enter");
  try {
    await inside(await call("GET", "/v1/me"));
  } catch {
    show("login");
    if (told("refused")) complain(by("login"), REFUSED.get(told("refused")) || "The login did not work. Please try again.");
  }
}

/** Show one of the forms. */
export function show(which) {
  document.title = "Desk";
  by("desk").hidden = true;
  by("door").hidden = false;
  for (const form of document.querySelectorAll(".gate")) form.hidden = form.id !== which;
  [...by(which).querySelectorAll("input, button")].find((field) => field.offsetParent)?.focus();
}

/** How people log in here. */
async function ways() {
  try {
    about = await call("GET", "/v1/about");
  } catch (error) {
    complain(by("login"), error.message);
  }
  for (const button of document.querySelectorAll(".provider")) {
    button.hidden = !about.openid;
    button.textContent = `Log in with ${about.openid}`;
    button.classList.toggle("first", !about.passwords);
  }
  if (about.passwords) return;
  for (const form of [by("login"), by("password")]) {
    for (const part of form.querySelectorAll(".field, .secret, button[type=submit]")) part.hidden = true;
  }
  by("password-title").textContent = "Welcome to the desk";
}

/** Go to the company's login; a one-time link and the conversation that was asked for go along. */
async function depart(button) {
  const form = button.form;
  const asked = new URLSearchParams(location.search).get("conversation");
  const body = { invitation: form.id === "password" ? told("password") : null, conversation: asked };
  form.querySelector(".wrong").hidden = true;
  button.disabled = true;
  try {
    location.assign((await call("POST", "/v1/openid", { body })).url);
  } catch (error) {
    complain(form, REFUSED.get(error.code) || error.message);
    button.disabled = false;
  }
}

function complain(form, message) {
  fill(form.querySelector(".wrong"), message).hidden = false;
}

function guard(form, action) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    form.querySelector(".wrong").hidden = true;
    button.disabled = true;
    try {
      await action(new FormData(form));
      form.reset();
    } catch (error) {
      complain(form, error.message);
    } finally {
      button.disabled = false;
    }
  });
}
