// Everything visible, inside the element's shadow root: launcher, panel, tabs, notice, log, composer and form, joined.
// Called by element.js, which says what to show; it reports what the guest does through `actions`.
import { CalendarTab } from "./calendar-tab.js";
import { Composer } from "./composer.js";
import { element } from "./dom.js";
import { noNetwork } from "./icons.js";
import { Launcher } from "./launcher.js";
import { Log } from "./log.js";
import { Panel } from "./panel.js";
import { Tabs } from "./tabs.js";
import { offline } from "./texts.js";
import { speak } from "./words.js";

export class View {
  #root;
  #locale;
  #launcher = null;
  #log;
  #composer;
  #form;
  #tabs;
  #notice;
  #panel;

  /**
   * `actions`: open(), close(), send(text, title), retry(), typing(), choose(name), sound(), booked(card). `name` is the
   * restaurant's, or ""; `house` the server's side of the form.
   */
  constructor({ root, name, isInline, locale, house, isSounding, actions }) {
    this.#locale = locale;
    speak(locale);
    this.#log = new Log({ name, onQuickReply: (quick, event) => this.#quick(quick, event, actions), onRetry: (event) => this.#retry(event, actions) });
    this.#composer = new Composer({ onSend: (text) => actions.send(text, text), onTyping: actions.typing });
    this.#form = new CalendarTab({ house, locale: () => this.#locale, onBooked: actions.booked });
    this.#notice = element("div", { class: "notice", role: "status" });
    const panes = { chat: element("div", { class: "pane" }, this.#log.node, this.#composer.node), form: element("div", { class: "pane" }, this.#form.node) };
    this.#tabs = new Tabs({ panes, onChoose: actions.choose });
    const children = [this.#tabs.node, this.#notice, panes.chat, panes.form];
    this.#panel = new Panel({ name, isInline, isSounding, onClose: actions.close, onSound: actions.sound, children });
    if (!isInline) this.#launcher = new Launcher(actions.open);
    this.#root = element("div", { class: "root", lang: locale, popover: isInline ? null : "manual" }, this.#launcher?.node, this.#panel.node);
    root.replaceChildren(this.#root);
  }

  get isOpen() {
    return this.#panel.isOpen;
  }

  /** `isStaff` when people answer, not the assistant. */
  render({ messages, isTyping, isOffline, unread, isStaff }) {
    speak(this.#locale);
    this.#log.render(messages, isTyping);
    this.#panel.showStaff(isStaff);
    if (isOffline !== this.#notice.hasChildNodes()) this.#notice.replaceChildren(...(isOffline ? [noNetwork(), element("span", { text: offline })] : []));
    this.#launcher?.showUnread(unread);
  }

  speak(locale) {
    this.#locale = locale;
    this.#root.setAttribute("lang", locale);
    speak(locale, this.#root);
    this.#form.speak(locale);
  }

  /** "form", or else the chat. */
  choose(name) {
    const isForm = name === "form";
    this.#tabs.show(isForm ? "form" : "chat");
    if (!isForm) this.#log.reveal();
    else if (this.isOpen) this.#form.show();
  }

  open({ takeFocus }) {
    const isForm = this.#tabs.chosen === "form";
    if (isForm) this.#form.show();
    else this.#form.load();
    this.#panel.open({ takeFocus, target: isForm ? this.#form.target : this.#panel.firstTarget(this.#composer.field) });
    this.#launcher?.showOpen(true);
    this.#log.reveal();
  }

  close() {
    this.#launcher?.showOpen(false);
    this.#panel.close(this.#launcher?.node);
  }

  online() {
    this.#form.online();
  }

  showSound(isOn) {
    this.#panel.showSound(isOn);
  }

  /** A popover lies above the page whatever z-index and transforms the page has; inline, the widget is part of the page. */
  connect() {
    if (this.#launcher) this.#root.showPopover?.();
    this.#panel.connect();
  }

  disconnect() {
    this.#panel.disconnect();
    this.#form.disconnect();
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
