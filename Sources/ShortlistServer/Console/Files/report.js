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
