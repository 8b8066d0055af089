// What every page shares: asking the server, building elements from text (never from markup), undo, who else is here.
const csrf = document.querySelector("meta[name=csrf]").content;

export const ask = (name, query = {}) => sent(name, "/api/" + name + "?" + new URLSearchParams(query), { credentials: "same-origin" });

export const tell = (name, body = {}) => sent(name, "/api/" + name, {
  method: "POST", credentials: "same-origin", body: JSON.stringify(body),
  headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
});

// While an answer is on its way the content says that it is busy; the looking around every two seconds is no such question.
const BESIDE = new Set(["version", "here"]);
let open_ = 0;
async function sent(name, to, how) {
  const counts = !BESIDE.has(name);
  if (counts) { open_ += 1; here.setAttribute("aria-busy", "true"); }
  try { return await heard(await fetch(to, how).catch(() => null)); }
  finally { if (counts && !--open_) here.setAttribute("aria-busy", "false"); }
}

export class No extends Error {
  constructor(status, told) { super(told.error || "The server does not answer."); this.status = status; this.told = told; }
}

async function heard(answer) {
  const told = await answer?.json().catch(() => null);
  if (!told) throw new No(0, { error: "The server does not answer; is `blindspot open` still running?" });
  if (!answer.ok) throw new No(answer.status, told);
  return told;
}

// Answers may overtake each other: only that to the newest question is drawn, for an older one there is nothing to draw (null).
export function newest() {
  let asked = 0;
  return async (...answers) => {
    const mine = ++asked;
    const told = await Promise.all(answers).catch((error) => { if (mine === asked) throw error; });
    return mine === asked ? told : null;
  };
}

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value === "boolean") node[name] = value;
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const bdi = (text) => el("bdi", {}, text);
export const here = document.getElementById("here");
export const page = document.body.dataset.page;

let speaker = null;  // whose failure is on show
export function say(text, by = null) {
  const told = document.getElementById("told");
  speaker = by;
  told.textContent = text || "";
  told.hidden = !text;
}

// Anything that goes wrong is said in one place, in words. What a person does wipes it; what the page does by itself wipes only its own.
export function trying(act) {
  const own = async (...given) => {
    try { if (given[0] instanceof Event || speaker === own) say(""); return await act(...given); }
    catch (error) { if (!(error instanceof No)) console.error(error); say(error.message, own); return undefined; }
  };
  return own;
}

const listeners = [];
export const onchange = (listener) => listeners.push(listener);
let version = document.body.dataset.version;  // of the files when the page was made: all that it asks for is as new or newer

const sight = newest();
export async function look() {
  const [told] = await sight(ask("version")) || [];
  if (!told) return;
  const state = document.getElementById("state");
  const running = told.running.map((j) => `${j.stage} is running`).join(", ");
  state.textContent = (told.problems ? `${told.problems} problem${told.problems > 1 ? "s" : ""} in the case: answers are of the last valid state` : "No problems in the case") + (running ? "; " + running : "");
  concerned(told.concerns);
  const changed = version !== told.version;
  version = told.version;
  if (changed) for (const listener of listeners) listener(told);
  for (const listener of watchers) listener(told);
}
let concerns = "[]";
function concerned(list) { // where custody log and files disagree; drawn anew only when it changes, since it is read aloud
  if (JSON.stringify(list) === concerns) return;
  concerns = JSON.stringify(list);
  const box = document.getElementById("concerns");
  box.replaceChildren(el("strong", {}, "The files and the custody log do not agree"), el("ul", {}, ...list.map((text) => el("li", {}, bdi(text)))));
  box.hidden = !list.length;
}
const watchers = [];
export const onlook = (watcher) => watchers.push(watcher);

const moved = (verb) => trying(async () => {
  const done = await tell(verb);
  await look();
  say("");
  document.getElementById("state").textContent = `${verb === "undo" ? "Taken back" : "Made again"}: ${done.file} ${done.key} ${done.column}`;
});
document.getElementById("undo").addEventListener("click", moved("undo"));
document.getElementById("redo").addEventListener("click", moved("redo"));
document.addEventListener("keydown", (e) => {
  if (!(e.ctrlKey || e.metaKey) || e.target.closest("input,textarea,select")) return;
  if (e.key === "z" && !e.shiftKey) { e.preventDefault(); moved("undo")(); }
  if (e.key === "y" || (e.key.toLowerCase() === "z" && e.shiftKey)) { e.preventDefault(); moved("redo")(); }
});
document.getElementById("invite").addEventListener("click", trying(async () => {
  const { path } = await tell("invite");
  say("Open this link in the other browser; it works once: " + location.origin + path);
}));

const looking = trying(look);
(async () => { for (;;) { await looking(); await new Promise((done) => setTimeout(done, 2000)); } })();
