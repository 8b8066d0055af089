// Numbers are tried, reports are switched off, and every answer is drawn again. Nothing is written before "Keep".
import { ask, tell, el, svg, bdi, here, say, trying, onchange, look, newest } from "./app.js";

const latest = newest();
let case_ = null, chosen = 0, busy = false, waiting = null;
const tried = { numbers: {}, without: new Set(), as_of: null };
const answers = el("ul", { class: "bars" });
const shown = el("p", { class: "soft", role: "status" });
const controls = el("div", { class: "controls" });

const logit = (p) => Math.log(p / (1 - p));
const bent = (number) => number.scale === "factor"
  ? { to: (v) => Math.log10(v), from: (x) => 10 ** x, least: -1, most: 6 }
  : { to: (p) => logit(Math.min(0.999, Math.max(0.001, p))), from: (x) => 1 / (1 + Math.exp(-x)), least: logit(0.001), most: logit(0.999) };
const short = (v) => String(+Number(v).toPrecision(3));
const text = (low, high) => low === high ? short(low) : `${short(low)}-${short(high)}`;

function bar(h, style, zone) {
  const at = (p) => (100 * p).toFixed(2) + "%";
  const figure = svg("svg", { class: "field " + style, height: 26, role: "img", "aria-label": `${h.says}, median ${h.point}; counting every report ${h.counting}` },
    svg("rect", { class: "zone", x: at(zone), width: at(1 - zone), y: 0, height: 26 }),
    ...[0, 25, 50, 75, 100].map((x) => svg("line", { class: "grid", x1: x + "%", x2: x + "%", y1: 0, y2: 26 })),
    svg("rect", { class: "band", x: at(h.low), width: at(Math.max(0.004, h.high - h.low)), y: 7, height: 12, rx: 6 }),
    svg("line", { class: "naive", x1: at(h.naive), x2: at(h.naive), y1: 1, y2: 25 }));
  if (style === "test") figure.append(svg("circle", { class: "dot", cx: at(h.median), cy: 13, r: 5.5 }));
  else figure.append(svg("svg", { x: at(h.median), y: 13, overflow: "visible" }, svg("path", { class: "dot", d: "M0-7L7 0L0 7L-7 0Z" })));
  return figure;
}

const counted = {};  // what counting every report says, of the last full answer: it is not made anew while a handle moves
function draw(found) {
  for (const q of found.questions) for (const h of q.hypotheses) {
    const key = q.id + "/" + h.id;
    if (h.naive === undefined) Object.assign(h, counted[key]); else counted[key] = { naive: h.naive, counting: h.counting };
  }
  const focus = document.activeElement && document.activeElement.dataset.question;
  answers.replaceChildren(...found.questions.map((q, i) => {
    const about = case_.questions[i];
    const words = Object.fromEntries(about.hypotheses.map((h) => [h.id, h.text]));
    const tested = q.hypotheses.find((h) => h.id === about.asserted);
    const best = q.hypotheses.filter((h) => h !== tested && h.id !== "other").sort((a, b) => b.median - a.median)[0];
    const item = el("li", {}, el("h3", {}, el("button", { class: "q", type: "button", "data-question": String(i), "aria-pressed": String(i === chosen), onclick: () => choose(i) }, bdi(about.text))));
    if (i === chosen) item.dataset.chosen = "";
    for (const [h, style] of [[tested, "test"], [best, "best"]]) if (h) item.append(
      el("div", { class: "bar" }, el("p", {}, bdi(words[h.id]), el("br"), el("span", { class: "soft" }, h.words)), bar(h, style, case_.standard.low),
        el("p", { class: "n" }, h.says, el("br"), el("span", { class: "soft" }, "median " + h.point))));
    return item;
  }));
  if (focus) answers.querySelector(`[data-question="${focus}"]`)?.focus();
  const changes = Object.keys(tried.numbers).length + tried.without.size + (tried.as_of ? 1 : 0);
  shown.textContent = `${found.draws.toLocaleString("en")} draws${found.draws < case_.draws.full ? " while a handle moves" : ", as in a review"}. ` + (changes ? `A preview with ${changes} change${changes > 1 ? "s" : ""}; nothing is written.` : "The case as it stands.");
  answers.dataset.draws = found.draws;
  answers.dataset.seen = String(+(answers.dataset.seen || 0) + 1);
}

