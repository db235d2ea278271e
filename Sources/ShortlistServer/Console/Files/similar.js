// The neighbours of an item.

import { h, show, tell, field } from "./dom.js";
import { plural, percent } from "./numbers.js";
import { described, features, filterHelp, isOver, lookup, problem, results } from "./parts.js";

export function similarView(content, { model, fields, go, remember, signal }) {
  const which = lookup(model, "items", { id: "item", required: true, value: fields.get("item") ?? "" }, signal);
  const k = h("input", { id: "k", type: "number", min: 1, max: 100, required: true, value: fields.get("k") ?? 10 });
  const filter = h("input", {
    id: "filter", type: "text", spellcheck: "false", autocomplete: "off", value: fields.get("filter") ?? "",
    "aria-describedby": "filter-help",
  });
  const help = h("p", { class: "hint", id: "filter-help" });
  const answer = h("section", { class: "panel grow", "aria-label": "Similar items" },
    h("p", { class: "empty" }, "Type an item, or take one from another view."));
  const about = h("section", { class: "panel", "aria-label": "The item", hidden: true });
  let last = new AbortController();

  async function run(event) {
    event?.preventDefault();
    const item = which.input.value.trim();
    const request = { item, k: Number(k.value) };
    if (filter.value.trim()) request.filter = filter.value.trim();
    remember({ item, k: k.value, ...(request.filter ? { filter: request.filter } : {}) });
    last.abort();
    last = new AbortController();
    const stop = AbortSignal.any([signal, last.signal]);
    answer.setAttribute("aria-busy", "true");
    try {
      const found = await model.similar(request, { signal: stop });
      const [itself, ...items] = await described(model, [{ item }, ...found.items], stop);
      about.hidden = false;
      show(about, h("h2", {}, itself.item), features(itself, 20),
        Number.isFinite(itself.popularity)
          && h("p", { class: "meta" }, `${percent(itself.popularity, 2)} of the training interactions`));
      show(answer,
        h("div", { class: "head" }, h("h2", {}, plural(items.length, "nearest item")),
          h("p", { class: "meta" }, "by the cosine of their vectors")),
        results(items, {
          actions: (other) => h("button", {
            type: "button", class: "quiet", "aria-label": `Items similar to ${other.item}`,
            onclick: () => go("similar", { item: other.item, k: k.value }),
          }, "Similar"),
        }));
      tell(`${plural(items.length, "item")} similar to ${item}`);
    } catch (error) {
      if (!isOver(error)) show(answer, problem(error));
    } finally {
      if (!stop.aborted) answer.removeAttribute("aria-busy");
    }
  }

  const form = h("form", { class: "panel form", onsubmit: run },
    h("div", { class: "field" }, h("label", { for: "item" }, "Item"), which.input, which.list),
    field("How many", k),
    h("div", { class: "field" }, h("label", { for: "filter" }, "Only items where"), filter, help),
    h("button", { type: "submit", class: "main" }, "Find similar items"));
  show(content, h("div", { class: "columns" }, h("div", { class: "stack narrow" }, form, about), answer));
  model.report().then(({ summary }) => show(help, filterHelp(summary))).catch((error) => show(help, error.message));
  if (fields.get("item")) run();
  return () => last.abort();
}
