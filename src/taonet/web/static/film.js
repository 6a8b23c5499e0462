// The frames of an object as a film on canvases, one a channel.

import { button, counted, digits, element, select, wantsLessMotion } from "./dom.js";
import { Frames, coloursOf, paint, rangeOf, stretchOf } from "./stretch.js";

const BLINK_MS = 500;
const ZOOMS = [1, 2, 4, 8];
const RATES = [2, 4, 8, 16];
const TICK = 0.09; // of the frame's side
const GAP = 0.05;

/**
 * The film; `onEpoch` is told which frame is shown.
 *
 * @param {object} view document of the object
 * @param {function(string): Promise<Int16Array>} load gives the raw frames of a channel
 */
export class Film {
  constructor(view, load, onEpoch) {
    Object.assign(this, { view, load, onEpoch });
    this.epoch = 0;
    this.stretch = "asinh";
    this.isPerFrame = false;
    this.isLevelled = true;
    this.isInverted = false;
    this.zoom = 1;
    this.centre = { x: 0.5, y: 0.5 };
    this.rate = 8;
    this.blinkWith = view.frames?.channels.includes("template") ? "template" : "mean";
    this.isBlinking = false;
    this.showsOther = false;
    this.panes = (view.frames?.channels ?? []).map((channel) => this.#pane(channel));
    this.root = element("section", { class: "film", "aria-label": "Film of the frames" });
    this.#build();
  }

  /** Frames, or answers where there are no frames. */
  get length() {
    return this.view.epochs.length || this.view.answers.length;
  }

  /** Fetch the frames, the first channel first, and draw. */
  async start() {
    for (const pane of this.panes) {
      const info = this.view.frames;
      const facts = { ...info, sky: info.sky?.[pane.channel] };
      try {
        pane.frames = new Frames(await this.load(pane.channel), facts);
      } catch (problem) {
        pane.note.textContent = problem.message;
        continue;
      }
      pane.canvas.dataset.ready = "true";
      this.draw();
    }
  }

  /** Show an epoch. */
  go(epoch) {
    this.epoch = Math.max(0, Math.min(this.length - 1, Math.round(epoch)));
    this.draw();
    this.onEpoch(this.epoch);
  }

  step(by) {
    this.pause();
    this.go(this.epoch + by);
  }

  toggle() {
    if (this.timer) this.pause();
    else this.play();
  }

  play() {
    if (this.epoch >= this.length - 1) this.go(0);
    this.timer = setInterval(() => {
      if (this.epoch >= this.length - 1) this.pause();
      else this.go(this.epoch + 1);
    }, 1000 / this.rate);
    this.#sayPlaying();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.#sayPlaying();
  }

  /** Blink on or off; who wants less motion swaps by hand, one press a swap. */
  blink() {
    if (!this.panes.length) return;
    if (wantsLessMotion()) {
      this.showsOther = !this.showsOther;
    } else {
      this.isBlinking = !this.isBlinking;
      this.showsOther = this.isBlinking;
      clearInterval(this.blinker);
      if (this.isBlinking) {
        this.blinker = setInterval(() => {
          this.showsOther = !this.showsOther;
          this.draw();
        }, BLINK_MS);
      }
    }
    this.blinkButton.setAttribute("aria-pressed", String(this.isBlinking || this.showsOther));
    this.draw();
  }

  setZoom(by) {
    const at = ZOOMS.indexOf(this.zoom) + by;
    this.zoom = by === 0 ? 1 : ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, at))];
    if (this.zoom === 1) this.centre = { x: 0.5, y: 0.5 };
    if (this.zoomWords) this.zoomWords.textContent = `${this.zoom}×`;
    this.draw();
  }

  set(name, value) {
    this[name] = value;
    for (const pane of this.panes) pane.range = null;
    this.#sync();
    this.draw();
  }

  /** Put a map over the frame of one epoch: {epoch, y, x, values} in pixels. */
  setOverlay(overlay) {
    this.overlay = overlay;
    this.draw();
  }

  destroy() {
    clearInterval(this.timer);
    clearInterval(this.blinker);
  }

  draw() {
    for (const pane of this.panes) if (pane.frames) this.#drawPane(pane);
    this.#caption();
  }

  #pane(channel) {
    const canvas = element("canvas", { width: 512, height: 512, role: "img", "data-channel": channel });
    const badge = element("span", { class: "film-badge", text: channel });
    const note = element("span", { class: "film-note" });
    const range = element("span", { class: "film-range" });
    const pane = { channel, canvas, badge, note, range: null, rangeWords: range };
    pane.figure = element("figure", { class: "film-frame" }, canvas, badge, note, range);
    this.#dragging(pane);
    return pane;
  }

  #build() {
    const { view } = this;
    const frames = element("div", { class: "film-frames" }, this.panes.map((pane) => pane.figure));
    frames.dataset.channels = this.panes.length;
    if (!this.panes.length) {
      frames.append(element("p", { class: "empty", text: "No frames here: the archive was not given, or the object is a light curve." }));
    }
    this.captionLine = element("p", { class: "film-caption", "aria-live": "off" });
    this.stateLine = element("p", { class: "film-state" });
    this.slider = element("input", {
      type: "range", min: 0, max: Math.max(0, this.length - 1), value: 0, "aria-label": "frame",
      on: { input: () => { this.pause(); this.go(Number(this.slider.value)); } },
    });
    this.playButton = button("▶", () => this.toggle(), { key: "space", class: "play", "aria-label": "play" });
    this.root.append(frames, this.captionLine, this.stateLine, this.slider);
    if (this.length > 1) this.root.append(this.#transport());
    if (this.panes.length) this.root.append(this.#looks());
  }

  #transport() {
    const step = (words, name, key, run) => button(words, run, { key, "aria-label": name, title: name });
    return element("div", { class: "bar" },
      step("|◀", "first frame", "Home", () => this.step(-Infinity)),
      step("‹", "one back", "←", () => this.step(-1)),
      this.playButton,
      step("›", "one on", "→", () => this.step(1)),
      step("▶|", "last frame", "End", () => this.step(Infinity)),
      select("frames a second", RATES.map((r) => [String(r), `${r} / s`]), "8", (value) => {
        this.rate = Number(value);
        if (this.timer) { this.pause(); this.play(); }
      }, { class: "quiet" }),
      element("span", { class: "bar-group" },
        step("−", "smaller", "−", () => this.setZoom(-1)),
        (this.zoomWords = element("output", { class: "zoom", text: "1×" })),
        step("+", "larger", "+", () => this.setZoom(1))),
    );
  }

  #looks() {
    const others = [["mean", "running mean"]];
    if (this.view.frames?.channels.includes("template")) others.unshift(["template", "template"]);
    this.blinkButton = button("Blink", () => this.blink(), { key: "b", "aria-pressed": "false" });
    this.toggles = {};
    const toggle = (name, words, key, title) => {
      const made = button(words, () => this.set(name, !this[name]), { key, title });
      this.toggles[name] = made;
      return made;
    };
    this.stretchButton = button("asinh", () => this.flipStretch(), { key: "s", title: "stretch: asinh or linear" });
    const bar = element("div", { class: "bar" },
      this.blinkButton,
      select("blink with", others, this.blinkWith, (value) => { this.blinkWith = value; this.draw(); }, { class: "quiet" }),
      this.stretchButton,
      toggle("isPerFrame", "Each frame", "f", "zscale of each frame, in place of one for the sequence"),
      toggle("isLevelled", "Sky off", "k", "take the sky's level off each frame"),
      toggle("isInverted", "Invert", "i", "black on white"),
    );
    this.#sync();
    return bar;
  }

  flipStretch() {
    this.set("stretch", this.stretch === "asinh" ? "linear" : "asinh");
  }

  #sync() {
    if (!this.toggles) return;
    this.stretchButton.textContent = this.stretch;
    for (const [name, made] of Object.entries(this.toggles)) made.setAttribute("aria-pressed", String(this[name]));
  }

  #sayPlaying() {
    if (!this.playButton) return;
    this.playButton.textContent = this.timer ? "❚❚" : "▶";
    this.playButton.setAttribute("aria-label", this.timer ? "pause" : "play");
  }

  #counted = (epoch) => this.view.epochs[epoch]?.is_read ?? true;

  #drawPane(pane) {
    const { frames } = pane;
    const other = this.showsOther && pane === this.panes[0] ? this.#other(frames) : null;
    const isDifference = pane.channel === "difference";
    const levels = this.isLevelled && !isDifference;
    const sky = other ? other.sky : levels ? frames.sky(this.epoch) : 0;
    const range = this.#range(pane, levels, isDifference);
    const stretch = stretchOf(range, this.stretch);
    const colours = coloursOf({ isDifference, isInverted: this.isInverted });
    const picture = new ImageData(frames.width, frames.height);
    paint(picture, other?.values ?? frames.values(this.epoch), frames, sky, stretch, colours);
    this.#show(pane, picture);
    pane.badge.textContent = other ? other.words : pane.channel;
    pane.badge.classList.toggle("is-other", Boolean(other));
    const top = this.stretch === "asinh" ? range.bright : range.high;
    pane.rangeWords.textContent = `${compact(range.low)} to ${compact(top)}${levels ? " above sky" : ""}`;
    pane.canvas.setAttribute("aria-label", `${pane.badge.textContent}, frame ${this.epoch + 1} of ${this.length}`);
    pane.canvas.dataset.epoch = this.epoch;
  }

  #range(pane, levels, isDifference) {
    const { frames } = pane;
    if (this.isPerFrame) {
      const sky = levels ? frames.sky(this.epoch) : 0;
      return rangeOf(frames.values(this.epoch).map((value) => value - sky), { isDifference });
    }
    const read = this.view.epochs.map((epoch) => epoch.index).filter(this.#counted);
    const epochs = (read.length ? read : this.view.epochs.map((epoch) => epoch.index)).filter((i) => i < frames.length);
    const zscaled = levels ? null : this.view.frames.zscale?.[pane.channel];
    pane.range ??= rangeOf(frames.sample(levels, epochs), { isDifference, zscaled });
    return pane.range;
  }

  /** Return what the frame blinks with. */
  #other(frames) {
    const template = this.panes.find((pane) => pane.channel === "template")?.frames;
    if (this.blinkWith === "template" && template) {
      const sky = this.isLevelled ? template.sky(this.epoch) : 0;
      return { values: template.values(this.epoch), sky, words: "template" };
    }
    const values = frames.runningMean(this.epoch, this.#counted);
    const number = this.view.epochs.filter((epoch) => epoch.index <= this.epoch && this.#counted(epoch.index)).length;
    const sky = this.isLevelled ? 0 : -frames.sky(this.epoch);
    return { values, sky, words: `mean of ${counted(number, "frame")}` };
  }

  #show(pane, picture) {
    const { width, height } = picture;
    const whole = element("canvas", { width, height });
    whole.getContext("2d").putImageData(picture, 0, 0);
    const context = pane.canvas.getContext("2d");
    const side = pane.canvas.width;
    context.imageSmoothingEnabled = false;
    const window = this.#window(width, height);
    context.drawImage(whole, window.x, window.y, window.width, window.height, 0, 0, side, side);
    const place = (x, y) => [
      ((x + 0.5 - window.x) / window.width) * side,
      ((height - 0.5 - y - window.y) / window.height) * side,
    ];
    if (this.overlay && this.overlay.epoch === this.epoch && pane === this.panes[0]) {
      drawOverlay(context, this.overlay, place);
    }
    drawMark(context, place(Math.floor(width / 2), Math.floor(height / 2)), side);
  }

  #window(width, height) {
    const [w, h] = [width / this.zoom, height / this.zoom];
    const clamp = (at, size, most) => Math.max(0, Math.min(most - size, at * most - size / 2));
    return { x: clamp(this.centre.x, w, width), y: clamp(this.centre.y, h, height), width: w, height: h };
  }

  #dragging(pane) {
    const { canvas } = pane;
    let from = null;
    canvas.addEventListener("pointerdown", (event) => {
      if (this.zoom === 1) return;
      from = { x: event.clientX, y: event.clientY, centre: this.centre };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!from) return;
      const size = canvas.clientWidth * this.zoom;
      const inside = (at) => Math.max(0, Math.min(1, at));
      this.centre = {
        x: inside(from.centre.x - (event.clientX - from.x) / size),
        y: inside(from.centre.y - (event.clientY - from.y) / size),
      };
      this.draw();
    });
    const stop = () => { from = null; };
    canvas.addEventListener("pointerup", stop);
    canvas.addEventListener("pointercancel", stop);
    canvas.addEventListener("dblclick", () => this.setZoom(this.zoom === 1 ? 1 : 0));
  }

  #caption() {
    const epoch = this.view.epochs[this.epoch];
    this.slider.value = this.epoch;
    if (!epoch) {
      this.captionLine.replaceChildren(element("b", { text: `${this.epoch + 1} / ${this.length}` }), element("span", { text: "answers" }));
      return;
    }
    const facts = [
      element("b", { text: `${this.epoch + 1} / ${this.length}` }),
      element("span", { text: `MJD ${digits(epoch.mjd, 3)}` }),
      element("span", { text: epoch.band ? `band ${epoch.band}` : "no band" }),
      element("span", { text: `seeing ${digits(epoch.seeing_fwhm_px, 1)} px` }),
    ];
    this.captionLine.replaceChildren(...facts);
    const words = epoch.is_read ? [...epoch.quality] : [`not read: ${epoch.ignored_reason ?? epoch.quality.join(", ")}`];
    this.stateLine.textContent = words.join(" · ") || " ";
    this.stateLine.classList.toggle("is-warning", !epoch.is_read);
  }
}

