// The player: the video in its frame, lines drawn over it as they will be burned, and the same lines as a WebVTT track
// for full screen and picture in picture.

export class Player {
  constructor({ video, drawn, safe, screen }, drawing, locale, events, covers) {
    Object.assign(this, { video, drawn, safe, screen, frame: drawing, covers, events });
    this.listeners = [];
    this.until = null;
    screen.style.aspectRatio = `${drawing.width} / ${drawing.height}`;
    this.track = video.addTextTrack("subtitles", locale, locale);
    this.track.mode = "hidden";
    this.fill();
    this.placeSafe();
    new ResizeObserver(() => (this.placeSafe(), this.draw())).observe(screen);
    for (const name of ["seeked", "timeupdate", "loadedmetadata", "pause"]) video.addEventListener(name, () => this.tick());
    video.addEventListener("play", () => this.run());
    video.addEventListener("click", () => this.toggle());
    document.addEventListener("fullscreenchange", () => {
      this.track.mode = document.fullscreenElement === video ? "showing" : "hidden";
    });
  }

  get ms() {
    return Math.round(this.video.currentTime * 1000);
  }

  onTime(listener) {
    this.listeners.push(listener);
  }

  run() {
    const step = () => {
      this.tick();
      if (!this.video.paused) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  tick() {
    if (this.until !== null && this.ms >= this.until) {
      this.video.pause();
      this.until = null;
    }
    this.draw();
    for (const listener of this.listeners) listener(this.ms);
  }

  toggle() {
    this.until = null;
    if (this.video.paused) this.video.play().catch(() => {});
    else this.video.pause();
  }

  /** Play from `start` to `end`, in ms. */
  play(start, end) {
    this.video.currentTime = start / 1000;
    this.until = end;
    this.video.play().catch(() => {});
  }

  seek(ms) {
    this.video.currentTime = Math.max(0, ms) / 1000;
    this.draw(ms);
  }

  /** Go to where cue `id` is drawn, unless somebody is watching. */
  show(id) {
    if (!this.video.paused) return;
    const event = this.events.find((one) => one.ids.includes(id));
    if (event && !(event.start <= this.ms && this.ms < event.end)) this.seek(event.start + 40);
    else this.draw();
  }

  /** How long the events of cue `id` stand, and the text of all of them. */
  standing(id) {
    const own = this.events.filter((one) => one.ids.includes(id));
    return {
      shown: own.reduce((sum, one) => sum + one.end - one.start, 0),
      shared: own.some((one) => one.ids.length > 1),
      text: own.map((one) => one.lines.join("")).join(""),
    };
  }

  /** All events anew. */
  set(events) {
    this.events = events;
    this.fill();
    this.draw();
  }

  /** `events` in the place of all that show one of `ids`. */
  replace(ids, events) {
    const gone = new Set(ids);
    const kept = this.events.filter((one) => !one.ids.some((id) => gone.has(id)));
    this.events = [...kept, ...events].sort((a, b) => a.start - b.start);
    this.fill();
    this.draw();
  }

  fill() {
    for (const cue of [...(this.track.cues ?? [])]) this.track.removeCue(cue);
    for (const event of this.events) {
      const cue = new VTTCue(event.start / 1000, event.end / 1000, "");
      cue.text = event.lines.join("\n").replace(/&/g, "&amp;").replace(/</g, "&lt;");
      cue.id = event.ids.join(" ");
      cue.snapToLines = false;
      cue.line = Math.max(0, 100 - (100 * (event.bottom + event.lines.length * event.em * this.frame.line)) / this.frame.height);
      this.track.addCue(cue);
    }
  }

  draw(at = this.ms) {
    const [covers, active] = [this.covers, this.events].map((all) => all.filter((one) => one.start <= at && at < one.end));
    const scale = this.screen.clientWidth / this.frame.width;
    const key = JSON.stringify([covers, active, scale]);
    if (key === this.key) return;
    this.key = key;
    const panes = covers.map((cover) => this.pane(cover, scale));
    this.drawn.replaceChildren(...panes, ...active.map((event) => this.block(event, scale)));
  }

  /** What hides burned-in text in a master; here always a blur, whatever the master is made with. */
  pane(cover, scale) {
    const pane = document.createElement("div");
    pane.className = `pane ${cover.method}`;
    for (const side of ["left", "top", "width", "height"]) pane.style.setProperty(side, `${cover[side] * scale}px`);
    pane.style.setProperty("--blur", `${(cover.em * scale) / 2}px`);
    return pane;
  }

  block(event, scale) {
    const { frame } = this;
    const block = document.createElement("div");
    block.className = frame.box ? "event boxed" : "event";
    const style = {
      left: `${frame.safe.text * scale}px`,
      right: `${frame.safe.text * scale}px`,
      bottom: `${event.bottom * scale}px`,
      "font-size": `${event.em * scale}px`,
      "line-height": `${event.em * frame.line * scale}px`,
      color: frame.colour,
      "--outline": `${2 * frame.outline * scale}px`,
      "--outline-colour": frame.outlineColour,
      "--shadow": `${frame.shadow * scale}px`,
      "--shadow-colour": frame.shadowColour,
      "--box": frame.box || "transparent",
      "--padding": `${frame.padding * scale}px`,
    };
    for (const [name, value] of Object.entries(style)) block.style.setProperty(name, value);
    for (const [lines, name] of [[event.above, "above"], [event.lines, "line"]]) {
      for (const text of lines) {
        const line = document.createElement("div");
        line.className = name;
        const words = document.createElement("span");
        words.textContent = text;
        line.append(words);
        block.append(line);
      }
    }
    return block;
  }

  placeSafe() {
    const { safe, width, height } = this.frame;
    const share = (px, whole) => `${(100 * px) / whole}%`;
    this.safe.style.left = share(safe.text, width);
    this.safe.style.right = share(safe.text, width);
    this.safe.style.top = share(safe.top, height);
    this.safe.style.bottom = share(safe.bottom, height);
  }
}
