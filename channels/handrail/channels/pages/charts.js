/** Draws small charts as inline SVG: bars in parts, and shares with their intervals, along days or by name. Text only ever
 *  becomes text nodes; colours and strokes are classes of the style sheet. `wide` is the room there is in pixels. */

const SVG = "http://www.w3.org/2000/svg";
const ROW = 30;
const HIGH = 190;
const LEFT = 44;
const BELOW = 26;

/** An SVG element. */
function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  for (const child of children.flat(Infinity)) if (child !== null) element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  return element;
}

/** The room for names beside a chart, and how many characters go into it. */
const names = (wide) => Math.min(190, Math.round(wide * 0.34));
const letters = (room) => Math.floor((room - 12) / 6.6);
const clip = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
const bar = (x, y, width, height, kind, told) => s("rect", { x, y, width: Math.max(width, 0), height: Math.max(height, 0), class: `part ${kind}` }, s("title", {}, told));
const canvas = (width, height, label, ...children) => s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label, class: "chart" }, children);

/** A round number at or above the greatest value, for the end of an axis. */
export function ceiling(value) {
  if (value <= 0) return 1;
  const ten = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * ten).find((step) => step >= value);
}

/** Columns in parts, one for each day: `groups` are `{label, parts: [{kind, name, value}]}`. */
export function columns({ label, groups, wide }) {
  const most = ceiling(Math.max(...groups.map((group) => sum(group.parts))));
  const step = Math.max((wide - LEFT) / groups.length, 14);
  const width = LEFT + step * groups.length;
  const y = (value) => HIGH - (value / most) * (HIGH - 12);
  const drawn = groups.map((group, n) => {
    let below = 0;
    return group.parts.map((part) => {
      const from = below;
      below += part.value;
      return part.value ? bar(LEFT + n * step + step * 0.14, y(below), step * 0.72, y(from) - y(below), part.kind, `${group.label}, ${part.name}: ${part.value}`) : null;
    });
  });
  return canvas(width, HIGH + BELOW, label, scale([0, most / 2, most].filter(Number.isInteger), y, String, width), drawn.flat(), days(groups, step));
}

/** Bars in parts, one row for each name: `groups` as for `columns`. */
export function rows({ label, groups, wide }) {
  const most = Math.max(...groups.map((group) => sum(group.parts)), 1);
  const start = names(wide);
  const x = (value) => (value / most) * (wide - start - 44);
  const drawn = groups.map((group, n) => {
    let before = 0;
    const parts = group.parts.map((part) => {
      const from = before;
      before += part.value;
      return part.value ? bar(start + x(from), n * ROW + 5, x(part.value), ROW - 10, part.kind, `${group.label}, ${part.name}: ${part.value}`) : null;
    });
    return [name(group.label, n, start), parts, s("text", { x: start + x(before) + 6, y: n * ROW + ROW / 2 + 4, class: "tick" }, before)];
  });
  return canvas(wide, groups.length * ROW, label, drawn.flat(2));
}

/** Shares along days with their intervals: `points` are `{label, value, low, high, n}`; a day without data is a gap. */
export function track({ label, points, wide }) {
  const step = Math.max((wide - LEFT) / points.length, 14);
  const width = LEFT + step * points.length;
  const y = (value) => HIGH - value * (HIGH - 12);
  const x = (n) => LEFT + (n + 0.5) * step;
  const runs = [];
  points.forEach((point, n) => {
    if (point.value === null) return;
    const last = runs.at(-1);
    if (last && last.at(-1) === n - 1) last.push(n);
    else runs.push([n]);
  });
  const line = runs.filter((run) => run.length > 1).map((run) => s("polyline", { points: run.map((n) => `${x(n)},${y(points[n].value)}`).join(" "), class: "line" }));
  const marks = points.map((point, n) => (point.value === null ? null : [
    s("line", { x1: x(n), x2: x(n), y1: y(point.low), y2: y(point.high), class: "interval" }),
    s("circle", { cx: x(n), cy: y(point.value), r: 3.5, class: "mark" }, s("title", {}, told(point))),
  ]));
  return canvas(width, HIGH + BELOW, label, scale([0, 0.5, 1], y, percent, width), line, marks.flat(), days(points, step));
}

/** Shares by name with their intervals. */
export function ranges({ label, points, wide }) {
  const start = names(wide);
  const x = (value) => start + value * (wide - start - 44);
  const guides = [0, 0.5, 1].map((value) => [
    s("line", { x1: x(value), x2: x(value), y1: 0, y2: points.length * ROW, class: "guide" }),
    s("text", { x: x(value), y: points.length * ROW + 16, class: "tick middle" }, percent(value)),
  ]);
  const drawn = points.map((point, n) => {
    const at = n * ROW + ROW / 2;
    if (point.value === null) return [name(point.label, n, start), s("text", { x: x(0) + 6, y: at + 4, class: "tick" }, "no data")];
    return [
      name(point.label, n, start),
      s("line", { x1: x(point.low), x2: x(point.high), y1: at, y2: at, class: "interval" }),
      s("circle", { cx: x(point.value), cy: at, r: 4.5, class: "mark" }, s("title", {}, told(point))),
    ];
  });
  return canvas(wide, points.length * ROW + 22, label, guides.flat(), drawn.flat());
}

export const percent = (value) => `${Math.round(value * 100)} %`;

const sum = (parts) => parts.reduce((total, part) => total + part.value, 0);
const told = (point) => `${point.label}: ${percent(point.value)} (${percent(point.low)} to ${percent(point.high)}) of ${point.n}`;
const name = (text, n, room) => s("text", { x: room - 8, y: n * ROW + ROW / 2 + 4, class: "name" }, clip(text, letters(room)), s("title", {}, text));

function scale(values, y, write, width) {
  return values.flatMap((value) => [
    s("line", { x1: LEFT, x2: width, y1: y(value), y2: y(value), class: "guide" }),
    s("text", { x: LEFT - 6, y: y(value) + 4, class: "tick end" }, write(value)),
  ]);
}

/** The names of days below a chart, as many as there is room for. */
function days(groups, step) {
  const every = Math.ceil(52 / step);
  return groups.map((group, n) => (n % every ? null : s("text", { x: LEFT + (n + 0.5) * step, y: HIGH + 18, class: "tick middle" }, group.short || group.label)));
}
