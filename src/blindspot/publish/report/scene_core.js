// State of the scene, its fragment, and the time and number words that every part uses. No request to anywhere.
const data = JSON.parse(document.getElementById("scene-data").textContent);
const $ = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const LAYERS = ["places", "stops", "route", "vehicles", "footprints", "seen", "blind", "sorties", "ground"];
const KINDS = ["claim", "stop", "place", "origin", "watch", "clip", "track"];

// A column as it stands in the data -> numbers; NaN where not known (see columns.py).
function column(c) {
  if (!c) return null;
  const out = [];
  let sum = 0;
  if (c.runs) {
    for (let i = 0; i < c.runs.length; i += 2) for (let k = 0; k < c.runs[i + 1]; k++) out.push((sum += c.runs[i]) / c.by);
  } else {
    for (const step of c.d) out.push(step === null ? NaN : (sum += step) / c.by);
  }
  return Float64Array.from(out);
}

// The index whose value lies nearest to x in a rising array; NaN values are passed over by the callers.
function nearest(values, x) {
  let low = 0, high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= x) low = middle; else high = middle;
  }
  return Math.abs(values[high] - x) < Math.abs(values[low] - x) ? high : low;
}

const byId = (rows) => new Map(rows.map((r) => [r.id, r]));
const places = byId(data.places), stops = byId(data.stops), claims = byId(data.claims), clips = byId(data.clips), watches = byId(data.watches);
const days = [...new Set([...data.claims.map((c) => c.day), ...data.findings.map((f) => f.day)].filter(Boolean))].sort();
// Not public yet on the day of the slider. A claim without a date was known on no day that anyone can name: only "all claims" has it.
const notYet = (claim) => state.known < days.length - 1 && (!claim.day || claim.day > days[state.known]);

const two = (n) => String(n).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const zone = (data.offset < 0 ? "−" : "+") + two(Math.floor(Math.abs(data.offset) / 60)) + ":" + two(Math.abs(data.offset) % 60);
function clock(ms, fine) {
  const d = new Date(ms);
  return two(d.getUTCHours()) + ":" + two(d.getUTCMinutes()) + ":" + two(d.getUTCSeconds()) + (fine ? "." + String(d.getUTCMilliseconds()).padStart(3, "0") : "");
}
const local = (ms, fine) => clock(ms + data.offset * 60000, fine);
const dayOf = (ms) => { const d = new Date(ms); return d.getUTCDate() + " " + MONTHS[d.getUTCMonth()] + " " + d.getUTCFullYear(); };
const dayWords = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) ? dayOf(Date.parse(text + "T00:00:00Z")) : text;
const between = (start, end) => start === null ? "time unknown" : local(start).slice(0, 5) + (end !== null && end > start ? " to " + local(end).slice(0, 5) : "") + " local";
function metres(m) {
  if (!Number.isFinite(m)) return "not known";
  return m < 1 ? (m * 100).toPrecision(2) + " cm" : m < 1000 ? String(Number(m.toPrecision(3))) + " m" : Number((m / 1000).toPrecision(3)) + " km";
}
const percent = (p) => (p < 0.01 ? "under 1" : p > 0.99 ? "over 99" : Math.round(p * 100)) + "\u00a0%";
const share = (low, high) => percent(low) === percent(high) ? percent(low) : percent(low) + " to " + percent(high);

// Elements are made, never parsed: whatever a case holds stays text.
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return made;
}
const bdi = (text) => el("bdi", null, text);
const soft = (...parts) => el("span", { class: "soft" }, ...parts);

// ---- state ----
const state = { t: null, known: days.length - 1, chosen: "", clip: "", frame: -1, layers: new Set(LAYERS), view: null };
const parts = [];  // functions (changed: Set of names, from: who changed it)
let waiting = null, from = "";
function set(patch, who) {
  let any = false;
  for (const [name, value] of Object.entries(patch)) {
    if (state[name] !== value) {
      state[name] = value;
      (waiting = waiting || new Set()).add(name);
      any = true;
    }
  }
  if (!any) return;
  from = waiting.drawn && from !== (who || "") ? "" : who || "";  // two hands within one redraw: nobody's alone
  if (waiting.drawn) return;
  waiting.drawn = true;
  requestAnimationFrame(() => {
    const changed = waiting, by = from;
    waiting = null;
    for (const part of parts) part(changed, by);
  });
}
const clampT = (t) => data.span ? Math.min(Math.max(t, data.span[0]), data.span[1]) : t;

