// Two models on the same objects: where they differ, and who was right where that is known.

import { api, queryOf } from "./api.js";
import { button, count, digits, element, select, swatch } from "./dom.js";

const PAGE = 50;
const WIDTH = 84;

export async function showCompare(root, { query }, app) {
  const others = app.session.models.slice(1);
  const state = { other: query.other ?? others[0], right: query.right ?? "", differ: query.differ ?? "true", offset: Number(query.offset ?? 0) };
  const answer = await api.compare({ ...state, limit: PAGE });
  const names = { first: app.session.models[0], second: state.other };
  const to = (changes) => app.go(`/compare?${queryOf({ ...state, offset: 0, ...changes })}`);
  root.append(
    element("div", { class: "queue-head" }, element("h1", { text: `${names.first} and ${names.second}` }),
      select("compare with", others.map((name) => [name, name]), state.other, (other) => to({ other }))),
    summary(answer.summary, names), choices(state, answer.summary, names, to),
    answer.rows.length ? table(answer, names, app) : element("p", { class: "empty", text: "No such object." }), pager(answer, state));
}

function summary(sums, names) {
  const facts = [["objects in both", sums.n_shared], ["answered differently", sums.n_differ]];
  if (sums.n_known) {
    facts.push(["both right", sums.both], [`only ${names.first} right`, sums.first], [`only ${names.second} right`, sums.second], ["neither right", sums.neither]);
  }
  return element("dl", { class: "tiles" }, facts.map(([words, value]) =>
    element("div", {}, element("dt", { text: words }), element("dd", { text: count(value) }))));
}

function choices(state, sums, names, to) {
  const choice = (words, changes) => {
    const isThis = Object.entries(changes).every(([name, value]) => state[name] === value);
    return button(words, () => to(changes), { "aria-pressed": String(isThis) });
  };
  const known = sums.n_known
    ? [choice(`Only ${names.first} right`, { differ: "true", right: "first" }), choice(`Only ${names.second} right`, { differ: "true", right: "second" }),
      choice("Neither right", { differ: "false", right: "neither" })]
    : [];
  return element("div", { class: "shortcuts wrap" }, choice("Where they differ", { differ: "true", right: "" }), ...known, choice("All", { differ: "false", right: "" }));
}

function table(answer, names, app) {
  const classes = app.session.classes;
  const words = { first: names.first, second: names.second, both: "both", neither: "neither" };
  const rows = answer.rows.map((row) => element("tr", {},
    element("td", {}, element("a", { href: `#/object/${encodeURIComponent(row.object_id)}`, text: row.object_id }),
      element("span", { class: "c-narrow faint", text: inWords(row, words) })),
    said(row.first, classes), said(row.second, classes),
    element("td", { class: "number c-wide", text: digits(row.difference, 2) }),
    element("td", { class: "c-wide", text: row.class_name ?? "–" }), element("td", { class: "c-wide", text: words[row.right] ?? "–" })));
  const heads = [["object"], [names.first], [names.second], ["difference", "half the sum of the differences of all probabilities"], ["known class"], ["right"]];
  return element("div", { class: "wide panel" }, element("table", { class: "plain" },
    element("thead", {}, element("tr", {}, heads.map(([text, title], i) => element("th", { scope: "col", text, title, class: ["", "", "", "number c-wide", "c-wide", "c-wide"][i] || null })))),
    element("tbody", {}, rows)));
}

/** What the last columns say, for windows that are too narrow for them. */
function inWords(row, words) {
  return row.class_name ? `known ${row.class_name}; right: ${words[row.right]}` : "";
}

/** One model's answer: the class, its probability, and all probabilities as a bar. */
function said(answer, classes) {
  const colour = classes.find((one) => one.name === answer.predicted_class)?.colour ?? "#777";
  const bar = element("span", { class: "stack", role: "img", "aria-label": classes.map(({ name }) => `${name} ${digits(answer.p[name])}`).join(", ") },
    classes.map((one) => {
      const part = element("span", { title: `${one.name} ${digits(answer.p[one.name])}` });
      part.style.setProperty("width", `${WIDTH * (answer.p[one.name] ?? 0)}px`);
      part.style.setProperty("background-color", one.colour);
      return part;
    }));
  return element("td", {}, element("span", { class: "said" }, bar, swatch(colour), element("b", { text: answer.predicted_class ?? "none" }),
    element("span", { class: "faint", text: digits(answer.probability, 2) })));
}

function pager(answer, state) {
  const to = (offset) => `#/compare?${queryOf({ ...state, offset })}`;
  return element("nav", { class: "way" },
    state.offset > 0 ? element("a", { href: to(Math.max(0, state.offset - PAGE)), text: "← Before" }) : null,
    element("span", { class: "faint", text: answer.total ? `${count(state.offset + 1)} to ${count(Math.min(answer.total, state.offset + PAGE))} of ${count(answer.total)}` : "" }),
    state.offset + PAGE < answer.total ? element("a", { href: to(state.offset + PAGE), text: "More →" }) : null);
}
