// The plain files, edited in place. A cell that somebody else has changed meanwhile is shown with both values.
import { ask, tell, el, bdi, here, say, trying, onchange, onlook, look, newest, No } from "./app.js";

const wanted = () => decodeURIComponent(location.hash.slice(1)) || "claims.csv";
const list = el("ul", { class: "file-list" });
const place = el("div");
const latest = newest();
let sheet = null, editing = null, late = false; // late: a newer sheet waits until the open cell is closed
let ours = 0; // changes of this page on their way, which draw the sheet themselves

const short = (text) => text.length > 300 ? text.slice(0, 300) + "…" : text;

const files = (all, shown) =>
  list.replaceChildren(...all.map((f) => el("li", {}, el("a", { href: "#" + encodeURIComponent(f.file), "aria-current": f.file === shown ? "page" : null }, f.file), f.problems ? el("span", { class: "wrong" }, `${f.problems} problem${f.problems > 1 ? "s" : ""}`) : null)));

const load = trying(async (keep) => {
  const file = wanted();
  const told = await latest(ask("files"), ask("table", { file }).catch((error) => error));
  if (!told) return;
  files(told[0].files, file);
  if (told[1] instanceof Error) throw told[1];
  late = editing?.file === file;
  if (late) return;
  const at = keep && place.contains(document.activeElement) ? position(document.activeElement.closest("td")) : null;
  editing?.done(true);
  const before = sheet;
  sheet = told[1];
  if ("text" in sheet) whole(); else grid(before?.file === file ? before : null);
  if (at) focus(Math.min(at[0], sheet.rows.length - 1), at[1]);
});

// A file as one text. What is typed stays in its box whatever comes from the server: it is saved over the version that it was begun from.
let text_ = null; // { box, from: the sheet that its text was begun from }
const unsaved = () => text_ !== null && text_.box.value !== text_.from.text;
addEventListener("beforeunload", (e) => { if (unsaved()) e.preventDefault(); });
function whole() {
  if (!unsaved()) {
    const box = el("textarea", { class: "whole", spellcheck: "false", "aria-label": sheet.file });
    box.value = sheet.text;
    text_ = { box, from: { ...sheet, text: box.value } };
  } else if (text_.from.version !== sheet.version) say(`${sheet.file} has changed meanwhile. Your text is still in the box; it cannot be saved over theirs: keep a copy of it and load the page again.`);
  const { box } = text_, here_ = document.activeElement === box;
  place.replaceChildren(
    ...sheet.problems.map((p) => el("p", { class: "wrong" }, `row ${p.row ?? "?"} ${p.column ?? ""}: ${p.says}`)), box,
    el("p", {}, el("button", { type: "button", class: "main", onclick: trying(async () => {
      const text = box.value;
      ours += 1;
      try {
        const done = await tell("change", { kind: "text", file: sheet.file, old: text_.from.version, new: text });
        text_.from = { ...text_.from, text, version: done.version };
        await look();
        await load();
      } catch (error) { if (!(error instanceof No) || error.status !== 409) throw error; say(error.message + " Your text is still in the box; load the page again to see theirs."); }
      finally { ours -= 1; }
    }) }, "Save")));
  if (here_) box.focus();
}

function problems(row) { return sheet.problems.filter((p) => p.row === row.number); }

let foot = null; // below the table: what is typed there outlives a table that is drawn anew
function grid(before) {
  const within = document.activeElement;
  if (!before || !foot) foot = el("div", {}, adder(), sheet.file === "expect.csv" ? facts() : null);
  const head = el("tr", {}, el("th", { scope: "col" }, "row"), ...sheet.columns.map((c) => el("th", { scope: "col" }, c)), el("th", { scope: "col" }, "row"));
  const body = el("tbody", {}, ...sheet.rows.map((row, i) => line(row, i)));
  const general = sheet.problems.filter((p) => !sheet.rows.some((r) => r.number === p.row));
  place.replaceChildren(
    ...general.map((p) => el("p", { class: "wrong" }, `${p.row ? "row " + p.row : ""} ${p.column ?? ""}: ${p.says}`)),
    el("p", { class: "soft" }, "Arrows move; Enter or typing opens a cell, Enter keeps it, Escape leaves it as it was, Tab goes on."),
    el("div", { class: "grid-box", tabindex: "-1" }, el("table", { class: "cells", role: "grid", "aria-label": sheet.file }, el("thead", {}, head), body)),
    foot);
  if (foot.contains(within)) within.focus();
  mark();
}

