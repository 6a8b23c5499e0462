// The table of objects: searched, sorted and filtered by the server, drawn as far as it is seen.

import { api, queryOf } from "./api.js";
import { button, count, digits, element, isTyping, select, swatch } from "./dom.js";
import { noThumbnail, thumbnail } from "./thumbnail.js";
import { VirtualRows } from "./virtual_rows.js";

const RANGES = [
  ["probability", "Probability", 0, 1, 0.05],
  ["entropy", "Entropy", 0, null, 0.1],
  ["set_size", "Classes in the set", 0, null, 1],
  ["typicality", "Typicality", 0, 1, 0.05],
  ["n_epochs", "Epochs", 0, null, 1],
];

const COLUMNS = [
  { name: "thumbnail", words: "", class: "c-thumb" },
  { name: "object_id", words: "Object", class: "c-name" },
  { name: "predicted_class", words: "Answer", class: "c-answer" },
  { name: "probability", words: "Probability", class: "c-number", goesDown: true },
  { name: "entropy", words: "Entropy", class: "c-number c-entropy", goesDown: true },
  { name: "set_size", words: "Set", class: "c-set" },
  { name: "typicality", words: "Typicality", class: "c-number c-typicality" },
  { name: "n_epochs", words: "Epochs", class: "c-number c-epochs", goesDown: true },
  { name: "class_name", words: "Known", class: "c-known" },
  { name: "label", words: "Label", class: "c-label" },
];

const SHORTCUTS = [
  ["All", {}],
  ["Most surprising", { sort: "typicality" }],
  ["Least certain", { sort: "entropy", descending: "true" }],
  ["Unlike", { unlike: "true", sort: "typicality" }],
  ["Not detected", { detected: "false" }],
];

export function showObjects(root, { query }, app) {
  const page = new ObjectsPage(root, query, app);
  return () => page.destroy();
}

