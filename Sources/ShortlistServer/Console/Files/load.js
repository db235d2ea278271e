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
