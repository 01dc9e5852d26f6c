/** Shows a policy that a reply cites. The server sanitises its HTML; here only known elements are made anew from it. */

import { call } from "./api.js";
import { fill, h, icon } from "./dom.js";

const KNOWN = new Set([
  "P", "BR", "HR", "UL", "OL", "LI", "STRONG", "EM", "DEL", "CODE", "PRE", "BLOCKQUOTE",
  "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "H1", "H2", "H3", "H4", "H5", "H6",
]);
const PAGE = "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5M9 13h6M9 17h4";

const reader = { path: "/v1/policies/", token: () => undefined };

/** Say as whom this page reads: some policies are for some customers, or for staff, only. */
export function readAs(who) {
  Object.assign(reader, who);
}

/** A chip for one cited policy. */
export function citation(dialog, source) {
  return h(
    "button",
    { class: "chip", type: "button", onclick: () => open(dialog, source), "aria-haspopup": "dialog" },
    icon(PAGE, 14),
    source.title,
  );
}

/** Open the policy in the version that was cited. */
export async function open(dialog, source) {
  const body = h("div", { class: "content policy", tabindex: "-1" }, h("p", { class: "hint" }, "One moment…"));
  const hint = h("p", { class: "hint" }, `Version ${source.version}`);
  const close = h("button", { class: "button small", type: "button", onclick: () => dialog.close() }, "Close");
  fill(dialog, h("header", {}, h("div", {}, h("h2", { id: "policy-title" }, source.title), hint), close), body);
  dialog.showModal();
  try {
    const query = source.version ? `?version=${encodeURIComponent(source.version)}` : "";
    const policy = await call("GET", `${reader.path}${encodeURIComponent(source.policy)}${query}`, { token: reader.token() });
    fill(hint, force(policy));
    fill(body, safe(policy.html));
  } catch (error) {
    fill(body, h("p", { class: "wrong" }, error.status === 404 ? "This policy is no longer on file." : error.message));
  }
}

function force(policy) {
  const day = (text) => new Date(`${text}T12:00:00Z`).toLocaleDateString(undefined, { dateStyle: "long" });
  const until = policy.effective_until ? ` until ${day(policy.effective_until)}` : "";
  return `Version ${policy.version}, in force from ${day(policy.effective_from)}${until}${policy.in_force ? "" : " (not today's)"}`;
}

function safe(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return Array.from(parsed.body.childNodes, copy);
}

function copy(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  const children = Array.from(node.childNodes, copy);
  if (node.tagName === "A" && /^(https?:\/\/|mailto:)/i.test(node.getAttribute("href") || "")) {
    return h("a", { href: node.getAttribute("href"), rel: "noopener noreferrer nofollow", target: "_blank" }, children);
  }
  return KNOWN.has(node.tagName) ? h(node.tagName.toLowerCase(), {}, children) : children;
}
