// The model: its scores, how far its probabilities can be believed, its card.

import { api } from "./api.js";
import { count, digits, element, swatch } from "./dom.js";
import { plainMarkup } from "./plain_markup.js";
import { byEpochsChart, intervalOf, reliabilityChart } from "./small_charts.js";

const OVERALL = [
  ["macro_f1", "Macro F1"], ["macro_recall", "Macro recall"], ["accuracy", "Accuracy"],
  ["log_loss", "Log-loss (lower is better)"], ["brier", "Brier score (lower is better)"], ["ece", "Calibration error (lower is better)"],
];
const BY_CLASS = [["precision", "precision"], ["recall", "recall"], ["f1", "F1"]];

export async function showModel(root, _, app) {
  root.append(element("h1", { text: "Model" }), element("p", { class: "faint", text: "Scoring …" }));
  const answer = await api.model();
  root.replaceChildren(element("h1", { text: `Model ${answer.name ?? ""}` }), ...parts(answer, app));
}

function parts(answer, app) {
  const { scores } = answer;
  const drawings = [drawing("Does it keep its word?", answer.reliability?.length, () => reliabilityChart(answer.reliability),
    "Answers of like confidence, and how many of them are right; larger discs hold more objects. On the line, probabilities mean what they say."),
  drawing("How soon does it know?", answer.by_epochs?.length, () => byEpochsChart(answer.by_epochs, "macro_f1", "macro F1"),
    "The same objects after so many epochs; the band is the 95 % interval.")];
  return [
    scores ? overall(scores, answer.scores_of) : element("p", { class: "empty", text: "No scores: no object here is of known class, and the model states none." }),
    element("div", { class: "drawings" }, drawings),
    scores?.per_class ? byClass(scores, app) : null,
    scores?.confusion ? confusion(scores) : null,
    answer.card ? element("section", { class: "panel card" }, plainMarkup(answer.card)) : null,
  ].filter(Boolean);
}

function overall(scores, source) {
  const tiles = OVERALL.filter(([name]) => scores[name] !== undefined).map(([name, words]) => {
    const { value, low, high } = intervalOf(scores, name);
    return element("div", {}, element("dt", { text: words }), element("dd", { text: digits(value, 3) }),
      element("dd", { class: "range-words", text: `${digits(low, 3)} to ${digits(high, 3)}` }));
  });
  const of = [source, scores.n_objects && `${count(scores.n_objects)} objects`].filter(Boolean).join(", ");
  return element("section", {}, element("dl", { class: "tiles" }, tiles), element("p", { class: "faint", text: `From ${of}. Below each: its 95 % interval.` }));
}

function drawing(title, isThere, draw, words) {
  const body = isThere ? draw() : element("p", { class: "empty", text: "It needs objects of known class." });
  return element("figure", { class: "panel" }, element("h2", { text: title }), body, element("figcaption", { class: "faint", text: words }));
}

function byClass(scores, app) {
  const colours = Object.fromEntries(app.session.classes.map((one) => [one.name, one]));
  const rows = Object.entries(scores.per_class).map(([name, own]) => element("tr", {},
    element("td", {}, swatch(colours[name]?.colour ?? "#777"), element("b", { text: ` ${name} ` }), element("span", { class: "faint", text: colours[name]?.words ?? "" })),
    element("td", { class: "number", text: count(scores.support?.[name]) }),
    BY_CLASS.map(([key]) => {
      const { value, low, high } = intervalOf(own, key);
      return element("td", { class: "number" }, digits(value, 2), element("span", { class: "range-words", text: ` ${digits(low)} to ${digits(high)}` }));
    })));
  const heads = ["class", "objects", ...BY_CLASS.map(([, words]) => words)];
  return tablePanel("Scores by class", heads, rows);
}

function confusion(scores) {
  const rows = scores.confusion.map((row, i) => {
    const sum = row.reduce((a, b) => a + b, 0) || 1;
    return element("tr", {}, element("th", { scope: "row", text: scores.classes[i] }), row.map((number, j) => {
      const cell = element("td", { class: "number cell", text: count(number) });
      cell.style.setProperty("background-color", `rgb(${i === j ? "86 180 233" : "230 159 0"} / ${(0.75 * number) / sum})`);
      return cell;
    }));
  });
  return tablePanel("What is taken for what: the known class down, the answer across", ["", ...scores.classes], rows, "plain confusion");
}

function tablePanel(title, heads, rows, kind = "plain") {
  return element("section", { class: "panel" }, element("h2", { text: title }), element("div", { class: "wide" },
    element("table", { class: kind }, element("thead", {}, element("tr", {}, heads.map((text, i) => element("th", { scope: "col", class: i ? "number" : null, text })))),
      element("tbody", {}, rows))));
}
