// The field in which the guest writes and the button that sends. Called by view.js.
import { element } from "./dom.js";

export const LONGEST_MESSAGE = 1000;

export class Composer {
  #onSend;

  constructor({ words, onSend }) {
    this.#onSend = onSend;
    this.field = element("textarea", {
      class: "field", part: "input", rows: "1", maxlength: String(LONGEST_MESSAGE), enterkeyhint: "send", autocomplete: "off",
    });
    words.put(this.field, "input", {}, "aria-label");
    words.put(this.field, "input", {}, "placeholder");
    const send = words.put(element("button", { type: "button", class: "send", part: "send" }), "send");
    this.node = element("div", { class: "composer", part: "composer" }, this.field, send); // no form: sandboxed pages block those
    send.addEventListener("click", () => this.#submit());
    this.field.addEventListener("keydown", (event) => this.#keydown(event));
  }

  #submit() {
    const text = this.field.value.trim();
    this.field.focus();
    if (!text) return;
    this.field.value = ""; // before sending, so that a second press finds nothing to send
    this.#onSend(text);
  }

  /** Enter sends, Shift+Enter breaks the line; Enter that ends an accent or a Japanese word is not ours. */
  #keydown(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }
}
