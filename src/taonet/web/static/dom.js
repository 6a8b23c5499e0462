// Elements made by code: all text goes in as text, never as HTML.

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {object} properties `class`, `text`, `data`, `on` (listeners by event); any other is an
 *   attribute, left out where it is null, undefined or false.
 * @param {...(Node|string|null)} children
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) setProperty(made, name, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

function setProperty(target, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") target.className = value;
  else if (name === "text") target.textContent = value;
  else if (name === "data") Object.assign(target.dataset, value);
  else if (name === "on") {
    for (const [event, listener] of Object.entries(value)) target.addEventListener(event, listener);
  } else target.setAttribute(name, value === true ? "" : value);
}

/** Make a button; `key` is the key that does the same, shown in its title. */
export function button(words, listener, { key = "", title = "", ...rest } = {}) {
  const hint = [title, key && `key: ${key}`].filter(Boolean).join(", ");
  return element("button", { type: "button", title: hint, text: words, on: { click: listener }, ...rest });
}

/** Make a select with its label; `choices` are pairs of value and words. */
export function select(label, choices, value, listener, rest = {}) {
  const options = choices.map(([name, words]) =>
    element("option", { value: name, selected: name === value, text: words }),
  );
  const made = element("select", { on: { change: () => listener(made.value) }, ...rest }, options);
  return element("label", { class: "field" }, element("span", { text: label }), made);
}

/** Make a swatch in a colour; the name beside it says the same for those who see none. */
export function swatch(colour) {
  const made = element("span", { class: "swatch", "aria-hidden": "true" });
  made.style.setProperty("background-color", colour);
  return made;
}

/** Return a number with so many digits, or a dash where there is none. */
export function digits(value, count = 2) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return value.toFixed(count).replace("-", "−");
}

/** Return a number with thousands apart. */
export function count(value) {
  return Number.isFinite(value) ? value.toLocaleString("en-GB") : "–";
}

/** Return a number with its noun, in the plural unless it is one. */
export function counted(value, noun) {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Return whether keys belong to what has the focus: a field, a list, a dialog. */
export function isTyping(event) {
  const at = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (at instanceof HTMLInputElement) return at.type !== "range" && at.type !== "checkbox";
  return at instanceof HTMLSelectElement || at instanceof HTMLTextAreaElement;
}

/** Return whether the reader asked for less motion. */
export function wantsLessMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Return a colour, or any value, of the theme. */
export function themeValue(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Offer text or a blob as a file. */
export function offerFile(name, content, type) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const url = URL.createObjectURL(blob);
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Keep a word in the browser, or return it; browsers may refuse. */
export function remember(name, value) {
  try {
    if (value !== undefined) localStorage.setItem(`taonet-${name}`, value);
    return localStorage.getItem(`taonet-${name}`) ?? "";
  } catch {
    return "";
  }
}
