// Rows: one cue each, its text field, what is unsaved in it, and what to do when somebody else was faster.

import { Drafts } from "./drafts.js";
import { Refused, ask, released } from "./net.js";
import { clock, filled, length, measure } from "./text.js";

export class Row {
  constructor(li, data) {
    this.li = li;
    this.area = li.querySelector("textarea");
    this.take(data);
    this.saved = { text: data.text, version: data.version };
    this.busy = Promise.resolve();
  }

  get id() {
    return this.li.id;
  }

  /** What people call it. */
  get name() {
    return this.data.name;
  }

  get dirty() {
    return this.area.value !== this.saved.text;
  }

  /** What the desk says of the cue, but for text and version. */
  take(data) {
    this.data = { ...this.data, ...data };
    if (data.html !== undefined) this.li.querySelector(".notes").innerHTML = data.html; // rendered and escaped by the desk
    this.li.dataset.state = data.state;
    this.li.querySelector("[data-source]").textContent = data.source;
    const time = this.li.querySelector("time");
    if (time) time.textContent = clock(data.start);
  }
}

/** All rows of the page. `host` has words, announce(text), alarm(text), preview(row), changed(), path, mayEdit. */
export class Rows {
  constructor(list, data, host) {
    Object.assign(this, { list, host, limits: data.limits, platform: data.platform });
    this.drafts = new Drafts(data.path);
    this.byId = new Map();
    for (const one of data.rows) {
      const li = document.getElementById(one.id);
      if (li) this.byId.set(one.id, new Row(li, one));
    }
    this.inTime = [...data.rows].sort((a, b) => a.start - b.start).map((one) => one.id);
    this.current = null;
    for (const row of this.byId.values()) this.speed(row);
    if (host.mayEdit) this.restore();
    list.addEventListener("input", (event) => this.typed(event));
    list.addEventListener("focusin", (event) => this.entered(event));
    list.addEventListener("focusout", (event) => this.left(event));
  }

  get(id) {
    return this.byId.get(id);
  }

  get all() {
    return [...this.byId.values()];
  }

  get dirty() {
    return this.all.filter((row) => row.dirty);
  }

  /** The rows as they stand on the page, those left out by a search not among them. */
  get visible() {
    return [...this.list.children].filter((li) => !li.hidden).map((li) => this.byId.get(li.id));
  }

  of(element) {
    const li = element.closest?.(".cue");
    return li ? this.byId.get(li.id) : undefined;
  }

  /** Text typed before this page was loaded: it comes back, or, where the line has changed since, it clashes. */
  restore() {
    let count = 0;
    for (const id of this.drafts.ids()) {
      const row = this.byId.get(id);
      const draft = this.drafts.read(id);
      if (!row || !draft || draft.text === row.saved.text) {
        this.drafts.drop(id);
        continue;
      }
      row.area.value = draft.text;
      count += 1;
      this.mark(row);
      if (draft.version !== row.saved.version) {
        this.clash(row, { mine: draft.text, theirs: row.saved.text, version: row.saved.version, by: row.data.editor });
      }
    }
    if (count) this.host.announce(filled(this.host.words.restored, { n: count }));
  }

  typed(event) {
    const row = this.of(event.target);
    if (!row || event.target !== row.area) return;
    this.touched(row);
  }

  touched(row) {
    if (row.dirty) this.drafts.keep(row.id, row.area.value, row.clash ? row.clash.version : row.saved.version);
    else this.drafts.drop(row.id);
    this.mark(row);
    this.host.preview(row);
  }

  entered(event) {
    const row = this.of(event.target);
    if (row) this.select(row);
  }

  left(event) {
    const row = this.of(event.target);
    if (row && event.target === row.area && row.dirty && !row.clash) this.save(row);
  }

  mark(row) {
    row.li.classList.toggle("dirty", row.dirty);
    this.speed(row);
    this.host.changed();
  }

  /** What stands below a line: how fast it has to be read, or how long a title is. */
  speed(row) {
    if (row.data.limit) this.long(row, row.data.limit);
    else this.fast(row);
  }

  fast(row) {
    const place = row.li.querySelector("[data-speed]");
    const count = length(row.area.value) + row.data.beside;
    const cps = row.data.shown ? (1000 * count) / row.data.shown : 0;
    const over = Math.max(0, count - Math.floor((this.limits.cps * row.data.shown) / 1000));
    const { words } = this.host;
    this.gauge(place, cps / this.limits.cps, `${cps.toFixed(1)}/${this.limits.cps}`, over && filled(words.too_many, { n: over }));
    place.title = words.speed;
  }

  long(row, { most, unit }) {
    const place = row.li.querySelector("[data-speed]");
    const { words } = this.host;
    const count = measure(row.area.value, unit);
    const over = Math.max(0, count - most);
    this.gauge(place, count / most, `${count}/${most} ${words[unit]}`, over && filled(words.too_long, { n: over }));
    place.title = filled(words.length, { platform: this.platform });
  }

  /** The bar, what was measured, and, where it is too much, by how much. */
  gauge(place, share, said, over) {
    place.dataset.over = over ? "yes" : share > 0.85 ? "near" : "no";
    place.querySelector(".bar span").style.width = `${Math.min(100, 80 * share)}%`;
    place.querySelector("output").textContent = over ? `${said} · ${over}` : said;
  }

