// Footage: which picture is shown, which row of telemetry describes it; and back. Measuring and citing a picture.
const PER_SECOND = 90000;
const films = new Map();  // clip id -> { video, ticks, row, ms }
for (const c of data.clips) {
  const video = document.querySelector(`video[data-clip="${c.id}"]`);
  if (!video || !c.frames) continue;
  const ticks = column(c.frames.ticks), row = column(c.frames.row), rows = clipRows.get(c.id);
  // A film of a released copy has no telemetry; where its audience may know when it was taken, its own clock runs from there.
  const ms = row && rows ? row.map((i) => i >= 0 ? rows.ms[i] : NaN) : c.released && c.start !== null ? ticks.map((tick) => c.start + tick / (PER_SECOND / 1000)) : null;
  const rising = ms ? [...ms.keys()].filter((i) => Number.isFinite(ms[i])).sort((a, b) => ms[a] - ms[b]) : [];
  films.set(c.id, { clip: c, video, ticks, row, ms, rising, risingMs: Float64Array.from(rising, (i) => ms[i]), asked: true, wanted: -1, again: 0, target: -1 });
}
rowOfFrame = (id, frame) => { const f = films.get(id); return f && f.row && frame >= 0 && frame < f.row.length ? f.row[frame] : -1; };
// A callback names the moment of its picture; a bare clock lies somewhere within it.
function frameAt(film, seconds, exact) {
  const at = seconds * PER_SECOND, k = nearest(film.ticks, at);
  return exact || film.ticks[k] <= at + 1 || !k ? k : k - 1;
}
function frameFor(film, t) { return film.rising.length && covers(film.clip, t) ? film.rising[nearest(film.risingMs, t)] : -1; }
const filmNow = () => { const f = films.get(state.clip); return f && (covers(f.clip, state.t) || f.clip.start === null) ? f.video : null; };
const pauseFilms = () => { for (const f of films.values()) f.video.pause(); };

// In the middle of its picture, so that rounding shows no neighbour; `again`: how often it came to rest on another one.
function seek(film, frame, again = 0) {
  const next = frame + 1 < film.ticks.length ? film.ticks[frame + 1] : film.ticks[frame] + 3000;
  const at = (film.ticks[frame] + (next - film.ticks[frame]) * (0.5 + 0.05 * again)) / PER_SECOND;
  film.wanted = frame;
  film.again = again;
  if (Math.abs(film.video.currentTime - at) < 0.2 / 1000) return;
  film.asked = true;
  film.target = at;
  film.video.currentTime = at;
}
function shown(film, seconds, exact) {
  const frame = frameAt(film, seconds, exact), t = film.ms ? film.ms[frame] : NaN, { video } = film;
  if (film.asked && video.paused && film.wanted >= 0 && frame !== film.wanted) {  // a picture on the way to the one that was asked for
    if (!video.seeking && film.again < 5) seek(film, film.wanted, film.again + 1);
    return;
  }
  video.dataset.frame = frame;
  if (film.clip.id !== state.clip) return;
  const patch = { frame };
  // While a film runs or is scrubbed by its own bar the moment follows it; when the moment was set, the film follows.
  if (covers(film.clip, t) && !(film.asked && video.paused)) patch.t = clampT(t);
  film.asked = film.asked && video.seeking;
  set(patch, "film");
}
function startFilm() {
  if (!films.size) return;
  state.clip = [...films.keys()][0];
  for (const film of films.values()) {
    const { video } = film;
    video.preload = "auto";
    if (video.requestVideoFrameCallback) {
      const each = (_, about) => { shown(film, about.mediaTime, true); video.requestVideoFrameCallback(each); };
      video.requestVideoFrameCallback(each);
    } else {
      for (const event of ["timeupdate", "seeked"]) video.addEventListener(event, () => shown(film, video.currentTime, false));
    }
    video.addEventListener("seeking", () => { if (Math.abs(video.currentTime - film.target) > 0.001) film.asked = false; });  // by its own bar
    video.addEventListener("play", () => { film.asked = false; if (state.clip !== film.clip.id) set({ clip: film.clip.id }); playing = playing || 1; $("play") && ($("play").textContent = "Pause"); });
    video.addEventListener("pause", () => { if (film.clip.id === state.clip && playing === 1) { playing = 0; $("play").textContent = "Play"; } });
    video.addEventListener("error", () => { film.video.closest("figure").querySelector(".film-said").textContent = "This film cannot be played here. " + (video.currentSrc.startsWith("data:") ? "" : "It lies beside the page: " + video.getAttribute("src")); });
  }
  const chooser = $("film-choice");
  if (chooser) chooser.addEventListener("change", () => { pauseFilms(); set({ clip: chooser.value, frame: -1, ...(clips.get(chooser.value).start !== null ? { t: clips.get(chooser.value).start } : {}) }); });
  startMeasure();
  const show = () => {
    if (chooser) chooser.value = state.clip;
    for (const [id, film] of films) film.video.closest("figure").hidden = id !== state.clip;
  };
  show();
  parts.push((changed, by) => {
    if (changed.has("clip")) show();
    const leading = films.get(state.clip);
    for (const film of films.values()) {
      if (film === leading && by === "film") continue;
      const frame = state.t === null ? -1 : frameFor(film, state.t);
      if (frame < 0) continue;
      if (film === leading || film.video.paused) { if (film.video.paused) seek(film, frame); }
      if (film === leading && film.video.paused) state.frame = frame;
    }
    if (leading && by !== "film" && changed.has("t") && playing !== 1 && !leading.video.paused) leading.video.pause();
    tell();
  });
  const lead = films.get(state.clip);
  if (state.t === null || !covers(lead.clip, state.t)) lead.video.addEventListener("loadeddata", tell, { once: true });
}
function stepFrame(way) {
  const film = films.get(state.clip);
  if (!film) return;
  film.video.pause();
  const frame = Math.min(Math.max((state.frame < 0 ? 0 : state.frame) + way, 0), film.ticks.length - 1), t = film.ms ? film.ms[frame] : NaN;
  seek(film, frame);
  set(covers(film.clip, t) ? { frame, t: clampT(t) } : { frame });
}

