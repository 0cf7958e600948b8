// The form's second step: the free times of the day. Called by form/form.js.
import { button, element } from "../dom.js";
import { freeTimes, looking, partsOfDay } from "../texts.js";
import { fill, locale, put } from "../words.js";
import { clockTime, shortDate } from "./dates.js";

const ENDS = ["12:00", "17:00"];

export class Time {
  #booking;
  #status = element("p", { class: "quiet", role: "status" });
  #times = element("div", { class: "times" });
  #drawn = "";

  constructor({ booking }) {
    this.#booking = booking;
    this.node = element("div", { class: "stage" }, this.#status, this.#times);
  }

  render() {
    const { slots, free, isBusy } = this.#booking;
    if (free.length) put(this.#status, fill(freeTimes, { count: free.length }));
    else if (isBusy && !slots) put(this.#status, looking);
    else this.#status.replaceChildren();
    const drawn = JSON.stringify([free, locale]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#times.replaceChildren(...partsOfDay.map((text, part) => this.#group(text, `part${part}`, free.filter((slot) => this.#partOf(slot) === part))));
  }

  /** 0 morning, 1 midday, 2 evening; what lies after midnight belongs to the evening before. */
  #partOf({ time, startsAt }) {
    return this.#isNextDay(startsAt) ? 2 : ENDS.filter((end) => time >= end).length;
  }

  #isNextDay(startsAt) {
    return startsAt.slice(0, 10) > this.#booking.date;
  }

  #group(text, id, slots) {
    const chips = slots.map(({ time, startsAt }) => button(
      { class: "chip", part: "time", onclick: (event) => event.detail < 2 && this.#booking.pickSlot({ time }) },
      clockTime(time, locale), this.#isNextDay(startsAt) && ` (${shortDate(startsAt.slice(0, 10), locale)})`,
    ));
    return element("div", { role: "group", "aria-labelledby": id, hidden: slots.length === 0 }, element("h4", { class: "label", id, text }), element("div", { class: "quick" }, ...chips));
  }
}
