// Charts of one object, all over the same horizontal axis, tied to the film.

import { digits, element, themeValue } from "./dom.js";

const GUTTER = 68;
const RIGHT = 12;
const ROW = 16;
const VEIL = 0.72;
const SYNC = "taonet-object";

const BAND_COLOURS = {
  u: "#9A7BE0", B: "#6FA8FF", g: "#3DC08A", V: "#6DD36D", r: "#F0705F", R: "#F0705F", i: "#C79A5B",
  I: "#C79A5B", z: "#B98BA8", y: "#A0A7B0", c: "#56B4E9", o: "#E69F00", w: "#7FB2FF", clear: "#C9D1DA",
};
const MORE_COLOURS = ["#56B4E9", "#E69F00", "#CC79A7", "#44AA99", "#DDCC77", "#AA4499"];
const SHAPES = ["disc", "square", "diamond", "triangle", "cross"];

/** Return colour and shape of each band, so that neither has to be told by colour alone. */
export function bandMarks(bands) {
  const spare = MORE_COLOURS.values();
  return Object.fromEntries(
    bands.map((band, i) => {
      const short = band.replace(/^(ztf|lsst|sdss|ps1|des|decam)[-_:. ]*/i, "");
      const colour = band ? (BAND_COLOURS[short] ?? spare.next().value ?? "#9AA3AE") : null; // in ink
      return [band, { colour, shape: SHAPES[i % SHAPES.length] }];
    }),
  );
}

/** Where things lie on the horizontal axis: by time, or one epoch beside the other. */
export class TimeAxis {
  constructor(view) {
    this.kind = "epoch";
    this.epochs = view.epochs.length
      ? view.epochs
      : view.answers.map((answer, i) => ({ index: i, mjd: answer.mjd_last, is_read: true }));
    this.mjd = this.epochs.map((epoch) => epoch.mjd);
    this.read = this.epochs.filter((epoch) => epoch.is_read);
    this.hasFrames = view.epochs.length > 0;
    this.answers = view.answers;
  }

  /** Return the epoch after which an answer was given: that of its last epoch. */
  epochOfAnswer(answer) {
    if (!this.hasFrames) return this.answers.indexOf(answer);
    const own = this.read[answer.n_epochs - 1];
    if (own && Math.abs(own.mjd - answer.mjd_last) < 1e-6) return own.index;
    return this.epochAt(answer.mjd_last);
  }

  /** Return the index of the epoch nearest to a time. */
  epochAt(mjd) {
    let best = 0;
    this.mjd.forEach((one, i) => {
      if (Math.abs(one - mjd) < Math.abs(this.mjd[best] - mjd)) best = i;
    });
    return best;
  }

  /** Return where an epoch, or a time, lies. */
  ofEpoch(index) {
    return this.kind === "time" ? this.mjd[index] : index + 1;
  }

  ofPoint(point) {
    if (this.kind === "time") return point.mjd;
    return (point.index ?? this.epochAt(point.mjd)) + 1;
  }

  /** Return the epoch nearest to a place on the axis. */
  epochOf(x) {
    if (this.kind === "time") return this.epochAt(x);
    return Math.max(0, Math.min(this.mjd.length - 1, Math.round(x) - 1));
  }

  get range() {
    const [first, last] = [this.ofEpoch(0), this.ofEpoch(this.mjd.length - 1)];
    const margin = Math.max((last - first) * 0.02, 0.5);
    return [first - margin, last + margin];
  }

  get words() {
    return this.kind === "time" ? "MJD" : "epoch";
  }
}

/**
 * A chart: uPlot has the axes and the cursor, the marks are drawn by `paint`.
 *
 * @param {object} options `axis`, `height`, `range` (function: [low, high]), `ticks` (options of
 *   uPlot's vertical axis), `paint(u, at)`, `isReversed`, `label`, `hasX` (numbers below it)
 */
export class Chart {
  constructor(options, onEpoch) {
    this.options = options;
    this.root = element("div", { class: "chart", role: "img", "aria-label": options.label });
    this.root.style.setProperty("height", `${options.height}px`);
    this.now = element("div", { class: "chart-now" });
    this.onEpoch = onEpoch;
  }