function line(row, i) {
  const wrong = problems(row);
  const whole = wrong.filter((p) => !sheet.columns.includes(p.column));
  return el("tr", {}, el("th", { scope: "row" }, String(row.number), ...whole.map((p) => el("span", { class: "wrong" }, p.says))),
    ...row.cells.map((text, j) => cell(row, i, j, text, wrong.filter((p) => p.column === sheet.columns[j]))),
    el("td", { role: "gridcell", tabindex: "-1" }, el("button", { type: "button", "aria-label": `Remove row ${row.key}`, onclick: trying(() => remove(row)) }, "Remove")));
}

function cell(row, i, j, text, wrong) {
  const td = el("td", { role: "gridcell", tabindex: i === 0 && j === 0 ? "0" : "-1", "data-row": String(i), "data-column": String(j), "aria-invalid": wrong.length ? "true" : null, class: text.length > 40 ? "long" : null }, bdi(short(text)), ...wrong.map((p) => el("span", { class: "wrong" }, p.says)));
  td.addEventListener("dblclick", () => open(td));
  td.addEventListener("click", () => focus(i, j));
  td.addEventListener("keydown", (e) => keys(e, td));
  td.addEventListener("focus", () => tell("here", { file: sheet.file, key: row.key, column: sheet.columns[j] }).catch(() => undefined));
  return td;
}

const position = (td) => td ? [+(td.dataset.row ?? td.parentElement.sectionRowIndex), +(td.dataset.column ?? 0)] : null;
function focus(i, j) {
  const td = place.querySelector(`td[data-row="${i}"][data-column="${j}"]`);
  if (!td) return;
  for (const other of place.querySelectorAll('td[tabindex="0"]')) other.tabIndex = -1;
  td.tabIndex = 0;
  td.focus();
  td.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function keys(e, td) {
  if (editing || e.target !== td) return;
  const [i, j] = position(td);
  const to = { ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1], Home: [i, 0], End: [i, sheet.columns.length - 1] }[e.key];
  if (to) { e.preventDefault(); focus(...to); }
  else if (e.key === "Enter" || e.key === "F2") { e.preventDefault(); open(td); }
  else if (e.key === "Delete") { e.preventDefault(); commit(td, sheet.rows[i].cells[j], ""); }
  else if (e.key.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); open(td, e.key); }
}

function open(td, typed) {
  if (editing) return;
  const [i, j] = position(td), old = sheet.rows[i].cells[j];
  const choices = sheet.choices[sheet.columns[j]];
  const box = choices ? el("select", {}, el("option", { value: "" }, ""), ...choices.map((c) => el("option", { value: c }, c)), choices.includes(old) || !old ? null : el("option", { value: old }, old)) : el("textarea", { rows: "3", dir: "auto" });
  box.setAttribute("aria-label", `${sheet.columns[j]} of ${sheet.rows[i].key}`);
  box.value = typed && !choices ? typed : old;
  const untouched = typed && !choices ? null : box.value; // the box itself writes line ends its own way
  const done = (keep, to) => {
    if (!editing || editing.box !== box) return;
    editing = null;
    const text = box.value === untouched ? old : box.value.replace(/[\r\n]+/g, " ");
    td.replaceChildren(bdi(short(keep ? text : old)));
    if (to !== undefined) focus(i, to); // at once, and never later: by then the person may be elsewhere
    if (keep && text !== old) commit(td, old, text);
    else if (late) load(true);
  };
  box.addEventListener("keydown", (e) => {
    if (e.key === "Enter") { e.preventDefault(); e.stopPropagation(); done(true, j); }
    if (e.key === "Escape") { e.preventDefault(); e.stopPropagation(); done(false, j); }
    if (e.key === "Tab") { e.preventDefault(); e.stopPropagation(); done(true, Math.min(Math.max(j + (e.shiftKey ? -1 : 1), 0), sheet.columns.length - 1)); }
  });
  box.addEventListener("blur", () => done(true));
  editing = { box, file: sheet.file, done };
  td.replaceChildren(box);
  box.focus();
}

