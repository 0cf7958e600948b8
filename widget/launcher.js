// The button that opens the panel, with the count of messages that came while it was closed. Called by view.js.
import { element } from "./dom.js";
import { cloche } from "./icons.js";

export class Launcher {
  #words;
  #label;
  #badge;

  constructor({ words, onPress }) {
    this.#words = words;
    this.#label = words.put(element("span"), "launcher");
    this.#badge = element("span", { class: "badge", part: "badge", "aria-hidden": "true", hidden: true });
    const attributes = { type: "button", class: "launcher", part: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false" };
    this.node = element("button", attributes, cloche(), this.#label, this.#badge);
    this.node.addEventListener("click", onPress);
    this.showUnread(0);
  }

  /** The panel has a close button of its own, so the launcher makes room while it is open. */
  showOpen(isOpen) {
    this.node.hidden = isOpen;
    this.node.setAttribute("aria-expanded", String(isOpen));
  }

  showUnread(count) {
    const key = count === 0 ? "launcher" : count === 1 ? "launcher.unread.one" : "launcher.unread.many";
    this.#words.put(this.node, key, { count }, "aria-label");
    this.#badge.textContent = String(count);
    this.#badge.hidden = count === 0;
  }
}
