// One object: its film, light curve, answers, evidence and facts. It is given a document (the
// object's JSON) and a function for frames, and knows nothing of where they come from, so that
// the served page and the single file show the same.

import { Film } from "./film.js";
import { TimeAxis, evidenceChart, probabilityChart, setChart } from "./charts.js";
import { button, count, counted, digits, element, isTyping, offerFile, swatch } from "./dom.js";
import { LightCurvePanel } from "./light_curve_panel.js";

export const OBJECT_KEYS = [
  ["← →", "one frame back, on"],
  ["Home End", "first, last frame"],
  ["space", "play, pause"],
  ["b", "blink against the template or the running mean"],
  ["s", "stretch: asinh or linear"],
  ["f", "zscale of each frame, or one for the sequence"],
  ["k", "take the sky's level off each frame"],
  ["i", "black on white"],
  ["+ − 0", "zoom in, out, back"],
  ["t", "time or epochs along the axis"],
  ["m", "magnitudes or fluxes"],
  ["e", "work out the evidence"],
];

/**
 * Show an object in an element.
 *
 * @param {HTMLElement} root
 * @param {object} view document of the object
 * @param {object} options
 * @param {function(string): Promise<Int16Array>} options.frames raw frames of a channel
 * @param {function(): Promise<object>} [options.lightCurve] measures the light curve, where the
 *   document has none yet
 * @param {function(number?): Promise<object>} [options.evidence] works out the evidence, with the
 *   map of a frame
 * @param {Array<{name, href}>} [options.exports] where files of the object are served; without
 *   them the page makes JSON, CSV and PNG by itself
 * @returns {{film: Film, destroy: function}} its film, and how to take it down
 */
export function mountObjectView(root, view, options) {
  const made = new ObjectView(root, view, options);
  return { film: made.film, destroy: () => made.destroy() };
}

