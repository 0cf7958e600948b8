// What the restaurant's people say while the page is open: a WebSocket where it can be had, asking now and then where not.
// Called by conversation.js. What was missed (a reload, a lost connection) is fetched first, so nothing depends on being connected.

const PING_EVERY_MS = 25_000;
const LONGEST_PAUSE_MS = 30_000;
const ASK_EVERY_MS = 4_000;
const ASK_HIDDEN_EVERY_MS = 20_000;
const TYPING_EVERY_MS = 3_000;

export class Live {
  #options;
  #socket = null;
  #isWanted = false;
  #failures = 0;
  #timers = {};
  #typedAt = -Infinity;
  #isAsking = false;

  /**
   * `{server, restaurant, apiKey, session, house, locale(), onMessages(messages), onTyping(), onHandler(handler)}`;
   * messages are those of house.js, handler is "bot" or "staff".
   */
  constructor(options) {
    this.#options = options;
  }

  /** Connects, and asks for what was missed; again does nothing. */
  start() {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#failures = 0;
    this.#ask();
    this.#connect();
  }

  stop() {
    this.#isWanted = false;
    Object.values(this.#timers).forEach(clearTimeout);
    this.#timers = {};
    this.#socket?.close();
    this.#socket = null;
  }

  /** The guest writes; told every few seconds, and only to people. */
  typing() {
    const now = performance.now();
    if (this.#options.session.handler !== "staff" || now - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = now;
    this.#send("typing");
  }

  #connect() {
    try {
      const socket = new WebSocket(`${this.#options.server.replace("http", "ws")}/ws/chat`);
      const { restaurant, apiKey: key, session, locale } = this.#options;
      const isCurrent = () => socket === this.#socket;
      this.#socket = socket;
      socket.onopen = () => this.#send("open", { restaurant, key, sessionId: session.id, locale: locale() });
      socket.onmessage = ({ data }) => isCurrent() && this.#heard(JSON.parse(data));
      socket.onerror = socket.onclose = () => isCurrent() && this.#lost(); // a socket that the page's policy refuses errs and never closes
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // or is refused here, in some browsers
      this.#lost();
    }
  }

  #heard({ type, message, handler }) {
    const { house, locale, onMessages, onTyping, onHandler } = this.#options;
    if (type === "message") onMessages([house.readMessage(message, locale())].filter((each) => each));
    if (type === "typing") onTyping();
    if (handler) onHandler(handler);
    if (type === "opened") this.#opened();
  }

  #opened() {
    if (this.#failures) this.#ask(); // something may have been said meanwhile
    this.#failures = 0;
    this.#pingLater();
  }

  #pingLater() {
    this.#timers.ping = setTimeout(() => {
      this.#send("ping");
      this.#pingLater();
    }, PING_EVERY_MS);
  }

  /** Tries again, later each time; meanwhile, and where sockets are not let through at all, it is asked. */
  #lost() {
    this.#socket = null;
    clearTimeout(this.#timers.ping);
    this.#failures += 1;
    const pause = Math.min(500 * 2 ** this.#failures, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
    this.#timers.connect = setTimeout(() => this.#connect(), pause);
    this.#askLater();
  }

  #askLater() {
    if (this.#timers.ask || !this.#isWanted || !this.#failures || this.#options.session.handler !== "staff") return;
    this.#timers.ask = setTimeout(() => this.#ask(), document.hidden ? ASK_HIDDEN_EVERY_MS : ASK_EVERY_MS);
  }

  async #ask() {
    if (this.#isAsking) return;
    this.#timers.ask = null;
    this.#isAsking = true;
    const { house, session, locale, onMessages, onHandler } = this.#options;
    const { data } = await house.history(session.id, session.cursor, locale());
    this.#isAsking = false;
    if (data) {
      if (this.#socket?.readyState !== WebSocket.OPEN) onHandler(data.handler); // a socket knows it better than a late answer
      onMessages(data.messages);
      session.update({ cursor: data.cursor || data.messages.at(-1)?.id || session.cursor });
    }
    if (data?.cursor && data.messages.length) this.#ask(); // there is more
    else this.#askLater();
  }

  #send(action, more) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ action, ...more }));
  }
}
