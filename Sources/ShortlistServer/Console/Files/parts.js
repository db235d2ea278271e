// What several views are made of.

import { h, show, newId, afterPause } from "./dom.js";
import { score } from "./numbers.js";

/** What went wrong, in the server's words. */
export function problem(error) {
  return h("p", { class: "notice bad", role: "alert" }, error.message);
}

export const isOver = (error) => error.name === "AbortError";

/** Runs a request and shows what it makes, or what went wrong. */
export async function into(element, request, make) {
  element.setAttribute("aria-busy", "true");
  try {
    show(element, make(await request));
  } catch (error) {
    if (!isOver(error)) show(element, problem(error));
  } finally {
    element.removeAttribute("aria-busy");
  }
}

/** A text field that proposes what the server knows: of items (`items`) or users (`users`). */
export function lookup(model, kind, properties, signal) {
  const list = h("datalist", { id: newId("choices") });
  const input = h("input", {
    type: "text", autocomplete: "off", spellcheck: "false", list: list.id, ...properties,
  });
  const propose = afterPause(120, async () => {
    try {
      const found = await model[kind]({ contains: input.value, limit: 12 }, { signal });
      const names = kind === "items" ? found.items.map((item) => item.item) : found.users.map((user) => user.user);
      show(list, names.filter((name) => name !== input.value).map((name) => h("option", { value: name })));
    } catch {
      // Proposals are a help; without them the text still stands for itself.
    }
  });
  input.addEventListener("input", propose);
  input.addEventListener("focus", propose);
  return { input, list };
}

function text(value) {
  if (value === null) return [];
  const values = Array.isArray(value) ? value : [value];
  return values.filter((one) => one !== null && one !== "").map((one) =>
    typeof one === "number" && !Number.isInteger(one) ? score(one) : String(one));
}

/** The features of an item as small labels. */
export function features(item, limit = 8) {
  const labels = [];
  for (const [name, value] of Object.entries(item.features ?? {})) {
    // A number says nothing without its name; a word speaks for itself.
    const isNumber = typeof value === "number" || typeof value?.[0] === "number";
    for (const word of text(value)) {
      labels.push(h("li", { title: name },
        h("span", { class: isNumber ? "" : "visually-hidden" }, `${name} `), word));
    }
  }
  if (labels.length === 0) return null;
  return h("ul", { class: "chips" }, labels.slice(0, limit));
}

/** A bar as long as a share of the longest. */
export function bar(share, className = "") {
  const inner = h("span", { class: "bar-fill" });
  inner.style.inlineSize = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return h("span", { class: `bar ${className}`, "aria-hidden": "true" }, inner);
}

/** Where a score stands between the lowest and the highest of a list, so that bars differ where scores do. */
export function shareOfScores(items) {
  const scores = items.map((item) => item.score);
  const [low, high] = [Math.min(...scores, 0), Math.max(...scores)];
  return (value) => (high > low ? (value - low) / (high - low) : 1);
}

/** Items with what the catalogue says of each, asked for side by side; an item that is gone has none. */
export async function described(model, items, signal) {
  return Promise.all(items.map(async (item) => {
    try {
      return { ...(await model.item(item.item, { signal })), ...item };
    } catch (error) {
      if (isOver(error)) throw error;
      return item;
    }
  }));
}

/** Search results as a numbered list. */
export function results(items, { actions = () => [], below = () => null, mark = () => null } = {}) {
  const share = shareOfScores(items);
  return h("ol", { class: "results" }, items.map((item, place) =>
    h("li", {},
      h("span", { class: "rank", "aria-hidden": "true" }, place + 1),
      h("div", { class: "what" },
        h("p", { class: "title" }, item.item, mark(item, place)),
        features(item)),
      h("div", { class: "score" }, h("span", { class: "number" }, score(item.score)), bar(share(item.score))),
      h("div", { class: "actions" }, actions(item, place)),
      below(item, place))));
}

/** A filter's text with its columns as help. */
export function filterHelp(summary) {
  const columns = summary?.item_columns ?? [];
  if (columns.length === 0) return "This model's items have no columns to filter by.";
  const [first] = columns.filter((column) => column.name !== summary.item && column.examples.length > 0);
  const names = columns.map((column) => column.name).join(", ");
  if (!first) return `Columns: ${names}.`;
  const sign = first.type.startsWith("lists") ? "contains" : "=";
  return `Columns: ${names}. For example: ${first.name} ${sign} ${first.examples[0]}`;
}
