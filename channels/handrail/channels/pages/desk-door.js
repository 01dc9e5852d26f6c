/** The door of the desk: log in, or choose a password with a one-time link. */

import { call } from "./api.js";
import { by, fill } from "./dom.js";

const linked = () => new URLSearchParams(location.hash.slice(1)).get("password");

/** Let in whoever is logged in, or will; `arrive(me)` follows. */
export async function enter(arrive) {
  const inside = async (me) => {
    by("door").hidden = true;
    by("desk").hidden = false;
    await arrive(me);
  };
  guard(by("login"), async (form) => {
    await inside(await call("POST", "/v1/login", { body: { login: form.get("login"), password: form.get("password") } }));
  });
  guard(by("password"), async (form) => {
    if (form.get("password") !== form.get("again")) throw new Error("The two are not the same.");
    const me = await call("POST", "/v1/password", { body: { token: linked(), password: form.get("password") } });
    history.replaceState(null, "", location.pathname);
    await inside(me);
  });
  if (linked()) return show("password");
  try {
    await inside(await call("GET", "/v1/me"));
  } catch {
    show("login");
  }
}

/** Show one of the two forms. */
export function show(which) {
  document.title = "Desk";
  by("desk").hidden = true;
  by("door").hidden = false;
  by("login").hidden = which !== "login";
  by("password").hidden = which !== "password";
  by(which).querySelector("input").focus();
}

function guard(form, action) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = form.querySelector(".wrong");
    const button = form.querySelector("button");
    wrong.hidden = true;
    button.disabled = true;
    try {
      await action(new FormData(form));
      form.reset();
    } catch (error) {
      fill(wrong, error.message).hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}
