// Rows of a long table, of which only those in sight exist; the server is asked for them by page.

import { element } from "./dom.js";

const PAGE = 100;
const SPARE = 6; // rows above and below those in sight
const WAIT_MS = 40;

/**
 * @param {object} parts
 * @param {function(number, number, AbortSignal)} parts.fetch gives {total, rows} from an offset
 * @param {function(object, number): HTMLElement} parts.draw makes a row
 * @param {function} parts.onTotal, parts.onProblem, parts.open
 */
export class VirtualRows {
  constructor(parts) {
    this.parts = parts;
    this.total = 0;
    this.pages = new Map();
    this.drawn = new Map();
    this.active = 0;
    this.space = element("div", { class: "rows-space" });
    this.root = element("div", { class: "rows", role: "rowgroup", tabindex: "0", on: { scroll: () => this.#look() } }, this.space);
    this.watcher = new ResizeObserver(() => this.#measure());
    this.watcher.observe(this.root);
  }

  async start(index = 0) {
    this.active = index;
    await this.reload(index);
  }

  /** Ask anew, as the question has changed. */
  async reload(index = 0) {
    this.abort?.abort();
    this.abort = new AbortController();
    this.asked = new Set();
    this.active = index;
    const page = Math.floor(index / PAGE);
    const answer = await this.#ask(page);
    if (!answer) return;
    this.pages = new Map([[page, answer.rows]]);
    this.total = answer.total;
    this.parts.onTotal(answer.total);
    this.#clear();
    this.#measure();
    this.root.scrollTop = Math.max(0, index * this.height - this.root.clientHeight / 2);
    this.#look();
    this.root.dataset.loads = Number(this.root.dataset.loads ?? 0) + 1;
  }

  destroy() {
    this.abort?.abort();
    this.watcher.disconnect();
    clearTimeout(this.waiting);
  }

  /** Move or open by key; returns whether the key was one of ours. */
  onKey(event) {
    const sight = Math.max(1, Math.floor(this.root.clientHeight / this.height) - 1);
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: sight, PageUp: -sight, Home: -Infinity, End: Infinity };
    if (event.key in moves) {
      this.#move(Math.max(0, Math.min(this.total - 1, this.active + moves[event.key])));
      return true;
    }
    const row = this.#rowAt(this.active);
    if (event.key === "Enter" && row && !(document.activeElement instanceof HTMLButtonElement)) {
      this.parts.open(row, this.active);
      return true;
    }
    return false;
  }

  #move(index) {
    this.active = index;
    const [top, bottom] = [index * this.height, (index + 1) * this.height];
    if (top < this.root.scrollTop) this.root.scrollTop = top;
    else if (bottom > this.root.scrollTop + this.root.clientHeight) this.root.scrollTop = bottom - this.root.clientHeight;
    this.#look();
  }

  #measure() {
    this.height = parseFloat(getComputedStyle(this.root).getPropertyValue("--row-height")) || 56;
    // what stands above the rows leaves the same room for the scroll bar
    this.root.parentElement?.style.setProperty("--scrollbar", `${this.root.offsetWidth - this.root.clientWidth}px`);
    this.space.style.setProperty("height", `${this.total * this.height}px`);
    for (const [index, row] of this.drawn) this.#place(row, index);
    this.#look();
  }

  #clear() {
    for (const row of this.drawn.values()) row.remove();
    this.drawn.clear();
  }

  /** Draw what is in sight, take away what is not, and ask for what is missing. */
  #look() {
    const first = Math.max(0, Math.floor(this.root.scrollTop / this.height) - SPARE);
    const last = Math.min(this.total, Math.ceil((this.root.scrollTop + this.root.clientHeight) / this.height) + SPARE);
    for (const [index, row] of this.drawn) {
      if (index < first || index >= last) {
        row.remove();
        this.drawn.delete(index);
      }
    }
    const missing = new Set();
    for (let index = first; index < last; index++) {
      if (!this.#rowAt(index)) missing.add(Math.floor(index / PAGE));
      else if (!this.drawn.has(index)) this.#draw(index);
    }
    for (const [index, row] of this.drawn) row.classList.toggle("is-active", index === this.active);
    clearTimeout(this.waiting);
    if (missing.size) this.waiting = setTimeout(() => missing.forEach((page) => this.#load(page)), WAIT_MS);
  }

  #draw(index) {
    const row = this.parts.draw(this.#rowAt(index), index);
    this.#place(row, index);
    this.drawn.set(index, row);
    this.space.append(row);
  }

  #place(row, index) {
    row.style.setProperty("transform", `translateY(${index * this.height}px)`);
  }

  #rowAt(index) {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  async #load(page) {
    if (this.asked.has(page) || this.pages.has(page)) return;
    const answer = await this.#ask(page);
    if (!answer) return;
    this.pages.set(page, answer.rows);
    this.#look();
  }

  async #ask(page) {
    this.asked.add(page);
    const { signal } = this.abort;
    try {
      return await this.parts.fetch(page * PAGE, PAGE, signal);
    } catch (problem) {
      if (!signal.aborted) this.parts.onProblem(problem);
      return null;
    }
  }
}
