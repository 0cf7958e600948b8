// The tab that holds the form. Its code comes in a file of its own, asked for when the panel opens, so that a page loads no more than the chat.
// Called by view.js. Whatever is asked of the form before it is there is done once it is.
import { button, element } from "./dom.js";
import { failed, loading, retry } from "./texts.js";

/* global FORM_BUNDLE -- put in by the build: the bundle of the form, named by its content */
const ADDRESS = typeof FORM_BUNDLE === "undefined" ? "./form/form.js" : FORM_BUNDLE;

export class CalendarTab {
  node = element("div", { class: "form scroll", part: "form", tabindex: "-1" }, element("p", { class: "quiet", role: "status", text: loading }));
  #options;
  #form = null;
  #isShown = false;
  #tries = 0;
  #loading = null;

  /** `{house, locale(), onBooked(card)}`. */
  constructor(options) {
    this.#options = options;
  }

  /** Where the focus goes when the panel opens on this tab. */
  get target() {
    return this.#form?.heading ?? this.node;
  }

  /** Asks for the form's code; again while it comes does nothing. */
  load() {
    this.#loading ??= this.#fetch();
  }

  show() {
    this.#isShown = true;
    this.load();
    this.#form?.show();
  }

  speak(locale) {
    this.#form?.speak(locale);
  }

  /** The network is back. */
  online() {
    if (!this.#loading && this.#isShown) this.load();
    this.#form?.online();
  }

  disconnect() {
    this.#form?.disconnect();
  }

  async #fetch() {
    // A browser may remember that a module failed to load, by its address.
    const address = new URL(this.#tries ? `${ADDRESS}?again=${this.#tries}` : ADDRESS, import.meta.url);
    try {
      const { Form } = await import(address.href);
      this.#form = new Form({ ...this.#options, locale: this.#options.locale() });
      this.node.replaceChildren(this.#form.node);
      this.#form.connect();
      if (this.#isShown) this.#form.show();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the file did not come
      this.#tries += 1;
      this.#loading = null;
      this.node.replaceChildren(element("p", { role: "alert", text: failed.network }), button({ class: "retry", text: retry, onclick: () => this.load() }));
    }
  }
}
