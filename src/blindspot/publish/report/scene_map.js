// The map: three canvases, what stands still, what moves, and the names above both. Mercator, north up.
const sheets = ["map-base", "map-top", "map-words"].map($), top_ = sheets[1];
const pens = top_ ? sheets.map((sheet) => sheet.getContext("2d")) : null;
const world = (lat, lon) => [(lon + 180) / 360, 0.5 - Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI)];
const earth = (x, y) => [Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180 / Math.PI, x * 360 - 180];
const TILE = 256;
let colours = {}, size = [0, 0], ratio = 1;

const clipRows = new Map();  // id -> decoded rows of telemetry
for (const c of data.clips) if (c.rows) {
  const r = c.rows, ms = column(r.ms), order = [...ms.keys()].filter((i) => Number.isFinite(ms[i])).sort((a, b) => ms[a] - ms[b]);  // a clock may be silent or run back
  clipRows.set(c.id, {
    n: r.n, packet: column(r.packet), ms, order, orderMs: Float64Array.from(order, (i) => ms[i]), lat: column(r.lat), lon: column(r.lon), aimLat: column(r.aim_lat), aimLon: column(r.aim_lon),
    cornerLat: r.corner_lat.map(column), cornerLon: r.corner_lon.map(column), gsd: column(r.gsd), depression: column(r.depression), gap: column(r.gap), size: r.size,
  });
}
const ways = data.sensors.map((s) => ({ id: s.id, ms: column(s.ms), lat: column(s.lat), lon: column(s.lon), aimLat: column(s.aim_lat), aimLon: column(s.aim_lon), radius: column(s.radius) }));
const vehicles = data.vehicles.map((v) => ({ id: v.id, ms: column(v.ms), lat: column(v.lat), lon: column(v.lon), gaps: v.gaps }));
const picture = data.basemap.picture ? Object.assign(new Image(), { src: data.basemap.picture.src }) : null;

const scaleOf = (view) => TILE * 2 ** view.zoom;
function spot(lat, lon) {
  const view = state.view, [x, y] = world(lat, lon), [cx, cy] = world(view.lat, view.lon), k = scaleOf(view);
  return [size[0] / 2 + (x - cx) * k, size[1] / 2 + (y - cy) * k];
}
function place_(px, py) {
  const [cx, cy] = world(state.view.lat, state.view.lon), k = scaleOf(state.view);
  return earth(cx + (px - size[0] / 2) / k, cy + (py - size[1] / 2) / k);
}
const perPixel = () => 40075016.7 * Math.cos(state.view.lat * Math.PI / 180) / scaleOf(state.view);

function fit(points, edge = 0.12) {
  const known = points.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  if (!known.length || !size[0]) return null;
  const xy = known.map(([a, b]) => world(a, b));
  const west = Math.min(...xy.map((p) => p[0])), east = Math.max(...xy.map((p) => p[0])), north = Math.min(...xy.map((p) => p[1])), south = Math.max(...xy.map((p) => p[1]));
  const k = Math.min(size[0] * (1 - 2 * edge) / Math.max(east - west, 2e-6), size[1] * (1 - 2 * edge) / Math.max(south - north, 2e-6));
  const [lat, lon] = earth((west + east) / 2, (north + south) / 2);
  return { lat, lon, zoom: Math.min(Math.max(Math.log2(k / TILE), 1), 20), moved: false };
}
const around = (p) => { const r = (p.error || 50) / 111320, w = r / Math.cos(p.lat * Math.PI / 180); return [[p.lat - r, p.lon - w], [p.lat + r, p.lon + w]]; };
const VIEWS = {
  case: () => [...data.places.flatMap(around), ...data.clips.flatMap((c) => c.corners), ...vehicles.flatMap((v) => [[v.lat[0], v.lon[0]], [v.lat[v.lat.length - 1], v.lon[v.lon.length - 1]]])],
  incident: () => data.incident && places.has(data.incident.place) ? around(places.get(data.incident.place)) : [],
  footage: () => data.clips.flatMap((c) => c.corners),
  sorties: () => data.routes.flatMap((r) => r.points.map(([lon, lat]) => [lat, lon])),
};
function look(name) { const view = fit(VIEWS[name]()); if (view) set({ view: { ...view, moved: name !== "case" } }); }

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["ink", "soft", "line", "paper", "wash", "seen", "unseen", "for", "against", "rest", "warn", "focus"]) colours[name] = style.getPropertyValue("--" + name).trim();
}
function resize() {
  if (!pens) return;
  const box = top_.parentElement.getBoundingClientRect();
  if (!box.width) return;
  ratio = Math.min(devicePixelRatio || 1, 2);
  size = [Math.round(box.width), Math.round(box.height)];
  for (const canvas of sheets) { canvas.width = size[0] * ratio; canvas.height = size[1] * ratio; }
  if (!state.view) state.view = fit(VIEWS.case()) || { lat: 0, lon: 0, zoom: 1, moved: false };
  drawBase();
  drawTop();
}

