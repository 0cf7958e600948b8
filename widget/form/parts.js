// The small parts that the form's steps are made of: fields with their complaint, what went wrong, other times to tap.
// Called by the form. Everything is text; nothing is ever parsed.
import { button, element } from "../dom.js";
import { failed, instead, person, persons, retry } from "../texts.js";
import { fill, locale } from "../words.js";
import { clockTime, shortDate } from "./dates.js";

/** "1 persona", "4 personas". */
export const people = (count) => (count === 1 ? person : fill(persons, { count }));

/** What is known, in one line. */
export const joined = (...parts) => parts.filter((part) => part).join(" · ");

/** A labelled input with a hint and room for a complaint; both are read out with it. */
export class Field {
  #complaint;

  constructor(id, label, { hint, tag = "input", ...attributes } = {}) {
    const isCheck = attributes.type === "checkbox";
    this.#complaint = element("p", { class: "complaint", id: `${id}-wrong` });
    this.input = element(tag, { id, class: isCheck ? "check" : "field", "aria-describedby": `${id}-hint ${id}-wrong`, ...attributes });
    const named = element("label", { for: id, text: label });
    const head = isCheck ? [element("div", { class: "beside" }, this.input, named)] : [named, this.input];
    this.node = element("div", { class: "entry" }, ...head, hint && element("p", { class: "quiet", id: `${id}-hint`, text: hint }), this.#complaint);
  }

  get value() {
    return this.input.value.trim();
  }

  get isWrong() {
    return this.#complaint.textContent !== "";
  }

  /** Shows the complaint, or takes it away when there is none. */
  complain(sentence = "") {
    this.#complaint.textContent = sentence;
    this.input.toggleAttribute("aria-invalid", sentence !== "");
  }
}

/** What went wrong and what can be done: another try, or other times. Nothing while nothing is wrong. */
export class Trouble {
  node = element("div", { class: "trouble", role: "alert" });
  #drawn = "";

  /** `trouble` is `{kind, text, retryable}` or null; `alternatives` are times that are free, `onPick(slot)` takes one. */
  show(trouble, { alternatives, areas, onRetry, onPick }) {
    const drawn = JSON.stringify([trouble, alternatives, areas, locale]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.node.replaceChildren(...(trouble ? [element("p", { text: !trouble.text && failed[trouble.kind] }, trouble.text)] : []));
    if (alternatives.length) this.node.append(element("p", { id: "instead", text: instead }), this.#others(alternatives, areas, onPick));
    else if (trouble?.retryable) this.node.append(button({ class: "retry", text: retry, onclick: onRetry }));
  }

  #others(alternatives, areas, onPick) {
    return element("div", { class: "quick", role: "group", "aria-labelledby": "instead" }, ...alternatives.map((slot) => button(
      { class: "chip", part: "alternative", onclick: () => onPick(slot) },
      joined(shortDate(slot.date, locale), clockTime(slot.time, locale), areas.find(({ id }) => id === slot.area)?.name),
    )));
  }
}
