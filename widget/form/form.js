// The other way to book, for those who would rather tap: people and day, time, details, the card. Loaded by calendar-tab.js.
// Draws what form/booking.js knows; a new step takes the focus to its heading.
import { cardNode } from "../card.js";
import { button, element } from "../dom.js";
import * as texts from "../texts.js";
import { locale, put, say, speak } from "../words.js";
import { Booking } from "./booking.js";
import { clockTime, longDate } from "./dates.js";
import { Details } from "./details.js";
import { Trouble, joined, people } from "./parts.js";
import { formSheet } from "./styles.js";
import { Time } from "./time.js";
import { When } from "./when.js";

const FULL = { kind: "full" };
const BACK = { time: texts.otherDay, details: texts.otherTime };

export class Form {
  heading = element("h3", { class: "step-title", tabindex: "-1" });
  #booking;
  #locale;
  #back;
  #about = element("p", { class: "about" });
  #trouble = new Trouble();
  #stage = element("div", {});
  #steps;
  #step = null;
  #timer = null;
  #onBooked;

  /** `house` is the server's side; `onBooked(card)` hears of a booking made. */
  constructor({ house, locale, onBooked }) {
    speak(locale); // this file may be a bundle of its own, with words of its own
    this.#locale = locale;
    this.#onBooked = onBooked;
    const booking = new Booking({ house, onChange: () => this.#render() });
    this.#booking = booking;
    this.#steps = {
      when: new When({ booking }),
      time: new Time({ booking }),
      details: new Details({ booking, onBooked: (card, name) => this.#booked(card, name) }),
      done: { node: element("div", { class: "stage" }), render: () => {} },
    };
    this.#back = button({ class: "back", onclick: () => booking.back() });
    this.node = element("div", { class: "stage" }, this.#back, this.heading, this.#about, this.#trouble.node, this.#stage);
  }

  /** In the panel now: it gets its looks. */
  connect() {
    const root = this.node.getRootNode();
    if (!root.adoptedStyleSheets.includes(formSheet())) root.adoptedStyleSheets = [...root.adoptedStyleSheets, formSheet()];
  }

  /** Shown: draws at once, and asks for what is free. */
  show() {
    this.#render();
    if (!this.#booking.profile) this.#booking.start(this.#locale);
  }

  /** The language has changed: the sentences follow by themselves, dates and the areas' names do not. */
  speak(locale) {
    this.#locale = locale;
    if (!this.#step) return;
    speak(locale, this.node);
    this.#render();
    this.#booking.start(locale);
  }

  /** The network is back. */
  online() {
    if (this.#booking.trouble?.retryable && this.#booking.step !== "details") this.#retry();
  }

  /** The page goes away: the table is free for others. */
  disconnect() {
    clearInterval(this.#timer);
    this.#booking.letGo();
  }

  #retry() {
    const { step, date } = this.#booking;
    if (step === "details") this.#steps.details.send();
    else if (step === "time") this.#booking.pickDay(date);
    else this.#booking.start(this.#locale);
  }

  #render() {
    speak(this.#locale);
    const { step } = this.#booking;
    this.#head();
    this.#steps[step].render();
    if (step === this.#step) return;
    const hadFocus = this.node.contains(this.node.getRootNode().activeElement);
    this.#step = step;
    this.#stage.replaceChildren(this.#steps[step].node);
    this.node.parentNode.scrollTop = 0;
    if (hadFocus) this.heading.focus();
    clearInterval(this.#timer);
    this.#timer = step === "details" && setInterval(() => this.#tick(), 1000);
  }

  #head() {
    const { step, date, time, party, area, profile, today, slots, free, isBusy, trouble, wrong, alternatives, card } = this.#booking;
    const areas = profile?.areas ?? [];
    const day = date && longDate(date, locale, today);
    const where = areas.find(({ id }) => id === area)?.name;
    const title = { when: texts.stepWhen, details: texts.stepDetails, done: card?.isPending ? texts.donePending : texts.done }[step];
    put(this.heading, title ?? [day, day]);
    this.#back.hidden = step === "when";
    put(this.#back, BACK[step] ?? texts.again);
    this.#about.textContent = { time: joined(say(people(party)), where), details: joined(day, time && clockTime(time, locale), say(people(party)), where) }[step] ?? "";
    const other = step === "details" ? this.#steps.details.elsewhere : wrong.partySize;
    const isFull = step === "time" && slots && !free.length && !isBusy;
    const shown = other ? { kind: "refused", text: other } : trouble ?? (isFull ? FULL : null);
    this.#trouble.show(shown, { alternatives, areas, onRetry: () => this.#retry(), onPick: (slot) => this.#booking.pickSlot(slot) });
  }

  #tick() {
    speak(this.#locale);
    this.#booking.tick();
    this.#steps.details.showLeft();
  }

  #booked(card, name) {
    const { profile, today, date, time, party, area } = this.#booking;
    const lines = [longDate(date, locale, today), joined(clockTime(time, locale), say(people(party))), name, profile.areas.find(({ id }) => id === area)?.name];
    const whole = { ...card, title: profile.name, mapUrl: profile.mapUrl, lines: lines.filter((line) => line) };
    this.#steps.done.node.replaceChildren(cardNode(whole));
    this.#onBooked(whole);
  }
}
