// The JSON API of the server that this page came from; every failure is one plain sentence.

import { readInt16 } from "./stretch.js";

const HEADERS = { "X-TaoNet": "page" }; // other sites cannot send it along

/** A failure with what to do about it. */
export class ApiProblem extends Error {
  constructor(message, todo = "") {
    super([message, todo].filter(Boolean).join(" "));
  }
}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(`/api/${path}`, { ...options, headers: { ...HEADERS, ...options.headers } });
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    if (problem.name === "TimeoutError") throw new ApiProblem("The server took too long.", "Try again, or give a smaller file.");
    throw new ApiProblem("The server does not answer.", "Is `taonet serve` still running?");
  }
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => null);
  throw new ApiProblem(said?.error ?? `The server answered ${answer.status}.`, said?.do ?? "");
}

const asJson = async (path, options) => (await ask(path, options)).json();
const send = (path, value, method = "POST") =>
  asJson(path, { method, body: JSON.stringify(value), headers: { "Content-Type": "application/json" } });

/** Return the address of something about an object; its name may hold any character. */
export const objectPath = (id, rest = "") => `objects/${encodeURIComponent(id)}${rest}`;

/** Return a query without what is empty. */
export function queryOf(values) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== "" && value !== null && value !== undefined && value !== false) query.set(name, value);
  }
  return query.toString();
}

export const api = {
  session: () => asJson("session"),
  objects: (query, signal) => asJson(`objects?${queryOf(query)}`, { signal }),
  object: (id) => asJson(objectPath(id)),
  frames: async (id, channel) =>
    readInt16(await (await ask(objectPath(id, `/frames/${encodeURIComponent(channel)}`))).arrayBuffer()),
  lightCurve: (id) => asJson(objectPath(id, "/light_curve")),
  evidence: (id, epoch) => send(objectPath(id, "/evidence"), epoch === undefined ? {} : { epoch }),
  classify: (file, signal) => asJson(`classify?${queryOf({ name: file.name })}`, { method: "POST", body: file, signal, headers: { "Content-Type": "application/octet-stream" } }),
  compare: (query) => asJson(`compare?${queryOf(query)}`),
  model: () => asJson("model"),
  labels: () => asJson("labels"),
  setLabel: (label) => send("labels", label),
  removeLabel: (id, name) => ask(`labels?${queryOf({ object_id: id, name })}`, { method: "DELETE" }),
  queue: (limit) => asJson(`queue?limit=${limit}`),
  thumbnail: (id) => `/api/${objectPath(id, "/thumbnail.png")}`,
  exportFile: (id, kind) => `/api/${objectPath(id, `/export.${kind}`)}`,
  labelsFile: "/api/labels.csv",
};
