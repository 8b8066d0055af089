// What can be chosen, and what the chosen thing points at: claims, stops, places; the words for the moment.
function readout() {
  const t = state.t, rows = [];
  if (t === null) return rows;
  const now = stopNow(t), next = data.stops.find((s) => s.start !== null && s.start > t);
  if (data.stops.length) {
    const name = (s) => "stop " + s.n + (places.has(s.place) ? ", " + places.get(s.place).name : ", place unknown");
    const within = now && (now.end !== null && now.end > now.start ? t <= now.end : t - now.start < 60000);
    rows.push(["Vehicle, as reported", now ? (within ? "at " : "after ") + name(now) + (within || !next ? "" : "; before " + name(next)) + (within ? "" : ". Not placed in between.") : "before the first stop", now ? "stop:" + now.id : ""]);
  }
  for (const v of vehicles) {
    const at = interpolated(v, t, v.gaps);
    if (at) rows.push(["Track " + v.id, at.gap ? "not followed here: a gap of " + Math.round((at.gap[1] - at.gap[0]) / 1000) + " s" : "followed, at " + at.lat.toFixed(5) + ", " + at.lon.toFixed(5), "track:" + v.id]);
  }
  for (const clip of data.clips) {
    const i = rowAt(clip, t);
    if (i < 0) continue;
    const r = clipRows.get(clip.id);
    rows.push(["Camera of " + clip.name, "looks at " + r.aimLat[i].toFixed(5) + ", " + r.aimLon[i].toFixed(5) + (Number.isFinite(r.depression[i]) ? ", " + Math.round(r.depression[i]) + "° below the horizon" : "") + (Number.isFinite(r.gsd[i]) ? "; a pixel covers " + metres(r.gsd[i]) : ""), "clip:" + clip.id]);
  }
  for (const w of data.watches) {
    const seen = seenAt(w, t), name = places.has(w.place) ? places.get(w.place).name : w.place;
    if (!seen) continue;
    const chance = data.noticed[w.place], told = chance ? " Chance that anyone in the open there was noticed in this watch: " + percent(chance.anyone[1]) + " (" + share(chance.anyone[0], chance.anyone[2]) + "); a child " + percent(chance["a child"][1]) + " (" + share(chance["a child"][0], chance["a child"][2]) + ")." : "";
    const stated = w.factors.map(([what, low, high]) => what + " " + share(low, high)).join(", ");
    const words = seen.state === "seen" ? "a person in the open could be made out" : seen.state === "not seen" ? "could not be seen: " + seen.reason : seen.state === "perhaps" ? "perhaps: " + (seen.reason || "the errors leave it open") : "no path of the sensor is in the case; factors: " + stated;
    rows.push(["Could the camera see " + name + "?", words + (seen.gsd.length ? "; a pixel covers " + metres(Math.min(...seen.gsd)) + (seen.gsd.length > 1 && Math.max(...seen.gsd) > Math.min(...seen.gsd) ? " to " + metres(Math.max(...seen.gsd)) : "") : "") + "." + told, "watch:" + w.id]);
  }
  const none = data.watches.length && !data.watches.some((w) => seenAt(w, t));
  if (none) rows.push(["Could the camera see?", "no watch of the case covers this moment: nothing is computed for it", ""]);
  return rows;
}
const readoutWords = () => local(state.t) + " local. " + readout().map(([what, words]) => what + ": " + words).join(". ");
function showReadout() {
  const list = $("readout");
  if (!list) return;
  list.replaceChildren(...readout().map(([what, words, name]) => el("div", null, el("dt", null, bdi(what)), el("dd", null, bdi(words), name && exists(...split(name)) ? el("button", { type: "button", class: "plain", on: { click: () => choose(name) } }, "show what rests on it") : ""))));
}

