/** What figures are called, and how they are written. */

import { percent } from "./charts.js";

export const STANDINGS = { verified: "Contained, verified", assumed: "Contained, assumed", left: "Left", came_back: "Came back", person: "With a person" };
export const LEFT_AT = { waiting: "waiting for a person", offered: "offered a person", asked: "asked something", rated: "rated 1 or 2", unanswered: "without a reply" };
export const SHARES = { escalated: "Asked for a person", satisfied: "Rated 4 or 5", service_level: "Answered within the target", tickets_in_time: "Tickets answered in time" };
export const TIMES = {
  first_reply: "First reply of the bot",
  wait: "Wait for a person",
  first_response: "First response of a person",
  handling: "Handling",
  resolution_bot: "Resolution by the bot",
  resolution_person: "Resolution by a person",
};
export const WHY = { offered: "a person was offered instead", handed_over: "handed over", tagged: "tagged by a person" };
export const NOTHING = "no data";

const spaced = (text) => text.replaceAll("_", " ");
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const whole = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(undefined, { maximumFractionDigits: 4 });

export const count = (value) => number.format(value);
export const money = (value) => fine.format(value);
export const shortDay = (key) => day.format(new Date(`${key}T00:00:00Z`));
export const longDay = (key) => whole.format(new Date(`${key}T00:00:00Z`));

/** "62 % (54 to 70 %) of 143", or that there is no data. */
export function share(figure) {
  if (figure.value === null) return NOTHING;
  return `${percent(figure.value)} (${Math.round(figure.low * 100)} to ${percent(figure.high)}) of ${count(figure.n)}`;
}

/** The median and the 90th percentile, and of how many. */
export function time(found) {
  return found.median === null ? NOTHING : `${span(found.median)} · ${span(found.p90)} (${count(found.n)})`;
}

/** Seconds in words. */
export function span(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86400).toFixed(1)} days`;
}

/** What a value of a split is called. */
export function called(by, key, departments) {
  if (by === "day") return longDay(key);
  if (by === "department") return key === "" ? "Never handed over" : departments[key] || key;
  if (key === "") return { intent: "Unknown", policy: "No policy cited" }[by] || "Unknown";
  if (by === "intent") return spaced(key.replace(/^(tool|policy)\//, ""));
  return key;
}

export const reason = (name) => spaced(name);
