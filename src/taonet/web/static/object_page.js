// One object of the session: its view, its label, and the way to the next one of the list.

import { api } from "./api.js";
import { button, count, element, isTyping } from "./dom.js";
import { LabelBar, labelsByObject } from "./label_bar.js";
import { mountObjectView } from "./object_view.js";

const FILES = ["json", "csv", "png", "gif"];

export async function showObject(root, { id }, app) {
  const [view, labels] = await Promise.all([api.object(id), labelsByObject()]);
  document.title = `${view.object_id} · TAO-Net`;
  const bar = new LabelBar(app.session, () => {});
  bar.show(id, labels[id]);
  const holder = element("div", { class: "object-holder" });
  root.append(wayThrough(app), bar.root, holder);
  const shown = mountObjectView(holder, view, viewOptions(id, view, app.session));
  const stop = listen(app);
  return () => {
    stop();
    bar.destroy();
    shown.destroy();
    document.title = `${app.session.title} · TAO-Net`;
  };
}

/** Return where the view gets frames, light curve, evidence and files from. */
export function viewOptions(id, view, session) {
  return {
    frames: (channel) => api.frames(id, channel),
    lightCurve: view.frames ? () => api.lightCurve(id) : undefined,
    evidence: session.can_classify && view.frames && view.answers.length ? (epoch) => api.evidence(id, epoch) : undefined,
    exports: FILES.filter((kind) => view.frames || !["png", "gif"].includes(kind))
      .map((kind) => ({ name: kind.toUpperCase(), href: api.exportFile(id, kind) })),
  };
}

function wayThrough(app) {
  const { list } = app;
  const back = element("a", { class: "back", href: `#/objects?${list?.query ?? ""}`, text: "← All objects" });
  if (!list) return element("nav", { class: "way" }, back);
  return element("nav", { class: "way", "aria-label": "Through the list" }, back,
    element("span", { class: "faint", text: `${count(list.index + 1)} of ${count(list.total)}` }),
    button("Previous", () => move(app, -1), { key: "p", disabled: list.index <= 0 }),
    button("Next", () => move(app, 1), { key: "n", disabled: list.index >= list.total - 1 }));
}

async function move(app, by) {
  const { list } = app;
  const index = (list?.index ?? -1) + by;
  if (!list || index < 0 || index >= list.total) return;
  const query = Object.fromEntries(new URLSearchParams(list.query));
  const { rows } = await api.objects({ ...query, offset: index, limit: 1 });
  if (!rows.length) return;
  app.list = { ...list, index };
  app.go(`/object/${encodeURIComponent(rows[0].object_id)}`);
}

function listen(app) {
  const onKey = (event) => {
    if (isTyping(event) || document.querySelector("dialog[open]")) return;
    if (event.key === "n") move(app, 1);
    else if (event.key === "p") move(app, -1);
    else if (event.key === "Escape") app.go(`/objects?${app.list?.query ?? ""}`);
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
