// Requests to this desk: JSON, with the token of the session. Nothing here ever talks to another host.

const token = document.querySelector('meta[name="csrf-token"]').content;

/** What the desk refused, in its own words. `status` 0: it could not be reached. */
export class Refused extends Error {
  constructor(status, message, next = "") {
    super(next ? `${message} ${next}` : message);
    this.status = status;
  }
}

/** The answer to a GET, or to a POST of `body`; throws Refused. */
export async function ask(path, body, options = {}) {
  const headers = { accept: "application/json" };
  const request = { headers, ...options };
  if (body !== undefined) {
    request.method = "POST";
    headers["x-csrf-token"] = token;
    headers["content-type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, request);
  } catch (error) {
    throw new Refused(0, error.message);
  }
  if (response.status === 204) return null;
  const kind = response.headers.get("content-type") ?? "";
  const answer = kind.includes("json") ? await response.json() : await response.text();
  if (!response.ok) throw new Refused(response.status, answer.error ?? response.statusText, answer.next);
  return answer;
}

/** Raw bytes, for the waveform. */
export async function bytes(path) {
  const response = await fetch(path);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array();
}

let pressed = false;
const waiting = [];
addEventListener("pointerdown", () => (pressed = true), true);
for (const name of ["pointerup", "pointercancel"]) {
  addEventListener(
    name,
    () => {
      pressed = false;
      // After the click that this ends: what it hits must not be replaced before.
      setTimeout(() => waiting.splice(0).forEach((go) => go()));
    },
    true,
  );
}

/** Once no button is being pressed: parts of the page may be put in anew then. */
export const released = () => (pressed ? new Promise((go) => waiting.push(go)) : Promise.resolve());
