// The panel: a dialog beside the page on wide screens, a sheet over it on phones, or a plain region of the page (inline).
// Called by view.js. Looks after opening, closing, focus in and back, Esc, and the space an on-screen keyboard leaves.
import { button, element } from "./dom.js";
import { bell, cloche, cross } from "./icons.js";
import { close, closeLabel, dialog, sound, subtitle, subtitleStaff, title } from "./texts.js";
import { fill, put } from "./words.js";

/** Screens too small for a panel beside the page; styles.js uses the same condition. */
export const SHEET_QUERY = "(max-width: 480px), (max-height: 480px)";

export class Panel {
  isOpen = false;
  #isInline;
  #onClose;
  #subtitle = element("p", { class: "quiet" });
  #sound;
  #focusBefore = null;
  #sheet = window.matchMedia(SHEET_QUERY);
  #reshow = () => this.#showAgain();
  #fit = () => this.#fitToKeyboard();

  /**
   * `children` go below the header; `onClose()` when the guest asks for it: button, Esc or a phone's back gesture; `onSound()`
   * when they want to hear messages, or no longer. `name` is the restaurant's, or "".
   */
  constructor({ name, isInline, isSounding, onClose, onSound, children }) {
    this.#isInline = isInline;
    this.#onClose = onClose;
    this.#sound = button({ class: "sound", "aria-label": sound, onclick: onSound });
    this.showSound(isSounding);
    const label = name ? fill(["{dialog}, {name}", "{dialog}, {name}"], { dialog, name }) : dialog;
    const attributes = { class: "panel", role: isInline ? "region" : "dialog", "aria-label": label };
    this.node = element(isInline ? "section" : "dialog", attributes, this.#header(name), ...children);
    this.#listen();
  }

  /** Shows the panel; with `takeFocus`, `target` gets the focus and whoever had it gets it back on closing. */
  open({ takeFocus, target }) {
    this.isOpen = true;
    this.#focusBefore = takeFocus ? document.activeElement : null;
    if (!this.#isInline) this.#show();
    if (takeFocus) target.focus();
  }

  /** Hides the panel. `fallback` gets the focus when nothing on the page had it before. */
  close(fallback) {
    this.isOpen = false;
    if (this.#isInline) return;
    const hadFocus = this.node.contains(this.node.getRootNode().activeElement);
    this.node.close();
    this.#leaveKeyboard();
    if (!hadFocus) return;
    const before = this.#focusBefore;
    const isOurs = !before || before === document.body || before === this.node.getRootNode().host || !before.isConnected;
    (isOurs ? fallback : before).focus();
  }

  /** Where an opening panel puts the focus: the field, unless that would raise a phone's keyboard over the greeting. */
  firstTarget(field) {
    return window.matchMedia("(pointer: coarse)").matches ? this.node.querySelector(".close") : field;
  }

  showSound(isOn) {
    this.#sound.replaceChildren(bell(isOn));
    this.#sound.setAttribute("aria-pressed", isOn);
  }

  /** Who answers stands below the name. */
  showStaff(isStaff) {
    put(this.#subtitle, isStaff ? subtitleStaff : subtitle);
  }

  connect() {
    this.#sheet.addEventListener("change", this.#reshow);
  }

  disconnect() {
    this.#sheet.removeEventListener("change", this.#reshow);
    this.#leaveKeyboard();
  }

  #header(name) {
    const heading = element("h2", { class: "title", text: !name && title }, name);
    const leave = button({ class: "close", "aria-label": closeLabel, onclick: () => this.#onClose() }, cross(), element("span", { text: close }));
    return element("div", { class: "header" }, cloche(), element("div", { class: "titles" }, heading, this.#subtitle), this.#sound, !this.#isInline && leave);
  }

  #listen() {
    for (const type of ["keydown", "keyup", "keypress"]) this.node.addEventListener(type, (event) => this.#key(event));
    if (this.#isInline) return;
    this.node.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#onClose();
    });
    this.node.addEventListener("close", () => {
      if (this.isOpen && !this.node.open) this.#onClose(); // the browser closed it without asking
    });
  }

  /** Keys typed here are not the host page's shortcuts; to the page they would seem to come from no text field. */
  #key(event) {
    event.stopPropagation();
    if (event.type !== "keydown" || event.key !== "Escape" || event.isComposing || this.#isInline) return;
    event.preventDefault();
    this.#onClose();
  }

  #show() {
    if (this.#sheet.matches) {
      this.node.showModal();
      window.visualViewport?.addEventListener("resize", this.#fit);
      window.visualViewport?.addEventListener("scroll", this.#fit);
      this.#fitToKeyboard();
    } else {
      this.node.open = true; // not show(): that would take the focus, also when a reload restores an open panel
    }
  }

  /** The screen turned or the window changed size: from sheet to panel or back, with the focus left where it was. */
  #showAgain() {
    if (!this.isOpen || this.#isInline) return;
    const focused = this.node.getRootNode().activeElement;
    this.node.close();
    this.#leaveKeyboard();
    this.#show();
    focused?.focus();
  }

  /** iOS lays its keyboard over the page without telling CSS; a zoomed page, though, keeps its size. */
  #fitToKeyboard() {
    const { height, offsetTop, scale } = window.visualViewport ?? {};
    if (!height || scale > 1.01) return this.#clearFit();
    this.node.style.setProperty("--_height", `${height}px`);
    this.node.style.setProperty("--_top", `${offsetTop}px`);
  }

  #leaveKeyboard() {
    window.visualViewport?.removeEventListener("resize", this.#fit);
    window.visualViewport?.removeEventListener("scroll", this.#fit);
    this.#clearFit();
  }

  #clearFit() {
    this.node.style.removeProperty("--_height");
    this.node.style.removeProperty("--_top");
  }
}
