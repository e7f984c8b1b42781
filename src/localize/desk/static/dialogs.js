// Dialogs: bulk approval, the decision at a gate, and learning a correction. Each says what it is about to do first.

import { ask } from "./net.js";
import { filled } from "./text.js";

const by = (id) => document.getElementById(id);

function item(text, lang) {
  const li = document.createElement("li");
  const words = document.createElement("bdi");
  words.textContent = text;
  if (lang) words.lang = lang;
  li.append(words);
  return li;
}

/** `host` has rows, words, path, locale, series, announce, reload. */
export class Dialogs {
  constructor(host) {
    this.host = host;
    for (const form of document.querySelectorAll("dialog form[data-form]")) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this[`send_${form.dataset.form}`](form.closest("dialog")).catch((error) => host.rows.failed(error));
      });
    }
    by("decide-gate")?.addEventListener("change", () => this.about());
  }

  /** Everything but what is picked; one confirmation lists it. */
  bulk(picked) {
    const { rows, words, locale } = this.host;
    const wanted = rows.all.filter((row) => row.data.state !== "approved" && row.data.state !== "missing" && !picked.has(row.id));
    if (!wanted.length) return this.host.announce(words.nothing_to_approve);
    this.wanted = wanted;
    by("bulk-about").textContent = filled(words.bulk_about, { n: wanted.length, left: picked.size });
    by("bulk-list").replaceChildren(...wanted.map((row) => item(`${row.name}  ${row.area.value}`, locale)));
    by("bulk").showModal();
    return undefined;
  }

  async send_bulk(dialog) {
    const { rows, path, announce, words } = this.host;
    for (const row of this.wanted.filter((one) => one.dirty)) await rows.save(row);
    const versions = Object.fromEntries(this.wanted.filter((row) => !row.clash).map((row) => [row.id, row.saved.version]));
    const answer = await ask(`${path}/approve`, { versions, approved: true });
    rows.apply(answer);
    dialog.close();
    announce(filled(words.bulk_done, { n: answer.rows.length }));
  }

  async decide() {
    const { rows } = this.host;
    for (const row of rows.dirty) if (!row.clash && !(await rows.save(row))) return;
    const said = rows.all.filter((row) => row.li.querySelector(".comment"));
    const place = by("decide-cues");
    place.replaceChildren(
      ...rows.all.filter((row) => row.li.querySelector("[data-pick]")?.checked || said.includes(row)).slice(0, 20).map((row) => {
        const label = document.createElement("label");
        label.className = "field";
        label.append(filled(this.host.words.cue_comment, { id: row.name }));
        const input = document.createElement("input");
        input.dataset.cue = row.id;
        input.maxLength = 1000;
        label.append(input);
        return label;
      }),
    );
    await this.about();
    by("decide").showModal();
  }

  async about() {
    const gate = by("decide-gate").value;
    if (!gate) return;
    const { rows, words, path } = this.host;
    this.digest = (await ask(`${path}/gate/${gate}`)).digest;
    const open = rows.all.filter((row) => row.data.state !== "approved").length;
    const errors = rows.all.filter((row) => row.li.querySelector(".finding.error")).length;
    by("decide-about").textContent = filled(words.decide_about, { lines: rows.all.length, open, errors });
  }

  async send_decide(dialog) {
    const verdict = dialog.querySelector("input[name=verdict]:checked").value;
    const cues = [...dialog.querySelectorAll("[data-cue]")].filter((one) => one.value.trim()).map((one) => [one.dataset.cue, one.value]);
    const body = { gate: by("decide-gate").value, verdict, digest: this.digest, comment: by("decide-comment").value, cues };
    await ask(`${this.host.path}/decide`, body);
    dialog.close();
    this.host.reload();
  }

  learn(row) {
    this.row = row;
    const selected = getSelection().toString().trim();
    const inTarget = row.area.value.slice(row.area.selectionStart, row.area.selectionEnd).trim();
    by("learn-target").value = inTarget || (row.area.value.includes(selected) ? selected : "");
    by("learn-source").value = row.data.source.includes(selected) ? selected : "";
    by("learn-shown").replaceChildren();
    by("learn-go").disabled = true;
    by("learn").showModal();
  }

  lesson() {
    const as = document.querySelector("#learn input[name=as]:checked")?.value ?? "line";
    return {
      as, cue: this.row.id, text: this.row.area.value, version: this.row.saved.version,
      source: by("learn-source").value, target: by("learn-target").value, only: by("learn-episode")?.checked ?? false,
    };
  }

  /** What the lesson would change, before it is learnt. */
  async preview() {
    try {
      if (this.row.dirty && !(await this.host.rows.save(this.row))) return;
      const answer = await ask(`${this.host.path}/learn/preview`, this.lesson());
      by("learn-shown").innerHTML = answer.html; // rendered and escaped by the desk
      by("learn-go").disabled = false;
      this.shown = JSON.stringify(this.lesson());
    } catch (error) {
      by("learn-shown").textContent = error.message;
    }
  }

  async send_learn(dialog) {
    if (this.shown !== JSON.stringify(this.lesson())) return this.preview();
    const also = [...dialog.querySelectorAll("[data-echo]:checked")].map((one) => one.value);
    const answer = await ask(`${this.host.path}/learn`, { ...this.lesson(), also });
    this.host.rows.apply(answer);
    dialog.close();
    this.host.announce(this.host.words.learnt);
    return undefined;
  }
}