class ObjectsPage {
  constructor(root, query, app) {
    Object.assign(this, { root, app, query: { sort: "object_id", ...query } });
    this.classes = Object.fromEntries(app.session.classes.map((one) => [one.name, one]));
    this.total = element("output", { class: "total", "aria-live": "polite" });
    this.problem = element("p", { class: "problem", role: "alert", hidden: true });
    this.rows = new VirtualRows({
      fetch: (offset, limit, signal) => this.#fetch(offset, limit, signal),
      draw: (row, index) => this.#row(row, index),
      onTotal: (total) => this.#sayTotal(total),
      onProblem: (problem) => this.#say(problem),
      open: (row, index) => this.#open(row, index),
    });
    this.root.append(this.#toolbar(), this.problem, this.#table());
    this.stop = new AbortController();
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal: this.stop.signal });
    this.rows.start(app.list?.query === queryOf(this.query) ? app.list.index : 0);
  }

  destroy() {
    this.stop.abort();
    this.rows.destroy();
  }

  async #fetch(offset, limit, signal) {
    return api.objects({ ...this.query, offset, limit }, signal);
  }

  #toolbar() {
    this.search = element("input", {
      type: "search", placeholder: "Search by name  ( / )", "aria-label": "search by name", value: this.query.search ?? "",
      on: { input: () => this.#set("search", this.search.value, 150) },
    });
    const shortcuts = SHORTCUTS.map(([words, query]) =>
      button(words, () => this.app.go(`/objects?${queryOf(query)}`), { "aria-pressed": String(isSame(query, this.query)) }));
    const filters = this.#filters();
    const isOpen = Object.keys(this.query).some((name) => !["search", "sort", "descending"].includes(name));
    return element("div", { class: "toolbar" },
      element("div", { class: "toolbar-first" }, this.search, element("div", { class: "shortcuts" }, shortcuts), this.total),
      element("details", { class: "filters", open: isOpen || innerWidth > 1100 }, element("summary", { text: "Filters" }), filters));
  }

  #filters() {
    const { session } = this.app;
    const names = session.classes.map(({ name, words }) => [name, `${name} (${words})`]);
    const choice = (name, label, choices) => select(label, [["", "any"], ...choices], this.query[name] ?? "", (value) => this.#set(name, value));
    const yesNo = [["true", "yes"], ["false", "no"]];
    return element("div", { class: "filter-fields" },
      choice("predicted_class", "Answer", names),
      session.has_truth ? choice("class_name", "Known class", names) : null,
      choice("detected", "Detected", yesNo),
      choice("unlike", "Unlike", yesNo),
      RANGES.map((range) => this.#range(...range)),
      button("Clear", () => this.app.go("/objects"), { class: "clear" }));
  }

  #range(name, words, min, max, step) {
    const end = (which, hint) => {
      const key = `${which}_${name}`;
      const input = element("input", {
        type: "number", min, max, step, placeholder: hint, value: this.query[key] ?? "", "aria-label": `${words} ${hint}`, name: key,
        on: { input: () => this.#set(key, input.value, 250) },
      });
      return input;
    };
    return element("div", { class: "field" }, element("span", { text: words }),
      element("span", { class: "range" }, end("min", "from"), end("max", "to")));
  }

  #set(name, value, wait = 0) {
    if (value === "") delete this.query[name];
    else this.query[name] = value;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#reload(), wait);
  }

  #reload() {
    history.replaceState(null, "", `#/objects?${queryOf(this.query)}`);
    this.problem.hidden = true;
    this.#markSorted();
    this.rows.reload();
  }

  #table() {
    this.heads = COLUMNS.filter((column) => this.#isShown(column)).map((column) => {
      const head = element("div", { class: column.class, role: "columnheader" });
      if (column.words) head.append(button(column.words, () => this.#sort(column), { class: "sorter", data: { sort: column.name } }));
      return head;
    });
    this.#markSorted();
    const narrow = select("Sort by", COLUMNS.filter((column) => column.words).flatMap((column) => [
      [`${column.name} up`, `${column.words} ↑`], [`${column.name} down`, `${column.words} ↓`],
    ]), `${this.query.sort} ${this.query.descending ? "down" : "up"}`, (value) => {
      const [name, way] = value.split(" ");
      this.query.sort = name;
      this.#set("descending", way === "down" ? "true" : "");
    });
    narrow.classList.add("narrow-sort");
    const table = element("div", { class: "table", role: "table", "aria-label": "Objects" },
      element("div", { class: "row head", role: "row" }, this.heads), this.rows.root);
    table.dataset.known = this.app.session.has_truth;
    return element("div", { class: "table-holder" }, narrow, table);
  }

  #isShown(column) {
    return column.name !== "class_name" || this.app.session.has_truth;
  }

  #sort({ name, goesDown }) {
    const isDown = this.query.sort === name ? !this.query.descending : Boolean(goesDown);
    this.query.sort = name;
    this.#set("descending", isDown ? "true" : "");
  }

  #markSorted() {
    for (const head of this.heads ?? []) {
      const sorter = head.firstElementChild;
      const isThis = sorter?.dataset.sort === this.query.sort;
      const way = this.query.descending ? "descending" : "ascending";
      head.setAttribute("aria-sort", isThis ? way : "none");
    }
  }

  #row(row, index) {
    const said = this.classes[row.predicted_class];
    const cell = (name, ...children) => element("div", { class: name, role: "cell" }, ...children);
    const flags = [row.detected === false && "not detected", row.unlike && "unlike"].filter(Boolean);
    const line = element("a", { class: "row", role: "row", href: address(row), "aria-rowindex": index + 2, data: { id: row.object_id } },
      cell("c-thumb", this.#thumbnail(row)),
      cell("c-name", element("span", { class: "name", text: row.object_id, title: row.object_id }),
        element("span", { class: "flags", text: flags.join(" · ") })),
      cell("c-answer", said ? swatch(said.colour) : null, element("b", { text: row.predicted_class ?? "none", title: said?.words })),
      row.detected === false
        ? cell("c-number c-probability", element("span", { class: "faint", text: "–", title: "Nothing is detected: the answer does not rest on probabilities." }))
        : cell("c-number c-probability", element("span", { text: digits(row.probability, 3) }), meter(row.probability, said?.colour)),
      cell("c-number c-entropy", element("span", { text: digits(row.entropy, 2) })),
      cell("c-set", element("span", { text: row.set === null ? "–" : row.set.join(" ") || "empty" })),
      cell("c-number c-typicality", element("span", { text: digits(row.typicality, 3) })),
      cell("c-number c-epochs", element("span", { text: count(row.n_epochs) }),
        row.n_ignored ? element("span", { class: "faint ignored", text: `+${row.n_ignored} not read` }) : null),
      this.app.session.has_truth ? cell("c-known", element("span", { text: row.class_name ?? "–" })) : null,
      cell("c-label", element("span", { text: row.label ?? "" })));
    line.addEventListener("click", () => this.#remember(index));
    return line;
  }

  #thumbnail(row) {
    if (!row.has_frames) return noThumbnail();
    return thumbnail(row.object_id, 44);
  }

  #open(row, index) {
    this.#remember(index);
    this.app.go(address(row).slice(1));
  }

  #remember(index) {
    this.app.list = { query: queryOf(this.query), index, total: this.rows.total };
  }

  #sayTotal(total) {
    const all = this.app.session.n_objects;
    this.total.textContent = total === all ? `${count(all)} objects` : `${count(total)} of ${count(all)} objects`;
  }

  #say(problem) {
    this.problem.hidden = false;
    this.problem.textContent = problem.message;
  }

  #onKey(event) {
    if (isTyping(event) || document.querySelector("dialog[open]")) {
      if (event.target === this.search && ["ArrowDown", "Enter"].includes(event.key)) this.search.blur();
      else return;
    }
    if (event.key === "/") {
      event.preventDefault();
      this.search.focus();
    } else if (this.rows.onKey(event)) event.preventDefault();
  }
}

function address(row) {
  return `#/object/${encodeURIComponent(row.object_id)}`;
}

function meter(value, colour) {
  const fill = element("span", { class: "bar-fill" });
  fill.style.setProperty("width", `${100 * (value ?? 0)}%`);
  fill.style.setProperty("background-color", colour ?? "currentColor");
  return element("span", { class: "bar-track" }, fill);
}

function isSame(shortcut, query) {
  return queryOf({ sort: "object_id", ...shortcut }) === queryOf(query);
}
