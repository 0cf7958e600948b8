// A month as a grid to move in with the arrow keys (the date grid of the ARIA practices), each day with whether there is a table.
// Called by form/form.js. Days that cannot be had stay reachable, and say why.
import { button, element, unseen } from "../dom.js";
import { chevron } from "../icons.js";
import { day as texts, nextMonth, previousMonth } from "../texts.js";
import { locale, say } from "../words.js";
import { addDays, addMonths, firstWeekday, longDate, monthName, monthOf, weekdayNames, weeksOf } from "./dates.js";

const KINDS = { closed: "closed", special_date_closed: "closed", too_soon: "out", too_far: "out", same_day_not_allowed: "out" };
const MOVES = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

export class Calendar {
  node;
  #onPick;
  #onMonth;
  #title = element("h4", { class: "month", id: "month", "aria-live": "polite" });
  #steps;
  #grid;
  #state;
  #focused = ""; // the day in the tab order
  #drawn = "";

  /** `onPick(date)` for a day that may be had or has something near it; `onMonth(month)` when another one is to be shown. */
  constructor({ onPick, onMonth }) {
    this.#onPick = onPick;
    this.#onMonth = onMonth;
    this.#steps = [-1, 1].map((step) => button({
      class: "step", "aria-label": step < 0 ? previousMonth : nextMonth, onclick: () => this.#turn(step),
    }, chevron(step)));
    this.#grid = element("table", {
      role: "grid", class: "grid", "aria-labelledby": "month", onkeydown: (event) => this.#key(event), onclick: (event) => this.#click(event.target.closest("[data-date]")),
    });
    this.node = element("div", { class: "calendar" }, element("div", { class: "months" }, this.#steps[0], this.#title, this.#steps[1]), this.#grid);
  }

  /** `{month, first, last, today, days, date}`; `days` is null while they are on their way, `date` the one chosen. */
  render(state) {
    const drawn = JSON.stringify([{ ...state, days: state.days && [...state.days] }, locale]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#state = state;
    const { month, first, last, days, date } = state;
    this.#steps.forEach((step, index) => step.setAttribute("aria-disabled", month === monthOf(index ? last : first)));
    const title = monthName(month, locale);
    if (this.#title.textContent !== title) this.#title.textContent = title;
    if (monthOf(this.#focused) !== month) this.#focused = [date, first].find((each) => each && monthOf(each) === month) ?? `${month}-01`;
    const hadFocus = this.#grid.contains(this.#grid.getRootNode().activeElement);
    this.#draw(firstWeekday(locale), !days);
    if (hadFocus) this.#focus();
  }

  #draw(firstDay, isWaiting) {
    const long = weekdayNames(locale, firstDay, "long");
    const heads = weekdayNames(locale, firstDay, "short").map((name, column) => (
      element("th", { scope: "col" }, element("span", { "aria-hidden": "true" }, name.slice(0, 2)), unseen(null, long[column]))));
    const toCome = weeksOf(this.#state.month, firstDay).filter((week) => week.some((date) => date >= this.#state.first));
    const weeks = toCome.map((week) => element("tr", {}, ...week.map((date) => this.#cell(date))));
    this.#grid.setAttribute("aria-busy", isWaiting);
    this.#grid.replaceChildren(element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...weeks));
  }

  #cell(date) {
    if (!date) return element("td", { role: "gridcell" });
    const { today } = this.#state;
    const kind = this.#kindOf(date);
    return element("td", { role: "gridcell", "aria-selected": String(date === this.#state.date) }, button({
      class: `day ${kind}`, part: "day", "data-date": date, tabindex: date === this.#focused ? 0 : -1, "aria-label": `${longDate(date, locale, today)}, ${say(texts[kind])}`,
      "aria-disabled": kind === "free" || kind === "full" ? null : "true", "aria-current": date === today && "date",
    }, String(Number(date.slice(8)))));
  }

  #kindOf(date) {
    const { days, first, last } = this.#state;
    const day = days?.get(date);
    if (date < first || date > last) return "out";
    return day ? (day.available ? "free" : KINDS[day.reason] ?? "full") : "unknown";
  }

  #turn(step) {
    const { month, first, last } = this.#state;
    const to = monthOf(addMonths(`${month}-01`, step));
    if (to >= monthOf(first) && to <= monthOf(last)) this.#onMonth(to);
  }

  #click(day) {
    if (!day) return;
    this.#show(day.dataset.date);
    if (!day.hasAttribute("aria-disabled")) this.#onPick(day.dataset.date);
  }

  #key(event) {
    const { date } = event.target.dataset;
    const to = date && this.#target(event.key, date);
    if (!to) return;
    event.preventDefault();
    this.#show(to);
  }

  #target(key, from) {
    if (MOVES[key]) return addDays(from, MOVES[key]);
    if (key === "PageUp" || key === "PageDown") return addMonths(from, key === "PageUp" ? -1 : 1);
    if (key !== "Home" && key !== "End") return null;
    const week = weeksOf(monthOf(from), firstWeekday(locale)).find((days) => days.includes(from));
    return week.filter((day) => day).at(key === "Home" ? 0 : -1);
  }

  /** The focus goes along with the month, but not past the first and the last day that can be booked. */
  #show(date) {
    const { month, first, last } = this.#state;
    this.#focused = date < first ? first : date > last ? last : date;
    if (monthOf(this.#focused) === month) this.#focus();
    else this.#onMonth(monthOf(this.#focused));
  }

  #focus() {
    for (const day of this.#grid.querySelectorAll("[data-date]")) {
      day.tabIndex = day.dataset.date === this.#focused ? 0 : -1;
      if (day.tabIndex === 0) day.focus();
    }
  }
}
