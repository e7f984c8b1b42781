// The page of one episode in one locale: what keys and buttons do, and how the page stays in step with the desk.

import { Dialogs } from "./dialogs.js";
import { command, singleKeys } from "./keys.js";
import { Refused, ask, released } from "./net.js";
import { Player } from "./player.js";
import { Rows } from "./rows.js";
import { noPlayer, noTimeline } from "./still.js";
import { clock, codePoints, filled, length } from "./text.js";
import { Timeline } from "./timeline.js";

const data = JSON.parse(document.getElementById("data").textContent);
const by = (id) => document.getElementById(id);
const { words, path } = data;
const PREVIEW_MS = 15;
const NUDGE_MS = 40;
const POLL_MS = 3000;
const HIDDEN_POLL_MS = 20000;

const announce = (text) => (by("live").textContent = text);
const alarm = (text) => {
  by("alert").textContent = text;
  status("trouble", text);
};

function status(name, title = "") {
  const tag = by("sync");
  const tone = { saved: "", saving: "info", unsaved: "warn", offline: "bad", trouble: "bad", checking: "info" }[name];
  tag.className = `tag ${tone}`.trim();
  tag.textContent = name === "trouble" ? title : words[`status_${name}`];
  tag.title = title;
}

const host = {
  words, path, announce, alarm, status, locale: data.locale, series: data.series, mayEdit: data.may.edit,
  changed() {
    const unsaved = rows?.dirty.length ?? 0;
    status(unsaved ? "unsaved" : host.pending ? "checking" : "saved");
    by("approved").textContent = rows ? rows.all.filter((row) => row.data.state === "approved").length : "";
    by("progress").value = Number(by("approved").textContent);
    timeline?.draw();
  },
  preview: (row) => preview(row),
  refreshed(row) {
    if (row === rows.current) openPanel(row, { again: true });
  },
  selected(row) {
    player.show(row.id);
    timeline.draw();
    openPanel(row);
  },
  reload() {
    location.reload();
  },
};

let rows;
let timeline;
const screen = { video: by("video"), drawn: by("drawn"), safe: by("safe"), screen: by("screen") };
const player = data.film ? new Player(screen, data.drawing, data.locale, data.events, data.covers) : noPlayer;
rows = new Rows(by("cues"), data, host);
host.rows = rows;
const dialogs = new Dialogs(host);

// Times that were dragged or nudged and not sent yet, by cue.
const moved = new Map();
const onTimeline = {
  mayRetime: data.may.source,
  current: () => rows.current?.id,
  cues: () =>
    rows.inTime.map((id) => {
      const { start, end, source, state } = rows.get(id).data;
      const own = moved.get(id);
      return { id, start: own?.start ?? start, end: own?.end ?? end, saved: { start, end }, source, state };
    }),
  go: (id) => rows.go(rows.get(id)),
  retime,
};
timeline = data.film ? new Timeline(by("timeline"), player, data.shots, path, onTimeline) : noTimeline;
player.onTime((ms) => (by("clock").textContent = clock(ms)));
host.changed();

// Preview

let asked = 0;
let waiting = null;

