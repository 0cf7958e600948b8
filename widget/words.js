// How a sentence reaches a DOM node and follows a change of language. Called by dom.js for every node that says something.
// A sentence is a pair of texts.js: Spanish, English.

const LANGUAGES = ["es", "en"];
const spoken = new WeakMap();

/** The tag that is written in now: what was given to `speak` last. */
export let locale = "es";

/** The first tag of `tags` whose language we speak ("es-MX" stays "es-MX"); "es" when there is none. */
export function chooseLocale(tags) {
  return tags.find((tag) => tag && LANGUAGES.includes(languageOf(tag))) ?? "es";
}

/** "en" for "en-GB". */
export function languageOf(tag) {
  return tag.toLowerCase().split(/[-_]/)[0];
}

export const say = (pair) => pair[LANGUAGES.indexOf(languageOf(locale))];

/** The pair with its {placeholders} filled; a value may be a pair itself. */
export function fill(pair, values) {
  return pair.map((sentence, index) => sentence.replace(/\{(\w+)\}/g, (_, name) => [values[name]].flat().at(index) ?? values[name]));
}

/** Puts a pair into the node's text, or into `attribute`; returns the node. */
export function put(node, pair, attribute = "text") {
  const entries = spoken.get(node) ?? {};
  entries[attribute] = pair;
  spoken.set(node, entries);
  node.setAttribute("data-words", "");
  write(node, attribute, pair);
  return node;
}

/** Writes in that language from now on, and again whatever is below `root`. Each view says so before it draws: a page may have two. */
export function speak(tag, root = null) {
  locale = tag;
  for (const node of root?.querySelectorAll("[data-words]") ?? []) {
    for (const [attribute, pair] of Object.entries(spoken.get(node) ?? {})) write(node, attribute, pair);
  }
}

function write(node, attribute, pair) {
  const sentence = say(pair);
  if (attribute !== "text") node.setAttribute(attribute, sentence);
  else if (node.textContent !== sentence) node.textContent = sentence;
}
