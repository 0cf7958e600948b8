// The conversation as the guest sees it: greeting, messages, their states, quick replies, and the sign that an answer is coming.
// Called by view.js. Adds and changes only what differs, so that a screen reader hears each message once.
import { cardNode } from "./card.js";
import { element, textWithLinks } from "./dom.js";

const STARTS = ["start.book", "start.mine", "start.hours", "start.human"];
const GREETING = "greeting";

export class Log {
  node;
  #words;
  #name;
  #onQuickReply;
  #onRetry;
  #list;
  #typing;
  #nodes = new Map();
  #notes = new Map();
  #quickReplies = null;

  /** `onQuickReply({title, value}, event)`; `onRetry(event)`. `name` is the restaurant's, or "". */
  constructor({ words, name, onQuickReply, onRetry }) {
    this.#words = words;
    this.#name = name;
    this.#onQuickReply = onQuickReply;
    this.#onRetry = onRetry;
    this.#list = element("div", { class: "list" }, this.#greeting());
    this.#typing = element("div", { class: "typing", part: "typing", "aria-hidden": "true", hidden: true }, ...dots());
    const live = { role: "log", "aria-live": "polite", "aria-relevant": "additions", tabindex: "0" };
    this.node = element("div", { class: "scroll", part: "log", ...live }, this.#list, this.#typing);
    words.put(this.node, "log", {}, "aria-label");
  }

  /** Shows the messages of session.js and, while an answer is awaited, the moving dots. */
  render(messages, isTyping) {
    this.#removeMissing(messages);
    const added = messages.filter((message) => !this.#nodes.has(message.id));
    this.#showQuickReplies(messages);
    for (const message of added) this.#add(message);
    for (const message of messages) if (message.from === "guest") this.#showNote(message);
    if (this.#quickReplies) this.#list.append(this.#quickReplies.node);
    if (added.length > 0 || this.#typing.hidden === isTyping) {
      this.#typing.hidden = !isTyping;
      this.reveal();
    }
  }

  /** Scrolls to the newest, but never past the guest's own last message: a long answer is read from its start. */
  reveal() {
    const own = [...this.#list.querySelectorAll(".guest")].at(-1);
    const newest = this.node.scrollHeight - this.node.clientHeight;
    this.node.scrollTop = own ? Math.min(newest, own.offsetTop - 12) : newest;
  }

  #greeting() {
    const bubble = element("p", { class: "bubble" });
    this.#words.put(bubble, this.#name ? "greeting.named" : "greeting", { name: this.#name });
    return element("div", { class: "message house", part: "message message-restaurant" }, this.#sender("restaurant"), bubble);
  }

  #sender(from) {
    const key = from === "guest" ? "guest" : this.#name ? "house.named" : "house";
    return element("span", { class: "unseen" }, this.#words.put(element("span"), key, { name: this.#name }), ": ");
  }

  #add(message) {
    const isGuest = message.from === "guest";
    const attributes = {
      class: isGuest ? "message guest" : "message house",
      part: isGuest ? "message message-guest" : "message message-restaurant",
      lang: message.locale,
    };
    const node = element("div", attributes, this.#sender(message.from));
    if (isGuest) node.append(element("p", { class: "bubble" }, message.title));
    if (!isGuest && message.text) node.append(element("p", { class: "bubble" }, ...textWithLinks(message.text)));
    if (message.card) node.append(cardNode(message.card, this.#words));
    this.#nodes.set(message.id, node);
    this.#list.append(node);
  }

  /** Below the guest's message, why it is not with the restaurant yet and what can be done. */
  #showNote(message) {
    const key = message.problem ? `${message.state} ${message.problem.kind} ${message.problem.seconds ?? ""}` : "";
    if ((this.#notes.get(message.id) ?? "") === key) return;
    this.#notes.set(message.id, key);
    const node = this.#nodes.get(message.id);
    node.querySelector(".note")?.remove();
    if (message.problem) node.append(message.state === "failed" ? this.#failure(message.problem) : this.#waiting(message.problem));
  }

  #waiting({ kind, seconds }) {
    const note = element("p", { class: "note" });
    if (kind === "offline") return this.#words.put(note, "waiting.offline");
    if (kind !== "busy") return this.#words.put(note, "waiting.again");
    return this.#words.put(note, seconds === 1 ? "waiting.busy.one" : "waiting.busy.many", { count: seconds });
  }

  #failure({ kind, text, retryable }) {
    const reason = text ? element("span", {}, text) : this.#words.put(element("span"), `failed.${kind}`);
    const note = element("div", { class: "note failed", part: "failure" }, reason);
    if (retryable) {
      const retry = this.#words.put(element("button", { type: "button", class: "retry", part: "retry" }), "retry");
      retry.addEventListener("click", this.#onRetry);
      note.append(retry);
    }
    return note;
  }

  /** Only the newest message's quick replies count; before the first message, the greeting's. */
  #showQuickReplies(messages) {
    const last = messages.at(-1);
    const owner = last ? last.id : GREETING;
    if (this.#quickReplies?.owner === owner) return;
    this.#quickReplies?.node.remove();
    const buttons = last ? (last.quickReplies ?? []).map((quick) => this.#quickButton(quick)) : STARTS.map((key) => this.#start(key));
    const node = element("div", { class: "quick", part: "quick-replies", role: "group" }, ...buttons);
    this.#words.put(node, "quick", {}, "aria-label");
    this.#quickReplies = buttons.length > 0 ? { owner, node } : null;
  }

  #quickButton({ title, value }) {
    const button = element("button", { type: "button", class: "chip", part: "quick-reply" }, title);
    button.addEventListener("click", (event) => this.#pick({ title, value }, event));
    return button;
  }

  #start(key) {
    const button = this.#words.put(element("button", { type: "button", class: "chip", part: "quick-reply" }), key);
    button.addEventListener("click", (event) => this.#pick({ title: button.textContent, value: this.#words.say(`${key}.value`) }, event));
    return button;
  }

  /** The second click of a double click may land on the next question's answers: it is not an answer to them. */
  #pick(quick, event) {
    if (event.detail > 1) return;
    this.#onQuickReply(quick, event);
  }

  #removeMissing(messages) {
    const present = new Set(messages.map((message) => message.id));
    for (const [id, node] of this.#nodes) {
      if (present.has(id)) continue;
      node.remove();
      this.#nodes.delete(id);
      this.#notes.delete(id);
    }
  }
}

function dots() {
  return [1, 2, 3].map(() => element("span", { class: "dot" }));
}
