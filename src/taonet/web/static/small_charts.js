// Two small drawings as SVG: how often answers are right, and scores by number of epochs.

import { count, digits } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 420;
const HEIGHT = 300;
const EDGE = { left: 46, right: 14, top: 12, bottom: 40 };

function shape(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Return an empty panel with axes, and functions from values to places. */
function panel({ label, across, up, x: [left, right], y: [bottom, top], xTicks, yTicks, xWords = String }) {
  const root = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "small-chart" });
  const x = (value) => EDGE.left + ((value - left) / (right - left || 1)) * (WIDTH - EDGE.left - EDGE.right);
  const y = (value) => HEIGHT - EDGE.bottom - ((value - bottom) / (top - bottom || 1)) * (HEIGHT - EDGE.top - EDGE.bottom);
  for (const tick of yTicks) {
    root.append(shape("line", { class: "rule", x1: x(left), x2: x(right), y1: y(tick), y2: y(tick) }));
    root.append(shape("text", { x: EDGE.left - 8, y: y(tick) + 4, "text-anchor": "end" }, digits(tick, 1)));
  }
  for (const tick of xTicks) root.append(shape("text", { x: x(tick), y: HEIGHT - EDGE.bottom + 18, "text-anchor": "middle" }, xWords(tick)));
  root.append(shape("text", { x: (EDGE.left + WIDTH) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, across));
  root.append(shape("text", { x: 12, y: HEIGHT / 2 - 10, "text-anchor": "middle", transform: `rotate(-90 12 ${HEIGHT / 2 - 10})` }, up));
  return { root, x, y };
}

const SHARES = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Draw how often answers of like confidence are right; on the diagonal they keep their word. */
export function reliabilityChart(bins) {
  const { root, x, y } = panel({
    label: "Reliability: share of right answers against confidence", across: "confidence", up: "share that is right",
    x: [0, 1], y: [0, 1], xTicks: SHARES, yTicks: SHARES, xWords: (tick) => digits(tick, 1),
  });
  root.append(shape("line", { class: "diagonal", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }));
  const most = Math.max(...bins.map((bin) => bin.n));
  for (const bin of bins) {
    const circle = shape("circle", { class: "point", cx: x(bin.confidence), cy: y(bin.right), r: 3 + 7 * Math.sqrt(bin.n / most) });
    circle.append(shape("title", {}, `confidence ${digits(bin.confidence)}: ${digits(bin.right)} right of ${count(bin.n)}`));
    root.append(circle);
  }
  return root;
}

/** Draw a score against the number of epochs, with its intervals. */
export function byEpochsChart(rows, name, words) {
  const points = rows.map((row) => ({ n: row.n_epochs, ...intervalOf(row, name) })).filter((one) => Number.isFinite(one.value));
  const log = (n) => Math.log2(Math.max(1, n));
  const ends = [log(points[0].n), log(points.at(-1).n)];
  const { root, x, y } = panel({
    label: `${words} after so many epochs`, across: "epochs seen", up: words,
    x: ends[0] === ends[1] ? [ends[0] - 1, ends[0] + 1] : ends, y: [0, 1], xTicks: thin(points.map((one) => log(one.n))), yTicks: SHARES,
    xWords: (tick) => count(Math.round(2 ** tick)),
  });
  const band = [...points.map((one) => [one.n, one.high]), ...points.map((one) => [one.n, one.low]).reverse()];
  const line = (pairs) => pairs.map(([n, value]) => `${x(log(n)).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  root.append(shape("polygon", { class: "band", points: line(band) }));
  root.append(shape("polyline", { class: "line", points: line(points.map((one) => [one.n, one.value])) }));
  for (const one of points) {
    const circle = shape("circle", { class: "point", cx: x(log(one.n)), cy: y(one.value), r: 4 });
    circle.append(shape("title", {}, `after ${count(one.n)} epochs: ${digits(one.value, 3)} (${digits(one.low, 3)} to ${digits(one.high, 3)})`));
    root.append(circle);
  }
  return root;
}

/** Return a score with its interval, whichever way it is written. */
export function intervalOf(row, name) {
  const value = row[name];
  if (value !== null && typeof value === "object") return value;
  return { value, low: row[`${name}_low`] ?? value, high: row[`${name}_high`] ?? value };
}

/** Keep ticks that do not run into each other. */
function thin(ticks) {
  const kept = [];
  for (const tick of ticks) if (!kept.length || tick - kept.at(-1) > (ticks.at(-1) - ticks[0]) / 8) kept.push(tick);
  return kept;
}
