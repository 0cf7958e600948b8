// The button that opens the panel, with the count of messages that came while it was closed. Called by view.js.
import { button, element } from "./dom.js";
import { cloche } from "./icons.js";
import { launcher, launcherUnread } from "./texts.js";
import { fill, put } from "./words.js";

export class Launcher {
  #badge = element("span", { class: "badge", "aria-hidden": "true" });

  constructor(onPress) {
    const attributes = { class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: onPress };
    this.node = button(attributes, cloche(), element("span", { text: launcher }), this.#badge);
    this.showUnread(0);
  }

  /** The panel has a close button of its own, so the launcher makes room while it is open. */
  showOpen(isOpen) {
    this.node.hidden = isOpen;
    this.node.setAttribute("aria-expanded", isOpen);
  }

  showUnread(count) {
    put(this.node, count ? fill(launcherUnread, { count }) : launcher, "aria-label");
    this.#badge.textContent = count;
    this.#badge.hidden = !count;
  }
}
