// Two models on the same objects: where they differ, and who was right where that is known.

import { api } from "./api.js";
import { count, digits, element, select, swatch } from "./dom.js";

const PAGE = 50;

export async function showCompare(root, { query }, app) {
  const others = app.session.models.slice(1);
  const state = { other: query.other ?? others[0], offset: Number(query.offset ?? 0) };
  const holder = element("div", { class: "compare" });
  root.append(
    element("div", { class: "queue-head" }, element("h1", { text: "Compare two models" }),
      select("with", others.map((name) => [name, name]), state.other, (other) => app.go(`/compare?other=${encodeURIComponent(other)}`))),
    holder);
  const answer = await api.compare({ other: state.other, offset: state.offset, limit: PAGE });
  holder.append(summary(answer, app), table(answer, state, app), pager(answer, state, app));
}

function summary(answer, app) {
  const facts = [["objects that they answer differently", `${count(answer.total)}`]];
  if (answer.n_objects) facts.unshift(["objects in both", count(answer.n_objects)]);
  const right = answer.right;
  if (right) {
    for (const [who, number] of Object.entries(right)) facts.push([`right: ${who}`, count(number)]);
  }
  return element("dl", { class: "tiles" }, facts.map(([words, value]) =>
    element("div", {}, element("dt", { text: words }), element("dd", { text: value }))));
}

function table(answer, state, app) {
  const colours = Object.fromEntries(app.session.classes.map((one) => [one.name, one.colour]));
  const said = (name, p) => element("td", {}, swatch(colours[name] ?? "#777"), ` ${name ?? "none"} `, element("span", { class: "faint", text: digits(p, 2) }));
  const rows = answer.rows.map((row) => element("tr", {},
    element("td", {}, element("a", { href: `#/object/${encodeURIComponent(row.object_id)}`, text: row.object_id })),
    said(row.predicted_class, row.probability), said(row.other_class, row.other_probability),
    element("td", { text: row.class_name ?? "not known" }), element("td", { text: row.right ?? "" })));
  return element("div", { class: "wide" }, element("table", { class: "plain" },
    element("thead", {}, element("tr", {}, ["object", app.session.models[0], state.other, "known class", "right"].map((text) => element("th", { scope: "col", text })))),
    element("tbody", {}, rows)));
}

function pager(answer, state, app) {
  const to = (offset) => `#/compare?other=${encodeURIComponent(state.other)}&offset=${offset}`;
  return element("nav", { class: "way" },
    state.offset > 0 ? element("a", { href: to(Math.max(0, state.offset - PAGE)), text: "← Before" }) : null,
    state.offset + PAGE < answer.total ? element("a", { href: to(state.offset + PAGE), text: "More →" }) : null);
}
