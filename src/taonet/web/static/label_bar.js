// A person's label: a class by number, with name; kept apart from what models say.

import { api } from "./api.js";
import { button, element, isTyping, remember, swatch } from "./dom.js";

/**
 * Make the bar.
 *
 * @param {object} session
 * @param {function(object)} onLabel is told the label that was saved, or {object_id, label: null}
 */
export class LabelBar {
  constructor(session, onLabel) {
    Object.assign(this, { session, onLabel });
    this.said = element("output", { class: "label-said", "aria-live": "polite" });
    this.name = element("input", {
      type: "text", value: remember("name"), placeholder: "your name", "aria-label": "your name", maxlength: 80,
      on: {
        change: () => remember("name", this.name.value.trim()),
        keydown: (event) => event.key === "Enter" && this.name.blur(), // keys label again
      },
    });
    this.buttons = session.classes.map(({ name, words, colour }, i) => {
      const made = button(name, () => this.give(name), { key: i < 9 ? String(i + 1) : "", title: words, class: "label-class", "aria-pressed": "false" });
      made.prepend(element("kbd", { text: i < 9 ? String(i + 1) : "" }), swatch(colour));
      made.dataset.label = name;
      return made;
    });
    this.undo = button("Take back", () => this.give(null));
    this.root = element("section", { class: "label-bar panel", "aria-label": "Your label" },
      element("h2", { text: "Your label" }), element("div", { class: "label-classes" }, this.buttons),
      this.undo, this.name, this.said);
    this.stop = new AbortController();
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal: this.stop.signal });
  }

  destroy() {
    this.stop.abort();
  }

  /** Be about an object, which may have a label already. */
  show(objectId, label) {
    this.objectId = objectId;
    this.#mark(label?.label ?? null);
    this.said.textContent = label ? `${label.label}, by ${label.name || "nobody named"}${label.time ? `, ${label.time.slice(0, 16).replace("T", " ")}` : ""}` : "not labelled yet";
  }

  async give(label) {
    const objectId = this.objectId;
    const name = this.name.value.trim();
    if (!objectId) return;
    if (!name) {
      this.said.textContent = "Your name first: it stands beside the label.";
      this.name.focus();
      return;
    }
    remember("name", name);
    try {
      if (label === null) await api.removeLabel(objectId, name);
      else await api.setLabel({ object_id: objectId, label, name });
    } catch (problem) {
      this.said.textContent = problem.message;
      return;
    }
    const given = label === null ? null : { object_id: objectId, label, name, time: new Date().toISOString() };
    if (objectId === this.objectId) this.show(objectId, given);
    this.onLabel(given ?? { object_id: objectId, label: null });
  }

  #mark(label) {
    for (const made of this.buttons) made.setAttribute("aria-pressed", String(made.dataset.label === label));
    this.undo.disabled = label === null;
  }

  #onKey(event) {
    if (isTyping(event) || document.querySelector("dialog[open]")) return;
    const number = Number(event.key);
    const label = Number.isInteger(number) && number > 0 ? this.session.classes[number - 1] : null;
    if (label) {
      event.preventDefault();
      this.give(label.name);
    }
  }
}

/** Return labels by object, out of whatever list the server gives. */
export async function labelsByObject() {
  const answer = await api.labels();
  const labels = Array.isArray(answer) ? answer : answer.labels;
  return Object.fromEntries(labels.map((label) => [label.object_id, label]));
}