  /** Draw it anew, in the width that it has. */
  render() {
    const width = Math.floor(this.root.clientWidth);
    if (width < 50 || !globalThis.uPlot) return;
    this.plot?.destroy();
    const { axis, range } = this.options;
    const [low, high] = axis.range;
    const [bottom, top] = range();
    this.plot = new globalThis.uPlot(this.#settings(width), [[low, high], [bottom, top]], this.root);
    this.plot.over.append(this.now);
    this.#scrubbing(this.plot);
  }

  /** Move the line to an epoch. */
  show(epoch) {
    this.epoch = epoch;
    this.root.dataset.epoch = epoch;
    if (!this.plot || this.plot.status !== 1) return;
    const x = this.plot.valToPos(this.options.axis.ofEpoch(epoch), "x");
    this.now.style.setProperty("transform", `translateX(${x.toFixed(1)}px)`);
  }

  destroy() {
    this.plot?.destroy();
  }

  #settings(width) {
    const { axis, height, range, ticks = {}, paint, isReversed, hasX } = this.options;
    const faint = themeValue("faint");
    const rule = themeValue("rule");
    const shared = { stroke: faint, font: "12px system-ui, sans-serif", grid: { stroke: rule, width: 1 }, ticks: { show: false } };
    const across = {
      ...shared, size: 24, gap: 4, space: 70, show: Boolean(hasX), label: axis.words, labelSize: 16, labelGap: 0, labelFont: shared.font,
      values: (u, splits) => splits.map((v) => (axis.kind === "epoch" && v % 1 ? "" : String(Math.round(v * 100) / 100))),
    };
    return {
      width, height,
      padding: [6, RIGHT, hasX ? 0 : 4, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: SYNC, setSeries: false } },
      scales: {
        x: { time: false, range: () => axis.range },
        y: { range: () => range(), dir: isReversed ? -1 : 1 },
      },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: [across, { ...shared, size: GUTTER, gap: 6, ...ticks }],
      hooks: {
        draw: [(u) => clipped(u, () => paint(u, (x, y) => [u.valToPos(x, "x", true), u.valToPos(y, "y", true)]))],
        // only now does it know where things lie
        ready: [() => this.show(this.epoch ?? 0)],
      },
    };
  }

  #scrubbing(plot) {
    let isDown = false;
    const pick = (event) => {
      const box = plot.over.getBoundingClientRect();
      this.onEpoch(this.options.axis.epochOf(plot.posToVal(event.clientX - box.left, "x")));
    };
    plot.over.addEventListener("pointerdown", (event) => {
      isDown = true;
      pick(event);
    });
    plot.over.addEventListener("pointermove", (event) => isDown && event.buttons && pick(event));
    addEventListener("pointerup", () => { isDown = false; }, { once: false, signal: this.#signal(plot) });
  }

  #signal(plot) {
    this.stopper?.abort();
    this.stopper = new AbortController();
    return this.stopper.signal;
  }
}

function clipped(u, run) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  run();
  ctx.restore();
}

/** The light curve: points with their errors, triangles where only a limit is known. */
export function lightCurveChart(curve, axis, state, onEpoch) {
  const bands = Object.keys(curve);
  const marks = bandMarks(bands);
  const points = bands.flatMap((band) => curve[band].map((point) => ({ band, ...point })));
  const isMag = () => state.unit === "mag";
  const shown = () => points.map((point) => valueOf(point, isMag())).filter((one) => one !== null);
  const chart = new Chart({
    axis, height: 226, label: "Light curve", hasX: true,
    range: () => padded(shown(), isMag()),
    get isReversed() { return isMag(); },
    ticks: { values: (u, splits) => splits.map((v) => compactNumber(v)) },
    paint: (u, at) => paintPoints(u, at, shown(), axis, marks),
  }, onEpoch);
  return { chart, bands, marks };
}

function valueOf(point, isMag) {
  if (!isMag) return point.flux === null ? null : { ...point, y: point.flux, error: point.flux_error, isLimit: false };
  if (point.mag !== null && !(point.mag_error > 1)) return { ...point, y: point.mag, error: point.mag_error, isLimit: false };
  return point.limiting_mag === null || point.limiting_mag === undefined
    ? null
    : { ...point, y: point.limiting_mag, error: null, isLimit: true };
}

