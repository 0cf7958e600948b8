// The field in which the guest writes and the button that sends. Called by view.js.
import { button, element } from "./dom.js";
import { input, send } from "./texts.js";

export const LONGEST_MESSAGE = 1000;

export class Composer {
  #onSend;

  /** `onSend(text)`; `onTyping()` with every change. */
  constructor({ onSend, onTyping }) {
    this.#onSend = onSend;
    this.field = element("textarea", {
      class: "field", part: "input", rows: "1", maxlength: LONGEST_MESSAGE, enterkeyhint: "send", autocomplete: "off",
      "aria-label": input, placeholder: input, oninput: onTyping, onkeydown: (event) => this.#keydown(event),
    });
    const press = button({ class: "send", text: send, onclick: () => this.#submit() });
    this.node = element("div", { class: "composer" }, this.field, press); // no form: sandboxed pages block those
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
