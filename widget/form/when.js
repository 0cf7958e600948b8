// The form's first step: how many, where, which day. Called by form/form.js.
import { button, element } from "../dom.js";
import * as texts from "../texts.js";
import { fill, put } from "../words.js";
import { Calendar } from "./calendar.js";
import { people } from "./parts.js";

export class When {
  #booking;
  #count = element("output", { class: "count" });
  #steps;
  #areas;
  #area;
  #larger = element("p", { class: "quiet" });
  #calendar;

  constructor({ booking }) {
    this.#booking = booking;
    this.#steps = [-1, 1].map((step) => button({
      class: "step", "aria-label": step < 0 ? texts.fewer : texts.more, onclick: () => booking.wish({ party: booking.party + step }),
    }, step < 0 ? "−" : "+"));
    this.#areas = element("select", { id: "area", class: "field", onchange: () => booking.wish({ area: this.#areas.value }) });
    this.#area = element("div", { class: "row" }, element("label", { for: "area", text: texts.area }), this.#areas);
    this.#calendar = new Calendar({ onPick: (date) => booking.pickDay(date), onMonth: (month) => booking.wish({ month }) });
    const stepper = element("div", { class: "stepper", role: "group", "aria-labelledby": "people" }, this.#steps[0], this.#count, this.#steps[1]);
    this.node = element("div", { class: "stage" }, element("div", { class: "row" }, element("span", { class: "label", id: "people", text: texts.people }), stepper),
      this.#larger, this.#area, this.#calendar.node);
  }

  render() {
    const { party, profile, area, limits } = this.#booking;
    put(this.#count, people(party));
    this.#steps.forEach((step, index) => step.setAttribute("aria-disabled", party === limits[index]));
    this.#showLarger(party === limits[1] && profile?.phone, party);
    const areas = profile?.areas ?? [];
    this.#area.hidden = areas.length < 2;
    this.#areas.replaceChildren(element("option", { value: "", text: texts.anyArea }), ...areas.map(({ id, name }) => element("option", { value: id }, name)));
    this.#areas.value = area;
    this.#calendar.render(this.#booking.calendar);
  }

  /** Beyond what is taken online the telephone is the way on. */
  #showLarger(phone, count) {
    this.#larger.hidden = !phone;
    if (phone) this.#larger.replaceChildren(element("span", { text: fill(texts.larger, { count }) }), element("a", { href: `tel:${phone.replace(/[^\d+]/g, "")}` }, phone));
  }
}
