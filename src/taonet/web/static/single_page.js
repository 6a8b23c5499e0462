// The single file: the document and the frames are parts of the page, nothing is fetched.

import { element } from "./dom.js";
import { OBJECT_KEYS, mountObjectView } from "./object_view.js";
import { readInt16 } from "./stretch.js";

/** Return the bytes that are written as base64 of zlib. */
async function unpack(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (one) => one.charCodeAt(0));
  if (!globalThis.DecompressionStream) throw new Error("This browser is too old to unpack the frames.");
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

function startSinglePage() {
  const view = JSON.parse(document.getElementById("object-document").textContent);
  const frames = async (channel) => {
    const part = [...document.querySelectorAll("script[data-channel]")].find((one) => one.dataset.channel === channel);
    return readInt16(await unpack(part.textContent));
  };
  document.getElementById("theme").addEventListener("click", () => {
    const { dataset } = document.documentElement;
    dataset.theme = dataset.theme === "light" ? "dark" : "light";
    document.dispatchEvent(new Event("taonet-theme"));
  });
  document.getElementById("keys").append(
    ...OBJECT_KEYS.filter(([key]) => key !== "e").flatMap(([key, words]) => [element("dt", { text: key }), element("dd", { text: words })]),
  );
  mountObjectView(document.getElementById("object"), view, { frames });
}

startSinglePage();
