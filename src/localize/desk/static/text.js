// Text: what a reading speed counts, and messages with values in them.

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const UNSEEN = /[\p{Cf}\p{Cc}]/gu;

/** Grapheme clusters; line breaks and invisible controls are left out, as the server counts. */
export function length(text) {
  let count = 0;
  for (const _ of segmenter.segment(text.replace(UNSEEN, ""))) count += 1;
  return count;
}

/** How long a text is in the unit that a platform counts in, as the server measures. */
export function measure(text, unit) {
  if (unit === "bytes") return new TextEncoder().encode(text).length;
  return unit === "utf-16" ? text.length : length(text);
}

/** Code points before `at`, which counts UTF-16 units as a text field does. */
export const codePoints = (text, at = text.length) => [...text.slice(0, at)].length;

export const filled = (message, values = {}) => message.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** 83500 as 1:23.5 */
export function clock(ms) {
  const tenths = Math.round(ms / 100);
  const seconds = Math.floor(tenths / 10);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}.${tenths % 10}`;
}
