// What is most worth a label, one after the other, and the labels given so far.

import { api } from "./api.js";
import { button, counted, digits, element, isTyping, swatch } from "./dom.js";
import { LabelBar, labelsByObject } from "./label_bar.js";
import { mountObjectView } from "./object_view.js";
import { viewOptions } from "./object_page.js";
import { noThumbnail, thumbnail } from "./thumbnail.js";

const LENGTH = 50;

export async function showQueue(root, _, app) {
  const page = new QueuePage(root, app);
  await page.start();
  return () => page.destroy();
}

class QueuePage {
  constructor(root, app) {
    Object.assign(this, { root, app, at: 0, items: [] });
    this.colours = Object.fromEntries(app.session.classes.map((one) => [one.name, one.colour]));
    this.bar = new LabelBar(app.session, (label) => this.#onLabel(label));
    this.counter = element("span", { class: "faint" });
    this.list = element("ol", { class: "queue-list" });
    this.holder = element("div", { class: "object-holder" });
    this.root.append(
      element("div", { class: "queue-head" }, element("h1", { text: "What is most worth a label" }), this.counter,
        button("Skip", () => this.#go(this.at + 1), { key: "x" }),
        element("a", { class: "button", href: api.labelsFile, download: "labels.csv", text: "Export labels (CSV)" })),
      this.bar.root,
      element("div", { class: "queue-columns" }, this.list, this.holder));
    this.stop = new AbortController();
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal: this.stop.signal });
  }

  destroy() {
    this.stop.abort();
    this.bar.destroy();
    this.shown?.destroy();
  }

  async start() {
    const [queue, labels] = await Promise.all([api.queue(LENGTH), labelsByObject()]);
    this.labels = labels;
    this.items = queue.rows ?? queue;
    this.#draw();
    await this.#go(0);
  }

  #draw() {
    this.list.replaceChildren(...this.items.map((item, i) => this.#item(item, i)));
    const number = Object.keys(this.labels).length;
    this.counter.textContent = `${counted(number, "label")} so far`;
  }

  #item(item, i) {
    const label = this.labels[item.object_id];
    const why = item.reason ?? (item.unlike ? "unlike the others" : `entropy ${digits(item.entropy, 2)}`);
    const made = element("button", { type: "button", class: "queue-item", "aria-current": i === this.at ? "true" : null, data: { id: item.object_id }, on: { click: () => this.#go(i) } },
      this.app.session.has_frames ? thumbnail(item.object_id, 40) : noThumbnail(),
      element("span", { class: "queue-words" },
        element("b", { text: item.object_id }),
        element("span", { class: "faint" }, swatch(this.colours[item.predicted_class] ?? "#777"), ` ${item.predicted_class ?? "none"} ${digits(item.probability, 2)} · ${why}`)),
      element("span", { class: "queue-label", text: label?.label ?? "" }));
    return element("li", {}, made);
  }

  async #go(i) {
    if (!this.items.length) {
      this.holder.replaceChildren(element("p", { class: "empty", text: "Nothing is left to label." }));
      return;
    }
    this.at = Math.max(0, Math.min(this.items.length - 1, i));
    const at = this.at;
    const id = this.items[at].object_id;
    this.bar.show(id, this.labels[id]);
    this.#draw();
    this.list.children[at]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const view = await api.object(id);
    if (at !== this.at || this.stop.signal.aborted) return;
    this.shown?.destroy();
    this.shown = mountObjectView(this.holder, view, viewOptions(id, view, this.app.session));
  }

  async #onLabel({ object_id: id, label, ...rest }) {
    if (label === null) delete this.labels[id];
    else this.labels[id] = { object_id: id, label, ...rest };
    if (label !== null && this.items[this.at]?.object_id === id && this.at < this.items.length - 1) await this.#go(this.at + 1);
    else this.#draw();
  }

  #onKey(event) {
    if (isTyping(event) || document.querySelector("dialog[open]")) return;
    if (event.key === "x" || event.key === "n") this.#go(this.at + 1);
    else if (event.key === "p") this.#go(this.at - 1);
  }
}