const link = (name, words) => el("button", { type: "button", class: "plain", on: { click: () => choose(name) } }, words);
function claimLine(c, short) {
  const later = notYet(c);
  return el("li", { class: later ? "later-claim" : null }, el("button", { type: "button", class: "item-button", "data-claim": c.id, "aria-pressed": String(state.chosen === "claim:" + c.id), on: { click: () => choose("claim:" + c.id) } },
    el("span", { class: "soft" }, c.id + ", " + dayWords(c.day) + (later ? (c.day ? ", not public yet" : "without a date") : "") + " "), bdi(c.source), short ? "" : ": ", short ? "" : bdi(c.text || "(no words)")));
}
function startLists() {
  const find = $("find-claim"), list = $("claim-list"), question = $("claim-question");
  if (list) {
    for (const [id, words] of Object.entries(data.questions)) question.append(el("option", { value: id }, words));
    const MOST = 400;
    const show = () => {
      const asked = find.value.trim().toLowerCase(), q = question.value;
      const found = data.claims.filter((c) => { const fact = factOf(c); return (!q || (fact && fact.question === q)) && (!asked || (c.id + " " + c.source + " " + c.text + " " + (fact ? fact.text : "")).toLowerCase().includes(asked)); });
      list.replaceChildren(...found.slice(0, MOST).map((c) => claimLine(c)));
      $("claim-count").textContent = found.length + " of " + data.claims.length + " claims" + (found.length > MOST ? ", the first " + MOST + " listed" : "");
    };
    find.addEventListener("input", show);
    question.addEventListener("change", show);
    show();
    parts.push((changed) => {
      if (changed.has("known")) show();
      if (changed.has("chosen")) {
        for (const b of list.querySelectorAll("button")) b.setAttribute("aria-pressed", String(state.chosen === "claim:" + b.dataset.claim));
        const own = list.querySelector('[aria-pressed="true"]');
        if (own) list.parentElement.scrollTop = own.offsetTop - list.parentElement.clientHeight / 2;
      }
    });
  }
  const go = $("go");
  if (go) {
    const group = (words, rows) => { if (rows.length) go.append(el("optgroup", { label: words }, ...rows.map(([value, text]) => el("option", { value }, text)))); };
    group("Places", data.places.map((p) => ["place:" + p.id, p.letter + "  " + p.name]));
    group("Watches", data.watches.map((w) => ["watch:" + w.id, (places.get(w.place) || { name: w.place }).name + (w.start === null ? "" : ", " + between(w.start, w.end))]));
    group("Footage", data.clips.map((c) => ["clip:" + c.id, c.name]));
    go.addEventListener("change", () => choose(go.value));
    parts.push((changed) => { if (changed.has("chosen")) go.value = [...go.options].some((o) => o.value === state.chosen) ? state.chosen : ""; });
  }
  const stepper = (way) => {  // from the stop chosen to its neighbour; else to the stop of the moment
    const [kind, id] = split(state.chosen);
    const at = kind === "stop" ? data.stops.findIndex((s) => s.id === id) + way : data.stops.indexOf(stopNow(state.t));
    choose("stop:" + data.stops[Math.min(Math.max(at, 0), data.stops.length - 1)].id);
  };
  if ($("stop-back")) { $("stop-back").addEventListener("click", () => stepper(-1)); $("stop-on").addEventListener("click", () => stepper(1)); }
  parts.push((changed) => {
    if (changed.has("t") || changed.has("frame")) showReadout();
    if (changed.has("chosen") || changed.has("known")) showChosen();
  });
  showReadout();
  showChosen();
}

