// Drafts: what was typed and not saved yet, kept in this browser by episode, locale, cue and version.

const PREFIX = "localize:draft:";
const OLD_MS = 30 * 24 * 3600 * 1000;

export class Drafts {
  constructor(path, store = window.localStorage) {
    this.prefix = `${PREFIX}${path}:`;
    this.store = store;
  }

  keep(id, text, version) {
    try {
      this.store.setItem(this.prefix + id, JSON.stringify({ text, version, at: Date.now() }));
    } catch {
      // A full or forbidden store: the text still stands in the page.
    }
  }

  read(id) {
    try {
      const draft = JSON.parse(this.store.getItem(this.prefix + id) ?? "null");
      return draft && typeof draft.text === "string" ? draft : null;
    } catch {
      return null;
    }
  }

  drop(id) {
    try {
      this.store.removeItem(this.prefix + id);
    } catch {
      // As above.
    }
  }

  /** Ids of all cues with a draft here; those of a month ago are forgotten. */
  ids() {
    const found = [];
    for (const key of Object.keys(this.store)) {
      if (!key.startsWith(this.prefix)) continue;
      const id = key.slice(this.prefix.length);
      const draft = this.read(id);
      if (!draft || Date.now() - draft.at > OLD_MS) this.store.removeItem(key);
      else found.push(id);
    }
    return found;
  }
}
