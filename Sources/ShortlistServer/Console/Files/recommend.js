// Recommendations for a user, for a history, or for the features of a query; and why.

import { can } from "./api.js";
import { h, show, tell, field, newId } from "./dom.js";
import { plural, score, percent, duration } from "./numbers.js";
import { described, features, filterHelp, into, isOver, lookup, problem, results, bar } from "./parts.js";

const bases = {
  popularity: "The model knows nothing of this user: these are the most popular items, with their shares of the interactions.",
  history: "The model does not know this user: these are the items nearest to the history.",
};

export function recommendView(content, { model, fields, go, remember, signal }) {
  const who = lookup(model, "users", { id: "user", required: true, value: fields.get("user") ?? "" }, signal);
  const picked = lookup(model, "items", { id: "history-item" }, signal);
  const history = fields.getAll("history");
  const chips = h("ul", { class: "chips picked" });
  const k = h("input", { id: "k", type: "number", min: 1, max: 100, required: true, value: fields.get("k") ?? 10 });
  const filter = h("input", {
    id: "filter", type: "text", spellcheck: "false", autocomplete: "off", value: fields.get("filter") ?? "",
  });
  const seen = h("input", { id: "seen", type: "checkbox" });
  seen.checked = fields.get("seen") === "yes";
  const form = h("form", { class: "panel form" });
  const answer = h("section", { class: "panel grow", "aria-label": "Recommendations" },
    h("p", { class: "empty" }, "Type a user to see what the model would show them."));
  const side = h("section", { class: "panel", "aria-label": "History of the user" });
  side.hidden = true;
  const more = h("div", { class: "fields" });
  let extra = [];
  let last = new AbortController();
  let mode = history.length ? "history" : "user";
  let hasUser = true;

  function showChips() {
    show(chips, history.map((item) =>
      h("li", {}, item, h("button", {
        type: "button", class: "remove", "aria-label": `Remove ${item}`,
        onclick: () => { history.splice(history.indexOf(item), 1); showChips(); },
      }, "×"))));
  }

  function addItem() {
    const item = picked.input.value.trim();
    if (item && !history.includes(item)) history.push(item);
    picked.input.value = "";
    showChips();
    picked.input.focus();
  }

  function request() {
    const request = { k: Number(k.value), exclude_seen: !seen.checked };
    if (mode === "history") request.history = [...history];
    else if (who.input.value.trim()) request.user_id = who.input.value.trim();
    const query = {};
    for (const { name, type, input } of extra) {
      const value = input.value.trim();
      if (type === "number") query[name] = Number(value);
      else if (type === "strings") query[name] = value.split("\n").map((line) => line.trim()).filter(Boolean);
      else query[name] = value;
    }
    if (extra.length) request.query = query;
    if (filter.value.trim()) request.filter = filter.value.trim();
    return request;
  }

  async function run(event) {
    event?.preventDefault();
    const wanted = request();
    remember({
      ...(wanted.user_id ? { user: wanted.user_id } : {}), k: k.value,
      ...(filter.value.trim() ? { filter: filter.value.trim() } : {}), ...(seen.checked ? { seen: "yes" } : {}),
    });
    last.abort();
    last = new AbortController();
    const stop = AbortSignal.any([signal, last.signal]);
    const start = performance.now();
    answer.setAttribute("aria-busy", "true");
    if (wanted.user_id) showHistory(wanted.user_id, stop);
    else side.hidden = true;
    try {
      const found = await model.recommend(wanted, { signal: stop });
      const time = (performance.now() - start) * 1000;
      const items = await described(model, found.items, stop);
      const { explain } = await can();
      show(answer,
        h("div", { class: "head" },
          h("h2", {}, `${plural(items.length, "recommendation")}`),
          h("p", { class: "meta" }, `${found.model.name}, version ${found.model.version} · answered in ${duration(time)}`)),
        bases[found.basis] && h("p", { class: "notice" }, bases[found.basis]),
        items.length === 0 && h("p", { class: "empty" }, "Nothing is left to recommend under these conditions."),
        results(items, explain ? why(wanted, stop) : { actions: (item) => similar(item) }));
      tell(`${plural(items.length, "recommendation")}, the first is ${items[0]?.item ?? "none"}`);
    } catch (error) {
      if (!isOver(error)) show(answer, problem(error));
    } finally {
      if (!stop.aborted) answer.removeAttribute("aria-busy");
    }
  }

  const similar = (item) => [
    h("button", {
      type: "button", class: "quiet", "aria-label": `Items similar to ${item.item}`,
      onclick: () => go("similar", { item: item.item }),
    }, "Similar"),
  ];

  /** Buttons that unfold the explanation of an item. */
  function why(wanted, stop) {
    const places = new Map();
    return {
      actions: (item) => {
        const region = h("div", { class: "why", id: newId("why"), hidden: true });
        places.set(item.item, region);
        const button = h("button", {
          type: "button", class: "quiet", "aria-expanded": "false", "aria-controls": region.id,
          "aria-label": `Why ${item.item}`,
          onclick: () => {
            const isOpen = button.getAttribute("aria-expanded") === "true";
            button.setAttribute("aria-expanded", String(!isOpen));
            region.hidden = isOpen;
            if (!isOpen && region.childNodes.length === 0) {
              const question = { item: item.item, k: 5 };
              for (const name of ["user_id", "query", "history"]) {
                if (wanted[name] !== undefined) question[name] = wanted[name];
              }
              into(region, model.explain(question, { signal: stop }), explanation);
            }
          },
        }, "Why?");
        return [button, similar(item)];
      },
      below: (item) => places.get(item.item),
    };
  }

  function showHistory(user, stop) {
    side.hidden = false;
    into(side, model.user(user, { limit: 40 }, { signal: stop }).catch((error) => {
      if (error.status === 404) return { items: [], total: 0 };
      throw error;
    }), (found) => [
      h("h2", {}, found.total ? `${plural(found.total, "item")} in the history` : "No history"),
      found.total === 0 && h("p", { class: "empty" }, "The training data knows nothing of this user."),
      h("ul", { class: "plain" }, found.items.map((item) => h("li", {}, item.item, features(item, 3)))),
      found.has_more && h("p", { class: "meta" }, `and ${plural(found.total - found.items.length, "more", "more")}`),
    ]);
  }

  /** Fields for what the query tower reads beside the user. */
  function addFeatures(summary) {
    const names = (summary.query_features ?? []).filter((feature) => feature.name !== summary.user);
    extra = names.map(({ name, type }) => ({
      name, type,
      input: type === "strings"
        ? h("textarea", { rows: 3, spellcheck: "false" })
        : h("input", { type: type === "number" ? "number" : "text", step: "any" }),
    }));
    show(more, extra.map(({ name, type, input }) =>
      field(name, input, type === "strings" ? "One value a line." : undefined)));
    show(help, filterHelp(summary));
    // A model without a history does not say which feature identifies users: all of them have fields of their own.
    hasUser = summary.user !== undefined;
    choose(mode);
  }

  const help = h("p", { class: "hint", id: "filter-help" });
  filter.setAttribute("aria-describedby", "filter-help");
  const userField = h("div", { class: "field" }, h("label", { for: "user" }, "User"), who.input, who.list);
  const historyField = h("div", { class: "field" },
    h("label", { for: "history-item" }, "Items of the history"),
    h("div", { class: "row" }, picked.input, h("button", { type: "button", class: "quiet", onclick: addItem }, "Add")),
    picked.list, chips);
  picked.input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); addItem(); }
  });

  function choose(next) {
    mode = next;
    userField.hidden = mode !== "user" || !hasUser;
    historyField.hidden = mode !== "history";
    who.input.disabled = userField.hidden;
  }
  const modes = h("fieldset", { class: "modes", hidden: true }, h("legend", {}, "Recommend for"),
    [["user", "a user"], ["history", "a history"]].map(([value, label]) => {
      const radio = h("input", { type: "radio", name: "mode", value, id: `mode-${value}`, onchange: () => choose(value) });
      radio.checked = mode === value;
      return h("label", { for: radio.id }, radio, label);
    }));
  can().then((abilities) => { modes.hidden = !abilities.history; });
  choose(mode);
  showChips();
  show(form, modes, userField, historyField, more, field("How many", k),
    h("div", { class: "field" }, h("label", { for: "filter" }, "Only items where"), filter, help),
    h("label", { class: "check", for: "seen" }, seen, "Include what the user has seen"),
    h("button", { type: "submit", class: "main" }, "Recommend"));
  form.addEventListener("submit", run);
  show(content, h("div", { class: "columns" }, h("div", { class: "stack narrow" }, form, side), answer));
  model.report().then(({ summary }) => addFeatures(summary)).catch((error) => show(help, error.message));
  if (fields.get("user")) run();
  return () => last.abort();
}

function explanation(found) {
  const reasons = found.reasons ?? [];
  const longest = Math.max(...reasons.map((reason) => reason.share), 0);
  const facts = [];
  if (Number.isFinite(found.score)) facts.push(`score ${score(found.score)}`);
  if (Number.isInteger(found.rank)) facts.push(`rank ${found.rank} of the whole catalogue`);
  return [
    h("p", { class: "meta" }, reasons.length
      ? "Pulled up by these items of the history:"
      : `No reasons: ${found.note ?? "no item of the history speaks for it"}.`, facts.length ? ` (${facts.join(", ")})` : ""),
    h("ul", { class: "reasons" }, reasons.map((reason) =>
      h("li", {}, h("span", {}, reason.item), bar(longest > 0 ? reason.share / longest : 0),
        h("span", { class: "number" }, percent(reason.share, 0))))),
  ];
}
