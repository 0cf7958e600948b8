// Everything visible, inside the element's shadow root: launcher, panel, notice, log and composer, joined.
// Called by element.js, which says what to show; it reports what the guest does through `actions`.
import { Composer } from "./composer.js";
import { element } from "./dom.js";
import { noNetwork } from "./icons.js";
import { Launcher } from "./launcher.js";
import { Log } from "./log.js";
import { Panel } from "./panel.js";
import { Words } from "./words.js";

export class View {
  #words = new Words();
  #root;
  #launcher = null;
  #log;
  #composer;
  #notice;
  #panel;

  /** `actions`: open(), close(), send(text, title), retry(). `name` is the restaurant's, or "". */
  constructor({ root, name, isInline, locale, actions }) {
    const words = this.#words;
    words.speak(locale, root);
    this.#root = element("div", { class: "root", lang: locale, popover: isInline ? null : "manual" });
    this.#log = new Log({
      words, name, onQuickReply: (quick, event) => this.#quick(quick, event, actions), onRetry: (event) => this.#retry(event, actions),
    });
    this.#composer = new Composer({ words, onSend: (text) => actions.send(text, text) });
    this.#notice = element("div", { class: "notice", part: "notice", role: "status" });
    const children = [this.#notice, this.#log.node, this.#composer.node];
    this.#panel = new Panel({ words, name, isInline, onClose: actions.close, children });
    if (!isInline) this.#launcher = new Launcher({ words, onPress: actions.open });
    this.#root.append(...(this.#launcher ? [this.#launcher.node] : []), this.#panel.node);
    root.replaceChildren(this.#root);
  }

  get isOpen() {
    return this.#panel.isOpen;
  }

  /** `notice` is null or "offline". */
  render({ messages, isTyping, notice, unread }) {
    this.#log.render(messages, isTyping);
    this.#showNotice(notice);
    this.#launcher?.showUnread(unread);
  }

  speak(locale) {
    this.#root.setAttribute("lang", locale);
    this.#words.speak(locale, this.#root);
  }

  open({ takeFocus }) {
    this.#panel.open({ takeFocus, target: this.#panel.firstTarget(this.#composer.field) });
    this.#launcher?.showOpen(true);
    this.#log.reveal();
  }

  close() {
    this.#launcher?.showOpen(false);
    this.#panel.close(this.#launcher?.node);
  }

  /** A popover lies above the page whatever z-index and transforms the page has; inline, the widget is part of the page. */
  connect() {
    if (this.#launcher) this.#root.showPopover?.();
    this.#panel.connect();
  }

  disconnect() {
    this.#panel.disconnect();
  }

  #showNotice(notice) {
    if ((this.#notice.dataset.kind ?? null) === notice) return;
    this.#notice.replaceChildren();
    if (!notice) delete this.#notice.dataset.kind;
    else {
      this.#notice.dataset.kind = notice;
      this.#notice.append(noNetwork(), this.#words.put(element("span"), notice));
    }
  }

  #quick({ title, value }, event, actions) {
    actions.send(value, title);
    this.#keepFocus(event);
  }

  #retry(event, actions) {
    actions.retry();
    this.#keepFocus(event);
  }

  /** The pressed button is gone: a keyboard goes on in the field; a finger must not raise the phone's keyboard. */
  #keepFocus(event) {
    const byFinger = event.detail > 0 && window.matchMedia("(pointer: coarse)").matches;
    (byFinger ? this.#log.node : this.#composer.field).focus({ preventScroll: true });
  }
}