async function make(change) {
  ours += 1;
  try { await tell("change", change); await look(); await load(true); } finally { ours -= 1; }
}

const commit = trying(async (td, old, text) => {
  const [i, j] = position(td), row = sheet.rows[i], column = sheet.columns[j];
  const change = { kind: "cell", file: sheet.file, key: row.key, column, old, new: text, version: sheet.version };
  try { await make(change); } catch (error) {
    if (!(error instanceof No)) throw error;
    if (error.status !== 409) { td.replaceChildren(bdi(short(old))); error.message += ` Not written: ${text || "(blank)"}`; throw error; }
    const now = change.file === sheet.file && place.querySelector(`td[data-row="${sheet.rows.findIndex((r) => r.key === change.key)}"][data-column="${sheet.columns.indexOf(column)}"]`);
    if (now) conflict(now, change, error.told.theirs);
    else say(`${change.file} ${change.key} ${column} was changed by somebody else meanwhile. Theirs: ${error.told.theirs || "(blank)"}. Yours, not written: ${text || "(blank)"}`);
  }
});

function conflict(td, change, theirs) {
  const settle = (text) => trying(async () => { td.replaceChildren(bdi(short(text))); focus(...position(td)); if (text !== theirs) await make({ ...change, old: theirs, new: text }); else await load(true); });
  td.replaceChildren(el("div", { class: "conflict", role: "group", "aria-label": "Changed by somebody else meanwhile" },
    el("p", {}, "Changed by somebody else meanwhile."), el("p", {}, "Theirs: ", bdi(theirs || "(blank)")), el("p", {}, "Yours: ", bdi(change.new || "(blank)")),
    el("button", { type: "button", onclick: settle(theirs) }, "Keep theirs"), " ", el("button", { type: "button", onclick: settle(change.new) }, "Write mine")));
  td.querySelector("button").focus();
}

async function remove(row) {
  const cells = Object.fromEntries(sheet.columns.map((c, j) => [c, row.cells[j] ?? ""]));
  await make({ kind: "remove", file: sheet.file, key: row.key, old: cells, version: sheet.version });
  say(`Row ${row.key} is removed; Undo brings it back.`);
}

function adder() {
  const lead = sheet.file === "expect.csv" ? ["question", "hypothesis"] : ["id"];
  const boxes = lead.map((name) => el("input", { type: "text", "aria-label": `${name} of the new row`, placeholder: name }));
  return el("p", {}, ...boxes.flatMap((b) => [b, " "]), el("button", { type: "button", id: "add", onclick: trying(async () => {
    const cells = Object.fromEntries(lead.map((name, k) => [name, boxes[k].value.trim()]));
    const key = boxes.map((b) => b.value.trim()).join("/");
    await make({ kind: "add", file: sheet.file, key, new: cells });
    for (const box of boxes) box.value = "";
    if (foot.contains(document.activeElement)) focus(sheet.rows.findIndex((r) => r.key === key), Math.min(lead.length, sheet.columns.length - 1));
  }) }, "Add a row"));
}

function facts() {
  const box = el("input", { type: "text", "aria-label": "fact of the new column", placeholder: "fact" });
  return el("p", {}, box, " ", el("button", { type: "button", onclick: trying(async () => { await make({ kind: "column", file: sheet.file, key: "", column: box.value.trim() }); }) }, "Add a column for a fact"));
}

let others = [];
function mark() {
  for (const td of place.querySelectorAll("td.by-other")) { td.classList.remove("by-other"); td.removeAttribute("title"); }
  for (const o of others) {
    const i = sheet.rows?.findIndex((r) => r.key === o.key), j = sheet.columns?.indexOf(o.column);
    const td = o.file === sheet.file && i >= 0 && place.querySelector(`td[data-row="${i}"][data-column="${j}"]`);
    if (td) { td.classList.add("by-other"); td.title = `${o.who} is here`; }
  }
}
onlook((told) => { others = told.others; if (sheet && sheet.rows) mark(); });
onchange(() => { if (ours || place.querySelector(".conflict")) return; if (editing) late = true; else load(true); });
addEventListener("hashchange", () => load());
here.replaceChildren(el("nav", { "aria-label": "Files" }, list), place);
load();