class ObjectView {
  constructor(root, view, options) {
    Object.assign(this, { root, view, options });
    this.axis = new TimeAxis(view);
    this.film = new Film(view, options.frames, (epoch) => this.#onEpoch(epoch));
    this.curve = new LightCurvePanel(view, this.axis, { measure: options.lightCurve, onEpoch: (epoch) => this.#pick(epoch) });
    this.charts = [this.curve];
    this.root.replaceChildren(this.#layout());
    this.#listen();
    this.#render();
    this.film.go(this.film.length - 1);
    // the frames first: to measure a light curve takes longer than to send them
    this.film.start().then(() => this.curve.start());
  }

  destroy() {
    this.film.destroy();
    this.stop.abort();
    this.watcher.disconnect();
    for (const chart of this.charts) chart.destroy();
  }

  #layout() {
    const { view } = this;
    return element("article", { class: "object" },
      this.#headline(),
      element("div", { class: "object-columns" },
        element("div", { class: "object-left" }, this.film.root, this.#facts()),
        element("div", { class: "object-right" },
          view.answers.length ? this.#answers() : null,
          this.curve.root,
          this.options.evidence ? this.#evidence() : null,
        ),
      ),
    );
  }

  #headline() {
    const { view } = this;
    const last = view.answers.at(-1);
    const words = Object.fromEntries(view.classes.map((one) => [one.name, one]));
    const said = words[last?.predicted_class];
    const verdict = element("p", { class: "verdict" });
    if (last) {
      verdict.append(
        said ? swatch(said.colour) : "",
        element("b", { text: last.predicted_class ?? "no class" }),
        element("span", { text: classWords(said) }),
        last.detected === false
          ? element("span", { text: "as nothing is detected" })
          : element("b", { class: "number", text: digits(last.p[last.predicted_class], 3) }),
        element("span", { class: "faint", text: `after ${counted(last.n_epochs, "epoch")}` }),
      );
    } else verdict.append(element("span", { text: "no model has answered" }));
    return element("header", { class: "object-head" },
      element("h1", { text: view.object_id }),
      verdict,
      element("ul", { class: "tags" }, this.#tags(last).map(([text, kind]) => element("li", { class: kind, text }))),
      element("ul", { class: "sentences" }, view.sentences.map((text) => element("li", { text }))),
    );
  }

  #tags(last) {
    const { view } = this;
    const tags = [];
    if (view.class_name) tags.push([`known to be ${view.class_name}`, "tag"]);
    if (last) {
      if (last.detected !== null) tags.push(last.detected ? ["detected", "tag"] : ["not detected", "tag warn"]);
      if (last.unlike) tags.push(["unlike what the model learnt from", "tag warn"]);
      if (last.set) tags.push([`set: ${last.set.join(", ") || "empty"}`, "tag"]);
      tags.push([`typicality ${digits(last.typicality, 3)}`, "tag"]);
      if (last.n_ignored) tags.push([`${counted(last.n_ignored, "epoch")} not read`, "tag warn"]);
    }
    if (view.model) tags.push([`model ${view.model}`, "tag quiet"]);
    if (view.simulated) tags.push(["simulated", "tag quiet"]);
    return tags;
  }

  #answers() {
    const { view } = this;
    const probability = this.#add(probabilityChart(view, this.axis, (epoch) => this.#pick(epoch)));
    const sets = this.#add(setChart(view, this.axis, (epoch) => this.#pick(epoch)));
    this.axisButton = button("By time", () => this.flipAxis(), { key: "t", title: "epochs or MJD along the axis" });
    return element("section", { class: "panel" },
      element("header", {}, element("h2", { text: "Answer after each epoch" }), this.axisButton),
      this.#readout(),
      probability.root,
      view.answers.some((answer) => answer.detected === false)
        ? element("p", { class: "faint", text: "Faint: nothing is detected there, and the probabilities do not count." })
        : null,
      element("h3", { text: "Set of classes" }),
      sets.root,
    );
  }

  /** Make the legend, which tells the numbers of the epoch that is shown. */
  #readout() {
    this.readout = this.view.classes.map(({ name, words, colour }) => {
      const bar = element("span", { class: "bar-fill" });
      bar.style.setProperty("background-color", colour);
      const row = {
        name, bar,
        number: element("span", { class: "number" }),
        inSet: element("span", { class: "in-set", title: "in the set of classes" }),
      };
      row.root = element("li", { title: words },
        swatch(colour), element("b", { text: name }), element("span", { class: "words", text: classWords({ name, words }) }),
        element("span", { class: "bar-track" }, bar), row.number, row.inSet);
      return row;
    });
    this.readoutTitle = element("p", { class: "faint readout-title" });
    return element("div", {}, this.readoutTitle,
      element("ul", { class: "readout" }, this.readout.map((row) => row.root)));
  }

  #evidence() {
    this.evidenceBody = element("div", { class: "evidence" },
      element("p", { class: "faint", text: "Which epochs made the answer, and where on the frame? The model is asked again with each of them left out; this takes a few seconds." }));
    this.evidenceButton = button("Work it out", () => this.askEvidence(), { key: "e" });
    return element("section", { class: "panel" },
      element("header", {}, element("h2", { text: "Evidence" }), this.evidenceButton),
      this.evidenceBody);
  }

