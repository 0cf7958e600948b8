// Speaks POST /chat with the server: one message, several tries under the same message id, one outcome.
// Called by delivery.js. Knows nothing of the page: what it uses of the browser comes in as `tools`, so tests can pass their own.
import { readReplies } from "./replies.js";

const MOST_TRIES = 4;
const ANSWER_WITHIN_MS = 15_000;
const FIRST_PAUSE_MS = 600;
const LONGEST_PAUSE_MS = 30_000;
const PASSING_TROUBLE = new Set([408, 409, 425, 429, 500, 502, 503, 504]); // 409: the first try is still being worked on
const NOT_FOR_GUESTS = new Set([401, 403, 404, 405]); // the page's owner must act; the guest can only be told "not now"

export const browserTools = {
  fetch: (url, options) => fetch(url, options),
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: () => Math.random(),
  now: () => Date.now(),
  isOnline: () => navigator.onLine !== false,
  warn: (message) => console.warn(message),
};

/** The restaurant's chat endpoint on `server` (an origin). */
export class ChatProtocol {
  #url;
  #server;
  #apiKey;
  #tools;

  constructor({ server, restaurant, apiKey }, tools = browserTools) {
    this.#server = server;
    this.#url = `${server}/api/v1/chat/${encodeURIComponent(restaurant)}/messages`;
    this.#apiKey = apiKey;
    this.#tools = tools;
  }

  /**
   * Sends `{sessionId, messageId, text, locale}` until it is answered or trying on is pointless.
   * Resolves to `{replies}` or `{problem: {kind, text, retryable}}`, kind being one of offline network timeout busy server
   * refused unavailable; never rejects for what a network or a server does. `onPause({kind, seconds})` is called before each wait
   * and `onPause(null)` after it.
   */
  async send(message, { onPause = () => {} } = {}) {
    for (let tries = 1; ; tries += 1) {
      const outcome = await this.#try(message);
      if (outcome.replies || tries === MOST_TRIES || !isWorthRepeating(outcome.problem)) return outcome;
      const milliseconds = outcome.pauseMs ?? this.#backoff(tries);
      if (milliseconds > LONGEST_PAUSE_MS) return outcome;
      onPause({ kind: outcome.problem.kind, seconds: Math.ceil(milliseconds / 1000) });
      await this.#tools.pause(milliseconds);
      onPause(null);
    }
  }

  async #try(message) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), ANSWER_WITHIN_MS);
    try {
      const response = await this.#tools.fetch(this.#url, { ...this.#request(message), signal: abort.signal });
      return response.ok ? await this.#answered(response) : await this.#refused(response);
    } catch (error) {
      if (!(error instanceof TypeError) && error?.name !== "AbortError") throw error;
      if (abort.signal.aborted) return { problem: problem("timeout") };
      return { problem: problem(this.#tools.isOnline() ? "network" : "offline") }; // asked only now: some machines say offline and are not
    } finally {
      clearTimeout(timer);
    }
  }

  #request(message) {
    return {
      method: "POST",
      mode: "cors",
      credentials: "omit", // no cookie is ever needed, so blocked third-party cookies change nothing
      cache: "no-store",
      referrerPolicy: "strict-origin",
      headers: {
        "Content-Type": "application/json",
        "Accept": "application/json, application/problem+json",
        "Accept-Language": message.locale,
        "X-Api-Key": this.#apiKey,
      },
      body: JSON.stringify(message),
    };
  }

  async #answered(response) {
    const replies = readReplies(await json(response), this.#server);
    return replies ? { replies } : { problem: problem("server") };
  }

  async #refused(response) {
    const details = await json(response);
    const words = [details?.detail, details?.title].find((value) => typeof value === "string" && value.trim()) ?? null;
    if (NOT_FOR_GUESTS.has(response.status)) {
      this.#tools.warn(`saveit-chat: the server answered ${response.status} (${details?.code ?? "no code"}): ${words ?? ""}`);
      return { problem: problem("unavailable") };
    }
    if (response.status === 429) {
      return { problem: problem("busy"), pauseMs: this.#asked(response.headers.get("Retry-After")) };
    }
    if (PASSING_TROUBLE.has(response.status)) {
      return { problem: problem("server"), pauseMs: this.#asked(response.headers.get("Retry-After")) };
    }
    return response.status >= 500 ? { problem: problem("server") } : { problem: problem("refused", words) };
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

function problem(kind, text = null) {
  return { kind, text, retryable: !["refused", "unavailable"].includes(kind) };
}

/** Without a network the next try belongs to the moment it is back. */
function isWorthRepeating({ kind, retryable }) {
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
