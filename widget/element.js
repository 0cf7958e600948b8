// The <saveit-chat> class: joins conversation and view, and carries the outside attributes, methods and events.
// Defined by saveit-chat.js; importing this file alone changes nothing. README.md describes the outside interface.
import { LONGEST_MESSAGE } from "./composer.js";
import { Conversation } from "./conversation.js";
import { SHEET_QUERY } from "./panel.js";
import { Sound } from "./sound.js";
import { TabStorage } from "./storage.js";
import { styleSheet } from "./styles.js";
import { View } from "./view.js";
import { chooseLocale } from "./words.js";

const SERVER = new URL(import.meta.url).origin;

export class SaveitChat extends HTMLElement {
  static observedAttributes = ["restaurant", "api-key", "inline", "restaurant-name", "lang", "open"];

  #storage = new TabStorage();
  #sound = new Sound(this.#storage);
  #talk = null;
  #view = null;
  #conversationOf = "";
  #isSettling = false;
  #isRebuildDue = false;
  #onPage = ({ type }) => {
    if (type === "pagehide") return this.#view.disconnect();
    this.#talk.networkChanged(type === "offline");
    if (type === "online") this.#view.online();
  };

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [styleSheet()];
  }

  /** Whether the panel is to be seen; an inline one always is. */
  get isOpen() {
    return this.hasAttribute("inline") || this.hasAttribute("open");
  }

  /** Opens the panel, on "chat" or "form" when one is named, else on what was seen last. */
  open(view = null) {
    if (view && this.#view) this.#choose(view);
    else if (view) this.setAttribute("view", view);
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
    for (const type of ["online", "offline", "pagehide"]) window.addEventListener(type, this.#onPage);
    this.#build();
    if (this.#talk.session.isOpen && !window.matchMedia(SHEET_QUERY).matches) this.#settle(() => this.open());
  }

  disconnectedCallback() {
    for (const type of ["online", "offline", "pagehide"]) window.removeEventListener(type, this.#onPage);
    this.#talk.stop();
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
    const { house, session } = this.#talk;
    this.#view = new View({
      root: this.shadowRoot,
      house,
      name: this.getAttribute("restaurant-name")?.trim() ?? "",
      isInline: this.hasAttribute("inline"),
      isSounding: this.#sound.isOn,
      locale: this.#locale(),
      actions: {
        open: () => this.open(),
        close: () => this.close(),
        send: (text, title) => this.#say(text, title),
        retry: () => this.#talk.retry(),
        typing: () => this.#talk.typing(),
        choose: (view) => this.#choose(view),
        sound: () => this.#view.showSound(this.#sound.toggle()),
        booked: (card) => this.#heard([session.note(card, this.#locale())]),
      },
    });
    this.#view.connect();
    this.#view.choose(session.view || this.getAttribute("view"));
    this.#render();
    if (this.isOpen) this.#settle(() => this.#showOpen());
    this.#talk.flush();
  }

  /** Goes on with the conversation of the restaurant named by the attributes; a new one when they changed. */
  #startConversation() {
    const restaurant = this.getAttribute("restaurant")?.trim();
    const apiKey = this.getAttribute("api-key")?.trim();
    const conversationOf = JSON.stringify([restaurant, apiKey]);
    if (conversationOf === this.#conversationOf) return;
    this.#conversationOf = conversationOf;
    this.#talk?.stop();
    const talk = new Conversation({
      server: SERVER, restaurant, apiKey, storage: this.#storage,
      locale: () => this.#locale(),
      isOpen: () => this.isOpen,
      onChange: () => talk === this.#talk && this.#render(),
      onHeard: (messages) => talk === this.#talk && this.#heard(messages),
    });
    this.#talk = talk;
  }

  #say(text, title) {
    const { id } = this.#talk.say(text, title);
    this.#emit("saveit-message", { from: "guest", text, messageId: id });
    return id;
  }

  #heard(messages) {
    this.#render();
    if (messages.length) this.#sound.play();
    for (const { id, text, card } of messages) {
      this.#emit("saveit-message", { from: "restaurant", text, messageId: id });
      if (card?.event === "booked") this.#emit("saveit-booked", { code: card.code, reservation: card.reservation });
    }
  }

  #choose(view) {
    this.#talk.session.update({ view });
    this.#view.choose(view);
  }

  #showOpen() {
    const isOpen = this.isOpen;
    if (isOpen === this.#view.isOpen) return;
    if (isOpen) this.#view.open({ takeFocus: !this.#isSettling });
    else this.#view.close();
    this.#talk.flush();
    if (this.hasAttribute("inline")) return;
    this.#talk.session.update({ isOpen });
    this.#emit(isOpen ? "saveit-open" : "saveit-close", {});
  }

  /** Opens without taking the focus: the page is being built, nobody pressed anything. */
  #settle(open) {
    this.#isSettling = true;
    open();
    this.#isSettling = false;
  }

  #render() {
    this.#view?.render(this.#talk.shown);
  }

  #locale() {
    const around = this.closest("[lang]")?.getAttribute("lang");
    return chooseLocale([this.getAttribute("lang"), around, ...navigator.languages]);
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }
}
