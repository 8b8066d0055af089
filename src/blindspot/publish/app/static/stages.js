// Long work, with what it says and a way to stop it; and what was changed, by whom.
import { ask, tell, el, bdi, here, page, trying, onchange } from "./app.js";

let again = null;
function stages(told) {
  const running = told.stages.some((s) => s.job && s.job.state === "running");
  const act = (verb, body) => trying(async () => stages(await tell(verb, body)));
  const old = document.activeElement?.id;
  here.replaceChildren(el("ul", { class: "rows" }, ...told.stages.map((s) => el("li", {}, el("h3", {}, el("code", {}, s.name)), el("p", {}, s.says),
    s.job ? el("p", { role: "status" }, `${s.job.state}, ${s.job.seconds} s`) : null,
    s.job && s.job.state === "running" ? el("progress", { "aria-label": `${s.name} is running` }) : null,
    s.job && s.job.says.length ? el("p", { class: "said" }, s.job.says.join("\n")) : null,
    el("p", {}, s.job && s.job.state === "running" ? el("button", { type: "button", id: "cancel", onclick: act("cancel") }, "Cancel") : el("button", { type: "button", id: "run-" + s.name, disabled: running, onclick: act("run", { stage: s.name }) }, `Run ${s.name}`))))));
  if (old) document.getElementById(old)?.focus();
  clearTimeout(again);
  if (running) again = setTimeout(trying(async () => stages(await ask("stages"))), 700);
}

function history(told) {
  here.replaceChildren(told.changes.length ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Changes" }, el("table", {}, el("thead", {}, el("tr", {}, ...["When (UTC)", "Who", "What", "Line of custody.jsonl"].map((w) => el("th", { scope: "col" }, w)))),
    el("tbody", {}, ...told.changes.map((c) => el("tr", {}, el("td", {}, c.when), el("th", { scope: "row" }, bdi(c.who)), el("td", {}, bdi(c.what), c.undone ? " (taken back)" : ""), el("td", { class: "n" }, String(c.n))))))) : el("p", {}, "Nothing has been changed here yet."));
}

if (page === "stages") trying(async () => stages(await ask("stages")))();
if (page === "history") { const load = trying(async () => history(await ask("history"))); load(); onchange(load); }
