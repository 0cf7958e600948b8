// The form's own memory and errands: party, day, time, the hold that keeps the table meanwhile, and the booking. No DOM.
// Called by form/form.js, which draws the state after every `onChange()`. Answers that come too late for the guest's last wish are dropped.
import { newId } from "../ids.js";
import { addMonths, localToday, monthOf } from "./dates.js";

const RENEW_BELOW_S = 60;
const ACTIVE_WITHIN_MS = 60_000;

export class Booking {
  step = "when"; // when, time, details, done
  profile = null;
  party = 2;
  area = "";
  date = null;
  time = null;
  today = localToday();
  month = monthOf(this.today);
  days = null; // of the month shown; null while they are on their way
  slots = null;
  alternatives = [];
  trouble = null; // what went wrong last, as http.js has it
  wrong = {}; // field to sentence, from the server's own check
  isBusy = false;
  card = null;
  #hold = { until: 0 };
  #house;
  #now;
  #onChange;
  #locale;
  #turn = 0;
  #touchedAt = 0;
  #sent = {};

  constructor({ house, onChange, now = Date.now }) {
    this.#house = house;
    this.#onChange = onChange;
    this.#now = now;
  }

  /** Asks for the restaurant's profile and the month's days; again when the language has changed. */
  async start(locale) {
    this.#locale = locale;
    const { data: profile, problem: trouble = null } = await this.#house.profile(locale);
    if (trouble) return this.#set({ trouble });
    const month = [this.month, monthOf(profile.firstDate)].sort()[1];
    this.#set({ profile, today: profile.today, month, trouble });
    this.party = this.#within(this.party);
    return this.step === "when" && this.#loadMonth();
  }

  /** How many people may come; a guess until the profile is there. */
  get limits() {
    return [this.profile?.smallestParty ?? 1, this.profile?.largestParty ?? 99];
  }

  get free() {
    return (this.slots ?? []).filter(({ available }) => available);
  }

  /** What the calendar shows; the month of today, days unknown, until the profile is there. */
  get calendar() {
    const { month, today, days, date, profile } = this;
    return { month, today, days, date, first: profile?.firstDate ?? today, last: profile?.lastDate ?? addMonths(today, 1) };
  }

  /** Changes party, area or month, and looks what is free then. */
  wish(changes) {
    this.#set({ ...changes, party: this.#within(changes.party ?? this.party) });
    return this.profile && this.#loadMonth();
  }

  #within(party) {
    return Math.min(Math.max(party, this.limits[0]), this.limits[1]);
  }

  #loadMonth() {
    return this.#ask({ days: null }, this.#house.month(this.#slot(), this.month, this.#locale), (days) => ({ days }));
  }

  /** The times of a day; of a day without any, what is free nearby. */
  async pickDay(date) {
    this.#set({ step: "time", date, month: monthOf(date), time: null });
    await this.#ask({ slots: null }, this.#house.day(this.#slot(), this.#locale), (slots) => ({ slots }));
    if (!this.slots || this.step !== "time" || this.free.length) return;
    const slot = this.#slot({ time: this.slots.at(-1)?.time ?? "20:00" });
    await this.#ask({}, this.#house.nearby(slot, this.#locale), (alternatives) => ({ alternatives }));
  }

  /** Keeps a slot, in place of the one kept before, and goes on to the details. */
  async pickSlot({ date = this.date, time = this.time, area = this.area }) {
    this.touch();
    const held = this.#house.hold(this.#slot({ date, time, area }), this.#heldId, this.#locale);
    await this.#ask({}, held, (hold) => ({ step: "details", date, time, area, ...this.#keep(hold) }), ({ holdId }) => this.#house.release(holdId, this.#locale));
  }

  /** Seconds for which the table is still kept. */
  get secondsLeft() {
    return Math.max(0, Math.ceil((this.#hold.until - this.#now()) / 1000));
  }

  /** Called every second while details are written: who is writing keeps the table for longer. */
  async tick() {
    const left = this.secondsLeft;
    if (this.isBusy || !left || left > RENEW_BELOW_S || this.#now() - this.#touchedAt > ACTIVE_WITHIN_MS) return;
    this.#touchedAt = 0;
    const { data } = await this.#house.hold(this.#slot(), this.#heldId, this.#locale);
    if (data) this.#keep(data);
  }

  touch() {
    this.#touchedAt = this.#now();
  }

  /** Back to an earlier step: the table is free for others again. */
  back() {
    this.letGo();
    if (this.step === "details") return this.pickDay(this.date);
    this.#set({ step: "when", slots: null, time: null });
    return this.#loadMonth();
  }

  letGo() {
    if (this.#heldId) this.#house.release(this.#heldId, this.#locale);
    this.#hold = { until: 0 };
  }

  /** Books; `details` is `{guest: {name, phone, email}, notes, privacyAccepted}`. Resolves to the booking's card, or null. */
  async submit(details) {
    const body = { ...this.#slot(), ...details, holdId: this.#heldId };
    const text = JSON.stringify(body);
    if (text !== this.#sent.text) this.#sent = { text, key: newId() }; // the same wish keeps its key however often it is sent
    await this.#ask({}, this.#house.book(body, this.#sent.key, this.#locale), (card) => ({ step: "done", card }));
    if (this.step !== "done") return null;
    this.#hold = { until: 0 };
    return this.card;
  }

  get #heldId() {
    return this.secondsLeft ? this.#hold.id : undefined;
  }

  #keep({ holdId, expiresIn }) {
    this.#hold = { id: holdId, until: this.#now() + expiresIn * 1000 };
  }

  #slot(changes = {}) {
    const { date, time, party, area, profile } = this;
    const slot = { restaurantId: profile.restaurantId, date, time, partySize: party, area, ...changes };
    return { ...slot, area: slot.area || undefined };
  }

  /**
   * Waits for one errand: `meanwhile` holds until it is back, `then(data)` from then on. When the guest has gone on to something else,
   * nothing changes but what `late(data)` undoes.
   */
  async #ask(meanwhile, errand, then, late = () => {}) {
    const turn = (this.#turn += 1);
    this.#set({ alternatives: [], trouble: null, wrong: {}, ...meanwhile, isBusy: true });
    const { data, ...refused } = await errand;
    if (turn !== this.#turn) return data && late(data);
    return this.#set({ ...(data ? then(data) : refusal(refused)), isBusy: false });
  }

  #set(changes) {
    Object.assign(this, changes);
    this.#onChange();
  }
}

/** What the server objects to, each at its field; what belongs to none is told on its own, with what is free instead. */
function refusal({ problem: trouble, details, alternatives }) {
  const errors = details?.code === "privacy_not_accepted" ? [{ field: "privacyAccepted", message: trouble.text }] : details?.errors ?? [];
  const wrong = Object.fromEntries(errors.map(({ field, message }) => [field, String(message)]));
  return { wrong, trouble: errors.length ? null : trouble, alternatives };
}
