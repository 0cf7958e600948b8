// One call to the server: several tries where trying again makes sense, one outcome, never an exception for what a network does.
// Called by protocol.js and house.js. What it uses of the browser comes in as `tools`, so tests can pass their own.

const MOST_TRIES = 4;
const ANSWER_WITHIN_MS = 15_000;
const FIRST_PAUSE_MS = 600;
const LONGEST_PAUSE_MS = 30_000;
const PASSING_TROUBLE = new Set([408, 409, 425, 429, 500, 502, 503, 504]); // 409: the first try is still being worked on
const FINAL_CODES = new Set(["slot_unavailable", "pacing_limit"]); // a 409 that no second try changes
const NOT_FOR_GUESTS = new Set([401, 403, 404, 405]); // the page's owner must act; the guest can only be told "not now"

export const browserTools = {
  fetch: (url, options) => fetch(url, options),
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: () => Math.random(),
  now: () => Date.now(),
  isOnline: () => navigator.onLine !== false,
  warn: (message) => console.warn(message),
};

/** Calls to `server` (an origin) with a publishable key. */
export class Caller {
  #server;
  #apiKey;
  #tools;

  constructor({ server, apiKey }, tools = browserTools) {
    this.#server = server;
    this.#apiKey = apiKey;
    this.#tools = tools;
  }

  /**
   * `{method, path, body, headers, locale, keepalive}`; `read(data)` gives the answer's record, or null when it has another shape.
   * Resolves to `{data}` or `{problem: {kind, text, retryable}, details}`, kind being one of offline network timeout busy server
   * refused unavailable, and details the problem document or null. `onPause({kind, seconds})` is called before each wait and
   * `onPause(null)` after it.
   */
  async call(request, { read = (data) => data, tries: most = MOST_TRIES, onPause = () => {} } = {}) {
    for (let tries = 1; ; tries += 1) {
      const { pauseMs, ...outcome } = await this.#try(request, read);
      if (!outcome.problem || tries >= most || !isWorthRepeating(outcome)) return outcome;
      const milliseconds = pauseMs ?? this.#backoff(tries);
      if (milliseconds > LONGEST_PAUSE_MS) return outcome;
      onPause({ kind: outcome.problem.kind, seconds: Math.ceil(milliseconds / 1000) });
      await this.#tools.pause(milliseconds);
      onPause(null);
    }
  }

  async #try(request, read) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), ANSWER_WITHIN_MS);
    try {
      const response = await this.#tools.fetch(this.#server + request.path, { ...this.#options(request), signal: abort.signal });
      if (!response.ok) return await this.#refused(response);
      const data = read(await json(response));
      return data === null ? { problem: problem("server") } : { data };
    } catch (error) {
      if (!(error instanceof TypeError) && error?.name !== "AbortError") throw error;
      if (abort.signal.aborted) return { problem: problem("timeout") };
      return { problem: problem(this.#tools.isOnline() ? "network" : "offline") }; // asked only now: some machines say offline and are not
    } finally {
      clearTimeout(timer);
    }
  }

  #options({ method = "GET", body, headers = {}, locale, keepalive = false }) {
    return {
      method,
      mode: "cors",
      credentials: "omit", // no cookie is ever needed, so blocked third-party cookies change nothing
      cache: "no-store",
      referrerPolicy: "strict-origin",
      keepalive,
      headers: {
        ...(body ? { "Content-Type": "application/json" } : {}),
        "Accept": "application/json, application/problem+json",
        "Accept-Language": locale,
        "X-Api-Key": this.#apiKey,
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    };
  }

  async #refused(response) {
    const details = await json(response);
    const words = [details?.detail, details?.title].find((value) => typeof value === "string" && value.trim()) ?? null;
    const { status } = response;
    if (NOT_FOR_GUESTS.has(status)) {
      this.#tools.warn(`saveit-chat: the server answered ${status} (${details?.code ?? "no code"}): ${words ?? ""}`);
      return { problem: problem("unavailable"), details };
    }
    const isPassing = PASSING_TROUBLE.has(status) && !FINAL_CODES.has(details?.code);
    if (!isPassing && status < 500) return { problem: problem("refused", words), details };
    const pauseMs = isPassing ? this.#asked(response.headers.get("Retry-After")) : undefined;
    return { problem: problem(status === 429 ? "busy" : "server"), details, pauseMs };
  }

  /** Milliseconds that a Retry-After header (seconds or an HTTP date) asks for; undefined without one. */
  #asked(header) {
    if (!header) return undefined;
    const milliseconds = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - this.#tools.now();
    return Number.isNaN(milliseconds) ? undefined : Math.max(milliseconds, 0);
  }

  /** 0.6 s, 1.2 s, 2.4 s, each give or take a quarter, so that many guests do not come back at once. */
  #backoff(tries) {
    return FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.75 + this.#tools.random() / 2);
  }
}

export function problem(kind, text = null) {
  return { kind, text, retryable: !["refused", "unavailable"].includes(kind) };
}

/** Without a network the next try belongs to the moment it is back. */
function isWorthRepeating({ problem: { kind, retryable } }) {
  return retryable && kind !== "offline";
}

async function json(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) return null; // a proxy's HTML page, say: the status says enough
    throw error;
  }
}
