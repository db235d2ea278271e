// Made by scripts/embed-files.py; change the files it is made from.
// swift-format-ignore-file

extension ConsolePages {
  static let files: [File] = [
    File(name: "api.js", text: #"""
// The public HTTP API, and nothing else.

let token = "";

export function useToken(text) {
  token = text.trim();
}

/** An answer that is none: what the server says about it. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(path, options = {}) {
  const headers = { accept: "application/json", ...options.headers };
  if (token) headers.authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(path, { ...options, headers, credentials: "omit", redirect: "error" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "The server does not answer.");
  }
  if (response.ok) return response;
  const text = await response.text();
  let message = text.slice(0, 400) || `The server answered ${response.status}.`;
  try {
    const json = JSON.parse(text);
    message = json.detail ?? json.error ?? message;
  } catch {
    // No JSON: the text itself is the message.
  }
  if (response.status === 401) message = `${message} Give an access token on the left.`;
  throw new Refusal(response.status, message);
}

export async function get(path, options) {
  return (await ask(path, options)).json();
}

export async function getText(path, options) {
  return (await ask(path, options)).text();
}

async function post(path, body, options) {
  const response = await ask(path, {
    ...options,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.json();
}

function query(fields) {
  const parts = [];
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== "") parts.push(`${name}=${encodeURIComponent(one)}`);
    }
  }
  return parts.length ? `?${parts.join("&")}` : "";
}

/** A model, or one version of it. */
export class Model {
  constructor(name, version) {
    this.name = name;
    this.version = version;
    this.path = `/v1/models/${encodeURIComponent(name)}${version ? `/versions/${version}` : ""}`;
  }

  get key() {
    return this.version ? `${this.name}@${this.version}` : this.name;
  }

  recommend(request, options) {
    return post(`${this.path}:recommend`, request, options);
  }

  similar(request, options) {
    return post(`${this.path}:similar`, request, options);
  }

  explain(request, options) {
    return post(`${this.path}:explain`, request, options);
  }

  items(fields, options) {
    return get(`${this.path}/items${query(fields)}`, options);
  }

  item(identifier, options) {
    return get(`${this.path}/items/${encodeURIComponent(identifier)}`, options);
  }

  users(fields, options) {
    return get(`${this.path}/users${query(fields)}`, options);
  }

  user(identifier, fields = {}, options) {
    return get(`${this.path}/users/${encodeURIComponent(identifier)}${query(fields)}`, options);
  }

  map(fields = {}, options) {
    return get(`${this.path}/map${query(fields)}`, options);
  }

  /** What the artefact says of itself; asked for once. */
  report() {
    this.asked ??= get(`${this.path}/report`).catch((error) => {
      this.asked = undefined;
      throw error;
    });
    return this.asked;
  }
}

export async function models() {
  const { models } = await get("/v1/models");
  return models.flatMap(({ name, versions }) => [
    new Model(name),
    ...versions.map((version) => new Model(name, version)),
  ]);
}

let abilities;

/** Which optional calls this server has, by its own description. */
export async function can() {
  if (abilities) return abilities;
  try {
    const document = await get("/openapi.json");
    const paths = Object.keys(document.paths ?? {});
    const request = document.components?.schemas?.Recommend?.properties ?? {};
    abilities = {
      explain: paths.some((path) => path.endsWith(":explain")),
      history: "history" in request,
    };
  } catch {
    return { explain: false, history: false };
  }
  return abilities;
}

"""#),
    File(name: "app.js", text: #"""
// The frame: which model, which view, which appearance.

import { models, getText, useToken, Refusal } from "./api.js";
import { h, show, tell } from "./dom.js";
import { problem } from "./parts.js";
import { recommendView } from "./recommend.js";
import { similarView } from "./similar.js";
import { compareView } from "./compare.js";
import { mapView } from "./map.js";
import { reportView } from "./report.js";
import { loadView } from "./load.js";

const views = {
  recommend: { title: "Recommend", make: recommendView },
  similar: { title: "Similar items", make: similarView },
  compare: { title: "Compare", make: compareView },
  map: { title: "Map", make: mapView },
  report: { title: "Training report", make: reportView },
  load: { title: "Live load", make: loadView },
};

const main = document.getElementById("main");
const picker = document.getElementById("model");
let known = [];
let leave = () => {};

/** What stands behind "#": the view and its fields. */
function place() {
  const [name, fields] = location.hash.replace(/^#\/?/, "").split("?");
  return { name: name in views ? name : "recommend", fields: new URLSearchParams(fields ?? "") };
}

/** Goes to a view, with fields as {user: "42"}. */
function go(name, fields = {}) {
  const text = new URLSearchParams(fields).toString();
  const hash = `#/${name}${text ? `?${text}` : ""}`;
  if (location.hash === hash) open();
  else location.hash = hash;
}

/** Writes the fields of the view that is open into the address, without opening it again. */
function remember(fields) {
  const text = new URLSearchParams(fields).toString();
  history.replaceState(null, "", `#/${place().name}${text ? `?${text}` : ""}`);
}

function chosen() {
  return known.find((model) => model.key === picker.value) ?? known[0];
}

function open() {
  leave();
  leave = () => {};
  const { name, fields } = place();
  for (const link of document.querySelectorAll("#views a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${views[name].title} · Shortlist console`;
  const model = chosen();
  if (!model) return;
  const stop = new AbortController();
  const context = { model, models: known, fields, go, remember, signal: stop.signal };
  const content = h("div", { class: "view" });
  show(main, h("h1", {}, views[name].title), content);
  const end = views[name].make(content, context);
  leave = () => {
    stop.abort();
    if (typeof end === "function") end();
  };
}

async function loadModels() {
  const before = picker.value;
  try {
    known = await models();
  } catch (error) {
    known = [];
    leave();
    leave = () => {};
    show(main, h("h1", {}, "Shortlist"), problem(error));
    if (error instanceof Refusal && error.status === 401) document.getElementById("access").open = true;
    return;
  }
  show(
    picker,
    known.map((model) =>
      h("option", { value: model.key }, model.version ? `${model.name}, version ${model.version}` : `${model.name}, latest`),
    ),
  );
  if (known.some((model) => model.key === before)) picker.value = before;
  if (known.length === 0) {
    show(main, h("h1", {}, "Shortlist"), h("p", { class: "notice" }, "No model is served."));
    return;
  }
  open();
}

async function watchReadiness() {
  const dot = document.getElementById("ready-dot");
  const text = document.getElementById("ready");
  let isReady = false;
  let told = "Not reachable";
  try {
    isReady = (await getText("/readyz")).trim() === "ready";
    told = isReady ? "Ready" : "Not ready";
  } catch (error) {
    if (error.status === 503) told = "Not ready";
  }
  dot.classList.toggle("good", isReady);
  dot.classList.toggle("bad", !isReady);
  if (text.textContent !== told) text.textContent = told;
  setTimeout(watchReadiness, 5000);
}

function chooseTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

function begin() {
  show(
    document.getElementById("views"),
    h("ul", {}, Object.entries(views).map(([name, view]) =>
      h("li", {}, h("a", { href: `#/${name}`, "data-view": name }, view.title)))),
  );
  const theme = document.getElementById("theme");
  try {
    theme.value = localStorage.getItem("shortlist-theme") ?? "";
  } catch {
    // Storage may be forbidden; then the choice lasts as long as the page.
  }
  chooseTheme(theme.value);
  theme.addEventListener("change", () => {
    chooseTheme(theme.value);
    try {
      localStorage.setItem("shortlist-theme", theme.value);
    } catch {
      // As above.
    }
    window.dispatchEvent(new Event("themechange"));
  });
  document.getElementById("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const input = document.getElementById("token");
    useToken(input.value);
    input.value = "";
    tell("The token is used from now on.");
    loadModels();
  });
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  picker.addEventListener("change", open);
  window.addEventListener("hashchange", () => {
    open();
    main.focus();
  });
  watchReadiness();
  loadModels();
}

begin();

"""#),
    File(name: "charts.js", text: #"""
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

"""#),
    File(name: "compare.js", text: #"""
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

"""#),
    File(name: "console.css", text: #"""
/* Colours are named once for light and once for dark; everything below uses the names. */
:root {
  color-scheme: light;
  --ground: #f5f6f4;
  --surface: #ffffff;
  --sunken: #eef0ed;
  --ink: #1a1f24;
  --muted: #565f68;
  --line: #dde0dc;
  --strong-line: #868e93;
  --accent: #0f6b66;
  --accent-ink: #ffffff;
  --accent-soft: #e2efed;
  --good: #1d7a3e;
  --bad: #b3261e;
  --bad-soft: #fbeae8;
  --note-soft: #fdf3d9;
  --note-ink: #5c4400;
  --star: #cc7700;
  --hue-0: #3b6fb6; --hue-1: #c4572b; --hue-2: #2f8f5b; --hue-3: #8a52b5;
  --hue-4: #b3861a; --hue-5: #c2417c; --hue-6: #3497a6; --hue-7: #6f6a3a; --hue-none: #9aa0a3;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme="light"]) {
    color-scheme: dark;
    --ground: #121517; --surface: #1a1e21; --sunken: #22272b; --ink: #e7eaec; --muted: #a3adb5;
    --line: #2d3338; --strong-line: #747e86; --accent: #5fc9c0; --accent-ink: #06201e; --accent-soft: #1d3533;
    --good: #67c98a; --bad: #ff8f86; --bad-soft: #3a2220; --note-soft: #362d14; --note-ink: #f1d58a; --star: #ffc857;
    --hue-0: #7fb0f0; --hue-1: #f0926a; --hue-2: #6fcf97; --hue-3: #c79af0;
    --hue-4: #e3bd5b; --hue-5: #f289b8; --hue-6: #6fd0de; --hue-7: #bdb679; --hue-none: #767e84;
  }
}
:root[data-theme="dark"] {
  color-scheme: dark;
  --ground: #121517; --surface: #1a1e21; --sunken: #22272b; --ink: #e7eaec; --muted: #a3adb5;
  --line: #2d3338; --strong-line: #747e86; --accent: #5fc9c0; --accent-ink: #06201e; --accent-soft: #1d3533;
  --good: #67c98a; --bad: #ff8f86; --bad-soft: #3a2220; --note-soft: #362d14; --note-ink: #f1d58a; --star: #ffc857;
  --hue-0: #7fb0f0; --hue-1: #f0926a; --hue-2: #6fcf97; --hue-3: #c79af0;
  --hue-4: #e3bd5b; --hue-5: #f289b8; --hue-6: #6fd0de; --hue-7: #bdb679; --hue-none: #767e84;
}

*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
body {
  margin: 0; min-block-size: 100vh; display: grid; grid-template-columns: 216px minmax(0, 1fr);
  background: var(--ground); color: var(--ink);
}
h1, h2, h3, p, ul, ol, dl, figure { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 1.45rem; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 1.05rem; font-weight: 650; }
h3 { font-size: 0.9rem; font-weight: 650; }
code, pre, .number, .big { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; font-variant-numeric: tabular-nums; }
.visually-hidden {
  position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.skip { position: absolute; inset-inline-start: 8px; inset-block-start: -60px; z-index: 5; padding: 8px 14px; background: var(--surface); color: var(--accent); }
.skip:focus { inset-block-start: 8px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
.meta, .hint, .empty { color: var(--muted); font-size: 0.87rem; }

/* The frame */
.side {
  position: sticky; inset-block-start: 0; block-size: 100vh; overflow-y: auto; padding: 20px 16px;
  display: flex; flex-direction: column; gap: 22px; background: var(--surface); border-inline-end: 1px solid var(--line);
}
.brand { display: flex; align-items: center; gap: 10px; font-weight: 680; font-size: 1.12rem; letter-spacing: -0.01em; }
nav ul { display: grid; gap: 2px; }
nav a {
  display: block; padding: 7px 10px; border-radius: 6px; color: var(--ink); text-decoration: none;
}
nav a:hover { background: var(--sunken); }
nav a[aria-current="page"] { background: var(--accent-soft); color: var(--accent); font-weight: 600; }
.side-fields { display: grid; gap: 6px; }
.side-fields > label:not(:first-child) { margin-block-start: 10px; }
.side-fields details { margin-block-start: 10px; }
.side-fields form { display: grid; gap: 6px; padding-block-start: 8px; }
.side-foot { margin-block-start: auto; display: flex; align-items: center; gap: 8px; color: var(--muted); font-size: 0.87rem; }
.dot { inline-size: 9px; block-size: 9px; border-radius: 50%; background: var(--strong-line); }
.dot.good { background: var(--good); }
.dot.bad { background: var(--bad); }
main { padding: 26px 30px 40px; display: grid; gap: 18px; align-content: start; max-inline-size: 1400px; inline-size: 100%; }

/* Panels */
.panel { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 18px; min-inline-size: 0; }
.panel[aria-busy="true"], .stack[aria-busy="true"] { opacity: 0.6; transition: opacity 0.1s 0.15s; }
.columns { display: grid; grid-template-columns: 290px minmax(0, 1fr); gap: 18px; align-items: start; }
.view { display: grid; gap: 18px; grid-template-columns: minmax(0, 1fr); }
.stack { display: grid; gap: 18px; grid-template-columns: minmax(0, 1fr); }
.panel > * + *, .head + * { margin-block-start: 12px; }
.form.panel > * + * { margin-block-start: 0; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 4px 16px; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px; align-items: start; }
.row { display: flex; gap: 8px; align-items: center; }
.row input { flex: 1; min-inline-size: 0; }

/* Forms */
.form { display: grid; gap: 14px; }
.form.across { grid-template-columns: repeat(3, minmax(0, 1fr)) 100px auto; align-items: end; }
.fields { display: grid; gap: 14px; }
.fields:empty { display: none; }
.field { display: grid; gap: 5px; min-inline-size: 0; align-content: start; }
label, legend, .field > label { font-size: 0.87rem; font-weight: 600; }
input, select, textarea, button { font: inherit; color: inherit; }
input:not([type="checkbox"], [type="radio"]), select, textarea {
  inline-size: 100%; min-block-size: 36px; padding: 6px 10px; background: var(--surface);
  border: 1px solid var(--strong-line); border-radius: 6px;
}
input[type="checkbox"], input[type="radio"] { accent-color: var(--accent); inline-size: 16px; block-size: 16px; margin: 0; }
.check, .modes label { display: flex; align-items: center; gap: 8px; font-weight: 400; }
.modes { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: 4px 16px; }
.modes legend { margin-block-end: 4px; padding: 0; }
button { min-block-size: 36px; padding: 6px 14px; border-radius: 6px; border: 1px solid var(--strong-line); background: var(--surface); cursor: pointer; }
button:hover { background: var(--sunken); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); font-weight: 600; }
button.main:hover { filter: brightness(1.08); }
button.quiet { min-block-size: 30px; padding: 3px 11px; font-size: 0.87rem; border-color: var(--line); color: var(--accent); }
button.square { inline-size: 32px; padding: 0; }
button.link { min-block-size: 26px; padding: 1px 2px; border: 0; background: none; color: var(--accent); text-align: start; }
button.link:hover { text-decoration: underline; }
summary { cursor: pointer; font-size: 0.87rem; font-weight: 600; min-block-size: 26px; }
.panel > summary { font-size: 1.05rem; }

/* Results */
.results { display: grid; }
.results > li {
  display: grid; grid-template-columns: 30px minmax(0, 1fr) 108px auto; gap: 4px 14px; align-items: start;
  padding-block: 11px; border-block-start: 1px solid var(--line);
}
.results .rank { color: var(--muted); font-variant-numeric: tabular-nums; text-align: end; }
.title { font-weight: 600; overflow-wrap: anywhere; }
.score { display: grid; gap: 5px; padding-block-start: 2px; }
.score .number { font-size: 0.87rem; text-align: end; }
.actions { display: flex; gap: 6px; min-inline-size: 0; }
.actions:empty { display: none; }
.pair .results > li { grid-template-columns: 26px minmax(0, 1fr) 84px; }
.bar { display: block; block-size: 5px; border-radius: 3px; background: var(--sunken); overflow: hidden; }
.bar-fill { display: block; block-size: 100%; border-radius: 3px; background: var(--accent); }
.chips { display: flex; flex-wrap: wrap; gap: 5px; margin-block-start: 5px; }
.chips li { padding: 1px 8px; border-radius: 5px; background: var(--sunken); color: var(--muted); font-size: 0.82rem; overflow-wrap: anywhere; }
.chips.picked li { color: var(--ink); display: flex; align-items: center; gap: 4px; }
.chips:empty { display: none; }
button.remove { min-block-size: 24px; min-inline-size: 24px; padding: 0; border: 0; background: none; }
.plain { display: grid; }
.plain > li { padding-block: 6px; border-block-start: 1px solid var(--line); font-size: 0.93rem; overflow-wrap: anywhere; }
.why { grid-column: 2 / -1; padding: 10px 14px; border-radius: 8px; background: var(--sunken); display: grid; gap: 8px; }
.reasons { display: grid; gap: 6px; }
.reasons li { display: grid; grid-template-columns: minmax(0, 1fr) 130px 52px; gap: 12px; align-items: center; font-size: 0.9rem; }
.reasons .number { text-align: end; font-size: 0.85rem; }
.why .bar { background: var(--line); }
.mark { margin-inline-start: 8px; padding: 1px 7px; border-radius: 5px; font-size: 0.79rem; font-weight: 600; white-space: nowrap; }
.mark.both { background: var(--accent-soft); color: var(--accent); }
.mark.only { background: var(--note-soft); color: var(--note-ink); }
.notice { padding: 9px 13px; border-radius: 8px; background: var(--note-soft); color: var(--note-ink); font-size: 0.92rem; overflow-wrap: anywhere; }
.notice.bad { background: var(--bad-soft); color: var(--bad); }

/* Figures */
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 1px; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.tiles.four { grid-template-columns: repeat(4, minmax(0, 1fr)); }
.tiles > div { padding: 12px 16px; box-shadow: 0 0 0 1px var(--line); }
.tiles dt { color: var(--muted); font-size: 0.82rem; }
.tiles dd { margin: 0; font-size: 1.08rem; font-weight: 620; font-variant-numeric: tabular-nums; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 18px; font-size: 0.92rem; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 18px; }
.chart figcaption, caption { font-size: 0.87rem; font-weight: 600; text-align: start; padding-block-end: 6px; }
.chart svg { inline-size: 100%; display: block; }
.grid { stroke: var(--line); stroke-width: 1; }
.tick { fill: var(--muted); font-size: 10.5px; font-variant-numeric: tabular-nums; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
.line-0 { stroke: var(--hue-0); } .line-1 { stroke: var(--hue-1); } .line-2 { stroke: var(--hue-2); } .line-3 { stroke: var(--hue-3); }
.point { stroke-width: 4; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 0.85rem; color: var(--muted); }
.legend li { display: flex; align-items: center; gap: 6px; }
.swatch { inline-size: 11px; block-size: 11px; border-radius: 50%; flex: none; background: var(--hue-none); }
.swatch.line-0, .hue-0 { background: var(--hue-0); } .swatch.line-1, .hue-1 { background: var(--hue-1); }
.swatch.line-2, .hue-2 { background: var(--hue-2); } .swatch.line-3, .hue-3 { background: var(--hue-3); }
.hue-4 { background: var(--hue-4); } .hue-5 { background: var(--hue-5); } .hue-6 { background: var(--hue-6); } .hue-7 { background: var(--hue-7); }
.swatch.star { background: none; color: var(--star); font-size: 14px; line-height: 11px; }
.swatch.ring { background: none; border: 1.5px solid var(--ink); }
.swatch.near { background: none; border: 2.5px solid var(--accent); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; inline-size: 100%; font-size: 0.9rem; }
th, td { text-align: start; padding: 6px 12px 6px 0; border-block-end: 1px solid var(--line); vertical-align: top; }
thead th { color: var(--muted); font-weight: 600; font-size: 0.84rem; white-space: nowrap; }
tbody th { font-weight: 500; overflow-wrap: anywhere; }
th.number, td.number { text-align: end; padding-inline-end: 20px; white-space: nowrap; }
th.number { font-family: inherit; }
th.number:last-child, td.number:last-child { padding-inline-end: 4px; }
tr.marked th, tr.marked td { font-weight: 680; color: var(--accent); }
pre { overflow: auto; max-block-size: 420px; padding: 12px; border-radius: 8px; background: var(--sunken); font-size: 0.83rem; }
.meters { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 18px; }
.meter.panel > * + * { margin-block-start: 4px; }
.big { font-size: 1.65rem; font-weight: 600; letter-spacing: -0.02em; }
.spark { inline-size: 100%; block-size: 48px; display: block; }

/* The map */
.map .head { flex-wrap: nowrap; }
.map .head .row { flex: none; }
.canvas { position: relative; }
.canvas canvas { display: block; inline-size: 100%; block-size: min(64vh, 640px); border-radius: 8px; background: var(--surface); touch-action: none; cursor: grab; }
.canvas canvas.over { cursor: pointer; }
.tip { position: absolute; max-inline-size: 260px; padding: 5px 10px; border-radius: 6px; background: var(--ink); color: var(--surface); font-size: 0.85rem; pointer-events: none; }
.tip span { opacity: 0.75; }

@media (max-width: 1080px) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  .form.across { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media (max-width: 760px) {
  body { grid-template-columns: minmax(0, 1fr); grid-template-rows: auto 1fr; }
  .side { position: static; block-size: auto; gap: 12px; border-inline-end: 0; border-block-end: 1px solid var(--line); }
  .side-fields { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 4px 12px; align-items: end; }
  .side-fields > label[for="model"] { grid-area: 1 / 1; }
  .side-fields > #model { grid-area: 2 / 1; }
  .side-fields > label[for="theme"] { grid-area: 1 / 2; margin-block-start: 0; }
  .side-fields > #theme { grid-area: 2 / 2; }
  .side-fields > details { grid-column: 1 / -1; margin-block-start: 4px; }
  nav ul { display: flex; flex-wrap: wrap; }
  .side-foot { margin-block-start: 0; }
  main { padding: 20px 16px 32px; }
  .tiles.four { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .map .head { flex-wrap: wrap; }
  .pair, .form.across { grid-template-columns: minmax(0, 1fr); }
  .results > li { grid-template-columns: 24px minmax(0, 1fr) 84px; }
  .results .actions { grid-column: 2 / -1; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) { .bar-fill, .swatch { forced-color-adjust: none; } }

"""#),
    File(name: "dom.js", text: #"""
// Elements from data. Text becomes text nodes and nothing else, so that no title of an item is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

/** An element of HTML: h("button", {class: "quiet", onclick}, "Why?"). */
export function h(name, properties, ...children) {
  return fill(document.createElement(name), properties, children);
}

/** An element of SVG. */
export function s(name, properties, ...children) {
  return fill(document.createElementNS(SVG, name), properties, children);
}

export function show(element, ...children) {
  element.replaceChildren();
  return fill(element, {}, children);
}

/** Tells those who do not see the screen what has come. */
export function tell(text) {
  document.getElementById("status").textContent = text;
}

let next = 0;
export function newId(prefix) {
  next += 1;
  return `${prefix}-${next}`;
}

/** A label with its control below it. */
export function field(label, control, hint) {
  if (!control.id) control.id = newId("field");
  const note = hint && h("p", { class: "hint", id: `${control.id}-hint` }, hint);
  if (note) control.setAttribute("aria-describedby", note.id);
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control, note);
}

/** Runs a function when calls have paused. */
export function afterPause(milliseconds, body) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => body(...values), milliseconds);
  };
}

"""#),
    File(name: "icon.svg", text: #"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f6b66"/><path d="M8 10h16M8 16h11M8 22h6" stroke="#fff" stroke-width="3" stroke-linecap="round"/><circle cx="23" cy="21.5" r="3" fill="#ffc857"/></svg>

"""#),
    File(name: "index.html", text: #"""
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Shortlist console</title>
  <link rel="icon" href="/console/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/console/console.css">
  <script type="module" src="/console/app.js"></script>
</head>
<body>
  <a class="skip" href="#main" id="skip">Skip to the content</a>
  <header class="side">
    <p class="brand"><img src="/console/icon.svg" alt="" width="26" height="26"> Shortlist</p>
    <nav aria-label="Views" id="views"></nav>
    <div class="side-fields">
      <label for="model">Model</label>
      <select id="model"></select>
      <details id="access">
        <summary>Access token</summary>
        <form id="token-form">
          <label for="token">Bearer token</label>
          <input id="token" type="password" autocomplete="off" spellcheck="false">
          <p class="hint">Kept in this page's memory alone; gone when it is closed.</p>
          <button type="submit">Use it</button>
        </form>
      </details>
      <label for="theme">Appearance</label>
      <select id="theme">
        <option value="">As the system</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </div>
    <p class="side-foot"><span class="dot" id="ready-dot"></span><span id="ready">Asking the server</span></p>
  </header>
  <main id="main" tabindex="-1"></main>
  <div id="status" role="status" aria-live="polite" class="visually-hidden"></div>
  <noscript><p class="notice bad">The console needs JavaScript; the API beneath it does not: see /openapi.json.</p></noscript>
</body>
</html>

"""#),
    File(name: "load.js", text: #"""
// Live load and latency, from the server's own metrics.

import { getText } from "./api.js";
import { h, show } from "./dom.js";
import { count, duration, percent } from "./numbers.js";
import { isOver, problem } from "./parts.js";
import { spark, table } from "./charts.js";

const interval = 2000;
const kept = 60;

/** Prometheus's text as [{name, labels, value}]. */
export function parse(text) {
  const found = [];
  for (const line of text.split("\n")) {
    const match = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    if (!match) continue;
    const labels = {};
    for (const [, name, value] of (match[2] ?? "").matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g)) {
      labels[name] = value.replace(/\\(.)/g, (_, one) => (one === "n" ? "\n" : one));
    }
    const value = match[3] === "+Inf" ? Infinity : Number(match[3]);
    found.push({ name: match[1], labels, value });
  }
  return found;
}

// Metrics by the names of TensorFlow Serving (microseconds) or by the server's own (seconds).
const names = {
  ":tensorflow:serving:request_count": { counts: true },
  "shortlist_requests_total": { counts: true },
  ":tensorflow:serving:request_latency_bucket": { microseconds: 1 },
  "shortlist_request_duration_seconds_bucket": { microseconds: 1e6 },
};
const of = (labels) => ({
  model: labels.model ?? labels.model_name ?? "", call: labels.api ?? labels.API ?? "",
  over: labels.entrypoint ?? "", failed: (labels.code ?? labels.status ?? "OK") !== "OK",
});

/** Counters of one moment: requests, failures, and each call's latencies. */
function snapshot(samples) {
  const state = { time: performance.now(), total: 0, failed: 0, calls: new Map() };
  for (const { name, labels, value } of samples) {
    const meaning = names[name];
    if (!meaning) continue;
    const { model, call, over, failed } = of(labels);
    if (meaning.counts) {
      state.total += value;
      if (failed) state.failed += value;
      continue;
    }
    const key = [model, call, over].join(" ");
    const entry = state.calls.get(key) ?? { model, call, over, buckets: new Map() };
    const limit = labels.le === "+Inf" ? Infinity : Number(labels.le) * meaning.microseconds;
    entry.buckets.set(limit, value);
    state.calls.set(key, entry);
  }
  return state;
}

/** The bucket's bound, drawn between its limits, below which a share of what came since lies; NaN for nothing. */
function quantile(share, now, before) {
  const limits = [...now.keys()].sort((a, b) => a - b);
  const counts = limits.map((limit) => now.get(limit) - (before?.get(limit) ?? 0));
  const total = counts.at(-1) ?? 0;
  if (total <= 0) return NaN;
  const wanted = share * total;
  const place = counts.findIndex((sum) => sum >= wanted);
  const low = place > 0 ? limits[place - 1] : 0;
  const below = place > 0 ? counts[place - 1] : 0;
  if (limits[place] === Infinity) return low;
  return low + (limits[place] - low) * ((wanted - below) / Math.max(1e-9, counts[place] - below));
}

function summed(state) {
  const sum = new Map();
  for (const { buckets } of state.calls.values()) {
    for (const [limit, value] of buckets) sum.set(limit, (sum.get(limit) ?? 0) + value);
  }
  return sum;
}

export function loadView(content, { signal }) {
  const history = { rate: [], median: [], slow: [], errors: [] };
  const live = h("div", { class: "stack" }, h("p", { class: "empty" }, "Measuring."));
  show(content, live);
  let before;
  let timer;

  async function look() {
    try {
      const samples = parse(await getText("/metrics", { signal }));
      const now = snapshot(samples);
      if (before) draw(now, samples);
      before = now;
    } catch (error) {
      if (isOver(error)) return;
      show(live, problem(error));
      before = undefined;
    }
    if (!signal.aborted) timer = setTimeout(look, before && history.rate.length === 0 ? 500 : interval);
  }

  function draw(now, samples) {
    const seconds = (now.time - before.time) / 1000;
    const [all, earlier] = [summed(now), summed(before)];
    const push = (list, value) => { list.push(value); if (list.length > kept) list.shift(); };
    push(history.rate, Math.max(0, now.total - before.total) / seconds);
    push(history.median, quantile(0.5, all, earlier));
    push(history.slow, quantile(0.99, all, earlier));
    push(history.errors, Math.max(0, now.failed - before.failed) / seconds);
    const last = (list) => list.at(-1);
    show(live,
      h("div", { class: "meters" },
        meter("Requests a second", last(history.rate).toFixed(last(history.rate) < 10 ? 1 : 0), history.rate),
        meter("Median latency", duration(last(history.median)), history.median),
        meter("99th percentile", duration(last(history.slow)), history.slow),
        meter("Errors a second", last(history.errors).toFixed(last(history.errors) < 10 ? 1 : 0), history.errors)),
      h("section", { class: "panel", "aria-label": "Calls" }, h("h2", {}, "Calls since the start"), calls(now)),
      versions(samples), gauges(samples));
  }

  look();
  return () => clearTimeout(timer);
}

function meter(name, value, values) {
  return h("section", { class: "panel meter", "aria-label": name },
    h("p", { class: "meta" }, name), h("p", { class: "big" }, value),
    spark(values, `${name}, the last ${values.length} measurements`));
}

function calls(now) {
  if (now.calls.size === 0) return h("p", { class: "empty" }, "No call yet.");
  const rows = [...now.calls.values()].map(({ model, call, over, buckets }) => [
    `${model || "(unknown model)"} :${call}`, over, count(buckets.get(Infinity) ?? 0),
    duration(quantile(0.5, buckets)), duration(quantile(0.9, buckets)), duration(quantile(0.99, buckets)),
  ]);
  return [
    h("p", { class: "meta" }, `${count(now.total)} requests, ${percent(now.total ? now.failed / now.total : 0)} refused`),
    table("Latencies by call", [
      { name: "Call" }, { name: "Over" }, { name: "Answered", number: true }, { name: "Median", number: true },
      { name: "90 %", number: true }, { name: "99 %", number: true },
    ], rows.sort((a, b) => a[0].localeCompare(b[0]))),
  ];
}

function versions(samples) {
  const found = samples.filter((one) => one.name === "shortlist_model_available");
  if (found.length === 0) return null;
  return h("section", { class: "panel", "aria-label": "Versions" }, h("h2", {}, "Versions"),
    table("Versions of the models", [{ name: "Model" }, { name: "Version", number: true }, { name: "State" }],
      found.map(({ labels, value }) => [of(labels).model, labels.version, value === 1 ? "answers" : "does not answer"])));
}

/** Whatever else the server counts of its own. */
function gauges(samples) {
  const found = samples.filter((one) =>
    one.name.startsWith("shortlist_") && one.name !== "shortlist_model_available" && !(one.name in names)
    && !/_(bucket|sum|count)$/.test(one.name));
  if (found.length === 0) return null;
  return h("details", { class: "panel" }, h("summary", {}, "Everything else that is counted"),
    table("Further metrics", [{ name: "Metric" }, { name: "Of" }, { name: "Value", number: true }],
      found.map(({ name, labels, value }) => [
        name, Object.entries(labels).map(([label, text]) => `${label} ${text}`).join(", "),
        Number.isInteger(value) ? count(value) : value.toPrecision(4),
      ])));
}

"""#),
    File(name: "map.js", text: #"""
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

"""#),
    File(name: "numbers.js", text: #"""
// How numbers are written.

const whole = new Intl.NumberFormat("en");

export const count = (value) => whole.format(value);

export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** A score with as many digits as tell it from its neighbours. */
export function score(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.01 || size === 0 ? 3 : 5);
}

export function percent(share, digits = 1) {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : "–";
}

export function bytes(value) {
  for (const [unit, size] of [["GiB", 1 << 30], ["MiB", 1 << 20], ["KiB", 1 << 10]]) {
    if (value >= size) return `${(value / size).toFixed(1)} ${unit}`;
  }
  return `${value} B`;
}

/** A time that is given in microseconds. */
export function duration(microseconds) {
  if (!Number.isFinite(microseconds)) return "–";
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  if (microseconds < 1e6) return `${(microseconds / 1000).toFixed(1)} ms`;
  return `${(microseconds / 1e6).toFixed(2)} s`;
}

export function date(text) {
  const time = new Date(text);
  return Number.isNaN(time.getTime())
    ? text
    : time.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

"""#),
    File(name: "parts.js", text: #"""
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

"""#),
    File(name: "plane.js", text: #"""
// Points on a canvas: moving, zooming, and telling which point is meant.

const hues = 8;

export class Plane {
  constructor(canvas, { hover, choose }) {
    this.canvas = canvas;
    this.drawing = canvas.getContext("2d");
    this.onHover = hover;
    this.onChoose = choose;
    this.points = [];
    this.byName = new Map();
    this.marks = { recommended: new Set(), history: new Set(), near: new Set() };
    this.groups = [];
    this.centre = { x: 0, y: 0 };
    this.scale = 1;
    this.stop = new AbortController();
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(canvas);
    this.listen();
  }

  end() {
    this.stop.abort();
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
  }

  // MARK: Points

  take(points) {
    const isFirst = this.points.length === 0;
    this.points = points;
    this.byName = new Map(points.map((point) => [point.item, point]));
    this.colour();
    if (isFirst) this.showAll();
    else this.draw();
  }

  add(points) {
    for (const point of points.filter((one) => !this.byName.has(one.item))) {
      this.points.push(point);
      this.byName.set(point.item, point);
    }
  }

  has(name) {
    return this.byName.has(name);
  }

  mark(kind, names) {
    this.marks[kind] = new Set(names);
    this.draw();
  }

  choose(name) {
    this.chosen = name;
    const point = this.byName.get(name);
    if (point && !this.isInside(point)) this.centre = { x: point.x, y: point.y };
    this.draw();
  }

  /** A hue for each of the most frequent values; numbers are cut into fifths. */
  colour() {
    this.groups = [];
    for (const point of this.points) point.hue = undefined;
    const first = (point) => (Array.isArray(point.value) ? point.value[0] : point.value);
    const values = this.points.map(first).filter((value) => value !== undefined && value !== null);
    if (values.length === 0) return;
    let name = (value) => String(value);
    let order;
    if (values.every((value) => typeof value === "number")) {
      const sorted = values.toSorted((a, b) => a - b);
      const cuts = [0, 0.2, 0.4, 0.6, 0.8].map((share) => sorted[Math.floor(share * sorted.length)]);
      const names = cuts.map((cut, place) =>
        place < 4 ? `${cut} to ${cuts[place + 1]}` : `${cut} to ${sorted.at(-1)}`);
      name = (value) => names[cuts.findLastIndex((cut) => value >= cut)];
      order = [...new Set(names)];
    }
    const counts = new Map();
    for (const value of values) counts.set(name(value), (counts.get(name(value)) ?? 0) + 1);
    const frequent = order?.filter((one) => counts.has(one))
      ?? [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([text]) => text);
    const kept = frequent.slice(0, hues);
    this.groups = kept.map((text, hue) => ({ name: text || "(nothing)", hue, count: counts.get(text) }));
    const hueOf = new Map(kept.map((text, hue) => [text, hue]));
    for (const point of this.points) {
      const value = first(point);
      if (value !== undefined && value !== null) point.hue = hueOf.get(name(value));
    }
    const rest = values.length - this.groups.reduce((sum, group) => sum + group.count, 0);
    if (rest > 0) this.groups.push({ name: "other", hue: "none", count: rest });
  }

  // MARK: Where things are

  fit() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    if (!width || !height) return;
    const isNew = this.width === undefined;
    [this.width, this.height] = [width, height];
    [this.canvas.width, this.canvas.height] = [width * ratio, height * ratio];
    this.drawing.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (isNew) this.showAll();
    else this.draw();
  }

  showAll() {
    if (this.points.length === 0 || !this.width) return;
    const range = (name) => {
      let [low, high] = [Infinity, -Infinity];
      for (const point of this.points) {
        low = Math.min(low, point[name]);
        high = Math.max(high, point[name]);
      }
      return [low, high];
    };
    const [[left, right], [bottom, top]] = [range("x"), range("y")];
    this.centre = { x: (left + right) / 2, y: (bottom + top) / 2 };
    this.scale = 0.9 * Math.min(this.width / (right - left || 1), this.height / (top - bottom || 1));
    this.whole = this.scale;
    this.draw();
  }

  onScreen(point) {
    return {
      x: this.width / 2 + (point.x - this.centre.x) * this.scale,
      y: this.height / 2 - (point.y - this.centre.y) * this.scale,
    };
  }

  isInside(point) {
    const { x, y } = this.onScreen(point);
    return x > 20 && y > 20 && x < this.width - 20 && y < this.height - 20;
  }

  nearest(x, y, within = 14) {
    let best;
    let least = within * within;
    for (const point of this.points) {
      const place = this.onScreen(point);
      const distance = (place.x - x) ** 2 + (place.y - y) ** 2;
      if (distance < least) [best, least] = [point, distance];
    }
    return best;
  }

  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const scale = Math.max((this.whole ?? 1) / 2, Math.min((this.whole ?? 1) * 200, this.scale * factor));
    const [dx, dy] = [x - this.width / 2, this.height / 2 - y];
    this.centre = {
      x: this.centre.x + dx / this.scale - dx / scale, y: this.centre.y + dy / this.scale - dy / scale,
    };
    this.scale = scale;
    this.draw();
  }

  move(dx, dy) {
    this.centre = { x: this.centre.x - dx / this.scale, y: this.centre.y + dy / this.scale };
    this.draw();
  }

  // MARK: Drawing

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.drawNow());
  }

  drawNow() {
    const { drawing, width, height } = this;
    if (!width) return;
    const style = getComputedStyle(this.canvas);
    const colour = (name) => style.getPropertyValue(name).trim();
    drawing.clearRect(0, 0, width, height);
    const radius = Math.max(1.6, Math.min(5, 2.6 * Math.sqrt(this.scale / (this.whole || 1)) * (this.points.length > 5000 ? 0.7 : 1.1)));
    const isMarked = Object.values(this.marks).some((names) => names.size > 0);
    const layers = new Map();
    for (const point of this.points) {
      const place = this.onScreen(point);
      if (place.x < -9 || place.y < -9 || place.x > width + 9 || place.y > height + 9) continue;
      const hue = point.hue ?? (this.groups.length ? "none" : 0);
      if (!layers.has(hue)) layers.set(hue, []);
      layers.get(hue).push(place);
    }
    drawing.globalAlpha = isMarked ? 0.5 : 0.82;
    for (const [hue, places] of layers) {
      drawing.fillStyle = colour(`--hue-${hue}`);
      drawing.beginPath();
      for (const { x, y } of places) {
        drawing.moveTo(x + radius, y);
        drawing.arc(x, y, radius, 0, 2 * Math.PI);
      }
      drawing.fill();
    }
    drawing.globalAlpha = 1;
    this.ring("history", radius + 2.5, colour("--ink"), 1.5);
    this.ring("near", radius + 3.5, colour("--accent"), 2.5);
    this.stars(colour("--star"), colour("--surface"));
    const point = this.byName.get(this.chosen);
    if (point) {
      const { x, y } = this.onScreen(point);
      drawing.strokeStyle = colour("--ink");
      drawing.lineWidth = 2.5;
      drawing.beginPath();
      drawing.arc(x, y, radius + 6, 0, 2 * Math.PI);
      drawing.stroke();
      this.label(point.item, x, y - radius - 11, colour);
    }
  }

  each(kind, body) {
    for (const name of this.marks[kind]) {
      const point = this.byName.get(name);
      if (point) body(this.onScreen(point), point);
    }
  }

  ring(kind, radius, colour, width) {
    this.drawing.strokeStyle = colour;
    this.drawing.lineWidth = width;
    this.each(kind, ({ x, y }) => {
      this.drawing.beginPath();
      this.drawing.arc(x, y, radius, 0, 2 * Math.PI);
      this.drawing.stroke();
    });
  }

  stars(fill, edge) {
    const { drawing } = this;
    drawing.fillStyle = fill;
    drawing.strokeStyle = edge;
    drawing.lineWidth = 1.5;
    this.each("recommended", ({ x, y }) => {
      drawing.beginPath();
      for (let corner = 0; corner < 10; corner += 1) {
        const size = corner % 2 ? 3.9 : 9;
        const angle = (corner * Math.PI) / 5 - Math.PI / 2;
        drawing.lineTo(x + size * Math.cos(angle), y + size * Math.sin(angle));
      }
      drawing.closePath();
      drawing.stroke();
      drawing.fill();
    });
  }

  label(text, x, y, colour) {
    const { drawing } = this;
    drawing.font = "600 13px system-ui, sans-serif";
    drawing.textAlign = "center";
    const half = drawing.measureText(text).width / 2;
    const middle = Math.max(half + 4, Math.min(this.width - half - 4, x));
    drawing.lineWidth = 4;
    drawing.strokeStyle = colour("--surface");
    drawing.strokeText(text, middle, Math.max(14, y));
    drawing.fillStyle = colour("--ink");
    drawing.fillText(text, middle, Math.max(14, y));
  }

  // MARK: Hands

  listen() {
    const { canvas } = this;
    const options = { signal: this.stop.signal };
    let grip;
    let travelled = 0;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      grip = { x: event.offsetX, y: event.offsetY };
      travelled = 0;
    }, options);
    canvas.addEventListener("pointermove", (event) => {
      if (grip) {
        const [dx, dy] = [event.offsetX - grip.x, event.offsetY - grip.y];
        travelled += Math.abs(dx) + Math.abs(dy);
        grip = { x: event.offsetX, y: event.offsetY };
        this.move(dx, dy);
        this.onHover(undefined);
      } else {
        const point = this.nearest(event.offsetX, event.offsetY);
        canvas.classList.toggle("over", Boolean(point));
        this.onHover(point, event.offsetX, event.offsetY);
      }
    }, options);
    const release = (event) => {
      const isClick = grip && travelled < 5 && event.type === "pointerup";
      grip = undefined;
      const point = isClick && this.nearest(event.offsetX, event.offsetY);
      if (point) this.onChoose(point);
    };
    canvas.addEventListener("pointerup", release, options);
    canvas.addEventListener("pointercancel", release, options);
    canvas.addEventListener("pointerleave", () => this.onHover(undefined), options);
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
    }, { ...options, passive: false });
    canvas.addEventListener("keydown", (event) => {
      const step = 60;
      const moves = {
        ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step],
      };
      if (moves[event.key]) this.move(...moves[event.key]);
      else if (event.key === "+" || event.key === "=") this.zoom(1.3);
      else if (event.key === "-") this.zoom(1 / 1.3);
      else if (event.key === "0") this.showAll();
      else if (event.key === "Enter") {
        const point = this.nearest(this.width / 2, this.height / 2, Infinity);
        if (point) this.onChoose(point);
      } else return;
      event.preventDefault();
    }, options);
    window.addEventListener("themechange", () => this.draw(), options);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw(), options);
  }
}