  #facts() {
    const { view } = this;
    const place = view.ra === null || view.ra === undefined ? "not known" : `${digits(view.ra, 5)} ${view.dec < 0 ? "" : "+"}${digits(view.dec, 5)}`;
    const size = view.frames ? `${view.frames.height} × ${view.frames.width} px` : "none";
    const bands = [...new Set(view.epochs.map((epoch) => epoch.band))].filter(Boolean).join(" ") || "not named";
    const facts = [["Position (J2000, degrees)", place], ["Survey", view.survey || "not known"],
      ["Frames", `${count(view.epochs.length)}, ${size}`], ["Bands", bands]];
    const links = view.links.filter(({ url }) => /^https?:\/\//.test(url)).map(({ name, url }) =>
      element("a", { href: url, target: "_blank", rel: "noopener noreferrer", text: name }));
    return element("section", { class: "panel facts" },
      element("dl", {}, facts.flatMap(([name, text]) => [element("dt", { text: name }), element("dd", { text })])),
      links.length ? element("p", { class: "links" }, element("span", { class: "faint", text: "Look up: " }), links) : null,
      element("p", { class: "links" }, element("span", { class: "faint", text: "Save as: " }), this.#exports()));
  }

  #exports() {
    const given = (this.options.exports ?? []).map(({ name, href }) => element("a", { href, download: "", text: name }));
    if (given.length) return given;
    const own = { JSON: () => this.#saveJson(), CSV: () => this.#saveCsv() };
    if (this.view.frames) own.PNG = () => this.#savePng();
    return Object.entries(own).map(([name, save]) => button(name, save, { class: "linklike" }));
  }

  #saveJson() {
    offerFile(`${this.#fileName()}.json`, JSON.stringify(this.view, null, 1), "application/json");
  }

