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
