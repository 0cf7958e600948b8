// Calendar dates as "2026-12-18" strings: counting in them and writing them for a reader. Pure; called by the form's parts.
// A date is a day of the restaurant, never an instant: UTC serves only to count, so no visitor's time zone can shift it.

const COLUMNS = [0, 1, 2, 3, 4, 5, 6];
const at = (date) => new Date(`${date}T00:00:00Z`);
const back = (day) => day.toISOString().slice(0, 10);

export const monthOf = (date) => date.slice(0, 7);

export function addDays(date, days) {
  const day = at(date);
  day.setUTCDate(day.getUTCDate() + days);
  return back(day);
}

/** The same day of another month, or that month's last day. */
export function addMonths(date, months) {
  const day = at(`${monthOf(date)}-01`);
  day.setUTCMonth(day.getUTCMonth() + months + 1, 0);
  const last = back(day);
  return [last, last.slice(0, 8) + date.slice(8)].sort()[0];
}

/** The visitor's own date, until the restaurant's is known. */
export function localToday(now = new Date()) {
  return back(new Date(now.getTime() - now.getTimezoneOffset() * 60_000));
}

/** 1 (Monday) to 7: the day on which a reader's calendar begins its weeks. */
export function firstWeekday(locale) {
  const known = new Intl.Locale(locale);
  if (!known.region) return 1; // plain "en" would be the American one
  return (known.getWeekInfo?.() ?? known.weekInfo)?.firstDay ?? 1;
}

/** The weeks of a month, each seven entries: dates, and null before the first and after the last. */
export function weeksOf(month, firstDay) {
  const first = `${month}-01`;
  const days = Array((at(first).getUTCDay() + 7 - firstDay) % 7).fill(null);
  for (let date = first; monthOf(date) === month; date = addDays(date, 1)) days.push(date);
  const weeks = [];
  for (let from = 0; from < days.length; from += 7) weeks.push(COLUMNS.map((column) => days[from + column] ?? null));
  return weeks;
}

/** As Intl writes it, without its comma in Spanish; plain "en" is written as in Britain, like everything else of this house. */
function written(date, locale, options) {
  const said = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : locale, { timeZone: "UTC", ...options }).format(at(date));
  return locale.startsWith("es") ? said.replace(",", "") : said;
}

/** "viernes 18 de diciembre" or "Friday 18 December", with the year when it is not `today`'s. */
export function longDate(date, locale, today) {
  return written(date, locale, { weekday: "long", day: "numeric", month: "long", year: today.slice(0, 4) === date.slice(0, 4) ? undefined : "numeric" });
}

export const shortDate = (date, locale) => written(date, locale, { weekday: "short", day: "numeric", month: "short" });
export const monthName = (month, locale) => written(`${month}-01`, locale, { month: "long", year: "numeric" });

/** The weekday of each column, "short" or "long", beginning with `firstDay`. */
export function weekdayNames(locale, firstDay, weekday) {
  return COLUMNS.map((column) => written(addDays("2024-01-01", firstDay - 1 + column), locale, { weekday }));
}

/** "20:00" in Spanish, "8:00 pm" in English, as the restaurant's messages write it. */
export function clockTime(time, locale) {
  if (!locale.startsWith("en")) return time;
  const hour = Number(time.slice(0, 2));
  return `${hour % 12 || 12}${time.slice(2)} ${hour < 12 ? "am" : "pm"}`;
}
