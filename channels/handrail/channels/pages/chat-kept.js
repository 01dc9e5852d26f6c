/** Which conversation this browser is in, and the token that opens it. */

const KEPT = "handrail.conversation";

/** The conversation that a link in a letter opens, else the one that this browser had. */
export function kept() {
  const link = new URLSearchParams(location.hash.slice(1));
  const [id, token] = [link.get("conversation"), link.get("token")];
  if (id && token) {
    history.replaceState(null, "", location.pathname);
    return keep({ id, token });
  }
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

/** Remember it, or with null forget it; returns it. */
export function keep(value) {
  try {
    if (value) localStorage.setItem(KEPT, JSON.stringify(value));
    else localStorage.removeItem(KEPT);
  } catch {
    // Without storage the conversation lives as long as the page.
  }
  return value;
}