function padded(values, isMag) {
  const ends = values.flatMap(({ y, error }) => [y - Math.min(error ?? 0, 1e12), y + (error ?? 0)]).sort((a, b) => a - b);
  if (!ends.length) return [0, 1];
  // one wild error bar must not flatten the curve
  const cut = Math.floor(ends.length * 0.005);
  let [low, high] = [ends[cut], ends[ends.length - 1 - cut]];
  if (!isMag) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
  const margin = Math.max((high - low) * 0.08, isMag ? 0.1 : 1e-9);
  return [low - margin, high + margin];
}

function paintPoints(u, at, values, axis, marks) {
  const { ctx } = u;
  const dpr = devicePixelRatio || 1;
  const ink = themeValue("ink");
  const radius = (values.length > 150 ? 2.4 : 3.4) * dpr;
  for (const value of values) {
    const { colour, shape } = marks[value.band];
    const [x, y] = at(axis.ofPoint(value), value.y);
    ctx.strokeStyle = ctx.fillStyle = colour ?? ink;
    ctx.lineWidth = dpr;
    if (value.error) {
      const [, top] = at(axis.ofPoint(value), value.y + value.error);
      const [, bottom] = at(axis.ofPoint(value), value.y - value.error);
      ctx.globalAlpha = 0.45;
      line(ctx, x, top, x, bottom);
    }
    ctx.globalAlpha = value.isLimit ? 0.55 : 1;
    mark(ctx, value.isLimit ? "limit" : shape, x, y, radius);
  }
  ctx.globalAlpha = 1;
}

function line(ctx, x0, y0, x1, y1) {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}

const MARKS = {
  disc: (ctx, x, y, r) => ctx.arc(x, y, r, 0, 2 * Math.PI),
  square: (ctx, x, y, r) => ctx.rect(x - r, y - r, 2 * r, 2 * r),
  diamond: (ctx, x, y, r) => corners(ctx, [[x, y - 1.4 * r], [x + 1.4 * r, y], [x, y + 1.4 * r], [x - 1.4 * r, y]]),
  triangle: (ctx, x, y, r) => corners(ctx, [[x, y - 1.3 * r], [x + 1.2 * r, y + r], [x - 1.2 * r, y + r]]),
  cross: (ctx, x, y, r) => { ctx.rect(x - r * 1.3, y - r / 3, 2.6 * r, r / 1.5); ctx.rect(x - r / 3, y - r * 1.3, r / 1.5, 2.6 * r); },
  limit: (ctx, x, y, r) => corners(ctx, [[x - r, y - r], [x + r, y - r], [x, y + r]]),
};

function mark(ctx, shape, x, y, radius) {
  ctx.beginPath();
  MARKS[shape](ctx, x, y, radius);
  if (shape === "limit") ctx.stroke();
  else ctx.fill();
}

function corners(ctx, points) {
  points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
  ctx.closePath();
}

function compactNumber(value) {
  if (Math.abs(value) >= 1e5) return value.toExponential(0).replace("e+", "e");
  return String(Math.round(value * 1000) / 1000).replace("-", "−");
}

/** Probabilities as stacked areas: an answer holds until the next one. */
export function probabilityChart(view, axis, onEpoch) {
  const names = view.classes.map((one) => one.name);
  return new Chart({
    axis, height: 190, label: "Probability of each class by epoch",
    range: () => [0, 1],
    ticks: { splits: () => [0, 0.25, 0.5, 0.75, 1], values: (u, splits) => splits.map((v) => digits(v, 2)) },
    paint: (u, at) => {
      const spans = answerSpans(view, axis);
      const floors = spans.map(() => 0);
      names.forEach((name, i) => {
        paintArea(u.ctx, at, spans, floors, name, view.classes[i].colour);
      });
      veil(u.ctx, at, spans.filter(({ answer }) => answer.detected === false));
    },
  }, onEpoch);
}

/** Return each answer with where it begins and ends on the axis. */
function answerSpans(view, axis) {
  const end = axis.range[1];
  const starts = view.answers.map((answer) => axis.ofEpoch(axis.epochOfAnswer(answer)));
  return view.answers.map((answer, i) => {
    const next = starts[i + 1] ?? end;
    return { answer, from: starts[i], to: Math.max(next, starts[i]) };
  });
}

