// Small charts in SVG.

import { h, s, newId } from "./dom.js";

const width = 340;
const height = 170;
const edge = { left: 46, right: 12, top: 10, bottom: 26 };

/** Round steps between two numbers. */
function ticks(low, high, wanted = 4) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / wanted;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((one) => one >= rough);
  const found = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-9; value += step) found.push(value);
  return found;
}

const short = (value) => Number(value.toPrecision(3)).toString();

/** Lines over epochs: `series` is [{name, values}], with gaps where a value is no number. */
export function lines(title, series, { x = "epoch", format = short } = {}) {
  const drawn = series.filter((one) => one.values.some(Number.isFinite));
  const values = drawn.flatMap((one) => one.values.filter(Number.isFinite));
  if (values.length === 0) return null;
  const count = Math.max(...drawn.map((one) => one.values.length));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = (high - low || Math.abs(high) || 1) * 0.06;
  const [bottom, top] = [low >= 0 ? Math.max(0, low - pad) : low - pad, high + pad];
  const left = (place) => edge.left + (count > 1 ? place / (count - 1) : 0.5) * (width - edge.left - edge.right);
  const up = (value) => height - edge.bottom - ((value - bottom) / (top - bottom)) * (height - edge.top - edge.bottom);
  const id = newId("chart");
  const said = drawn.map((one) => {
    const last = one.values.findLast(Number.isFinite);
    return `${one.name} from ${format(one.values.find(Number.isFinite))} to ${format(last)}`;
  }).join("; ");
  const marks = [...new Set([0, Math.floor((count - 1) / 2), count - 1])];
  return h("figure", { class: "chart" },
    h("figcaption", { id }, title),
    s("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": id, "aria-description": said },
      ticks(bottom, top).map((value) => [
        s("line", { class: "grid", x1: edge.left, x2: width - edge.right, y1: up(value), y2: up(value) }),
        s("text", { class: "tick", x: edge.left - 7, y: up(value) + 3.5, "text-anchor": "end" }, format(value)),
      ]),
      marks.map((place) => s("text", {
        class: "tick", x: left(place), y: height - 8, "text-anchor": place === 0 ? "start" : place === count - 1 ? "end" : "middle",
      }, place === 0 ? `${x} 1` : place + 1)),
      drawn.map((one, number) => [
        s("path", { class: `line line-${number}`, d: path(one.values, left, up) }),
        one.values.length === 1 && s("circle", { class: `point line-${number}`, cx: left(0), cy: up(one.values[0]), r: 3 }),
      ])),
    drawn.length > 1 && h("ul", { class: "legend" }, drawn.map((one, number) =>
      h("li", {}, h("span", { class: `swatch line-${number}`, "aria-hidden": "true" }), one.name))));
}

function path(values, left, up) {
  let text = "";
  let isDown = false;
  values.forEach((value, place) => {
    if (!Number.isFinite(value)) { isDown = false; return; }
    text += `${isDown ? "L" : "M"}${left(place).toFixed(1)} ${up(value).toFixed(1)}`;
    isDown = true;
  });
  return text;
}

/** A line without axes, for what changes while one looks. */
export function spark(values, label) {
  const [w, hh] = [240, 48];
  const finite = values.filter(Number.isFinite);
  const high = Math.max(...finite, 1e-9);
  const left = (place) => 2 + (values.length > 1 ? place / (values.length - 1) : 1) * (w - 4);
  const up = (value) => hh - 4 - (value / high) * (hh - 10);
  return s("svg", { class: "spark", viewBox: `0 0 ${w} ${hh}`, role: "img", "aria-label": label, preserveAspectRatio: "none" },
    s("line", { class: "grid", x1: 0, x2: w, y1: hh - 3, y2: hh - 3 }),
    s("path", { class: "line line-0", d: path(values, left, up) }));
}

/** A table: columns are [{name, number}], rows are arrays. */
export function table(caption, columns, rows) {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption),
      h("thead", {}, h("tr", {}, columns.map((column) =>
        h("th", { scope: "col", class: column.number && "number" }, column.name)))),
      h("tbody", {}, rows.map((row) => h("tr", { class: row.isMarked && "marked" }, (row.cells ?? row).map((cell, place) =>
        place === 0
          ? h("th", { scope: "row" }, cell)
          : h("td", { class: columns[place].number && "number" }, cell)))))));
}
