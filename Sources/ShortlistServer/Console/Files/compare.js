// Two models or versions side by side: what both recommend, what only one does, and who moved.

import { h, show, tell, field } from "./dom.js";
import { percent } from "./numbers.js";
import { described, isOver, lookup, problem, results } from "./parts.js";

export function compareView(content, { model, models, fields, remember, signal }) {
  const pick = (id, chosen) => {
    const select = h("select", { id }, models.map((one) =>
      h("option", { value: one.key }, one.version ? `${one.name}, version ${one.version}` : `${one.name}, latest`)));
    if (models.some((one) => one.key === chosen)) select.value = chosen;
    return select;
  };
  // The version before beside the chosen one; else another model.
  const versions = models.filter((one) => one.version && one.name === model.name);
  const other = models.find((one) => !one.version && one.name !== model.name);
  const [first, second] = versions.length > 1 ? [versions[1], versions[0]] : [model, other ?? model];
  const left = pick("left", fields.get("left") ?? first.key);
  const right = pick("right", fields.get("right") ?? second.key);
  const who = lookup(model, "users", { id: "user", required: true, value: fields.get("user") ?? "" }, signal);
  const k = h("input", { id: "k", type: "number", min: 1, max: 100, required: true, value: fields.get("k") ?? 10 });
  const answer = h("div", { class: "stack", "aria-label": "Comparison", role: "region" },
    h("p", { class: "empty" }, "Choose two, and a user."));
  let last = new AbortController();

  async function side(key, request, stop) {
    const chosen = models.find((one) => one.key === key);
    try {
      const found = await chosen.recommend(request, { signal: stop });
      return { chosen, found, items: await described(chosen, found.items, stop) };
    } catch (error) {
      if (isOver(error)) throw error;
      return { chosen, error, items: [] };
    }
  }

  async function run(event) {
    event?.preventDefault();
    const request = { user_id: who.input.value.trim(), k: Number(k.value) };
    remember({ left: left.value, right: right.value, user: request.user_id, k: k.value });
    last.abort();
    last = new AbortController();
    const stop = AbortSignal.any([signal, last.signal]);
    answer.setAttribute("aria-busy", "true");
    try {
      const [a, b] = await Promise.all([left.value, right.value].map((key) => side(key, request, stop)));
      show(answer, summary(a, b), h("div", { class: "pair" }, column(a, b, "left"), column(b, a, "right")));
      const both = common(a, b);
      tell(`${both} of ${Math.max(a.items.length, b.items.length)} items in common`);
    } catch (error) {
      if (!isOver(error)) show(answer, problem(error));
    } finally {
      if (!stop.aborted) answer.removeAttribute("aria-busy");
    }
  }

  const form = h("form", { class: "panel form across", onsubmit: run },
    field("Left", left), field("Right", right),
    h("div", { class: "field" }, h("label", { for: "user" }, "User"), who.input, who.list),
    field("How many", k), h("button", { type: "submit", class: "main" }, "Compare"));
  show(content, form, answer);
  if (fields.get("user")) run();
  return () => last.abort();
}

const common = (a, b) => a.items.filter((item) => b.items.some((other) => other.item === item.item)).length;

function summary(a, b) {
  if (a.error || b.error) return null;
  const both = common(a, b);
  const size = Math.max(a.items.length, b.items.length);
  const moves = a.items.flatMap((item, place) => {
    const other = b.items.findIndex((one) => one.item === item.item);
    return other < 0 ? [] : [Math.abs(other - place)];
  });
  const mean = moves.length ? moves.reduce((sum, move) => sum + move, 0) / moves.length : NaN;
  const union = a.items.length + b.items.length - both;
  return h("dl", { class: "tiles" },
    tile("In both", `${both} of ${size}`),
    tile("Overlap", percent(union ? both / union : 1, 0)),
    tile("Only on the left", a.items.length - both),
    tile("Only on the right", b.items.length - both),
    tile("Mean change of rank", Number.isFinite(mean) ? mean.toFixed(1) : "–"));
}

const tile = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));

function column(own, other, name) {
  const title = own.chosen.version ? `${own.chosen.name}, version ${own.chosen.version}` : own.chosen.name;
  const heading = h("div", { class: "head" }, h("h2", {}, title),
    own.found && h("p", { class: "meta" }, own.found.basis === "model" ? "by the model" : `by ${own.found.basis}`));
  if (own.error) return h("section", { class: "panel", "aria-label": name }, heading, problem(own.error));
  return h("section", { class: "panel", "aria-label": `${name}: ${title}` }, heading,
    results(own.items, {
      mark: (item, place) => {
        const there = other.items.findIndex((one) => one.item === item.item);
        if (other.error) return null;
        if (there < 0) return h("span", { class: "mark only" }, "only here");
        const move = there - place;
        const text = move === 0 ? "same rank" : `${move > 0 ? "▲" : "▼"} ${Math.abs(move)}`;
        const spoken = move === 0 ? "in both, same rank" : `in both, ${Math.abs(move)} ${move > 0 ? "higher" : "lower"} here`;
        return h("span", { class: "mark both" }, h("span", { "aria-hidden": "true" }, text),
          h("span", { class: "visually-hidden" }, spoken));
      },
    }));
}