"""#),
    File(name: "recommend.js", text: #"""
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

"""#),
    File(name: "report.js", text: #"""
// What the training left in the artefact.

import { h, show } from "./dom.js";
import { bytes, count, date, duration, percent } from "./numbers.js";
import { into } from "./parts.js";
import { lines, table } from "./charts.js";

export function reportView(content, { model }) {
  const answer = h("div", { class: "stack" }, h("p", { class: "empty" }, "Asking for the report."));
  show(content, answer);
  into(answer, model.report(), (report) => [
    tiles(report),
    evaluation(report.evaluation),
    training(report.training),
    trials(report.summary.index_trials),
    parts(report.summary),
    report.recipe && h("details", { class: "panel" }, h("summary", {}, "Recipe"),
      h("pre", { tabindex: 0, "aria-label": "Recipe" }, report.recipe)),
  ]);
}

const tile = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));

function tiles({ model, summary, training }) {
  const learnt = summary.parameters.reduce((sum, one) => sum + one.rows * one.columns, 0);
  const seconds = (training?.epochs ?? []).reduce((sum, epoch) => sum + (epoch.seconds ?? 0), 0);
  return h("dl", { class: "tiles four" },
    tile("Version", `${model.name} ${model.version}`),
    tile("Trained", date(summary.created)),
    tile("Items", count(summary.items)),
    tile("Users in the history", summary.users === undefined ? "none" : count(summary.users)),
    tile("Dimensions", summary.dimensions),
    tile("Parameters", count(learnt)),
    tile("Index", summary.index.split(",")[0]),
    training && tile("Training", duration(seconds * 1e6)));
}