// One question is in flight at a time; the newest waits, those between are dropped.
async function weigh(full) {
  waiting = { numbers: { ...tried.numbers }, without: [...tried.without], as_of: tried.as_of, full: full || Boolean(waiting?.full), of: case_.of };
  if (busy) return;
  busy = true;
  while (waiting) {
    const { of, ...next } = waiting;
    waiting = null;
    const found = await asking(next);
    if (!found || of !== case_.of) continue;  // the case was read anew meanwhile, and asks for itself
    if (found.of !== of) await load();  // the files are newer than what the page shows
    else if (!waiting || next.full) draw(found);
  }
  busy = false;
}
const asking = trying((next) => tell("whatif", next));

function number(name) {
  const n = case_.numbers[name];
  if (!n) return null;
  const scale = bent(n);
  const item = el("li");
  const ends = { low: n.low, high: n.high };
  if (tried.numbers[name]) [ends.low, ends.high] = tried.numbers[name].split("-").map(Number).concat(Number(tried.numbers[name])).slice(0, 2);
  const keep = el("button", { type: "button" }, "Keep"), back = el("button", { type: "button" }, "Back");
  const boxes = {}, handles = {};
  const show = () => {
    for (const end of ["low", "high"]) { boxes[end].value = short(ends[end]); handles[end].value = scale.to(ends[end]); handles[end].setAttribute("aria-valuetext", short(ends[end])); }
    const changed = text(ends.low, ends.high) !== text(n.low, n.high);
    item.classList.toggle("changed", changed);
    keep.disabled = !changed || n.cell.file === "case.toml";
    back.disabled = !changed;
    if (changed) tried.numbers[name] = text(ends.low, ends.high); else delete tried.numbers[name];
  };
  const set = (end, value, full) => {
    if (!Number.isFinite(value) || value < 0 || (n.scale === "odds" && value > 1) || (n.scale === "factor" && value <= 0)) return say(`${name}: ${value} is not ${n.scale === "odds" ? "between 0 and 1" : "above 0"}.`);
    ends[end] = Number(short(value));
    if (ends.low > ends.high) ends[end === "low" ? "high" : "low"] = ends[end];
    show();
    weigh(full);
  };
  const fields = ["low", "high"].flatMap((end) => {
    boxes[end] = el("input", { type: "text", inputmode: "decimal", "aria-label": `${end} end of ${name}`, onchange: (e) => set(end, Number(e.target.value), true) });
    handles[end] = el("input", { type: "range", min: scale.least, max: scale.most, step: 0.01, "aria-label": `${end} end: ${n.words}`, oninput: (e) => set(end, scale.from(+e.target.value), false), onchange: (e) => set(end, scale.from(+e.target.value), true) });
    return [boxes[end], handles[end]];
  });
  keep.addEventListener("click", trying(async () => {
    const sheet = await ask("table", { file: n.cell.file });
    const row = sheet.rows.find((r) => r.key === n.cell.key), column = sheet.columns.indexOf(n.cell.column);
    const old = row && column >= 0 ? row.cells[column] : "";
    const now = (await ask("weighing")).numbers[name];
    if (!now || now.low !== n.low || now.high !== n.high) {
      await load();
      say(`${name} has been changed by somebody else meanwhile${now ? `: it is ${text(now.low, now.high)} now` : ": it is gone"}. Nothing is written; Keep again writes yours over theirs.`);
      return;
    }
    await tell("change", { kind: "cell", ...n.cell, old, new: text(ends.low, ends.high) });
    delete tried.numbers[name];
    await look();
    await load();
  }));
  back.addEventListener("click", () => { ends.low = n.low; ends.high = n.high; show(); weigh(true); });
  item.append(el("div", {}, bdi(n.words), " ", el("code", {}, name)), el("div", { class: "ends-two" }, ...fields),
    el("p", { class: "soft" }, (n.computed ? "computed; a typed range would stand in its place. " : "") + (n.by ? n.by + ": " : ""), bdi(n.basis)),
    el("div", {}, keep, " ", back, n.cell.file === "case.toml" ? el("span", { class: "soft" }, " to keep a prior, write it in case.toml under Tables") : null));
  item.dataset.number = name;
  show();
  return item;
}