// ---- what points at what ----
const originOf = (claim) => claim.origin && data.origins[claim.origin] ? data.origins[claim.origin] : null;
function factOf(claim) {
  const origin = originOf(claim);
  return data.facts[origin ? origin.fact : claim.fact] || null;
}
// The places, stops, moments and claims that light up with one item.
function lit(name) {
  const found = { places: new Set(), stops: new Set(), claims: new Set(), origin: "", t: null, watches: new Set() };
  const [kind, id] = split(name);
  const ground = (placeId, stopId) => {
    const stop = stops.get(stopId);
    if (stop) { found.stops.add(stopId); if (stop.start !== null) found.t = found.t === null ? stop.start : found.t; }
    const place = placeId || (stop && stop.place);
    if (place && places.has(place)) found.places.add(place);
  };
  const ofOrigin = (key) => {
    const origin = data.origins[key];
    if (!origin) return;
    found.origin = key;
    for (const c of data.claims) if (c.origin === key) found.claims.add(c.id);
    const fact = data.facts[origin.fact];
    if (fact) ground(fact.place, fact.stop);
    if (origin.watch) {
      if (places.has(origin.watch)) found.places.add(origin.watch);
      for (const w of data.watches) if (w.place === origin.watch) { found.watches.add(w.id); if (w.start !== null && found.t === null) found.t = w.start; }
    }
  };
  if (kind === "claim" && claims.has(id)) {
    const claim = claims.get(id);
    found.claims.add(id);
    if (claim.origin) ofOrigin(claim.origin);
    const fact = factOf(claim);
    if (fact) ground(fact.place, fact.stop);
  } else if (kind === "origin") ofOrigin(id);
  else if (kind === "stop" && stops.has(id)) {
    ground("", id);
    for (const c of data.claims) { const fact = factOf(c); if (fact && fact.stop === id) found.claims.add(c.id); }
  } else if (kind === "place" && places.has(id)) {
    found.places.add(id);
    for (const s of data.stops) if (s.place === id) found.stops.add(s.id);
    for (const w of data.watches) if (w.place === id) found.watches.add(w.id);
    for (const c of data.claims) {
      const fact = factOf(c), origin = originOf(c);
      const at = fact && (fact.place || (stops.get(fact.stop) || {}).place);
      if (at === id || (origin && origin.watch === id)) found.claims.add(c.id);
    }
    const first = data.stops.find((s) => s.place === id && s.start !== null);
    if (first) found.t = first.start;
  } else if (kind === "watch" && watches.has(id)) {
    const w = watches.get(id);
    found.watches.add(id);
    if (places.has(w.place)) found.places.add(w.place);
    found.t = w.start;
    for (const c of data.claims) { const origin = originOf(c); if (origin && origin.watch === w.place) found.claims.add(c.id); }
  } else if (kind === "clip" && clips.has(id)) found.t = clips.get(id).start;
  return found;
}
function split(name) { const at = name.indexOf(":"); return at < 0 ? ["", ""] : [name.slice(0, at), name.slice(at + 1)]; }
function exists(kind, id) {
  return { claim: claims, stop: stops, place: places, watch: watches, clip: clips }[kind]?.has(id)
    || (kind === "origin" && Object.hasOwn(data.origins, id)) || (kind === "track" && data.vehicles.some((v) => v.id === id));
}
function choose(name, who) {
  const [kind, id] = split(name);
  if (name && !exists(kind, id)) return;
  const patch = { chosen: name };
  const t = name ? lit(name).t : null;
  if (t !== null) patch.t = clampT(t);
  if (kind === "clip") patch.clip = id;
  set(patch, who || "choose");
}

// ---- the fragment: #t=2021-08-29T12:21:00.000Z&layers=places,stops&claim=K018&known=2021-09-10&at=34.56,69.18,13 ----
function fragment() {
  const said = [];
  if (state.t !== null) said.push("t=" + new Date(state.t).toISOString());
  if (days.length && state.known < days.length - 1) said.push("known=" + days[state.known]);
  if (state.chosen) { const [kind, id] = split(state.chosen); said.push(kind + "=" + encodeURIComponent(id)); }
  if (state.clip && clips.size > 1) said.push("film=" + encodeURIComponent(state.clip));
  if (state.layers.size < LAYERS.length) said.push("layers=" + LAYERS.filter((l) => state.layers.has(l)).join(","));
  if (state.view && state.view.moved) said.push("at=" + state.view.lat.toFixed(5) + "," + state.view.lon.toFixed(5) + "," + state.view.zoom.toFixed(2));
  return said.join("&");
}
function readFragment(text) {
  const found = {};
  for (const pair of text.replace(/^#/, "").split("&")) {
    const at = pair.indexOf("=");
    if (at < 1) continue;
    try { found[pair.slice(0, at)] = decodeURIComponent(pair.slice(at + 1)); } catch { return null; }
  }
  const patch = {};
  if (found.t && data.span && Number.isFinite(Date.parse(found.t))) patch.t = clampT(Date.parse(found.t));
  if (found.known && days.length) { const at = days.filter((d) => d <= found.known).length - 1; patch.known = Math.max(at, 0); }
  if (found.film && clips.has(found.film)) patch.clip = found.film;
  if ("layers" in found) patch.layers = new Set(found.layers.split(",").filter((l) => LAYERS.includes(l)));
  for (const kind of KINDS) if (found[kind] && exists(kind, found[kind])) patch.chosen = kind + ":" + found[kind];
  if (found.at) {
    const [lat, lon, zoom] = found.at.split(",").map(Number);
    if (Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 22) patch.view = { lat, lon, zoom, moved: true };
  }
  return Object.keys(patch).length ? patch : null;
}
