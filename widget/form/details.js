// The form's third step: who comes. The table is kept meanwhile, and the time left is shown. Called by form/form.js.
import { button, element, outsideLink, unseen } from "../dom.js";
import * as texts from "../texts.js";
import { fill, locale, put, say } from "../words.js";
import { Field } from "./parts.js";

const EMAIL = /^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/;
const ALMOST_S = 60;
const REQUIRED = { "aria-required": "true" };

export class Details {
  #booking;
  #left = element("span", { class: "left", role: "timer" });
  #news = element("p", { class: "unseen", role: "status" });
  #again;
  #fields;
  #link = outsideLink(null, {}, element("span", { text: texts.privacyLink }), unseen(texts.newTab));
  #submit;
  #shown = null;

  /** `onBooked(card, name)` hears of the booking. */
  constructor({ booking, onBooked }) {
    this.#booking = booking;
    this.#again = button({ class: "retry", text: texts.keepAgain, onclick: () => booking.pickSlot({}) });
    this.#submit = button({ class: "submit", onclick: () => this.send() });
    this.onBooked = onBooked;
    this.#fields = {
      "guest.name": new Field("name", texts.name, { maxlength: 80, autocomplete: "name", ...REQUIRED }),
      "guest.phone": new Field("phone", texts.phone, { hint: texts.phoneHint, type: "tel", maxlength: 32, autocomplete: "tel" }),
      "guest.email": new Field("email", texts.email, { type: "email", maxlength: 254, autocomplete: "email" }),
      "notes": new Field("notes", texts.notes, { hint: texts.notesHint, tag: "textarea", rows: 2, maxlength: 500 }),
      "privacyAccepted": new Field("privacy", texts.privacy, { type: "checkbox", ...REQUIRED }),
    };
    const keep = (event) => event.stopPropagation(); // pages that prevent every click would leave the box unticked
    this.node = element("div", { class: "stage", onclick: keep, oninput: (event) => this.#typed(event.target), onkeydown: (event) => this.#key(event) },
      element("p", { class: "kept" }, this.#left, this.#again), this.#news, ...Object.values(this.#fields).map(({ node }) => node), this.#link, this.#submit);
  }

  render() {
    const { profile, wrong, isBusy } = this.#booking;
    this.#link.href = profile.privacyUrl ?? "";
    this.#link.hidden = !profile.privacyUrl;
    this.#submit.setAttribute("aria-disabled", isBusy);
    put(this.#submit, isBusy ? texts.booking : texts.book);
    if (wrong !== this.#shown) this.#complain(wrong);
    this.showLeft();
  }

  /** What the server objects to that belongs to none of the fields here. */
  get elsewhere() {
    const { wrong } = this.#booking;
    return Object.keys(wrong).filter((name) => !this.#fields[name]).map((name) => wrong[name]).join(" ");
  }

  #complain(wrong) {
    this.#shown = wrong;
    for (const [name, field] of Object.entries(this.#fields)) field.complain(wrong[name]);
    this.#toFirstWrong();
  }

  /** The time left, every second; said aloud only when it matters. */
  showLeft() {
    const left = this.#booking.secondsLeft;
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    put(this.#left, left ? fill(texts.kept, { time }) : texts.keptNoMore);
    this.#left.classList.toggle("over", !left);
    this.#again.hidden = left > 0;
    this.#news.textContent = left > ALMOST_S ? "" : say(left ? texts.almostOver : texts.keptNoMore);
  }

  #typed(input) {
    this.#booking.touch();
    Object.values(this.#fields).find((field) => field.input === input)?.complain();
  }

  /** Enter in a line sends, as in any form; there is no form element, because sandboxed pages block those. */
  #key(event) {
    if (event.key !== "Enter" || event.isComposing || !/^(text|tel|email)$/.test(event.target.type)) return;
    event.preventDefault();
    this.send();
  }

  async send() {
    if (this.#booking.isBusy || !this.#check()) return;
    const [name, phone, email, notes] = Object.values(this.#fields).map(({ value }) => value || undefined);
    const card = await this.#booking.submit({ guest: { name, phone, email, locale }, notes, privacyAccepted: true, channel: "web" });
    if (card) this.onBooked(card, name);
  }

  /** What can be seen without the server; false when something is lacking. */
  #check() {
    const [name, phone, email, , privacy] = Object.values(this.#fields);
    name.complain(name.value ? "" : say(texts.wrong.name));
    phone.complain(phone.value || email.value ? "" : say(texts.wrong.contact));
    email.complain(!email.value || EMAIL.test(email.value) ? "" : say(texts.wrong.email));
    privacy.complain(privacy.input.checked ? "" : say(texts.wrong.privacy));
    return !this.#toFirstWrong();
  }

  #toFirstWrong() {
    const first = Object.values(this.#fields).find((field) => field.isWrong);
    first?.input.focus();
    return first;
  }
}