// What is shown, in words that can be cited.
function citation(film) {
  const frame = state.frame, c = film.clip, rows = clipRows.get(c.id), row = rowOfFrame(c.id, frame), t = film.ms ? film.ms[frame] : NaN;
  const at = film.ticks[frame] / PER_SECOND;
  return [
    c.name + ", picture " + (frame + 1) + " of " + film.ticks.length + ", " + (at + c.film.offset).toFixed(3) + " s by the file's own clock (" + at.toFixed(3) + " s of the copy)",
    c.released ? (Number.isFinite(t) ? dayOf(t) + ", " + clock(t, true) + " UTC, from the moment that was released with the film" : "the moment was not released")
      : Number.isFinite(t) ? dayOf(t) + ", " + clock(t, true) + " UTC by the telemetry, packet " + rows.packet[row] : "no packet of telemetry stands within two pictures of it",
    "SHA-256 of the " + (c.released ? "released file " : "file ") + c.sha256,
  ];
}
function tell() {
  const film = films.get(state.clip);
  if (!film || state.frame < 0) return;
  const row = rowOfFrame(state.clip, state.frame), rows = clipRows.get(state.clip), box = film.video.closest("figure").querySelector(".film-said");
  const t = film.ms ? film.ms[state.frame] : NaN;
  box.dataset.frame = state.frame;
  box.dataset.packet = row >= 0 ? rows.packet[row] : "";
  box.textContent = "Picture " + (state.frame + 1) + " of " + film.ticks.length + (row >= 0 ? "; packet " + rows.packet[row] : film.clip.released ? "" : "; no packet") + (Number.isFinite(t) ? "; " + clock(t, true) + " UTC" : "") + (row >= 0 && Number.isFinite(rows.gsd[row]) ? "; a pixel covers " + metres(rows.gsd[row]) + " at its middle" : "") + (film.clip.start !== null && state.t !== null && !covers(film.clip, state.t) ? ". The film does not show the moment above" : "");
}

