// The widget's own sentences: which language to speak, and how a sentence reaches a DOM node and follows a change of language.
// Called by the view and its parts. Sentences live in texts/.
import en from "./texts/en.js";
import es from "./texts/es.js";

const CATALOGUES = { es, en };

/** The first tag of `tags` whose language we speak ("es-MX" stays "es-MX"); "es" when there is none. */
export function chooseLocale(tags) {
  return tags.find((tag) => tag && languageOf(tag) in CATALOGUES) ?? "es";
}

/** "en" for "en-GB". */
export function languageOf(locale) {
  return locale.toLowerCase().split(/[-_]/)[0];
}

/** The sentence for `key`, its {placeholders} filled from `values`. Throws RangeError on an unknown key: that is a defect. */
export function say(locale, key, values = {}) {
  const sentence = CATALOGUES[languageOf(locale)][key];
  if (sentence === undefined) throw new RangeError(`no text "${key}" in ${locale}`);
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** Nodes that hold our own sentences. They are marked in the tree, so that nodes taken out need no book-keeping. */
export class Words {
  #spoken = new WeakMap();
  #locale = "es";

  get locale() {
    return this.#locale;
  }

  /** A sentence in the language spoken now, for what is sent rather than shown. */
  say(key, values = {}) {
    return say(this.#locale, key, values);
  }

  /** Puts the sentence into the node's text, or into `attribute`; returns the node. */
  put(node, key, values = {}, attribute = null) {
    const entries = (this.#spoken.get(node) ?? []).filter((entry) => entry.attribute !== attribute);
    this.#spoken.set(node, [...entries, { key, values, attribute }]);
    node.setAttribute("data-words", "");
    this.#write(node, { key, values, attribute });
    return node;
  }

  /** Changes the language and rewrites every sentence below `root`. */
  speak(locale, root) {
    this.#locale = locale;
    for (const node of root.querySelectorAll("[data-words]")) {
      for (const entry of this.#spoken.get(node) ?? []) this.#write(node, entry);
    }
  }

  #write(node, { key, values, attribute }) {
    const sentence = say(this.#locale, key, values);
    if (attribute) {
      if (node.getAttribute(attribute) !== sentence) node.setAttribute(attribute, sentence);
    } else if (node.textContent !== sentence) {
      node.textContent = sentence;
    }
  }
}
