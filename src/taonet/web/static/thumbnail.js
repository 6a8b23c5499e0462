// The small picture of an object in lists.

import { api } from "./api.js";
import { element } from "./dom.js";

/** Return what stands where there is no picture. */
export function noThumbnail() {
  return element("span", { class: "no-thumb", "aria-hidden": "true" });
}

/** Return the picture of an object, made by the server when it is seen. */
export function thumbnail(objectId, side) {
  const made = element("img", { src: api.thumbnail(objectId), alt: "", width: side, height: side, loading: "lazy", decoding: "async" });
  made.addEventListener("error", () => made.replaceWith(noThumbnail()), { once: true });
  return made;
}