function compact(value) {
  const size = Math.abs(value);
  return digits(value, size >= 100 ? 0 : size >= 1 ? 1 : 3);
}

/** Two ticks point at the object and leave it free. */
function drawMark(context, [x, y], side) {
  context.strokeStyle = "#E69F00";
  context.lineWidth = 2.5;
  context.beginPath();
  context.moveTo(x + GAP * side, y);
  context.lineTo(x + (GAP + TICK) * side, y);
  context.moveTo(x, y - GAP * side);
  context.lineTo(x, y - (GAP + TICK) * side);
  context.stroke();
}

/**
 * Parts of an occlusion map, between the edges `y` and `x` in pixels: orange where hiding them
 * weakens the answer, blue where it helps.
 */
function drawOverlay(context, { y: ys, x: xs, values }, place) {
  const most = Math.max(1e-9, ...values.flat().map(Math.abs));
  values.forEach((row, j) => row.forEach((value, i) => {
    // an edge lies half a pixel before the centre of the pixel that it begins
    const [left, top] = place(xs[i] - 0.5, ys[j + 1] - 0.5);
    const [right, bottom] = place(xs[i + 1] - 0.5, ys[j] - 0.5);
    context.fillStyle = value < 0 ? "#E69F00" : "#56B4E9";
    context.globalAlpha = 0.75 * (Math.abs(value) / most) ** 1.3;
    context.fillRect(left, top, right - left, bottom - top);
  }));
  context.globalAlpha = 1;
}
