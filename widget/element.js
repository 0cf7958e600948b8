// The <saveit-chat> class: joins session, delivery and view, and carries the outside attributes, methods and events.
// Defined by saveit-chat.js; importing this file alone changes nothing. docs/widget.md describes the outside interface.
import { LONGEST_MESSAGE } from "./composer.js";
import { Delivery } from "./delivery.js";
import { SHEET_QUERY } from "./panel.js";
import { ChatProtocol } from "./protocol.js";
import { Session } from "./session.js";
import { TabStorage } from "./storage.js";
import { styleSheet } from "./styles.js";
import { View } from "./view.js";
import { chooseLocale } from "./words.js";

const SERVER = new URL(import.meta.url).origin;

export class SaveitChat extends HTMLElement {
  static observedAttributes = ["restaurant", "api-key", "inline", "restaurant-name", "lang", "open"];

  #storage = new TabStorage();
  #session = null;
  #delivery = null;
  #view = null;
  #conversationOf = "";
  #unread = 0;
  #isSettling = false;
  #isRebuildDue = false;
  #isOffline = false;
  #onNetwork = (event) => this.#networkChanged(event.type === "offline");

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [styleSheet()];
  }

  /** Whether the panel is to be seen; an inline one always is. */
  get isOpen() {
    return this.hasAttribute("inline") || this.hasAttribute("open");
  }

  open() {
    this.toggleAttribute("open", true);
  }

  close() {
    this.toggleAttribute("open", false);
  }

  /** Says `text` for the guest; returns the message's id, or null for blank text. Throws RangeError past 1,000 characters. */
  send(text) {
    const trimmed = String(text).trim();
    if (trimmed.length > LONGEST_MESSAGE) throw new RangeError(`a message has at most ${LONGEST_MESSAGE} characters`);
    return trimmed ? this.#say(trimmed, trimmed) : null;
  }

  /** Changes the language at once: "es", "en", or a tag such as "es-MX". */
  setLocale(locale) {
    this.setAttribute("lang", locale);
  }

  connectedCallback() {
    window.addEventListener("online", this.#onNetwork);
    window.addEventListener("offline", this.#onNetwork);
    this.#build();
    if (this.#session.isOpen && !window.matchMedia(SHEET_QUERY).matches) this.#settle(() => this.open());
  }

  disconnectedCallback() {
    window.removeEventListener("online", this.#onNetwork);
    window.removeEventListener("offline", this.#onNetwork);
    this.#view.disconnect();
  }

  /** Language and opening take effect at once; other changes of one tick together cause one rebuild. */
  attributeChangedCallback(name, before, after) {
    if (!this.#view || !this.isConnected || before === after) return;
    if (name === "lang") this.#view.speak(this.#locale());
    else if (name === "open") this.#showOpen();
    else if (!this.#isRebuildDue) {
      this.#isRebuildDue = true;
      queueMicrotask(() => this.isConnected && this.#isRebuildDue && this.#rebuild());
    }
  }

  #rebuild() {
    this.#view.disconnect();
    this.#build();
  }

  #build() {
    this.#isRebuildDue = false;
    this.#startConversation();
    this.#view = new View({
      root: this.shadowRoot,
      name: this.getAttribute("restaurant-name")?.trim() ?? "",
      isInline: this.hasAttribute("inline"),
      locale: this.#locale(),
      actions: {
        open: () => this.open(),
        close: () => this.close(),
        send: (text, title) => this.#say(text, title),
        retry: () => this.#retry(),
      },
    });
    this.#view.connect();
    this.#render();
    if (this.isOpen) this.#settle(() => this.#showOpen());
    this.#delivery.flush();
  }

  /** Goes on with the conversation of the restaurant named by the attributes; a new one when they changed. */
  #startConversation() {
    const restaurant = this.getAttribute("restaurant")?.trim() ?? "";
    const apiKey = this.getAttribute("api-key")?.trim() ?? "";
    const conversationOf = JSON.stringify([restaurant, apiKey]);
    if (conversationOf === this.#conversationOf) return;
    this.#conversationOf = conversationOf;
    const session = new Session({ server: SERVER, restaurant, storage: this.#storage });
    const isCurrent = () => session === this.#session;
    this.#session = session;
    this.#delivery = new Delivery({
      session,
      protocol: restaurant && apiKey ? new ChatProtocol({ server: SERVER, restaurant, apiKey }) : unconfigured(),
      onChange: () => isCurrent() && this.#render(),
      onReplies: (messages) => isCurrent() && this.#heard(messages),
    });
  }

  #say(text, title) {
    const message = this.#session.say(text, { title, locale: this.#locale() });
    this.#emit("saveit-message", { from: "guest", text, messageId: message.id });
    this.#render();
    this.#delivery.flush();
    return message.id;
  }

  #retry() {
    this.#session.retry();
    this.#render();
    this.#delivery.flush();
  }

  #heard(messages) {
    this.#isOffline = false; // whatever the browser believes
    if (!this.isOpen) this.#unread += messages.length;
    this.#render();
    for (const { id, text, card } of messages) {
      this.#emit("saveit-message", { from: "restaurant", text, messageId: id });
      if (card?.event === "booked") this.#emit("saveit-booked", { code: card.code, reservation: card.reservation });
    }
  }

  #showOpen() {
    const shouldBeOpen = this.isOpen;
    if (shouldBeOpen === this.#view.isOpen) return;
    if (shouldBeOpen) {
      this.#unread = 0;
      this.#view.open({ takeFocus: !this.#isSettling });
    } else {
      this.#view.close();
    }
    this.#render();
    if (this.hasAttribute("inline")) return;
    this.#session.setOpen(shouldBeOpen);
    this.#emit(shouldBeOpen ? "saveit-open" : "saveit-close", {});
  }

  /** Opens without taking the focus: the page is being built, nobody pressed anything. */
  #settle(open) {
    this.#isSettling = true;
    open();
    this.#isSettling = false;
  }

  #networkChanged(isOffline) {
    this.#isOffline = isOffline;
    this.#render();
    this.#delivery.flush();
  }

  #render() {
    this.#view?.render({
      messages: this.#session.messages,
      isTyping: this.#delivery.isAwaitingAnswer,
      notice: this.#isOffline || this.#session.isHeldBy("offline") ? "offline" : null,
      unread: this.#unread,
    });
  }

  #locale() {
    const around = this.closest("[lang]")?.getAttribute("lang");
    return chooseLocale([this.getAttribute("lang"), around, ...navigator.languages]);
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }
}

/** Stands in for the protocol when the page forgot an attribute: says so to its author, and "not now" to the guest. */
function unconfigured() {
  console.error('saveit-chat needs the attributes restaurant="SLUG" and api-key="pk_…"');
  return { send: async () => ({ problem: { kind: "unavailable", text: null, retryable: false } }) };
}
