// A sheet is rated without the answer in sight: first what one feels, sealed; then column after column; then the answer.
import { ask, tell, el, bdi, here, page, trying, look, newest } from "./app.js";

const latest = newest();
let questions = [], chosen = null;
const place = el("div");

function words(name, value, list) {
  const box = el("input", { type: "text", list, "aria-label": name, placeholder: "0.2-0.4 or a word", dir: "auto" });
  box.value = value || "";
  return box;
}

const who = () => {
  const box = el("input", { type: "text", "aria-label": "Your name or initials", placeholder: "letters, digits, _ . -" });
  box.value = document.body.dataset.reviewer;
  return el("p", {}, "Reviewer: ", box, " ", el("button", { type: "button", class: "main", onclick: trying(async () => {
    const { name } = await tell("reviewer", { name: box.value.trim() });
    document.body.dataset.reviewer = name;
    await load();
  }) }, "That is me"));
};

const load = trying(async () => {
  if (!questions.length) questions = (await ask("weighing")).questions;
  chosen = chosen || (questions[0] && questions[0].id);
  if (!chosen) return here.replaceChildren(el("p", {}, "case.toml asks no question yet; add one under Tables."));
  const pick = el("select", { "aria-label": "Question", onchange: (e) => { chosen = e.target.value; load(); } }, ...questions.map((q) => el("option", { value: q.id, selected: q.id === chosen }, q.text)));
  here.replaceChildren(who(), el("p", {}, pick), place);
  await after(ask("sheet", { question: chosen }));
});

async function after(answer) { const told = await latest(answer); if (told) show(told[0]); }

function show(sheet) {
  const list = el("datalist", { id: "scale" }, ...sheet.words.map((w) => el("option", { value: w })));
  const named = sheet.hypotheses.filter((h) => h.id !== "other");
  const text = Object.fromEntries(sheet.hypotheses.map((h) => [h.id, h.text]));
  if (!sheet.reviewer) { place.replaceChildren(el("p", {}, "Say first who you are; what you rate is kept apart from what others rate, and theirs is hidden from you until you have finished.")); return; }
  if (!sheet.sealed) {
    const boxes = Object.fromEntries(named.map((h) => [h.id, words(`What you feel: ${h.text}`, "", "scale")]));
    place.replaceChildren(list, el("h2", {}, "1. What do you feel, before any column?"), el("p", {}, "It is sealed: its SHA-256 goes into the custody log, and it cannot be changed afterwards. The answer is compared with it at the end."),
      el("ul", { class: "rows" }, ...named.map((h) => el("li", {}, el("label", {}, bdi(h.text), " ", boxes[h.id])))),
      el("p", {}, el("button", { type: "button", class: "main", id: "seal", onclick: trying(async () => { await after(tell("seal", { question: sheet.question, values: Object.fromEntries(Object.entries(boxes).map(([h, b]) => [h, b.value])) })); }) }, "Seal it")));
    return;
  }
  const left = sheet.facts.filter((f) => !f.full);
  const column = (f) => {
    const boxes = Object.fromEntries(sheet.hypotheses.map((h) => [h.id, words(`${f.id} if: ${h.text}`, f.cells[h.id], "scale")]));
    return el("section", { "aria-label": f.id, class: "fact" }, el("h3", {}, bdi(f.text), " ", el("code", {}, f.id)), el("p", { class: "soft" }, "How expected is this, if …"),
      el("ul", { class: "rows" }, ...sheet.hypotheses.map((h) => el("li", {}, el("label", {}, bdi(h.text), h.id === "other" ? " (may stay blank)" : "", " ", boxes[h.id])))),
      el("p", {}, el("button", { type: "button", class: "main", onclick: trying(async () => { await after(tell("column", { question: sheet.question, fact: f.id, values: Object.fromEntries(Object.entries(boxes).map(([h, b]) => [h, b.value])) })); await look(); }) }, "Write the column")));
  };
  const out = [list, el("h2", {}, "2. How expected is each fact?"), el("p", { role: "status" }, left.length ? `${sheet.facts.length - left.length} of ${sheet.facts.length} columns are full; the answer stays hidden until all are.` : "All columns are full.")];
  if (sheet.broken) out.push(el("p", { class: "wrong" }, "What was sealed has been changed in the file since; the log shows it."));
  if (left.length) out.push(column(left[0]));
  if (sheet.complete) {
    out.push(el("h2", {}, "3. The answer, from your columns"), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Your answer" }, el("table", {}, el("thead", {}, el("tr", {}, ...["Account", "You felt", "From your columns", "Median"].map((w) => el("th", { scope: "col" }, w)))),
      el("tbody", {}, ...sheet.answer.map((h) => el("tr", {}, el("th", { scope: "row" }, bdi(text[h.id])), el("td", {}, sheet.gut[h.id] || ""), el("td", {}, `${h.says}, ${h.words}`), el("td", {}, `${(100 * h.median).toFixed(0)} %`)))))));
    for (const o of sheet.others) out.push(el("h3", {}, `Beside ${o.reviewer}`), el("p", {}, `${o.overlap} of ${o.cells} cells have ranges that overlap.`),
      el("ul", {}, ...o.apart.map((a) => el("li", {}, el("code", {}, `${a.fact}/${a.hypothesis}`), ` you ${a.mine}, ${o.reviewer} ${a.theirs}`))),
      el("p", {}, ...o.answer.flatMap((h, i) => [i ? "; " : "", bdi(text[h.id]), ` ${h.says}`])));
    if (!sheet.others.length) out.push(el("p", { class: "soft" }, "No other reviewer has rated this question yet. “One more browser” makes a link for a second one."));
  } else if (sheet.waiting) out.push(el("p", { class: "soft" }, `${sheet.waiting} other reviewer${sheet.waiting > 1 ? "s have" : " has"} rated; hidden until your columns are full.`));
  if (sheet.facts.some((f) => f.full)) out.push(el("details", {}, el("summary", {}, "Columns you have written"), ...sheet.facts.filter((f) => f.full).map(column)));
  place.replaceChildren(...out);
}
if (page === "sheet") load();
