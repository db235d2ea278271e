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
