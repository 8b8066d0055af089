// The moment: slider, lanes, clock, play. Lanes are figures of the page; here a cursor moves over them and their shapes answer.
const slider = $("moment");
let playing = 0;
const SPANS = new Map();
function startTime() {
  for (const shape of document.querySelectorAll("[data-item]")) shape.addEventListener("click", (e) => {
    const name = shape.dataset.item, box = shape.closest("svg").getBoundingClientRect();
    if (!name.startsWith("claim:") && data.span && box.width) set({ t: timeAt(e.clientX) });
    if (name.startsWith("claim:") || name.startsWith("stop:")) choose(name); else set({ chosen: exists(...split(name)) ? name : "", ...(name.startsWith("clip:") ? { clip: split(name)[1] } : {}) });
  });
  startKnown();
  if (!data.span) return;
  const [first, last] = data.span;
  spans(first, last);
  const steps = [[1000, "1 s"], [10000, "10 s"], [60000, "1 min"], [600000, "10 min"], [3600000, "1 h"]].filter(([ms]) => ms < (last - first) / 4);
  const usual = steps.filter(([ms]) => ms <= (last - first) / 100).at(-1) || steps[0];
  if (data.clips.some((c) => c.film && c.start !== null)) steps.unshift([0, "1 picture"]);
  for (const [ms, words] of steps) $("step").append(el("option", { value: ms, selected: usual && ms === usual[0] }, words));
  for (const [name, [, , words]] of SPANS) $("span").append(el("option", { value: name }, words));
  $("span").addEventListener("change", () => widen($("span").value));
  const stepped = () => { slider.step = Number($("step").value) || 40; };
  $("step").addEventListener("change", stepped);
  stepped();
  slider.addEventListener("input", () => { stop_(); set({ t: clampT(Number(slider.value)) }, "slider"); });
  $("step-back").addEventListener("click", () => move(-1));
  $("step-on").addEventListener("click", () => move(1));
  $("play").addEventListener("click", () => playing ? stop_() : play());
  const day = document.querySelector(".day-lanes");
  day.addEventListener("click", (e) => { if (!e.target.closest("[data-item]") && e.target.closest("svg")) set({ t: timeAt(e.clientX) }); });
  state.t = data.incident && data.incident.at !== null ? data.incident.at : (data.stops.find((s) => s.start !== null) || { start: first }).start;
  widen("day");
  parts.push((changed, by) => {
    if (!changed.has("t") && !changed.has("span")) return;
    if (by !== "slider") slider.value = state.t;
    showTime();
  });
  new ResizeObserver(cursor).observe(day);
}
function spans(first, last) {
  SPANS.set("day", [first, last, "all of it"]);
  for (const c of data.clips) if (c.start !== null && c.end - c.start < (last - first) / 3) SPANS.set("clip:" + c.id, [c.start, c.end, c.name]);
  const at = data.incident ? data.incident.at : null;
  if (at !== null) for (const [minutes, words] of [[60, "the last hour before"], [5, "the last five minutes before"]]) {
    if (minutes * 60000 < (last - first) / 2) SPANS.set("before" + minutes, [at - minutes * 60000, Math.min(at + minutes * 6000, last), words]);
  }
}
// The chosen stretch fills the width of the lanes and of the slider.
function widen(name) {
  const [a, b] = SPANS.get(name) || SPANS.get("day"), [first, last] = data.span, box = document.querySelector(".day-lanes"), wide = box.firstElementChild;
  slider.min = a;
  slider.max = b;
  const times = Math.min((last - first) / Math.max(b - a, 1), 400);
  wide.style.width = times > 1 ? times * 100 + "%" : "";
  ticks(times);
  if (state.t < a || state.t > b) set({ t: a }); 
  slider.value = state.t;
  box.scrollLeft = (a - first) / (last - first) * wide.scrollWidth;
  showTime();
}
const TICKS = [1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 108e5, 144e5, 216e5, 432e5, 864e5, 1728e5, 6048e5, 26784e5, 80352e5, 316224e5, 1581120e5];
function ticks(times) {
  const axis = document.querySelector(".clock-axis");
  if (!axis) return;
  const [first, last] = data.span, room = document.querySelector(".day-lanes").clientWidth / 90;
  const step = TICKS.find((s) => (last - first) / times / s <= Math.max(room, 2)) || TICKS.at(-1), shift = data.offset * 60000;
  axis.replaceChildren();
  for (let t = Math.ceil((first + shift) / step) * step - shift, n = 0; t <= last && n < 4000; t += step, n++) {
    const x = 100 * (t - first) / (last - first);
    if (x < 3 / times || x > 100 - 3 / times) continue;
    const label = document.createElementNS("http://www.w3.org/2000/svg", "text");
    for (const [name, value] of [["x", x + "%"], ["y", 12], ["text-anchor", "middle"], ["class", "s"]]) label.setAttribute(name, value);
    label.textContent = step < 60000 ? local(t) : step < 864e5 ? local(t).slice(0, 5) : step < 26784e5 ? dayOf(t + shift).replace(/ \d+$/, "") : dayOf(t + shift).replace(/^\d+ /, "");
    axis.append(label);
  }
}
function timeAt(clientX) {
  const box = document.querySelector(".day-lanes").firstElementChild.getBoundingClientRect();
  return clampT(Math.round(data.span[0] + (clientX - box.left) / box.width * (data.span[1] - data.span[0])));
}
function move(way) {
  stop_();
  const step = Number($("step").value);
  if (step) set({ t: clampT(state.t + way * step) }); else stepFrame(way);
}
function play() {
  const film = filmNow();
  $("play").textContent = "Pause";
  if (film) { playing = 1; film.play(); return; }
  const speed = (Number(slider.max) - Number(slider.min)) / 60000;  // the stretch shown takes a minute
  let last = performance.now();
  const run = (now) => {
    if (!playing) return;
    const t = state.t + (now - last) * speed;
    last = now;
    if (t >= Number(slider.max)) { set({ t: Number(slider.max) }); stop_(); return; }
    set({ t });
    playing = requestAnimationFrame(run);
  };
  if (state.t >= Number(slider.max)) state.t = Number(slider.min);
  playing = requestAnimationFrame(run);
}
function stop_() {
  if (!playing) return;
  cancelAnimationFrame(playing);
  playing = 0;
  $("play").textContent = "Play";
  pauseFilms();
}
function cursor() {
  const mark = document.querySelector(".cursor");
  if (!mark || state.t === null) return;
  mark.style.left = 100 * (state.t - data.span[0]) / (data.span[1] - data.span[0]) + "%";
}
let told = 0;
function showTime() {
  if (state.t === null) return;
  const fine = Number($("step").value) < 1000;
  $("clock-local").textContent = local(state.t, fine) + " local";
  $("clock-utc").textContent = clock(state.t, fine) + " UTC (" + zone + "), " + dayOf(state.t);
  slider.setAttribute("aria-valuetext", local(state.t) + " local time, " + clock(state.t) + " UTC");
  cursor();
  follow();
  clearTimeout(told);
  told = setTimeout(() => { $("said-now").textContent = readoutWords(); }, 600);
}
function follow() {  // the cursor stays in sight of a widened lane
  const box = document.querySelector(".day-lanes"), wide = box.firstElementChild.scrollWidth;
  if (wide <= box.clientWidth + 1) return;
  const x = (state.t - data.span[0]) / (data.span[1] - data.span[0]) * wide;
  if (x < box.scrollLeft || x > box.scrollLeft + box.clientWidth) box.scrollLeft = x - box.clientWidth / 2;
}

// When each claim became public: the day up to which claims count as known.
function startKnown() {
  const known = $("known");
  if (!known || !days.length) return;
  known.max = days.length - 1;
  known.value = state.known;
  known.addEventListener("input", () => set({ known: Number(known.value) }));
  const show = () => {
    known.value = state.known;
    const day = days[state.known];
    $("known-day").textContent = state.known === days.length - 1 ? "all claims" : "public by " + dayWords(day);
    known.setAttribute("aria-valuetext", $("known-day").textContent);
    for (const dot of document.querySelectorAll('[data-item^="claim:"]')) {
      const claim = claims.get(split(dot.dataset.item)[1]);
      dot.classList.toggle("later-claim", Boolean(claim && notYet(claim)));
    }
  };
  show();
  parts.push((changed) => { if (changed.has("known")) show(); });
}
