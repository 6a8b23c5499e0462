// The model: its card, how far its probabilities can be believed, its scores.

import { api } from "./api.js";
import { element } from "./dom.js";
import { plainMarkup } from "./plain_markup.js";

export async function showModel(root, _, app) {
  const answer = await api.model();
  root.append(element("h1", { text: "Model" }));
  if (answer.card) root.append(element("section", { class: "panel card" }, plainMarkup(answer.card)));
}