function line(pen, points, close) {
  pen.beginPath();
  points.forEach(([lat, lon], i) => { const [x, y] = spot(lat, lon); if (i) pen.lineTo(x, y); else pen.moveTo(x, y); });
  if (close) pen.closePath();
}
function flat(pen, numbers, at, close) {  // kind?, lon, lat, lon, lat ...
  pen.beginPath();
  for (let i = at; i < numbers.length; i += 2) { const [x, y] = spot(numbers[i + 1], numbers[i]); if (i === at) pen.moveTo(x, y); else pen.lineTo(x, y); }
  if (close) pen.closePath();
}
const arabic = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

// Text that touches no text before it and stays on the map; false where there is no room.
let taken = [];
function write(words, x, y, { colour = colours.ink, font = "12px system-ui, sans-serif", sides = [[14, 0, "left"], [-14, 0, "right"], [0, -20, "center"], [0, 20, "center"], [12, -14, "left"], [-12, -14, "right"], [12, 14, "left"], [-12, 14, "right"]] } = {}) {
  const pen = pens[2];
  pen.font = font;
  pen.direction = arabic.test(words) ? "rtl" : "ltr";
  const wide = pen.measureText(words).width, high = 14;
  for (const [dx, dy, align] of sides) {
    const left = align === "left" ? x + dx : align === "right" ? x + dx - wide : x + dx - wide / 2, upper = y + dy - high / 2;
    const box = [left - 2, upper - 1, left + wide + 2, upper + high + 1];
    if (box[0] < 2 || box[1] < 2 || box[2] > size[0] - 2 || box[3] > size[1] - 26) continue;
    if (taken.some((o) => box[0] < o[2] && o[0] < box[2] && box[1] < o[3] && o[1] < box[3])) continue;
    taken.push(box);
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    pen.strokeStyle = colours.paper;
    pen.strokeText(words, left, y + dy);
    pen.fillStyle = colour;
    pen.fillText(words, left, y + dy);
    return true;
  }
  return false;
}

