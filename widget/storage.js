// Keeps one small record per key for as long as the tab lives, and in memory alone where the browser allows no storage.
// Called by session.js. It runs in the host page's own origin, so blocked third-party storage does not touch it.

/** Session storage, because a conversation holds a name and a phone: it survives a reload and goes with the tab. */
export class TabStorage {
  #memory = new Map();
  #area;

  constructor(openArea = () => window.sessionStorage) {
    try {
      this.#area = openArea();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // sandboxed pages and strict settings refuse the very look at it
      this.#area = null;
    }
  }

  /** The stored record, or null when there is none or it is not JSON. */
  read(key) {
    const stored = this.#memory.get(key) ?? this.#area?.getItem(key) ?? null;
    try {
      return JSON.parse(stored);
    } catch {
      return null; // another script of the page wrote it: as good as nothing
    }
  }

  write(key, record) {
    const stored = JSON.stringify(record);
    this.#memory.set(key, stored);
    try {
      this.#area?.setItem(key, stored);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // full: the conversation goes on from memory
    }
  }
}