/** The lines of `row` and its unsaved neighbours as they would be drawn, shown over the video. */
function preview(row) {
  if (!data.film) return;
  clearTimeout(waiting);
  const started = performance.now();
  waiting = setTimeout(async () => {
    const number = ++asked;
    const at = rows.inTime.indexOf(row.id);
    const near = new Set(rows.inTime.slice(Math.max(0, at - 5), at + 6));
    const texts = Object.fromEntries(rows.dirty.filter((one) => near.has(one.id)).map((one) => [one.id, one.area.value]));
    texts[row.id] = row.area.value;
    const times = Object.fromEntries([...moved].map(([id, { start, end }]) => [id, [start, end]]));
    try {
      const made = await ask(`${path}/preview`, { texts, times });
      if (number !== asked) return;
      draw(made.events, made.replaces);
      player.show(row.id);
      performance.measure("preview", { start: started, end: performance.now() });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }, PREVIEW_MS);
}

function draw(events, ids) {
  if (!data.film) return;
  if (ids) player.replace(ids, events);
  else player.set(events);
  for (const row of ids ? ids.map((id) => rows.get(id)).filter(Boolean) : rows.all) {
    const { shown, shared, text } = player.standing(row.id);
    row.data.shown = shown || row.data.end - row.data.start;
    row.data.beside = shared ? Math.max(0, length(text) - length(row.area.value)) : 0;
    rows.speed(row);
  }
}

// The panel

let panelFor = null;

async function openPanel(row, { again = false } = {}) {
  if (panelFor === row.id && !again) return;
  panelFor = row.id;
  const panel = by("panel");
  if (again && panel.contains(document.activeElement) && document.activeElement.matches("textarea, input")) return;
  try {
    const html = await ask(`${path}/cue/${row.id}`, undefined, { headers: { accept: "application/json" } });
    await released();
    if (panelFor === row.id) panel.innerHTML = html; // rendered and escaped by the desk
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

// Source: text, times, splits, merges

let settling = null;

function retime(id, start, end, done) {
  moved.set(id, { start, end });
  preview(rows.get(id));
  clearTimeout(settling);
  if (done) sendTimes(id);
}

async function sendTimes(id) {
  const times = moved.get(id);
  const row = rows.get(id);
  moved.delete(id);
  if (!times) return;
  await change("source", { id, text: row.data.source, ...times, version: row.data.sourceVersion });
}

function nudge(edge, by_ms) {
  const row = rows.current;
  if (!row || !data.may.source) return;
  const { start, end } = moved.get(row.id) ?? row.data;
  const next = edge === "start" ? [Math.max(0, Math.min(start + by_ms, end - 200)), end] : [start, Math.max(end + by_ms, start + 200)];
  retime(row.id, ...next, false);
  announce(filled(words.times, { id: row.id, start: clock(next[0]), end: clock(next[1]) }));
  settling = setTimeout(() => sendTimes(row.id), 700);
}

async function change(what, body) {
  for (const row of rows.dirty) if (!row.clash) await rows.save(row);
  try {
    const answer = await ask(`${path}/${what}`, body);
    if (answer.reload) return reloadAt(answer.first);
    rows.apply(answer);
    if (rows.current) openPanel(rows.current, { again: true });
    announce(words.source_saved);
  } catch (error) {
    rows.failed(error);
    host.changed();
    timeline.draw();
  }
  return undefined;
}

function reloadAt(id) {
  if (id) history.replaceState(null, "", `#${id}`);
  location.reload();
}

function split() {
  const row = rows.current;
  if (!row || !data.may.source) return;
  const field = by("source-text");
  const at = field && field.selectionStart > 0 && field.selectionStart < field.value.length ? field.selectionStart : 0;
  const { id, sourceVersion: version, source, start, end } = row.data;
  if (at) change("split", { id, version, at: codePoints(field.value, at) });
  else if (player.ms > start + 200 && player.ms < end - 200) {
    const share = (player.ms - start) / (end - start);
    const whole = codePoints(source);
    change("split", { id, version, at: Math.min(whole - 1, Math.max(1, Math.round(whole * share))), at_ms: player.ms });
  } else announce(words.split_where);
}

function merge() {
  const row = rows.current;
  const after = row && rows.inTime[rows.inTime.indexOf(row.id) + 1];
  if (!after || !data.may.source) return;
  const next = rows.get(after);
  change("merge", { cues: [[row.id, row.data.sourceVersion], [next.id, next.data.sourceVersion]] });
}

async function back(what) {
  for (const row of rows.dirty) if (!row.clash) await rows.save(row);
  try {
    const answer = await ask(`${path}/${what}`, {});
    if (answer.reload) return reloadAt(answer.first);
    rows.apply(answer);
    if (answer.first) rows.go(rows.get(answer.first));
    if (rows.current) openPanel(rows.current, { again: true });
    announce(what === "undo" ? words.undone : words.redone);
  } catch (error) {
    rows.failed(error);
  }
  return undefined;
}

// What can be done, by name: buttons carry it in data-do, keys.js has the keys

const picked = () => new Set([...document.querySelectorAll("[data-pick]:checked")].map((box) => box.closest(".cue").id));

const actions = {
  play: () => player.toggle(),
  "play-cue": () => rows.current && player.play(rows.current.data.start, rows.current.data.end),
  next: (row, inField) => rows.go(rows.step(1), { edit: inField }),
  previous: (row, inField) => rows.go(rows.step(-1), { edit: inField }),
  "next-finding": (row, inField) => rows.go(rows.nextWithFinding(1), { edit: inField }),
  "previous-finding": (row, inField) => rows.go(rows.nextWithFinding(-1), { edit: inField }),
  edit: () => rows.current && rows.go(rows.current, { edit: true }),
  go: (row) => rows.go(row),
  leave: (row, inField, target) => (rows.of(target) ? rows.go(rows.of(target)) : rows.current ? rows.go(rows.current) : target.blur()),
  async "save-next"(row, inField, target) {
    const form = target.closest("form");
    if (form) return form.requestSubmit();
    if (row && (await rows.save(row))) rows.go(rows.step(1, row), { edit: true });
    return undefined;
  },
  approve: (row) => row && rows.approve(row),
  async "approve-next"(row, inField) {
    const own = row ?? rows.current;
    if (!own || !data.may.edit) return;
    const toggled = own.data.state === "approved" && !own.dirty;
    if ((await rows.approve(own)) && !toggled) rows.go(rows.step(1, own), { edit: inField });
  },
  fix: (row, inField, target) => rows.save(row, { text: target.dataset.text }).then(() => preview(row)),
  use(row, inField, target) {
    const own = rows.current;
    own.area.value = target.dataset.text;
    rows.touched(own);
    own.area.focus();
  },
  undo: () => data.may.edit && back("undo"),
  redo: () => data.may.edit && back("redo"),
  async "take-back"(row, inField, target) {
    try {
      const answer = await ask(`${path}/take-back`, { id: target.dataset.event });
      rows.apply(answer);
      openPanel(rows.current, { again: true });
    } catch (error) {
      rows.failed(error);
    }
  },
  split,
  merge,
  "start-earlier": () => nudge("start", -NUDGE_MS),
  "start-later": () => nudge("start", NUDGE_MS),
  "end-earlier": () => nudge("end", -NUDGE_MS),
  "end-later": () => nudge("end", NUDGE_MS),
  async comment() {
    if (rows.current) await openPanel(rows.current);
    by("comment-text")?.focus();
  },
  "open-panel": (row) => (rows.select(row), by("panel").focus()),
  async resolve(row, inField, target) {
    try {
      rows.apply(await ask(`${path}/comments/resolve`, { id: target.dataset.comment }));
      openPanel(rows.current, { again: true });
    } catch (error) {
      rows.failed(error);
    }
  },
  learn: () => rows.current && data.may.edit && dialogs.learn(rows.current),
  "learn-preview": () => dialogs.preview(),
  safe() {
    if (!data.film) return;
    screen.safe.hidden = !screen.safe.hidden;
    document.querySelector("[data-do=safe]").setAttribute("aria-pressed", String(!screen.safe.hidden));
  },
  search: () => by("search").focus(),
  help: () => by("help").showModal(),
  close: (row, inField, target) => target.closest("dialog").close(),
  "approve-all": () => dialogs.bulk(picked()),
  decide: () => data.may.decide && dialogs.decide().catch((error) => rows.failed(error)),
  "zoom-in": () => timeline.zoom(1.4),
  "zoom-out": () => timeline.zoom(1 / 1.4),
  "take-mine": (row) => rows.decide(row, "take-mine"),
  "take-theirs": (row) => rows.decide(row, "take-theirs"),
  "keep-editing": (row) => rows.decide(row, "keep-editing"),
};

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-do]");
  if (target) actions[target.dataset.do]?.(rows.of(target), false, target);
});