function drawBase() {
  if (!pens || !size[0] || !state.view) return;
  const [pen] = pens, on = state.layers;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, ...size);
  pens[2].setTransform(ratio, 0, 0, ratio, 0, 0);
  pens[2].clearRect(0, 0, ...size);
  taken = [];
  if (on.has("ground")) drawGround(pen);
  drawGrid(pen);
  if (on.has("sorties")) drawRoutes(pen);
  if (on.has("footprints")) drawTrail(pen);
  if (on.has("vehicles")) drawWays(pen);
  if (on.has("places")) drawPlaces(pen);
  if (on.has("route")) drawLegs(pen);
  drawScale(pen);
}
const INK = { building: "unseen", water: "against", green: "seen", major: "soft", road: "line", rail: "soft", other: "line" };
function drawGround(pen) {
  const b = data.basemap;
  if (picture && picture.complete && picture.naturalWidth) {
    const [x0, y0] = spot(b.picture.north, b.picture.west), [x1, y1] = spot(b.picture.south, b.picture.east);
    pen.globalAlpha = 0.4;
    pen.drawImage(picture, x0, y0, x1 - x0, y1 - y0);
    pen.globalAlpha = 1;
  }
  for (const area of b.areas) { flat(pen, area, 1, true); pen.globalAlpha = area[0] === "building" ? 0.55 : 0.16; pen.fillStyle = colours[INK[area[0]]]; pen.fill(); }
  pen.globalAlpha = 0.7;
  for (const way of b.lines) { flat(pen, way, 1); pen.lineWidth = way[0] === "major" ? 1.6 : 0.9; pen.strokeStyle = colours[INK[way[0]]]; pen.stroke(); }
  pen.globalAlpha = 1;
  pen.strokeStyle = colours.soft;
  pen.lineWidth = 1;
  pen.setLineDash([6, 3, 1, 3]);
  for (const border of data.context.lines) { flat(pen, border, 0); pen.stroke(); }
  pen.setLineDash([]);
  if (perPixel() > 120) for (const [lat, lon] of data.context.airfields) {  // they are placed to a kilometre only
    const [x, y] = spot(lat, lon);
    pen.strokeRect(x - 2, y - 2, 4, 4);
  }
}
function drawGrid(pen) {
  const [north, west] = place_(0, 0), [south, east] = place_(...size);
  const step = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005].find((s) => (east - west) / s >= 2.5) || 0.0002;
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  pen.strokeStyle = colours.line;
  pen.lineWidth = 1;
  pen.globalAlpha = 0.6;
  const words = [];
  for (let lon = Math.ceil(west / step) * step; lon < east; lon += step) {
    const [x] = spot(north, lon);
    pen.beginPath(); pen.moveTo(x, 0); pen.lineTo(x, size[1]); pen.stroke();
    words.push([Math.abs(lon).toFixed(digits) + "° " + (lon < 0 ? "W" : "E"), x, 12, [[3, 0, "left"]]]);
  }
  for (let lat = Math.ceil(south / step) * step; lat < north; lat += step) {
    const [, y] = spot(lat, west);
    pen.beginPath(); pen.moveTo(0, y); pen.lineTo(size[0], y); pen.stroke();
    words.push([Math.abs(lat).toFixed(digits) + "° " + (lat < 0 ? "S" : "N"), 5, y, [[0, -8, "left"]]]);
  }
  pen.globalAlpha = 1;
  for (const [text, x, y, sides] of words) write(text, x, y, { colour: colours.soft, font: "10px system-ui, sans-serif", sides });
}
function drawRoutes(pen) {
  pen.setLineDash([2, 4]);
  for (const r of data.routes) {
    line(pen, r.points.map(([lon, lat]) => [lat, lon]));
    pen.strokeStyle = colours.for;
    pen.lineWidth = 1.5;
    pen.stroke();
  }
  pen.setLineDash([]);
  const named = new Set();
  if (perPixel() > 300) for (const r of data.routes) if (!named.has(r.base) && named.add(r.base)) write(r.base.split(",")[0], ...spot(r.points[0][1], r.points[0][0]), { colour: colours.for });
}
function ring(rows, i) { return [0, 1, 2, 3].map((c) => [rows.cornerLat[c][i], rows.cornerLon[c][i]]); }
function drawTrail(pen) {
  for (const rows of clipRows.values()) {
    const every = Math.max(1, Math.floor(rows.n / 240));
    pen.beginPath();  // one shape: ground looked at often is no darker than ground looked at once
    for (let i = 0; i < rows.n; i += every) {
      if (!Number.isFinite(rows.cornerLat[0][i])) continue;
      ring(rows, i).forEach(([lat, lon], k) => { const [x, y] = spot(lat, lon); if (k) pen.lineTo(x, y); else pen.moveTo(x, y); });
      pen.closePath();
    }
    pen.fillStyle = colours.against;
    pen.globalAlpha = 0.1;
    pen.fill("nonzero");
    pen.globalAlpha = 0.8;
    pen.strokeStyle = colours.soft;
    pen.lineWidth = 1;
    drawWay(pen, rows.lat, rows.lon, every);
  }
  for (const w of ways) { pen.strokeStyle = colours.soft; pen.lineWidth = 1; drawWay(pen, w.lat, w.lon, Math.max(1, Math.floor(w.lat.length / 600))); }
  pen.globalAlpha = 1;
}
function drawWay(pen, lat, lon, every) {
  pen.beginPath();
  let down = false;
  for (let i = 0; i < lat.length; i += every) {
    if (!Number.isFinite(lat[i])) { down = false; continue; }
    const [x, y] = spot(lat[i], lon[i]);
    if (down) pen.lineTo(x, y); else pen.moveTo(x, y);
    down = true;
  }
  pen.stroke();
}
function drawWays(pen) {
  for (const v of vehicles) {
    pen.strokeStyle = colours.for;
    pen.lineWidth = 1.6;
    let last = -1;
    const gaps = new Set(v.gaps.map((g) => g[0]));
    for (let i = 0; i + 1 < v.ms.length; i++) {
      const a = spot(v.lat[i], v.lon[i]), b = spot(v.lat[i + 1], v.lon[i + 1]);
      if (last >= 0 && Math.hypot(b[0] - a[0], b[1] - a[1]) < 0.6 && !gaps.has(v.ms[i])) continue;
      pen.setLineDash(gaps.has(Math.round(v.ms[i])) ? [2, 4] : []);
      pen.beginPath(); pen.moveTo(...a); pen.lineTo(...b); pen.stroke();
      last = i;
    }
    pen.setLineDash([]);
  }
}
const isOn = (x, y, edge = 0) => x > -edge && y > -edge && x < size[0] + edge && y < size[1] + edge;
function drawPlaces(pen) {
  const shown = data.places.map((p) => [p, ...spot(p.lat, p.lon), p.error / perPixel()]).filter(([, x, y, r]) => isOn(x, y, r));
  for (const [p, x, y, r] of shown) {
    if (r < 2 || r > 4 * Math.max(...size)) continue;
    pen.beginPath(); pen.arc(x, y, r, 0, 2 * Math.PI);
    pen.globalAlpha = shown.length > 200 ? 0.03 : 0.07; pen.fillStyle = colours.against; pen.fill();
    pen.globalAlpha = shown.length > 200 ? 0.25 : 0.5; pen.strokeStyle = colours.against; pen.lineWidth = 1; pen.stroke();
  }
  pen.globalAlpha = 1;
  for (const [p, x, y] of shown) mark(pen, p, x, y);
  const first = [...shown].sort((a, b) => Number(b[0].incident) - Number(a[0].incident)).slice(0, 150);
  for (const [, x, y] of first) { const r = data.places.length > 200 ? 3 : 10; taken.push([x - r, y - r, x + r, y + r]); }
  for (const [p, x, y] of first) {
    const name = p.name.split(/[,،(]/)[0].trim();
    const bold = "600 12px system-ui, sans-serif";
    if (!(name.length <= 34 && write((data.places.length <= 52 ? p.letter + "  " : "") + name, x, y, { font: bold }))) if (data.places.length <= 52) write(p.letter, x, y, { font: bold });
  }
}
function mark(pen, p, x, y) {
  if (p.incident) {
    pen.strokeStyle = colours.warn; pen.lineWidth = 2.5;
    pen.beginPath(); pen.moveTo(x - 6, y - 6); pen.lineTo(x + 6, y + 6); pen.moveTo(x - 6, y + 6); pen.lineTo(x + 6, y - 6); pen.stroke();
  } else {
    pen.beginPath(); pen.arc(x, y, data.places.length > 200 ? 2.2 : 4, 0, 2 * Math.PI); pen.fillStyle = colours.against; pen.fill();
  }
}
function drawLegs(pen) {
  pen.strokeStyle = colours.soft;
  pen.lineWidth = 1.3;
  for (const [a, b, gap] of data.legs) {
    const p = places.get(a), q = places.get(b);
    if (!p || !q) continue;
    const [ax, ay] = spot(p.lat, p.lon), [bx, by] = spot(q.lat, q.lon);
    pen.setLineDash(gap ? [1, 4] : [6, 4]);
    pen.beginPath(); pen.moveTo(ax, ay); pen.quadraticCurveTo((ax + bx) / 2 - (by - ay) * 0.14, (ay + by) / 2 + (bx - ax) * 0.14, bx, by); pen.stroke();
  }
  pen.setLineDash([]);
}
function drawScale(pen) {
  const most = size[0] / 4 * perPixel(), power = 10 ** Math.floor(Math.log10(most)), length = [5, 2, 1].map((k) => k * power).find((v) => v <= most), wide = length / perPixel(), y = size[1] - 12;
  pen.fillStyle = colours.paper;
  pen.globalAlpha = 0.85;
  pen.fillRect(0, size[1] - 24, size[0], 24);
  pen.globalAlpha = 1;
  pen.strokeStyle = pen.fillStyle = colours.soft;
  pen.lineWidth = 1.4;
  pen.beginPath(); pen.moveTo(10, y - 4); pen.lineTo(10, y + 4); pen.moveTo(10, y); pen.lineTo(10 + wide, y); pen.moveTo(10 + wide, y - 4); pen.lineTo(10 + wide, y + 4);
  const n = size[0] - 16;
  pen.moveTo(n, y + 7); pen.lineTo(n, y - 7); pen.moveTo(n - 4, y - 2); pen.lineTo(n, y - 7); pen.lineTo(n + 4, y - 2); pen.stroke();
  pen.font = "11px system-ui, sans-serif"; pen.textBaseline = "middle"; pen.direction = "ltr"; pen.textAlign = "left";
  pen.fillText(metres(length), 16 + wide, y);
  pen.textAlign = "right";
  pen.fillText("N", n - 8, y);
}

// ---- hands ----
function zoomBy(step, px = size[0] / 2, py = size[1] / 2) {
  const view = state.view, zoom = Math.min(Math.max(view.zoom + step, 1), 21), [x, y] = world(...place_(px, py)), k = TILE * 2 ** zoom;
  const [lat, lon] = earth(x - (px - size[0] / 2) / k, y - (py - size[1] / 2) / k);
  set({ view: { lat, lon, zoom, moved: true } });
}
function panBy(dx, dy) {
  const [lat, lon] = place_(size[0] / 2 + dx, size[1] / 2 + dy);
  set({ view: { lat: Math.min(Math.max(lat, -84), 84), lon: Math.min(Math.max(lon, -180), 180), zoom: state.view.zoom, moved: true } });
}
function startMap() {
  if (!pens) return;
  readColours();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); drawBase(); drawTop(); });
  new ResizeObserver(resize).observe(top_.parentElement);
  if (picture) picture.addEventListener("load", drawBase);
  resize();
  $("zoom-in").addEventListener("click", () => zoomBy(1));
  $("zoom-out").addEventListener("click", () => zoomBy(-1));
  $("view").addEventListener("change", (e) => look(e.target.value));
  top_.addEventListener("keydown", (e) => {
    const act = { ArrowLeft: () => panBy(-60, 0), ArrowRight: () => panBy(60, 0), ArrowUp: () => panBy(0, -60), ArrowDown: () => panBy(0, 60), "+": () => zoomBy(1), "=": () => zoomBy(1), "-": () => zoomBy(-1), 0: () => look("case") }[e.key];
    if (act && !e.ctrlKey && !e.metaKey && !e.altKey) { act(); e.preventDefault(); }
  });
  top_.addEventListener("wheel", (e) => {
    if (!(e.ctrlKey || e.metaKey || document.activeElement === top_)) return;  // else the page scrolls on
    const box = top_.getBoundingClientRect();
    zoomBy(e.deltaY < 0 ? 0.5 : -0.5, e.clientX - box.left, e.clientY - box.top);
    e.preventDefault();
  }, { passive: false });
  let held = null;
  top_.addEventListener("pointerdown", (e) => { held = { x: e.clientX, y: e.clientY, moved: false }; top_.setPointerCapture(e.pointerId); });
  top_.addEventListener("pointermove", (e) => {
    if (!held) return;
    const dx = e.clientX - held.x, dy = e.clientY - held.y;
    if (!held.moved && Math.hypot(dx, dy) < 4) return;
    panBy(-dx, -dy);
    held = { x: e.clientX, y: e.clientY, moved: true };
  });
  top_.addEventListener("pointercancel", () => { held = null; });
  top_.addEventListener("pointerup", (e) => {
    const still = held && !held.moved;
    held = null;
    if (!still) return;
    const box = top_.getBoundingClientRect(), x = e.clientX - box.left, y = e.clientY - box.top;
    const near = data.places.map((p) => { const [px, py] = spot(p.lat, p.lon); return [Math.hypot(px - x, py - y), p.id]; }).sort((a, b) => a[0] - b[0])[0];
    choose(near && near[0] < 22 ? "place:" + near[1] : "");
  });
  for (const box of document.querySelectorAll("input[data-layer]")) {
    box.addEventListener("change", () => {
      const layers = new Set(state.layers);
      if (box.checked) layers.add(box.dataset.layer); else layers.delete(box.dataset.layer);
      set({ layers });
    });
  }
  parts.push((changed) => {
    if (changed.has("layers")) for (const box of document.querySelectorAll("input[data-layer]")) box.checked = state.layers.has(box.dataset.layer);
    if (changed.has("view") || changed.has("layers")) drawBase();
    drawTop();
  });
}