const byK = (fields) => Object.keys(fields ?? {}).filter((name) => name.startsWith("top_"))
  .sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)));

function evaluation(found) {
  if (!found) return null;
  const names = byK(found.raw);
  const rows = [
    ["The model, items not yet seen", found.masked],
    ["Popularity, items not yet seen", found.popularity?.masked],
    ["The model, all items", found.raw],
    ["Popularity, all items", found.popularity?.raw],
  ].filter(([, values]) => values);
  return h("section", { class: "panel", "aria-label": "Evaluation" },
    h("h2", {}, "Evaluation"),
    h("p", { class: "meta" }, `The share of ${count(found.examples ?? 0)} held-out examples whose item is among the k best.`),
    table("Top-k accuracy", [{ name: "" }, ...names.map((name) => ({ name: `k = ${name.slice(4)}`, number: true }))],
      rows.map(([name, values], place) => ({
        isMarked: place === 0, cells: [name, ...names.map((k) => percent(values[k], 1))],
      }))),
    (found.warnings ?? []).map((warning) => h("p", { class: "notice" }, warning)));
}

function training(found) {
  const epochs = found?.epochs ?? [];
  if (epochs.length === 0) return null;
  const of = (name) => epochs.map((epoch) => epoch[name]);
  const names = byK(epochs[0]);
  const losses = [
    { name: "training", values: of("loss") }, { name: "validation", values: of("validation_loss") },
  ];
  return h("section", { class: "panel", "aria-label": "Training" },
    h("h2", {}, "Training"),
    h("div", { class: "charts" },
      lines("Loss", losses),
      names.length > 0 && lines("Top-k accuracy on the training examples",
        names.slice(-4).map((name) => ({ name: `k = ${name.slice(4)}`, values: of(name) })),
        { format: (value) => value.toFixed(2) }),
      lines("Seconds an epoch", [{ name: "seconds", values: of("seconds") }])));
}

