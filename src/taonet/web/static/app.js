// The page: which of its parts is shown is in the address after #, so that "back" works.

import { api } from "./api.js";
import { element, isTyping, remember } from "./dom.js";
import { OBJECT_KEYS } from "./object_view.js";
import { showObjects } from "./objects_page.js";
import { showObject } from "./object_page.js";
import { showClassify } from "./classify_page.js";
import { showCompare } from "./compare_page.js";
import { showModel } from "./model_page.js";
import { showQueue } from "./queue_page.js";


const PAGES = {
  objects: { words: "Objects", show: showObjects },
  object: { show: showObject, within: "objects" },
  classify: { words: "Classify", show: showClassify, needs: (session) => session.can_classify },
  compare: { words: "Compare", show: showCompare, needs: (session) => session.models.length > 1 },
  model: { words: "Model", show: showModel },
  queue: { words: "Label", show: showQueue },
};

const KEYS = {
  Everywhere: [["?", "this help"], ["g then o c m q", "go to objects, compare, model, labelling"], ["Esc", "back to the list"]],
  "Table of objects": [["/", "search"], ["↑ ↓", "move"], ["Enter", "open"]],
  Labelling: [["1 … 9", "give the class of that number"], ["x", "skip"], ["p", "back to the one before"]],
  "One object": [["n p", "next, previous of the list"], ...OBJECT_KEYS],
};

const GO = { o: "objects", c: "compare", m: "model", q: "queue", d: "classify" };

class App {
  constructor() {
    this.page = document.getElementById("page");
    this.list = null; // the list that an object was opened from
    this.takeDown = null;
    this.turn = 0;
  }

  async start() {
    this.#theme();
    this.#help();
    document.addEventListener("keydown", (event) => this.#onKey(event));
    try {
      this.session = await api.session();
    } catch (problem) {
      this.page.replaceChildren(element("p", { class: "problem", role: "alert", text: problem.message }));
      return;
    }
    this.#navigation();
    addEventListener("hashchange", () => this.show());
    await this.show();
  }

  /** Show what the address says. */
  async show() {
    const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
    const [name, ...rest] = path.split("/");
    const page = Object.hasOwn(PAGES, name) ? PAGES[name] : PAGES.objects;
    const turn = ++this.turn;
    this.takeDown?.();
    this.takeDown = null;
    this.#markCurrent(page.within ?? (Object.hasOwn(PAGES, name) ? name : "objects"));
    const root = element("div", { class: `page page-${name || "objects"}` });
    this.page.replaceChildren(root);
    scrollTo(0, 0);
    try {
      const place = { id: decodeURIComponent(rest.join("/")), query: Object.fromEntries(new URLSearchParams(search)) };
      const takeDown = await page.show(root, place, this);
      if (turn === this.turn) this.takeDown = takeDown;
      else takeDown?.();
    } catch (problem) {
      root.replaceChildren(element("p", { class: "problem", role: "alert", text: problem.message }));
    }
  }

  go(address) {
    location.hash = address;
  }

  #navigation() {
    const { session } = this;
    document.title = `${session.title} · TAO-Net`;
    document.getElementById("title").textContent = session.title;
    const links = Object.entries(PAGES)
      .filter(([, page]) => page.words && (page.needs?.(session) ?? true))
      .map(([name, page]) => element("a", { href: `#/${name}`, data: { page: name }, text: page.words }));
    document.getElementById("nav").replaceChildren(...links);
  }

  #markCurrent(name) {
    for (const link of document.querySelectorAll("#nav a")) {
      if (link.dataset.page === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  #theme() {
    const set = (theme) => {
      document.documentElement.dataset.theme = theme;
      document.dispatchEvent(new Event("taonet-theme"));
    };
    if (remember("theme") === "light") set("light");
    document.getElementById("theme").addEventListener("click", () => {
      const theme = document.documentElement.dataset.theme === "light" ? "dark" : "light";
      remember("theme", theme);
      set(theme);
    });
  }

  #help() {
    const lists = Object.entries(KEYS).map(([title, keys]) =>
      element("section", {}, element("h3", { text: title }),
        element("dl", {}, keys.flatMap(([key, words]) => [element("dt", { text: key }), element("dd", { text: words })]))));
    document.getElementById("keys-list").replaceChildren(...lists);
    document.getElementById("help").addEventListener("click", () => this.help());
  }

  help() {
    const dialog = document.getElementById("keys");
    if (dialog.open) dialog.close();
    else dialog.showModal();
  }

  #onKey(event) {
    if (isTyping(event)) return;
    if (event.key === "?") {
      this.help();
    } else if (this.isGoing && GO[event.key]) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.go(`/${GO[event.key]}`);
    }
    this.isGoing = event.key === "g";
  }
}


new App().start();
