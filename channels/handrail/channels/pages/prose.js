/** A reply's text as elements: paragraphs, lists and **bold**. Everything else, links too, stays the text that it is. */

import { h } from "./dom.js";

const BULLET = /^\s*[-*•]\s+(.*)$/;
const NUMBER = /^\s*\d{1,3}[.)]\s+(.*)$/;

export function prose(text) {
  const blocks = [];
  for (const line of text.replaceAll("\r", "").split("\n")) {
    const bullet = BULLET.exec(line);
    const number = bullet ? null : NUMBER.exec(line);
    const tag = bullet ? "ul" : number ? "ol" : "p";
    const content = (bullet || number)?.[1] ?? line.trim();
    if (!content) {
      blocks.push(null);
      continue;
    }
    const last = blocks.at(-1);
    if (last && last.tag === tag) last.lines.push(content);
    else blocks.push({ tag, lines: [content] });
  }
  return blocks.filter(Boolean).map(({ tag, lines }) =>
    tag === "p"
      ? h("p", {}, lines.flatMap((line, index) => (index ? [h("br"), ...bold(line)] : bold(line))))
      : h(tag, {}, lines.map((line) => h("li", {}, bold(line)))),
  );
}

function bold(line) {
  return line.split(/\*\*([^*]+)\*\*/).map((piece, index) => (index % 2 ? h("strong", {}, piece) : piece));
}
