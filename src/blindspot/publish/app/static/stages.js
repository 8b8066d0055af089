// Long work, with what it says and a way to stop it; and what was changed, by whom.
import { ask, tell, el, bdi, here, page, trying, onchange, newest } from "./app.js";

const latest = newest();
const rows = new Map();  // stage -> its row: drawn once and then kept, so that a button is not taken away under a finger
let again = null;
const act = (verb, body) => trying(async () => { await tell(verb, body); await stages(); });
function row(s) {
  const said = el("p", { role: "status" }), bar = el("progress", { "aria-label": `${s.name} is running` }), log = el("p", { class: "said" });
  const run = el("button", { type: "button", id: "run-" + s.name, onclick: act("run", { stage: s.name }) }, `Run ${s.name}`);
  const stop = el("button", { type: "button", class: "cancel", onclick: act("cancel") }, "Cancel");
  const item = el("li", {}, el("h3", {}, el("code", {}, s.name)), el("p", {}, s.says), said, bar, log, el("p", {}, run, stop));
  const show = ({ job }, running) => {
    const own = job?.state === "running", held = document.activeElement;
    said.textContent = job ? `${job.state}, ${job.seconds} s` : "";
    log.textContent = job ? job.says.join("\n") : "";
    said.hidden = !job; log.hidden = !job?.says.length; bar.hidden = stop.hidden = !own; run.hidden = own;
    run.disabled = running;
    if (held === run && own) stop.focus(); else if (held === stop && !own) run.focus();
  };
  return { item, show };
}
async function stages() {
  const [told] = await latest(ask("stages")) || [];
  if (!told) return;
  const running = told.stages.some((s) => s.job?.state === "running");
  if (!rows.size) {
    for (const s of told.stages) rows.set(s.name, row(s));
    here.replaceChildren(el("ul", { class: "rows" }, ...[...rows.values()].map((r) => r.item)));
  }
  for (const s of told.stages) rows.get(s.name).show(s, running);
  clearTimeout(again);
  if (running) again = setTimeout(trying(stages), 700);
}

function history(told) {
  here.replaceChildren(told.changes.length ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Changes" }, el("table", {}, el("thead", {}, el("tr", {}, ...["When (UTC)", "Who", "What", "Line of custody.jsonl"].map((w) => el("th", { scope: "col" }, w)))),
    el("tbody", {}, ...told.changes.map((c) => el("tr", {}, el("td", {}, c.when), el("th", { scope: "row" }, bdi(c.who)), el("td", {}, bdi(c.what), c.undone ? " (taken back)" : ""), el("td", { class: "n" }, String(c.n))))))) : el("p", {}, "Nothing has been changed here yet."));
}

if (page === "stages") trying(stages)();
if (page === "history") { const load = trying(async () => { const told = await latest(ask("history")); if (told) history(told[0]); }); load(); onchange(load); }