function choose(i) { chosen = i; panel(); for (const [k, item] of [...answers.children].entries()) { item.toggleAttribute("data-chosen", k === i); item.querySelector("button.q").setAttribute("aria-pressed", String(k === i)); } if (matchMedia("(max-width:820px)").matches) controls.scrollIntoView(); }

function panel() {
  const q = case_.questions[chosen];
  const dates = case_.dates;
  const on = tried.as_of ? dates.findIndex((d) => d.date === tried.as_of) : dates.length;
  const said = el("output", {}, on < dates.length ? dates[on].says : "all material");
  const days = el("input", { type: "range", min: 0, max: dates.length, step: 1, "aria-label": "As known on", "aria-valuetext": said.textContent });
  days.value = on;
  const moved = (full) => () => { const d = dates[+days.value]; tried.as_of = d ? d.date : null; said.textContent = d ? d.says : "all material"; days.setAttribute("aria-valuetext", said.textContent); weigh(full); };
  days.addEventListener("input", moved(false));
  days.addEventListener("change", moved(true));
  const numbers = el("ul", { class: "rows", id: "numbers" });
  const find = el("input", { type: "search", "aria-label": "Find a number of the case", placeholder: "find a number: an id or words" });
  const list = () => {
    const word = find.value.trim().toLowerCase();
    const names = word ? Object.keys(case_.numbers).filter((k) => (k + " " + case_.numbers[k].words).toLowerCase().includes(word)).slice(0, 40) : [...new Set([...Object.keys(tried.numbers), ...q.numbers])];
    numbers.replaceChildren(...names.map(number).filter(Boolean));
    if (!numbers.children.length) numbers.append(el("li", { class: "soft" }, "No number of that name; those of a default are set in case.toml, [model]."));
  };
  find.addEventListener("input", list);
  list();
  const switches = el("ul", { class: "rows", id: "switches" });
  const which = el("input", { type: "search", "aria-label": "Find a claim, an origin, a source or a team", placeholder: "find: an id or words" });
  const offered = () => {
    const word = which.value.trim().toLowerCase();
    const rows = word ? case_.switches.filter((s) => (s.kind + " " + s.id + " " + s.says).toLowerCase().includes(word)).slice(0, 60)
      : case_.switches.filter((s) => s.kind === "team" || q.items.includes(s.id) || tried.without.has(s.id));
    switches.replaceChildren(...rows.map((s) => el("li", {}, el("label", { class: "row" },
      el("input", { type: "checkbox", checked: !tried.without.has(s.id), onchange: (e) => { if (e.target.checked) tried.without.delete(s.id); else tried.without.add(s.id); weigh(true); } }),
      el("span", {}, `${s.kind} `, el("code", {}, s.id), " ", bdi(s.says))))));
  };
  which.addEventListener("input", offered);
  offered();
  controls.replaceChildren(
    el("h2", {}, "As known on"), el("p", {}, days, said),
    el("h2", {}, "Numbers"), el("p", { class: "soft" }, "Those that move “", bdi(q.text), "” most; the two handles are the ends of the range."), el("p", {}, find), numbers,
    el("h2", {}, "With or without"), el("p", { class: "soft" }, "Take the tick away to leave it out."), el("p", {}, which), el("div", { class: "longlist", tabindex: "0", role: "group", "aria-label": "Switches" }, switches),
    el("p", {}, el("button", { type: "button", id: "reset", onclick: () => { tried.numbers = {}; tried.without.clear(); tried.as_of = null; panel(); weigh(true); } }, "All as in the case")));
}

const load = trying(async () => {
  const told = await latest(ask("weighing"));
  if (!told) return;
  [case_] = told;
  if (!case_.questions.length) { here.replaceChildren(el("p", {}, "case.toml asks no question yet; add one under Tables.")); return; }
  chosen = Math.min(chosen, case_.questions.length - 1);
  if (!answers.isConnected) here.replaceChildren(el("div", { class: "desk-two" },
    el("section", { class: "answers", "aria-labelledby": "h-answers" }, el("h2", { id: "h-answers" }, "Answers"), shown, answers, el("p", { class: "soft" }, "Band 5-95 %, mark the median, dashed: what counting every report would say; shaded from “", bdi(case_.standard.text), "” on.")), controls));
  const held = controls.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  panel();
  if (held) controls.querySelector(`[aria-label="${CSS.escape(held)}"]`)?.focus();
  await weigh(true);
});
onchange(() => load());
load();