function trials(found) {
  if (!found?.length) return null;
  return h("section", { class: "panel", "aria-label": "Index" },
    h("h2", {}, "Choice of the index"),
    table("What was measured of each index", [
      { name: "Index" }, { name: "k", number: true }, { name: "Recall", number: true },
      { name: "A query", number: true }, { name: "Exact search", number: true }, { name: "Queries", number: true },
    ], found.map((trial) => ({
      isMarked: trial.is_chosen,
      cells: [
        trial.is_chosen ? `${trial.name} (chosen)` : trial.name, trial.measurements.k,
        trial.measurements.recall.toFixed(3), duration(trial.measurements.microseconds),
        duration(trial.measurements.exact_microseconds), count(trial.measurements.queries),
      ],
    }))));
}

function parts(summary) {
  const features = (list) => (list ?? []).map((one) => `${one.name} (${one.type})`).join(", ") || "none";
  return h("section", { class: "panel", "aria-label": "Parts" },
    h("h2", {}, "Parts"),
    h("dl", { class: "facts" },
      h("dt", {}, "The query tower reads"), h("dd", {}, features(summary.query_features)),
      h("dt", {}, "The candidate tower reads"), h("dd", {}, features(summary.candidate_features)),
      h("dt", {}, "Index"), h("dd", {}, summary.index)),
    summary.item_columns.length > 0 && table("Columns of the items",
      [{ name: "Column" }, { name: "Type" }, { name: "For example" }],
      summary.item_columns.map((column) => [column.name, column.type, column.examples.join(", ")])),
    table("Parameters", [{ name: "Name" }, { name: "Rows", number: true }, { name: "Columns", number: true }],
      summary.parameters.map((one) => [one.name, count(one.rows), count(one.columns)])),
    table("Files", [{ name: "File" }, { name: "Size", number: true }, { name: "sha256" }],
      summary.files.map((file) => [file.name, bytes(file.bytes), h("code", {}, file.sha256.slice(0, 16))])));
}

"""#),
    File(name: "similar.js", text: #"""
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

"""#),
  ]
}
