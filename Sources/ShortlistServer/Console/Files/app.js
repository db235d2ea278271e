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
