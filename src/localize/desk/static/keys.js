// Keys: one letter outside of text fields, the same with Alt inside them. Nothing is taken from whoever types.

const OFF = "localize:single-keys-off";
const FIELDS = "textarea, select, input:not([type=checkbox], [type=radio]), [contenteditable]";
const BY_CODE = {
  KeyP: "play-cue", KeyJ: "next", KeyK: "previous", ArrowDown: "next", ArrowUp: "previous", KeyN: "next-finding",
  KeyA: "approve-next", KeyU: "undo", KeyX: "split", KeyM: "merge", KeyC: "comment", KeyL: "learn", KeyG: "safe",
  KeyD: "decide", Space: "play", Slash: "search", BracketLeft: "start-earlier", BracketRight: "start-later",
  Enter: "edit",
};
const WITH_SHIFT = {
  KeyU: "redo", KeyN: "previous-finding", Slash: "help", BracketLeft: "end-earlier", BracketRight: "end-later",
};

export const singleKeys = {
  get on() {
    return localStorage.getItem(OFF) !== "1";
  },
  set on(value) {
    if (value) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  },
};

/** The name of what `event` asks for, or null. */
export function command(event) {
  if (event.isComposing || event.metaKey) return null;
  const inField = Boolean(event.target.closest?.(FIELDS));
  if (event.ctrlKey) return event.code === "Enter" && inField ? "save-next" : null;
  if (event.code === "Escape" && inField) return "leave";
  if (!event.altKey && (inField || !singleKeys.on || event.target.closest?.("dialog"))) return null;
  if (!event.altKey && isControl(event)) return null;
  if (event.key === "?" || (event.key === "/" && !event.shiftKey)) return event.key === "?" ? "help" : "search";
  const table = event.shiftKey ? WITH_SHIFT : BY_CODE;
  return table[event.code] ?? null;
}

/** Whether the key already means something to what has the focus: Space and Enter press buttons, arrows scroll. */
function isControl(event) {
  const on = event.target.closest?.("button, a, summary, input, select, .panel, [tabindex='0']:not(video)");
  // The button that names a cue is where the focus rests between two lines.
  if (!on || on.matches(".when")) return false;
  if (event.code === "Space" || event.code === "Enter") return true;
  return event.code.startsWith("Arrow") && !on.closest(".cues");
}