// Stop by stop: said against visible; a claim with its origin, place and moment; a place with all that bears on it.
function showChosen() {
  const found = lit(state.chosen), [kind, id] = split(state.chosen), box = $("chosen");
  for (const shape of document.querySelectorAll("[data-item]")) {
    const [k, i] = split(shape.dataset.item);
    const on = shape.dataset.item === state.chosen || (k === "claim" && kind !== "" && found.claims.has(i)) || (k === "stop" && found.stops.has(i)) || (k === "watch" && found.watches.has(i));
    shape.classList.toggle("lit", on);
  }
  if (!box) return;
  const body = [];
  const head = (words, ...rest) => body.push(el("h3", { tabindex: "-1" }, ...(typeof words === "string" ? [bdi(words)] : [words]), ...rest));
  const row = (name, ...value) => value.some((v) => v) ? [el("dt", null, name), el("dd", null, ...value)] : [];
  const others = (ids, words) => {
    if (!ids.length) return;
    body.push(el("p", null, words + ":"), el("ul", { class: "claims short" }, ...ids.slice(0, 60).map((c) => claimLine(claims.get(c)))));
    if (ids.length > 60) body.push(el("p", { class: "soft" }, ids.length - 60 + " more"));
  };
  const placed = [...found.places].map((p) => link("place:" + p, bdi(places.get(p).name)));
  const stopped = [...found.stops].map((s) => link("stop:" + s, "stop " + stops.get(s).n + ", " + between(stops.get(s).start, stops.get(s).end)));
  if (kind === "claim") {
    const c = claims.get(id), origin = originOf(c), fact = factOf(c);
    head("Claim " + id);
    body.push(el("p", null, bdi(c.text || "(no words)")), el("dl", { class: "pairs" },
      ...row("Who", bdi(c.source), c.basis ? soft(" basis: " + c.basis) : ""),
      ...row("Public", dayWords(c.day)),
      ...row("Rests on", origin ? link("origin:" + c.origin, bdi(c.origin)) : c.unknown ? "an origin that is not known" : "no observation that is listed", origin ? soft(" ", bdi([origin.kind, origin.note].filter(Boolean).join(": "))) : ""),
      ...row("Speaks to", fact ? bdi(fact.text) : "nothing that is weighed", fact && c.says ? soft(" says " + c.says) : ""),
      ...row("Where", ...placed.length ? placed : ["the case gives it no place"]),
      ...row("When", ...stopped.length ? stopped : ["the case gives it no moment of the day"])));
    others([...found.claims].filter((o) => o !== id), origin ? "Rests on the same observation, so they count once together" : "With it");
    body.push(el("p", null, el("a", { href: "#claim-" + id }, "Its row in the table of claims")));
  } else if (kind === "origin") {
    const origin = data.origins[id], fact = data.facts[origin.fact];
    head("Observation " + id);
    body.push(el("dl", { class: "pairs" }, ...row("What", bdi([origin.kind, origin.note].filter(Boolean).join(": "))), ...row("Bears on", fact ? bdi(fact.text) : ""), ...row("Where", ...placed), ...row("When", ...stopped)));
    others([...found.claims], "Reported by " + found.claims.size + " claim" + (found.claims.size === 1 ? "" : "s") + ", counted as one observation");
  } else if (kind === "stop") {
    const s = stops.get(id), p = places.get(s.place), seen = s.start === null || !p ? [] : data.watches.filter((w) => w.place === s.place && seenAt(w, s.start)).map((w) => seenAt(w, s.start));
    head("Stop " + s.n + " of " + data.stops.length, soft(" " + between(s.start, s.end)));
    body.push(el("p", { class: "soft" }, p ? link("place:" + p.id, bdi(p.name)) : "place unknown", p ? " within " + metres(p.error) : ""));
    body.push(el("div", { class: "said-visible" },
      el("div", null, el("h4", null, "Said by officials"), el("p", null, bdi(s.official || "no reading is reported"))),
      el("div", null, el("h4", null, "Reported by others"), el("p", null, bdi(s.activity || "nothing is reported")), el("p", { class: "soft" }, s.by ? "by " : "", bdi(s.by), s.clock ? "; clock: " : "", bdi(s.clock))),
      el("div", null, el("h4", null, "Could the camera have told?"), el("p", null, seen.length ? seen.map((w) => w.state === "stated" ? "a watch is stated, without a path" : w.state + (w.reason ? ": " + w.reason : "")).join("; ") : "no watch of the case covers this stop: nothing is computed"))));
    others([...found.claims], "Claims about it");
  } else if (kind === "place") {
    const p = places.get(id);
    head(p.name);
    body.push(el("p", { class: "soft" }, "within " + metres(p.error) + (p.incident ? "; the incident" : "")));
    if (stopped.length) body.push(el("ul", null, ...stopped.map((b) => el("li", null, b))));
    others([...found.claims], "Claims that bear on it");
  } else if (kind === "watch") {
    const w = watches.get(id);
    head("Watch of " + (places.get(w.place) || { name: w.place }).name, soft(" " + between(w.start, w.end)));
    body.push(el("dl", { class: "pairs" }, ...w.factors.flatMap(([what, low, high]) => row(what, share(low, high))), ...row("Basis", bdi(w.basis))));
    others([...found.claims], "Claims whose worth rests on it");
  } else if (kind === "clip") {
    const c = clips.get(id);
    head(c.name);
    body.push(el("p", { class: "soft" }, c.start === null ? "not placed in time" : dayOf(c.start) + ", " + clock(c.start) + " to " + clock(c.end) + " UTC " + (c.released ? "as released with it" : "by its telemetry")), el("ul", null, ...c.doubts.map((d) => el("li", null, d)), c.lag && el("li", null, c.lag[2])));
  } else if (kind === "track") {
    const v = data.vehicles.find((one) => one.id === id);
    head("Track " + id);
    body.push(el("p", null, v.gaps.length ? "Followed but for " + v.gaps.length + " gap" + (v.gaps.length === 1 ? "" : "s") + ":" : "Followed without a gap."),
      el("ul", null, ...v.gaps.map(([a, b]) => el("li", null, el("button", { type: "button", class: "plain", on: { click: () => set({ t: clampT(a) }) } }, local(a) + " to " + local(b) + " local, " + Math.round((b - a) / 1000) + " s")))));
  } else {
    body.push(el("p", { class: "soft" }, "Choose a claim, a stop, or a place: on the map, in a lane, or in a list. What it rests on and where it belongs lights up."));
  }
  box.replaceChildren(...body);
}
