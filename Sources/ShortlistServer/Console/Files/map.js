// The catalogue on a plane: look around, find an item, see where recommendations lie.

import { h, show, tell, field } from "./dom.js";
import { count, percent, plural } from "./numbers.js";
import { features, into, isOver, lookup, problem } from "./parts.js";
import { Plane } from "./plane.js";

export function mapView(content, { model, fields, go, remember, signal }) {
  const canvas = h("canvas", {
    tabindex: 0, role: "application", "aria-label": "Map of the catalogue. Arrow keys move, plus and minus zoom, 0 shows all, Enter takes the item in the middle.",
  });
  const tip = h("div", { class: "tip", hidden: true });
  const legend = h("ul", { class: "legend" });
  const side = h("section", { class: "panel", "aria-label": "The chosen item" },
    h("p", { class: "empty" }, "Choose a point, or find an item by its name."));
  const note = h("p", { class: "meta" });
  const colour = h("select", { id: "colour" }, h("option", { value: "" }, "nothing"));
  const item = lookup(model, "items", { id: "find", value: fields.get("item") ?? "" }, signal);
  const user = lookup(model, "users", { id: "user", value: fields.get("user") ?? "" }, signal);
  const plane = new Plane(canvas, {
    hover: (point, x, y) => {
      tip.hidden = !point;
      if (!point) return;
      show(tip, point.item, point.value !== undefined && h("span", {}, ` ${[point.value].flat().join(", ")}`));
      tip.style.insetInlineStart = `${Math.min(x + 14, canvas.clientWidth - 200)}px`;
      tip.style.insetBlockStart = `${y + 14}px`;
    },
    choose: (point) => choose(point.item),
  });

  async function load() {
    canvas.setAttribute("aria-busy", "true");
    try {
      const found = await model.map({ feature: colour.value }, { signal });
      plane.take(found.points);
      const isWhole = found.points.length === found.total;
      show(note, `${isWhole ? plural(found.total, "item") : `${count(found.points.length)} of ${plural(found.total, "item")}`}`
        + ` along the two directions in which their vectors differ most, which hold `
        + `${percent(found.explained.reduce((sum, one) => sum + one, 0), 0)} of their variance.`);
      show(legend, plane.groups.map((group) =>
        h("li", {}, h("span", { class: `swatch hue-${group.hue}`, "aria-hidden": "true" }), `${group.name} (${count(group.count)})`)));
      if (plane.chosen === undefined && fields.get("item")) choose(fields.get("item"));
      if (fields.get("user")) highlight();
    } catch (error) {
      if (!isOver(error)) show(side, problem(error));
    } finally {
      canvas.removeAttribute("aria-busy");
    }
  }

  /** Points for items that a large catalogue's map was thinned of, or that joined since. */
  async function place(names) {
    const missing = names.filter((name) => !plane.has(name));
    if (missing.length) plane.add((await model.map({ item: missing, feature: colour.value }, { signal })).points);
  }

  function choose(name) {
    item.input.value = name;
    remember({ item: name, ...(user.input.value ? { user: user.input.value } : {}) });
    const about = Promise.all([model.item(name, { signal }), model.similar({ item: name, k: 10 }, { signal })]);
    into(side, about.then(async ([itself, near]) => {
      await place([name, ...near.items.map((one) => one.item)]);
      plane.mark("near", near.items.map((one) => one.item));
      plane.choose(name);
      tell(`${name} is chosen`);
      return [itself, near];
    }), ([itself, near]) => [
      h("h2", {}, itself.item), features(itself, 20),
      h("h3", {}, "Nearest items"),
      h("ul", { class: "plain" }, near.items.map((one) => h("li", {},
        h("button", { type: "button", class: "link", onclick: () => choose(one.item) }, one.item)))),
      h("button", { type: "button", class: "quiet", onclick: () => go("similar", { item: name }) }, "Open in similar items"),
    ]);
  }

  async function highlight(event) {
    event?.preventDefault();
    const name = user.input.value.trim();
    if (!name) {
      plane.mark("recommended", []);
      plane.mark("history", []);
      return;
    }
    remember({ ...(item.input.value ? { item: item.input.value } : {}), user: name });
    try {
      const [found, known] = await Promise.all([
        model.recommend({ user_id: name, k: 10 }, { signal }),
        model.user(name, { limit: 200 }, { signal }).catch((error) => {
          if (error.status === 404) return { items: [] };
          throw error;
        }),
      ]);
      const [items, seen] = [found.items.map((one) => one.item), known.items.map((one) => one.item)];
      await place([...items, ...seen.filter((one) => plane.has(one))]);
      plane.mark("recommended", items);
      plane.mark("history", seen);
      tell(`${plural(items.length, "recommended item")} and ${plural(seen.length, "item")} of the history are marked`);
    } catch (error) {
      if (!isOver(error)) show(side, problem(error));
    }
  }

  const finder = h("form", {
    class: "panel form", onsubmit: (event) => {
      event.preventDefault();
      if (item.input.value.trim()) choose(item.input.value.trim());
    },
  }, h("div", { class: "field" }, h("label", { for: "find" }, "Find an item"),
    h("div", { class: "row" }, item.input, h("button", { type: "submit", class: "quiet" }, "Find")), item.list),
  field("Colour by", colour));
  const marker = h("form", { class: "panel form", onsubmit: highlight },
    h("div", { class: "field" }, h("label", { for: "user" }, "Mark what a user is recommended"),
      h("div", { class: "row" }, user.input, h("button", { type: "submit", class: "quiet" }, "Mark")), user.list),
    h("ul", { class: "legend" },
      h("li", {}, h("span", { class: "swatch star", "aria-hidden": "true" }, "★"), "recommended"),
      h("li", {}, h("span", { class: "swatch ring", "aria-hidden": "true" }), "in the history"),
      h("li", {}, h("span", { class: "swatch near", "aria-hidden": "true" }), "near the chosen item")));
  const zoom = (factor, label, sign) => h("button", {
    type: "button", class: "quiet square", "aria-label": label, onclick: () => plane.zoom(factor),
  }, sign);
  show(content, h("div", { class: "columns" },
    h("div", { class: "stack narrow" }, finder, marker, side),
    h("section", { class: "panel grow map", "aria-label": "Map" },
      h("div", { class: "head" }, note, h("div", { class: "row" }, zoom(1.4, "Zoom in", "+"), zoom(1 / 1.4, "Zoom out", "−"),
        h("button", { type: "button", class: "quiet", onclick: () => plane.showAll() }, "Show all"))),
      h("div", { class: "canvas" }, canvas, tip), legend)));
  colour.addEventListener("change", load);
  model.report().then(({ summary }) => {
    const names = summary.item_columns.filter((column) => column.name !== summary.item);
    for (const { name } of names) colour.append(h("option", { value: name }, name));
    const best = names.find((column) => column.type === "lists of strings") ?? names[0];
    if (best) colour.value = best.name;
    load();
  }).catch(load);
  return () => plane.end();
}