  #saveCsv() {
    offerFile(`${this.#fileName()}.csv`, answersAsCsv(this.view), "text/csv");
  }

  #savePng() {
    this.film.panes[0].canvas.toBlob((blob) => offerFile(`${this.#fileName()}-${this.film.epoch + 1}.png`, blob));
  }

  #fileName() {
    return this.view.object_id.replace(/[^\w.+-]+/g, "_");
  }

  /** Ask for the evidence, with the map of one frame; without it of the one that counts most. */
  async askEvidence(epoch) {
    if (!this.options.evidence || this.isAsking) return;
    this.isAsking = true;
    this.evidenceButton.disabled = true;
    this.evidenceButton.textContent = "Working …";
    try {
      this.#showEvidence(await this.options.evidence(epoch));
      this.evidenceButton.textContent = "Again";
    } catch (problem) {
      this.evidenceBody.replaceChildren(element("p", { class: "problem", role: "alert", text: problem.message }));
      this.evidenceButton.textContent = "Try again";
    }
    this.isAsking = false;
    this.evidenceButton.disabled = false;
  }

  #showEvidence(evidence) {
    this.charts = this.charts.filter((chart) => chart !== this.evidenceShown);
    this.evidenceShown?.destroy();
    const chart = this.#add(evidenceChart(evidence, this.axis, (epoch) => this.#pick(epoch)));
    this.evidenceShown = chart;
    const top = [...evidence.epochs]
      .filter((one) => one.log_odds_change !== null)
      .sort((a, b) => Math.abs(b.log_odds_change) - Math.abs(a.log_odds_change))
      .slice(0, 5);
    const chips = top.map(({ index, log_odds_change: change }) =>
      button(`epoch ${index + 1}: ${change > 0 ? "+" : ""}${digits(change, 2)}`, () => this.#pick(index), { "data-index": index }));
    const map = evidence.occlusion;
    const parts = [
      element("p", { class: "faint", text: `Change in the log-odds of ${evidence.class_name} when an epoch is left out: below zero (orange) it spoke for ${evidence.class_name}, above (blue) against.` }),
      chart.root,
      element("p", { class: "chips" }, element("span", { class: "faint", text: "Largest: " }), chips),
    ];
    if (map) {
      parts.push(element("p", { class: "chips" },
        element("span", { class: "faint", text: `Hiding parts of frame ${map.epoch + 1}: orange where it weakens the answer. ` }),
        button("Show it", () => { this.film.setOverlay(map); this.#pick(map.epoch); }),
        button("Take it off", () => this.film.setOverlay(null)),
        button("Map of the frame shown now", () => this.askEvidence(this.film.epoch))));
      this.film.setOverlay(map);
    }
    this.evidenceBody.replaceChildren(...parts);
    chart.render();
    chart.show(this.film.epoch);
  }

  flipAxis() {
    this.axis.kind = this.axis.kind === "time" ? "epoch" : "time";
    if (this.axisButton) this.axisButton.textContent = this.axis.kind === "time" ? "By epoch" : "By time";
    this.#render();
  }

  #add(chart) {
    this.charts.push(chart);
    return chart;
  }

  #pick(epoch) {
    this.film.pause();
    this.film.go(epoch);
  }

  #onEpoch(epoch) {
    if (!this.charts) return;
    for (const chart of this.charts) chart.show(Math.max(0, epoch));
    this.root.dataset.epoch = epoch;
    this.#sayAnswer(epoch);
  }

  #sayAnswer(epoch) {
    if (!this.readout) return;
    const known = this.view.answers.filter((answer) => this.axis.epochOfAnswer(answer) <= epoch);
    const answer = known.at(-1);
    this.readoutTitle.textContent = answer
      ? `After ${counted(answer.n_epochs, "epoch")}, up to MJD ${digits(answer.mjd_last, 2)}`
      : "No answer yet";
    for (const row of this.readout) {
      const p = answer?.p[row.name] ?? null;
      row.bar.style.setProperty("width", `${100 * (p ?? 0)}%`);
      row.number.textContent = digits(p, 3);
      row.inSet.textContent = answer?.set?.includes(row.name) ? "in set" : "";
      row.root.classList.toggle("is-answer", answer?.predicted_class === row.name);
    }
  }

  #render() {
    for (const chart of this.charts) chart.render();
  }

  #listen() {
    this.stop = new AbortController();
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal: this.stop.signal });
    let width = 0;
    this.watcher = new ResizeObserver(([entry]) => {
      if (Math.abs(entry.contentRect.width - width) < 1) return;
      width = entry.contentRect.width;
      this.#render();
    });
    this.watcher.observe(this.root);
    document.addEventListener("taonet-theme", () => this.#render(), { signal: this.stop.signal });
  }

  #onKey(event) {
    if (isTyping(event) || document.querySelector("dialog[open]")) return;
    const { film } = this;
    const keys = {
      ArrowLeft: () => film.step(-1), ArrowRight: () => film.step(1),
      Home: () => film.step(-Infinity), End: () => film.step(Infinity),
      " ": () => film.toggle(), b: () => film.blink(), s: () => film.flipStretch(),
      f: () => film.set("isPerFrame", !film.isPerFrame), k: () => film.set("isLevelled", !film.isLevelled),
      i: () => film.set("isInverted", !film.isInverted),
      "+": () => film.setZoom(1), "=": () => film.setZoom(1), "-": () => film.setZoom(-1), 0: () => film.setZoom(0),
      t: () => this.flipAxis(), m: () => this.curve.flipUnit(), e: () => this.askEvidence(),
    };
    const run = keys[event.key];
    if (!run || !this.film.length) return;
    // a button that has the focus answers the space bar by itself
    if (event.key === " " && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    run();
  }
}

/** Return what a class stands for, unless that says the same again. */
function classWords(said) {
  if (!said) return "no class is given";
  return said.words.toLowerCase() === said.name.toLowerCase() ? "" : said.words;
}

/** Return the answers as a table of text, with the names of the prediction table. */
export function answersAsCsv(view) {
  const classes = view.classes.map((one) => one.name);
  const plain = ["n_epochs", "mjd_last", "predicted_class", "typicality", "unlike", "detected", "snr", "n_ignored"];
  const head = ["object_id", ...plain, ...classes.map((name) => `p_${name}`), "set"];
  const rows = view.answers.map((answer) => [
    view.object_id, ...plain.map((name) => answer[name]), ...classes.map((name) => answer.p[name]), (answer.set ?? []).join(" "),
  ]);
  return [head, ...rows].map((row) => row.map(csvCell).join(",")).join("\n") + "\n";
}

function csvCell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
