/** Calls the API; a problem (RFC 9457) becomes an error that can be told. */

export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail || "The server did not answer as it should.");
    this.status = status;
    this.code = body?.code || "unknown";
    this.faults = body?.faults || [];
    this.retryAfter = body?.retry_after || null;
  }
}

/** The answer as JSON. Throws `Problem`; with status 0 where the network failed. */
export async function call(method, path, { body, token, csrf, key, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  if (csrf) headers["X-CSRF-Token"] = csrf;
  if (key) headers["Idempotency-Key"] = key;
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: token ? "omit" : "same-origin",
      cache: "no-store",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { detail: "There is no connection at the moment.", code: "offline" });
  }
  if (response.status === 204) return null;
  let answer = null;
  try {
    answer = await response.json();
  } catch {
    throw new Problem(response.ok ? 0 : response.status, null);
  }
  if (!response.ok) throw new Problem(response.status, answer);
  return answer;
}

/** A key that makes a request safe to send again. (randomUUID is missing where a page is served without TLS.) */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
