// Text with markup from elsewhere, such as a model's card: only plain elements are made anew.

import { element } from "./dom.js";

const ALLOWED = new Set(
  "p h1 h2 h3 h4 h5 h6 ul ol li table caption thead tbody tr th td code pre strong em b i blockquote br hr dl dt dd a div span".split(" "),
);
const DROPPED = new Set("script style template iframe object embed svg math noscript title head".split(" "));

/** Return nodes like those of a piece of HTML, without anything that could run or be fetched. */
export function plainMarkup(html) {
  // a document of its own, in which nothing runs and nothing is fetched
  const parsed = new DOMParser().parseFromString(String(html), "text/html");
  const holder = document.createDocumentFragment();
  holder.append(...copies(parsed.body));
  return holder;
}

function copies(node) {
  return [...node.childNodes].flatMap((child) => {
    if (child.nodeType === Node.TEXT_NODE) return [document.createTextNode(child.data)];
    if (child.nodeType !== Node.ELEMENT_NODE) return [];
    const name = child.localName;
    if (DROPPED.has(name)) return [];
    if (!ALLOWED.has(name)) return copies(child);
    return [element(name, attributesOf(child), ...copies(child))];
  });
}

function attributesOf(node) {
  if (node.localName !== "a") return {};
  const href = node.getAttribute("href") ?? "";
  return /^https?:\/\//i.test(href) ? { href, target: "_blank", rel: "noopener noreferrer" } : {};
}
