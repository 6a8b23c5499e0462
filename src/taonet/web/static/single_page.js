// The single file: the document and the frames are parts of the page, nothing is fetched.

import { element } from "./dom.js";
import { OBJECT_KEYS, mountObjectView } from "./object_view.js";
import { readInt16 } from "./stretch.js";

function startSinglePage() {
  const view = JSON.parse(document.getElementById("object-document").textContent);
  const frames = async (channel) => {
    const part = [...document.querySelectorAll("script[data-channel]")].find((one) => one.dataset.channel === channel);
    return readInt16(Uint8Array.from(atob(part.textContent.trim()), (one) => one.charCodeAt(0)).buffer);
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
