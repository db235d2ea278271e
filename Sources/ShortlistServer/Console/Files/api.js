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
