// The timeline: how loud it is, where shots begin, and the cues, whose ends can be dragged. Everything it does can be
// done by keys and in the panel as well, so it is hidden from screen readers.

import { bytes } from "./net.js";

const PER_SECOND = 50;
const GRIP_PX = 6;

export class Timeline {
  /** `host` has cues(), current(), go(id), retime(id, start, end, done) and mayRetime. */
  constructor(canvas, player, shots, path, host) {
    Object.assign(this, { canvas, player, shots, host });
    this.from = 0;
    this.pxPerMs = 0.11;
    this.peaks = new Uint8Array();
    this.drag = null;
    this.context = canvas.getContext("2d");
    bytes(`${path}/peaks`).then((peaks) => ((this.peaks = peaks), this.draw()));
    new ResizeObserver(() => this.draw()).observe(canvas.parentElement);
    player.onTime(() => this.follow());
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  get span() {
    return this.canvas.clientWidth / this.pxPerMs;
  }

  x(ms) {
    return (ms - this.from) * this.pxPerMs;
  }

  ms(x) {
    return this.from + x / this.pxPerMs;
  }

  zoom(factor, at = this.canvas.clientWidth / 2) {
    const still = this.ms(at);
    this.pxPerMs = Math.min(0.6, Math.max(0.008, this.pxPerMs * factor));
    this.scroll(still - at / this.pxPerMs);
  }

  scroll(ms) {
    const most = Math.max(0, this.player.frame.duration - this.span);
    this.from = Math.min(most, Math.max(0, ms));
    this.draw();
  }

  follow() {
    const at = this.player.ms;
    if (at < this.from || at > this.from + this.span * 0.92) this.scroll(at - this.span * 0.15);
    else this.draw();
  }

  wheel(event) {
    event.preventDefault();
    if (event.ctrlKey) this.zoom(event.deltaY < 0 ? 1.25 : 0.8, event.offsetX);
    else this.scroll(this.from + (event.deltaX || event.deltaY) / this.pxPerMs);
  }

  hit(x) {
    for (const cue of this.host.cues()) {
      const [start, end] = [this.x(cue.start), this.x(cue.end)];
      const grips = this.host.mayRetime && end - start > 3 * GRIP_PX;
      if (grips && Math.abs(x - start) <= GRIP_PX) return { cue, edge: "start" };
      if (grips && Math.abs(x - end) <= GRIP_PX) return { cue, edge: "end" };
      if (x >= start && x < end) return { cue, edge: null };
    }
    return null;
  }

  down(event) {
    const found = this.hit(event.offsetX);
    if (found) this.host.go(found.cue.id);
    if (found?.edge) {
      this.drag = { ...found, start: found.cue.start, end: found.cue.end };
      this.canvas.setPointerCapture(event.pointerId);
    } else {
      this.player.seek(this.ms(event.offsetX));
    }
  }

  move(event) {
    if (!this.drag) {
      this.canvas.style.cursor = this.hit(event.offsetX)?.edge ? "ew-resize" : "pointer";
      return;
    }
    const at = Math.round(this.ms(event.offsetX) / 10) * 10;
    const { drag } = this;
    if (drag.edge === "start") drag.start = Math.max(0, Math.min(at, drag.end - 200));
    else drag.end = Math.min(this.player.frame.duration, Math.max(at, drag.start + 200));
    this.host.retime(drag.cue.id, drag.start, drag.end, false);
    this.draw();
  }

  up() {
    const { drag } = this;
    this.drag = null;
    if (drag && (drag.start !== drag.cue.saved.start || drag.end !== drag.cue.saved.end)) {
      this.host.retime(drag.cue.id, drag.start, drag.end, true);
    }
  }

  draw() {
    const { canvas, context: pen } = this;
    const [width, height, dense] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio || 1];
    if (canvas.width !== Math.round(width * dense) || canvas.height !== Math.round(height * dense)) {
      canvas.width = Math.round(width * dense);
      canvas.height = Math.round(height * dense);
    }
    const look = getComputedStyle(canvas);
    const colour = (name) => look.getPropertyValue(name);
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, width, height);
    const middle = 18 + (height - 18) / 2;
    pen.fillStyle = colour("--line-strong");
    pen.globalAlpha = 0.55;
    for (let x = 0; x < width; x += 1) {
      const [a, b] = [Math.floor((this.ms(x) * PER_SECOND) / 1000), Math.ceil((this.ms(x + 1) * PER_SECOND) / 1000)];
      let loud = 0;
      for (let at = a; at < b && at < this.peaks.length; at += 1) loud = Math.max(loud, this.peaks[at]);
      const tall = (loud / 255) * (height - 26);
      if (tall > 0) pen.fillRect(x, middle - tall / 2, 1, tall);
    }
    pen.globalAlpha = 1;
    this.ruler(pen, width, height, colour);
    for (const cue of this.host.cues()) this.cue(pen, cue, width, height, colour);
    pen.fillStyle = colour("--bad");
    pen.fillRect(this.x(this.player.ms) - 0.75, 0, 1.5, height);
  }

  ruler(pen, width, height, colour) {
    const step = [200, 500, 1000, 2000, 5000, 10000, 30000].find((ms) => ms * this.pxPerMs >= 60) ?? 60000;
    pen.font = "10px system-ui, sans-serif";
    pen.fillStyle = colour("--muted");
    for (let ms = Math.ceil(this.from / step) * step; this.x(ms) < width; ms += step) {
      pen.fillRect(this.x(ms), 12, 1, 4);
      const label = step < 1000 ? (ms / 1000).toFixed(1) : `${Math.floor(ms / 60000)}:${String((ms / 1000) % 60).padStart(2, "0")}`;
      pen.fillText(label, this.x(ms) + 3, 11);
    }
    pen.fillStyle = colour("--warn");
    for (const ms of this.shots) if (this.x(ms) >= 0 && this.x(ms) < width) pen.fillRect(this.x(ms), 16, 1, height - 16);
  }

  cue(pen, cue, width, height, colour) {
    const [start, end] = [this.x(cue.start), this.x(cue.end)];
    if (end < 0 || start > width) return;
    const own = cue.id === this.host.current();
    pen.fillStyle = colour(own ? "--accent-soft" : "--surface");
    pen.globalAlpha = 0.82;
    pen.fillRect(start, height - 30, end - start, 26);
    pen.globalAlpha = 1;
    pen.strokeStyle = colour(own ? "--accent" : cue.state === "approved" ? "--good" : "--line-strong");
    pen.lineWidth = own ? 2 : 1;
    pen.strokeRect(start + 0.5, height - 29.5, Math.max(1, end - start - 1), 25);
    pen.save();
    pen.beginPath();
    pen.rect(start + 4, height - 30, Math.max(0, end - start - 8), 26);
    pen.clip();
    pen.fillStyle = colour("--ink");
    pen.font = "12px system-ui, sans-serif";
    pen.textBaseline = "middle";
    pen.direction = "ltr";
    pen.fillText(cue.source, start + 6, height - 16);
    pen.restore();
    if (own && this.host.mayRetime) {
      pen.fillStyle = colour("--accent");
      pen.fillRect(start, height - 30, 3, 26);
      pen.fillRect(end - 3, height - 30, 3, 26);
    }
  }
}
