/** What the page shows before a conversation begins: who answers here, and what one might ask. */

import { call } from "./api.js";
import { by, fill, h } from "./dom.js";

const TOPICS = 6;

/** Tell about the business; `ask(text)` sends a suggestion. Returns what is known, or null where nothing answers. */
export async function introduce(ask) {
  let about;
  try {
    about = await call("GET", "/v1/about");
  } catch {
    return null;
  }
  document.title = `${about.business}: support`;
  by("business").textContent = about.business;
  by("hello").textContent = `Welcome to ${about.business}`;
  fill(by("ideas"), ideas(about.topics).map(([label, text]) => h("li", {}, h("button", { class: "chip", type: "button", onclick: () => ask(text) }, label))));
  if (about.contact) by("print").append(` You can also reach us at ${about.contact}.`);
  return about;
}

/** What to begin with, `[label, text]`: some short topics from all over the policies, and a person. */
function ideas(topics) {
  const short = topics.filter((topic) => topic.length <= 34);
  const part = (index) => Math.floor((index * TOPICS) / short.length);
  const some = short.filter((_, index) => part(index) !== part(index - 1));
  const asked = some.map((topic) => [topic, `What is your policy on ${topic.charAt(0).toLowerCase()}${topic.slice(1)}?`]);
  return [...asked, ["Talk to a person", "I would like to talk to a person"]];
}