document.addEventListener("keydown", (event) => {
  const name = command(event);
  if (!name || (document.querySelector("dialog[open]") && name !== "save-next")) return;
  event.preventDefault();
  const row = rows.of(event.target);
  actions[name]?.(row, Boolean(row && event.target === row.area), event.target);
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("#panel form");
  if (!form) return;
  event.preventDefault();
  const row = rows.current;
  if (form.dataset.form === "comment") {
    try {
      const answer = await ask(`${path}/comments`, { id: row.id, text: by("comment-text").value, to: by("comment-to").value });
      by("comment-text").value = "";
      rows.apply(answer);
      openPanel(row, { again: true });
      announce(words.comment_sent);
    } catch (error) {
      rows.failed(error);
    }
  } else {
    const times = { start: Number(by("source-start").value), end: Number(by("source-end").value) };
    change("source", { id: row.id, text: by("source-text").value, ...times, version: row.data.sourceVersion });
  }
});

document.querySelectorAll("[data-order]").forEach((button) =>
  button.addEventListener("click", () => {
    rows.order(button.dataset.order);
    document.querySelectorAll("[data-order]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
  }),
);
document.querySelectorAll("[data-pick]").forEach((box) =>
  box.addEventListener("change", () => {
    const count = picked().size;
    by("approve-all").textContent = count ? filled(words.approve_but, { n: count }) : words.approve_all;
  }),
);
const refilter = () => announce(filled(words.found, { n: rows.filter(by("search").value, by("only").checked) }));
by("search").addEventListener("input", refilter);
by("only").addEventListener("change", refilter);
by("go-locale").addEventListener("change", (event) => location.assign(event.target.value));
by("single-keys").checked = singleKeys.on;
by("single-keys").addEventListener("change", (event) => (singleKeys.on = event.target.checked));

// In step with the desk: what others saved, what was found anew, and who is here

let { revision } = data;

async function poll() {
  try {
    const cue = rows.current?.id ?? "";
    const answer = await ask(`${path}/state?rev=${revision}&cue=${encodeURIComponent(cue)}`);
    revision = answer.revision;
    host.pending = answer.pending;
    await released();
    people(answer.here);
    if (answer.rows) inStep(answer);
    host.changed();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 0) status("offline");
    else alarm(error.message);
  }
  setTimeout(poll, document.hidden ? HIDDEN_POLL_MS : POLL_MS);
}

function inStep(answer) {
  if (answer.ids.join() !== [...rows.inTime].join()) {
    if (!rows.dirty.length) return reloadAt(rows.current?.id);
    return alarm(words.moved);
  }
  rows.apply(answer);
  if (!rows.dirty.length && !moved.size) draw(answer.events);
  if (answer.rows.some((one) => one.id === rows.current?.id)) openPanel(rows.current, { again: true });
  return undefined;
}

function people(here) {
  by("here").replaceChildren(
    ...here.map(({ name, cue }) => {
      const chip = document.createElement("span");
      chip.className = "person";
      chip.textContent = cue ? `${name} · ${rows.get(cue)?.name ?? cue}` : name;
      return chip;
    }),
  );
  for (const row of rows.all) {
    const names = here.filter((one) => one.cue === row.id).map((one) => one.name);
    row.li.toggleAttribute("data-others", names.length > 0);
    row.li.querySelector(".when").title = names.length ? filled(words.also_here, { names: names.join(", ") }) : "";
  }
}

addEventListener("pagehide", () => ask(`${path}/leave`, {}, { keepalive: true }).catch(() => {}));
setTimeout(poll, 1500);
const first = location.hash ? rows.get(location.hash.slice(1)) : null;
if (first) rows.go(first);
