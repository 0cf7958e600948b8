// One guest's talk with one restaurant: session, delivery and live answers joined, and what is to be seen of them.
// Called by element.js, which draws `shown` after every onChange().
import { Delivery } from "./delivery.js";
import { House } from "./house.js";
import { Live } from "./live.js";
import { ChatProtocol } from "./protocol.js";
import { Session } from "./session.js";

const TYPING_FOR_MS = 6_000;

export class Conversation {
  house;
  session;
  #options;
  #delivery;
  #live;
  #unread = 0;
  #isOffline = false;
  #typing = null;

  /** `{server, restaurant, apiKey, storage, locale(), isOpen(), onChange(), onHeard(messages)}`. */
  constructor(options) {
    this.#options = options;
    const { restaurant, apiKey, onChange } = options;
    const isWhole = restaurant && apiKey;
    if (!isWhole) console.error('saveit-chat needs the attributes restaurant="SLUG" and api-key="pk_…"');
    const session = new Session(options);
    this.session = session;
    this.house = isWhole ? new House(options) : { profile: unavailable };
    this.#delivery = new Delivery({
      session, onChange, protocol: isWhole ? new ChatProtocol(options) : { send: unavailable }, onReplies: (messages) => this.#heard(messages),
    });
    this.#live = new Live({
      ...options, session, house: this.house,
      onMessages: (messages) => this.#heard(session.take(messages)),
      onTyping: () => this.#showTyping(setTimeout(() => this.#showTyping(null), TYPING_FOR_MS)),
      onHandler: (handler) => {
        session.update({ handler });
        onChange();
      },
    });
  }

  /** What the view is to show. */
  get shown() {
    const { messages, handler } = this.session;
    return {
      messages, unread: this.#unread, isStaff: handler === "staff",
      isTyping: this.#delivery.isAwaitingAnswer || this.#typing !== null,
      isOffline: this.#isOffline || this.session.isHeldBy("offline"),
    };
  }

  /** Says `text`, shown as `title`; returns the message. */
  say(text, title) {
    const message = this.session.say(text, { title, locale: this.#options.locale() });
    this.flush();
    return message;
  }

  retry() {
    this.session.retry();
    this.flush();
  }

  /** Sends what waits; whoever has said something may be answered by people, and hears it while the chat is open or people have the thread. */
  flush() {
    this.#options.onChange();
    this.#delivery.flush();
    const isOpen = this.#options.isOpen();
    if (isOpen) this.#unread = 0;
    if (this.session.hasBegun && (isOpen || this.session.handler === "staff")) this.#live.start();
    else this.#live.stop();
    this.#options.onChange();
  }

  typing() {
    this.#live.typing();
  }

  networkChanged(isOffline) {
    this.#isOffline = isOffline;
    if (!isOffline) this.#live.stop(); // at once instead of when its pause is over
    this.flush();
  }

  stop() {
    this.#live.stop();
  }

  #heard(messages) {
    this.#isOffline = false; // whatever the browser believes
    if (!this.#options.isOpen()) this.#unread += messages.length;
    if (messages.length) this.#showTyping(null);
    this.#options.onHeard(messages);
    this.flush();
  }

  #showTyping(timer) {
    clearTimeout(this.#typing);
    this.#typing = timer;
    this.#options.onChange();
  }
}

/** Stands in for the server when the page forgot an attribute: "not now" is all that a guest can be told. */
async function unavailable() {
  return { problem: { kind: "unavailable", text: null, retryable: false } };
}