  select(row, { scroll = false } = {}) {
    if (this.current !== row) {
      this.current?.li.removeAttribute("aria-current");
      row.li.setAttribute("aria-current", "true");
      this.current = row;
      this.host.selected(row);
    }
    if (scroll) row.li.scrollIntoView({ block: "nearest" });
  }

  go(row, { edit = false } = {}) {
    if (!row) return;
    this.select(row, { scroll: true });
    (edit ? row.area : row.li.querySelector(".when")).focus({ preventScroll: true });
  }

  step(by, from = this.current) {
    const { visible } = this;
    const at = from ? visible.indexOf(from) : -1;
    return visible[Math.min(visible.length - 1, Math.max(0, at + by))];
  }

  nextWithFinding(by) {
    const { visible } = this;
    const start = visible.indexOf(this.current);
    for (let n = 1; n <= visible.length; n += 1) {
      const row = visible[(start + by * n + n * visible.length) % visible.length];
      if (row.data.findings) return row;
    }
    return null;
  }

  /** Save what is typed in `row`, and let the line pass as well where `approve`; true where it was taken. */
  save(row, { approve = false, text = null } = {}) {
    row.busy = row.busy.then(() => this.send(row, approve, text));
    return row.busy;
  }

  async send(row, approve, text) {
    const { host } = this;
    if (text !== null) row.area.value = text;
    if (!row.dirty && !approve) return true;
    const sent = row.area.value;
    host.status("saving");
    try {
      const edit = { id: row.id, text: sent, version: row.saved.version };
      const answer = await ask(`${host.path}/lines`, { edits: [edit], approve });
      await released();
      this.apply(answer, { [row.id]: sent });
      if (answer.clashes.length) {
        host.alarm(filled(host.words.clashed, { id: row.name, by: answer.clashes[0].by || host.words.somebody }));
        return false;
      }
      host.announce(filled(approve ? host.words.approved : host.words.saved, { id: row.name }));
      host.refreshed(row);
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    } finally {
      host.changed();
    }
  }

  /** An answer of the desk with rows and clashes. `sent`: the texts it answers to; later typing stays. */
  apply(answer, sent = {}) {
    for (const one of answer.rows ?? []) {
      const row = this.byId.get(one.id);
      if (!row) continue;
      const typing = row.dirty && row.area.value !== sent[one.id];
      row.take(one);
      if (typing && !(one.id in sent)) continue; // its save will tell that somebody else was here
      row.saved = { text: one.text, version: one.version };
      if (!typing) {
        row.area.value = one.text;
        this.drafts.drop(one.id);
        this.settle(row);
      }
      this.mark(row);
    }
    for (const one of answer.clashes ?? []) {
      const row = this.byId.get(one.id);
      if (row) this.clash(row, one);
    }
    this.host.changed();
  }

  failed(error) {
    const { host } = this;
    if (!(error instanceof Refused)) throw error;
    const lost = error.status === 0;
    host.alarm(lost ? host.words.offline : error.message);
  }

  /** Both texts side by side until a person has chosen. Neither is lost: mine is in the log, theirs in the track. */
  clash(row, { mine, theirs, version, by }) {
    this.settle(row);
    row.clash = { mine, theirs, version };
    const box = document.getElementById("clash").content.cloneNode(true);
    box.querySelector("[data-by]").textContent = by ? filled(this.host.words.by, { name: by }) : "";
    box.querySelector("[data-mine]").textContent = mine;
    box.querySelector("[data-theirs]").textContent = theirs;
    row.li.append(box);
    row.li.classList.add("clashing");
    row.area.value = mine;
    this.mark(row);
  }

  settle(row) {
    row.clash = null;
    row.li.classList.remove("clashing");
    row.li.querySelector(".clash")?.remove();
  }

  async decide(row, choice) {
    const { mine, theirs, version } = row.clash;
    this.settle(row);
    row.saved = { text: theirs, version };
    row.area.value = choice === "take-theirs" ? theirs : mine;
    if (choice === "take-theirs") this.drafts.drop(row.id);
    else this.drafts.keep(row.id, mine, version);
    this.mark(row);
    this.host.preview(row);
    if (choice === "take-mine") await this.save(row);
    row.area.focus();
  }

  async approve(row, approved = row.data.state !== "approved") {
    if (row.dirty) return this.save(row, { approve: true });
    const { host } = this;
    try {
      const answer = await ask(`${host.path}/approve`, { versions: { [row.id]: row.saved.version }, approved });
      this.apply(answer);
      host.refreshed(row);
      host.announce(filled(approved ? host.words.approved : host.words.unapproved, { id: row.name }));
      return !answer.clashes.length;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  order(by) {
    const rows = this.all;
    if (by === "risk") rows.sort((a, b) => b.data.risk - a.data.risk || a.data.start - b.data.start);
    else rows.sort((a, b) => a.data.start - b.data.start);
    this.list.append(...rows.map((row) => row.li));
    this.current?.li.scrollIntoView({ block: "nearest" });
  }

  /** Only rows that hold `text` in the source or the target, and a finding where `found`. */
  filter(text, found) {
    const wanted = text.normalize("NFKC").toLowerCase();
    let count = 0;
    for (const row of this.all) {
      const said = `${row.name}\n${row.data.source}\n${row.area.value}`.normalize("NFKC").toLowerCase();
      row.li.hidden = !said.includes(wanted) || (found && !row.data.findings && row !== this.current);
      count += row.li.hidden ? 0 : 1;
    }
    return count;
  }
}