// ---- measuring ----
const MARK_PX = 1.5;  // one standard deviation of a point marked by hand, in pixels of the source (as in measure/footage/resolution.py)
const ruler = { on: false, points: [], at: [0.5, 0.5] };
// Four corners of the picture -> the projective map from picture to metres about the first corner (flat ground: exact).
function homography(rows, i) {
  const lat0 = rows.cornerLat[0][i], lon0 = rows.cornerLon[0][i], k = Math.PI / 180, w2 = 1 - 0.00669437999014 * Math.sin(lat0 * k) ** 2;
  const north = k * 6378137 * (1 - 0.00669437999014) / w2 ** 1.5, east = k * 6378137 / Math.sqrt(w2) * Math.cos(lat0 * k);
  const [p0, p1, p2, p3] = [0, 1, 2, 3].map((c) => [(rows.cornerLon[c][i] - lon0) * east, (rows.cornerLat[c][i] - lat0) * north]);
  const dx1 = p1[0] - p2[0], dx2 = p3[0] - p2[0], dy1 = p1[1] - p2[1], dy2 = p3[1] - p2[1], sx = p0[0] - p1[0] + p2[0] - p3[0], sy = p0[1] - p1[1] + p2[1] - p3[1];
  const det = dx1 * dy2 - dx2 * dy1, g = (sx * dy2 - dx2 * sy) / det, h = (dx1 * sy - sx * dy1) / det;
  const a = p1[0] - p0[0] + g * p1[0], b = p3[0] - p0[0] + h * p3[0], d = p1[1] - p0[1] + g * p1[1], e = p3[1] - p0[1] + h * p3[1];
  return { at: (u, v) => { const q = g * u + h * v + 1; return [(a * u + b * v + p0[0]) / q, (d * u + e * v + p0[1]) / q]; }, across: Math.hypot(p2[0] - p0[0], p2[1] - p0[1]) };
}
// Metres between two points of the picture (0-1 across, down) with low and high: marking error, and how far reported and computed corners differ.
function measured(film, frame, one, two_) {
  const row = rowOfFrame(film.clip.id, frame), rows = clipRows.get(film.clip.id), c = film.clip;
  const [w, h] = (rows && rows.size) || [c.film.width, c.film.height];
  const pixels = Math.hypot((two_[0] - one[0]) * w, (two_[1] - one[1]) * h);
  if (row >= 0 && Number.isFinite(rows.cornerLat[0][row])) {
    const map = homography(rows, row), far = (p, q) => { const a = map.at(...p), b = map.at(...q); return Math.hypot(a[0] - b[0], a[1] - b[1]); };
    const d = far(one, two_);
    let spread = 0;
    for (const [i, k] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
      const p = [one.slice(), two_.slice()];
      p[i][k] += MARK_PX / (k ? h : w);
      spread += (far(...p) - d) ** 2;
    }
    const gap = Number.isFinite(rows.gap[row]) ? rows.gap[row] : 0, scale = Math.max(0.01, Math.min(0.5, 2 * gap / map.across));
    const off = 2 * Math.sqrt(spread) + d * scale;
    return { d, low: Math.max(0, d - off), high: d + off, how: "from the corners of packet " + rows.packet[row] + " on flat ground; points marked to " + MARK_PX + " pixels, corners that differ by " + metres(gap) };
  }
  if (c.gsd) return { d: pixels * c.gsd.median, low: Math.max(0, pixels - 3) * c.gsd.low, high: (pixels + 3) * c.gsd.high, how: "from the ground sample distance of the whole clip: this picture has no packet" };
  return null;
}
function startMeasure() {
  for (const film of films.values()) {
    const figure = film.video.closest("figure"), sheet = figure.querySelector("canvas.ruler"), button = figure.querySelector(".measure"), said = figure.querySelector(".measured");
    const pen = sheet.getContext("2d");
    const draw = () => {
      const box = film.video.getBoundingClientRect();
      sheet.width = box.width; sheet.height = box.height;
      pen.clearRect(0, 0, sheet.width, sheet.height);
      if (!ruler.on) return;
      const px = (p) => [p[0] * sheet.width, p[1] * sheet.height];
      for (const [style, wide] of [["#000", 4], ["#ffbf47", 2]]) {
        pen.strokeStyle = style; pen.lineWidth = wide;
        for (const p of [...ruler.points, ruler.at]) { const [x, y] = px(p); pen.beginPath(); pen.moveTo(x - 9, y); pen.lineTo(x + 9, y); pen.moveTo(x, y - 9); pen.lineTo(x, y + 9); pen.stroke(); }
        if (ruler.points.length === 2) { pen.beginPath(); pen.moveTo(...px(ruler.points[0])); pen.lineTo(...px(ruler.points[1])); pen.stroke(); }
      }
    };
    const markAt = (p) => {
      if (ruler.points.length === 2) ruler.points = [];
      ruler.points.push(p);
      if (ruler.points.length < 2) { said.textContent = "First point set; set the second."; draw(); return; }
      const found = measured(film, state.frame, ...ruler.points);
      said.textContent = found ? metres(found.d) + " (" + metres(found.low) + " to " + metres(found.high) + "), " + found.how + ". What stands upright leans, so its height is no distance on the ground." : "This clip has no scale: neither corners nor ground sample distance.";
      if (found) { said.dataset.m = found.d; said.dataset.low = found.low; said.dataset.high = found.high; }
      draw();
    };
    button.addEventListener("click", () => {
      ruler.on = !ruler.on;
      ruler.points = [];
      film.video.pause();
      sheet.hidden = !ruler.on;
      button.setAttribute("aria-pressed", String(ruler.on));
      said.textContent = ruler.on ? "Click two points, or move the cross with the arrow keys and set each with Enter." : "";
      draw();
      if (ruler.on) sheet.focus();
    });
    sheet.addEventListener("click", (e) => { const box = sheet.getBoundingClientRect(); ruler.at = [(e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height]; markAt(ruler.at.slice()); });
    sheet.addEventListener("keydown", (e) => {
      const by = e.shiftKey ? 0.05 : 1 / (film.clip.film.width || 640), way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
      if (way) ruler.at = ruler.at.map((v, k) => Math.min(1, Math.max(0, v + way[k] * by)));
      else if (e.key === "Enter" || e.key === " ") markAt(ruler.at.slice());
      else if (e.key === "Escape") { button.click(); button.focus(); }
      else return;
      e.preventDefault();
      draw();
    });
    parts.push((changed) => { if (changed.has("frame") && ruler.on) { ruler.points = []; draw(); } });
    figure.querySelector(".snapshot").addEventListener("click", () => snapshot(film, figure));
  }
}

// A film that ran may have shown the next picture before it stopped. Does it rest on the picture that is named? Only that one is drawn and cited.
function rests(film) {
  const { video } = film;
  video.pause();
  if (state.frame >= 0) seek(film, state.frame);
  return new Promise((done) => {
    const look_ = () => {
      const there = Number(video.dataset.frame) === state.frame;
      if (video.error || (!video.seeking && (there || film.again >= 5))) done(there); else requestAnimationFrame(look_);
    };
    look_();
  });
}
// A picture with its citation below it, as PNG; where the browser keeps the pixels of a separate file, the words alone.
async function snapshot(film, figure) {
  if (!await rests(film)) {
    figure.querySelector(".film-said").textContent = "This picture cannot be shown here, so it is not cited.";
    return;
  }
  const words = citation(film), box = figure.querySelector(".cited"), text = box.querySelector("textarea");
  text.value = words.join("\n") + "\n" + location.href.split("#")[0].split("/").pop() + "#" + fragment();
  box.hidden = false;
  const wide = film.video.videoWidth, high = film.video.videoHeight, size_ = Math.max(11, Math.round(wide / 48)), sheet = el("canvas", { width: wide, height: high + size_ * 1.6 * (words.length + 1) });
  const pen = sheet.getContext("2d");
  pen.fillStyle = "#fff"; pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.drawImage(film.video, 0, 0);
  pen.fillStyle = "#111"; pen.font = size_ + "px system-ui, sans-serif";
  words.forEach((line_, i) => pen.fillText(line_, size_ / 2, high + size_ * 1.6 * (i + 1), wide - size_));
  const link = box.querySelector("a");
  try {
    sheet.toBlob((blob) => {
      if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
      link.href = URL.createObjectURL(blob);
      link.download = film.clip.name.replace(/\.[^.]*$/, "") + "-" + String(state.frame + 1).padStart(6, "0") + ".png";
      link.hidden = false;
    }, "image/png");
    box.querySelector(".cited-said").textContent = "";
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    link.hidden = true;
    box.querySelector(".cited-said").textContent = "The film lies beside the page, and the browser does not let a page copy the pixels of another file: save the picture from the film's own menu, and cite it with these words.";
  }
  text.focus();
  text.select();
}
