// A file of one's own: drop it, read the answer.

import { api } from "./api.js";
import { count, counted, element } from "./dom.js";
import { mountObjectView } from "./object_view.js";
import { viewOptions } from "./object_page.js";

/** Seconds beyond the time that a file may take: what is being classified then is still answered. */
const GRACE = 60;

const FORMATS = [
  ["FITS", "cutouts of one object: an image an extension, or a cube, with times in the headers"],
  ["npz", "stamps (object, epoch, y, x), mjd (object, epoch), n_epochs and object_id (object)"],
  ["Avro", "alert packets with their cutouts; packets of one object are joined"],
];

export function showClassify(root, _, app) {
  const page = new ClassifyPage(root, app);
  return () => page.destroy();
}

class ClassifyPage {
  constructor(root, app) {
    Object.assign(this, { root, app });
    this.input = element("input", { type: "file", multiple: true, class: "file", "aria-label": "file", on: { change: () => this.#take(this.input.files) } });
    this.drop = element("label", { class: "drop" }, this.input,
      element("b", { text: "Drop a file here, or click to choose one" }),
      element("span", { class: "faint", text: "FITS cutouts, npz arrays, or Avro alerts. It is read on this machine and goes nowhere else." }));
    for (const kind of ["dragenter", "dragover"]) this.drop.addEventListener(kind, (event) => this.#over(event, true));
    for (const kind of ["dragleave", "drop"]) this.drop.addEventListener(kind, (event) => this.#over(event, false));
    this.drop.addEventListener("drop", (event) => this.#take(event.dataTransfer.files));
    this.state = element("div", { class: "classify-state", "aria-live": "polite" });
    this.list = element("ul", { class: "found" });
    this.holder = element("div", { class: "object-holder" });
    this.formats = element("dl", { class: "formats" }, FORMATS.flatMap(([name, words]) => [element("dt", { text: name }), element("dd", { text: words })]));
    this.root.append(element("h1", { text: "Classify a file" }), this.drop, this.formats, this.state, this.list, this.holder);
  }

  destroy() {
    this.shown?.destroy();
  }

  #over(event, isOver) {
    event.preventDefault();
    this.drop.classList.toggle("is-over", isOver);
  }

  async #take(files) {
    for (const file of files) await this.#classify(file);
    this.input.value = "";
  }

  async #classify(file) {
    const stopClock = this.#showClock(file);
    this.list.replaceChildren();
    this.shown?.destroy();
    this.shown = null;
    this.holder.replaceChildren();
    try {
      const { objects, rejected } = await api.classify(file, AbortSignal.timeout(1000 * (this.app.session.classify_seconds + GRACE)));
      this.#say(file, objects, rejected);
      if (objects.length) await this.#open(objects[0]);
    } catch (problem) {
      this.state.replaceChildren(element("p", { class: "problem", role: "alert", text: problem.message }));
    } finally {
      stopClock();
    }
  }

  /** Say how long a file has been read, and when it is given up; return how to stop that. */
  #showClock(file) {
    const start = performance.now();
    const clock = element("span", { class: "faint number", "aria-hidden": "true" });
    const most = this.app.session.classify_seconds;
    const tick = () => { clock.textContent = ` ${Math.floor((performance.now() - start) / 1000)} s`; };
    this.state.replaceChildren(element("p", { class: "working" },
      element("span", { text: `Reading ${file.name} …` }), clock,
      element("span", { class: "faint", text: ` What takes more than ${count(most)} s is given up.` })));
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }

  #say(file, objects, rejected) {
    const parts = [element("p", { text: `${file.name}: ${counted(objects.length, "object")} classified.` })];
    for (const { name, reason } of rejected ?? []) parts.push(element("p", { class: "problem", text: `${name}: ${reason}` }));
    this.state.replaceChildren(...parts);
    if (objects.length < 2) return;
    this.list.replaceChildren(...objects.slice(0, 200).map((id) => {
      const made = element("button", { type: "button", text: id, on: { click: () => this.#open(id) } });
      return element("li", {}, made);
    }));
  }

  async #open(id) {
    const view = await api.object(id);
    this.shown?.destroy();
    for (const one of this.list.querySelectorAll("button")) one.setAttribute("aria-pressed", String(one.textContent === id));
    this.shown = mountObjectView(this.holder, view, viewOptions(id, view, this.app.session));
  }
}