/** Cover what does not count: where nothing is detected the answer is none of these classes. */
function veil(ctx, at, spans) {
  ctx.save();
  ctx.globalAlpha = VEIL;
  ctx.fillStyle = themeValue("paper");
  ctx.beginPath(); // one path, so that no seams show
  for (const { from, to } of spans) {
    const [left, bottom] = at(from, 0);
    const [right, top] = at(to, 1);
    ctx.rect(left, top, right - left, bottom - top);
  }
  ctx.fill();
  ctx.restore();
}

function paintArea(ctx, at, spans, floors, name, colour) {
  if (!spans.length) return;
  const tops = spans.map(({ answer }, i) => floors[i] + (answer.p[name] ?? 0));
  ctx.beginPath();
  spans.forEach(({ from, to }, i) => {
    ctx.lineTo(...at(from, tops[i]));
    ctx.lineTo(...at(to, tops[i]));
  });
  for (let i = spans.length - 1; i >= 0; i--) {
    ctx.lineTo(...at(spans[i].to, floors[i]));
    ctx.lineTo(...at(spans[i].from, floors[i]));
  }
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.strokeStyle = themeValue("paper");
  ctx.lineWidth = 1;
  ctx.stroke();
  tops.forEach((top, i) => { floors[i] = top; });
}

/** Which classes are in the set at each epoch, and whether the object is detected, or unlike. */
export function setChart(view, axis, onEpoch) {
  const rows = [
    ...view.classes.map(({ name, colour }) => ({ name, colour: () => colour, holds: (answer) => answer.set?.includes(name) })),
    { name: "detected", colour: () => themeValue("ink"), holds: (answer) => answer.detected },
    { name: "unlike", colour: () => themeValue("warn"), holds: (answer) => answer.unlike },
  ];
  const count = rows.length;
  return new Chart({
    axis, height: count * ROW + 50, label: "Set of classes at each epoch", hasX: true,
    range: () => [0, count],
    ticks: {
      splits: () => rows.map((_, i) => count - i - 0.5),
      values: () => rows.map(({ name }) => (name.length > 8 ? `${name.slice(0, 7)}…` : name)),
      filter: (u, splits) => splits,
      grid: { show: false },
    },
    paint: (u, at) => {
      const spans = answerSpans(view, axis);
      rows.forEach((row, i) => paintRow(u.ctx, at, spans, count - i - 0.5, row));
    },
  }, onEpoch);
}

function paintRow(ctx, at, spans, middle, row) {
  ctx.fillStyle = themeValue("rule");
  for (const { from, to } of spans) fillSpan(ctx, at, from, to, middle, 0.06);
  ctx.fillStyle = row.colour();
  for (const { answer, from, to } of spans) {
    if (row.holds(answer)) fillSpan(ctx, at, from, to, middle, 0.34);
  }
}

function fillSpan(ctx, at, from, to, middle, half) {
  const [left, top] = at(from, middle + half);
  const [right, bottom] = at(to, middle - half);
  ctx.fillRect(Math.round(left), top, Math.max(1, Math.round(right) - Math.round(left)), bottom - top);
}

/** How the log-odds of the answer change when an epoch is left out. */
export function evidenceChart(evidence, axis, onEpoch) {
  const changes = evidence.epochs;
  const most = Math.max(1e-6, ...changes.map((one) => Math.abs(one.log_odds_change ?? 0)));
  return new Chart({
    axis, height: 166, label: "Change in log-odds when an epoch is left out", hasX: true,
    range: () => [-1.1 * most, 1.1 * most],
    ticks: { values: (u, splits) => splits.map((v) => digits(v, most < 0.1 ? 3 : most < 1 ? 2 : 1)) },
    paint: (u, at) => {
      const { ctx } = u;
      const dpr = devicePixelRatio || 1;
      const half = Math.max(1, Math.min(4, u.bbox.width / dpr / axis.mjd.length / 2.5)) * dpr;
      for (const { index, log_odds_change: change } of changes) {
        if (change === null) continue;
        const [x, zero] = at(axis.ofEpoch(index), 0);
        const [, y] = at(axis.ofEpoch(index), change);
        ctx.fillStyle = change < 0 ? "#E69F00" : "#56B4E9";
        ctx.fillRect(x - half, Math.min(zero, y), 2 * half, Math.max(dpr, Math.abs(y - zero)));
      }
    },
  }, onEpoch);
}
