// The light curve of an object: what the document holds, or what is measured once it is shown.

import { lightCurveChart } from "./charts.js";
import { button, digits, element, swatch } from "./dom.js";

/** How long the film stays open before its light curve is asked for: who leafs on wants none. */
const PAUSE_MS = 250;

export class LightCurvePanel {
  /**
   * @param {object} view document; its light curve is null where it has yet to be measured
   * @param {TimeAxis} axis
   * @param {object} options
   * @param {function(): Promise<object>} [options.measure] returns the light curve
   * @param {function(number)} options.onEpoch
   */
  constructor(view, axis, { measure, onEpoch }) {
    Object.assign(this, { view, axis, measure, onEpoch, unit: "mag" });
    this.unitButton = button("Fluxes", () => this.flipUnit(), { key: "m", title: "magnitudes or fluxes" });
    this.title = element("h2");
    this.legend = element("ul", { class: "legend" });
    this.body = element("div", { class: "curve-body" });
    this.pointLine = element("p", { class: "faint point-line", text: " " });
    this.root = element("section", { class: "panel light-curve" },
      element("header", {}, this.title, this.legend, this.unitButton), this.body, this.pointLine);
    if (view.light_curve) this.#fill(view.light_curve);
    else this.#say(measure ? "The light curve is being measured …" : "No light curve was measured.");
  }

  /** Ask for the light curve, if there is none yet. */
  async start() {
    if (this.view.light_curve || !this.measure) return;
    await new Promise((go) => { setTimeout(go, PAUSE_MS); });
    if (this.isGone) return;
    try {
      const curve = await this.measure();
      if (this.isGone) return;
      this.view.light_curve = curve;
      this.#fill(curve);
      this.render();
      this.show(this.epoch ?? 0);
    } catch (problem) {
      this.#say(problem.message);
    }
  }

  flipUnit() {
    if (!this.chart) return;
    this.unit = this.unit === "mag" ? "flux" : "mag";
    this.#sayUnit();
    this.render();
    this.#sayPoint();
  }

  render() {
    this.chart?.render();
  }

  show(epoch) {
    this.epoch = epoch;
    this.chart?.show(epoch);
    this.#sayPoint();
  }

  destroy() {
    this.isGone = true;
    this.chart?.destroy();
  }

  #fill(curve) {
    this.points = Object.entries(curve).flatMap(([band, own]) => own.map((point) => ({ band, ...point })));
    if (!this.points.length) {
      this.#say("No light curve was measured.");
      return;
    }
    this.unit = usesMagnitudes(this.points) ? "mag" : "flux";
    const { chart, bands, marks } = lightCurveChart(curve, this.axis, this, this.onEpoch);
    this.chart = chart;
    this.legend.replaceChildren(...bands.filter(Boolean).map((band) =>
      element("li", {}, swatch(marks[band].colour), element("span", { text: `${band} (${marks[band].shape})` }))));
    this.unitButton.hidden = false;
    this.body.replaceChildren(chart.root);
    this.root.dataset.measured = "true";
    this.#sayUnit();
  }

  #say(text) {
    this.title.textContent = "Light curve";
    this.unitButton.hidden = true;
    this.body.replaceChildren(element("p", { class: "empty", role: "status", text }));
  }

  #sayUnit() {
    const isMag = this.unit === "mag";
    this.unitButton.textContent = isMag ? "Fluxes" : "Magnitudes";
    this.title.textContent = isMag ? "Light curve, magnitudes" : "Light curve, fluxes";
  }

  #sayPoint() {
    if (!this.chart) return;
    const point = this.points.find((one) => (one.index ?? this.axis.epochAt(one.mjd)) === this.epoch);
    this.pointLine.textContent = point ? pointWords(point, this.unit) : "nothing measured in this frame";
  }
}

function usesMagnitudes(points) {
  const known = points.filter((point) => point.mag !== null && point.mag !== undefined);
  return known.length > points.length / 2;
}

function pointWords(point, unit) {
  const band = point.band ? `${point.band} ` : "";
  if (unit === "flux") return `${band}flux ${digits(point.flux, 2)} ± ${digits(point.flux_error, 2)}`;
  if (point.mag === null) return `${band}fainter than ${digits(point.limiting_mag, 2)} mag`;
  return `${band}${digits(point.mag, 3)} ± ${digits(point.mag_error, 3)} mag`;
}
