// What moves on the map: footprint, camera, vehicle, what each watch says, blind spots, the stop of the moment.
const blinds = data.watches.flatMap((w) => (w.blind || []).map((b) => ({ ...b, corners: w.corners })));
function covers(clip, t) { return clip.start !== null && t !== null && t >= clip.start - 50 && t <= clip.end + 50; }
function rowAt(clip, t) {
  const rows = clipRows.get(clip.id);
  if (!rows) return -1;
  if (clip.id === state.clip && state.frame >= 0 && rowOfFrame && (clip.start === null || covers(clip, t))) { const row = rowOfFrame(clip.id, state.frame); if (row >= 0) return row; }
  return covers(clip, t) && rows.order.length ? rows.order[nearest(rows.orderMs, t)] : -1;
}
let rowOfFrame = null;  // set by the film
function interpolated(way, t, gaps) {
  const n = way.ms.length;
  if (!n || t < way.ms[0] || t > way.ms[n - 1]) return null;
  const i = Math.max(0, nearest(way.ms, t) - (way.ms[nearest(way.ms, t)] > t ? 1 : 0)), k = Math.min(i + 1, n - 1);
  const w = k === i ? 0 : (t - way.ms[i]) / (way.ms[k] - way.ms[i]);
  return { lat: way.lat[i] + w * (way.lat[k] - way.lat[i]), lon: way.lon[i] + w * (way.lon[k] - way.lon[i]), gap: (gaps || []).find((g) => t > g[0] && t < g[1]) || null, i: w < 0.5 ? i : k };
}
function seenAt(w, t) {
  if (w.start === null || t === null || t < w.start || t > w.end) return null;
  const found = w.seen.find((i) => t >= i[0] && t < i[1]) || (t === w.end ? w.seen.at(-1) : null);
  return found ? { state: found[2], reason: found[3], gsd: found[4] } : w.seen.length ? null : { state: "stated", reason: "", gsd: [] };
}
function drawTop() {
  if (!pens || !size[0] || !state.view) return;
  const pen = pens[1], on = state.layers, t = state.t;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, ...size);
  if (on.has("blind")) drawBlind(pen, t);
  if (on.has("footprints") && t !== null) drawFootprints(pen, t);
  if (on.has("seen")) drawSeen(pen, t);
  if (on.has("vehicles") && t !== null) for (const v of vehicles) {
    const at = interpolated(v, t, v.gaps);
    if (!at) continue;
    const [x, y] = spot(at.lat, at.lon);
    pen.beginPath(); pen.arc(x, y, 6, 0, 2 * Math.PI);
    pen.fillStyle = at.gap ? colours.paper : colours.for; pen.strokeStyle = colours.for; pen.lineWidth = 2; pen.fill(); pen.stroke();
  }
  if (on.has("stops")) drawStops(pen, t);
  drawChosen(pen);
}
function drawBlind(pen, t) {
  const shown = blinds.filter((b) => b.start === null || (t !== null && t >= b.start && t < b.end));
  for (const b of shown) {
    const corners = b.corners.map(([lat, lon]) => spot(lat, lon)), rows = b.shares.length, columns = b.shares[0].length;
    const at = (r, c) => [0, 1].map((k) => { const u = c / columns, v = r / rows; return (1 - v) * ((1 - u) * corners[0][k] + u * corners[1][k]) + v * ((1 - u) * corners[3][k] + u * corners[2][k]); });
    pen.fillStyle = colours.ink;
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
      const digit = b.shares[r].charCodeAt(c) - 48;
      if (digit < 0 || digit >= 9) continue;
      pen.globalAlpha = 0.3 * (1 - digit / 9);
      pen.beginPath(); pen.moveTo(...at(r, c)); pen.lineTo(...at(r, c + 1)); pen.lineTo(...at(r + 1, c + 1)); pen.lineTo(...at(r + 1, c)); pen.fill();
    }
  }
  pen.globalAlpha = 1;
}
function drawFootprints(pen, t) {
  const print = (points, lat, lon) => {
    line(pen, points, true);
    pen.globalAlpha = 0.22; pen.fillStyle = colours.seen; pen.fill(); pen.globalAlpha = 1;
    pen.strokeStyle = colours.seen; pen.lineWidth = 2; pen.stroke();
    if (Number.isFinite(lat)) {
      const [x, y] = spot(lat, lon), [mx, my] = points.map(([a, b]) => spot(a, b)).reduce((s, p) => [s[0] + p[0] / points.length, s[1] + p[1] / points.length], [0, 0]);
      pen.setLineDash([3, 3]); pen.lineWidth = 1; pen.beginPath(); pen.moveTo(x, y); pen.lineTo(mx, my); pen.stroke(); pen.setLineDash([]);
      pen.fillStyle = colours.ink; pen.beginPath(); pen.moveTo(x, y - 7); pen.lineTo(x + 6, y + 5); pen.lineTo(x - 6, y + 5); pen.fill();
    }
  };
  for (const clip of data.clips) {
    const i = rowAt(clip, t), rows = clipRows.get(clip.id);
    if (i >= 0 && Number.isFinite(rows.cornerLat[0][i])) print(ring(rows, i), rows.lat[i], rows.lon[i]);
  }
  for (const w of ways) {
    const at = interpolated(w, t);
    if (!at) continue;
    const i = at.i, r = w.radius[i] / 111320;
    const circle = Number.isFinite(r) && Number.isFinite(w.aimLat[i]) ? [...Array(36).keys()].map((k) => [w.aimLat[i] + r * Math.cos(k * Math.PI / 18), w.aimLon[i] + r * Math.sin(k * Math.PI / 18) / Math.cos(w.aimLat[i] * Math.PI / 180)]) : [[at.lat, at.lon]];
    print(circle, at.lat, at.lon);
  }
}
function drawSeen(pen, t) {
  for (const w of data.watches) {
    const p = places.get(w.place), seen = seenAt(w, t);
    if (!p || !seen) continue;
    const [x, y] = spot(p.lat, p.lon);
    pen.lineWidth = 4;
    pen.strokeStyle = seen.state === "seen" ? colours.seen : seen.state === "not seen" ? colours.unseen : colours.rest;
    pen.setLineDash(seen.state === "seen" ? [] : seen.state === "not seen" ? [2, 3] : [6, 3]);
    pen.beginPath(); pen.arc(x, y, 12, 0, 2 * Math.PI); pen.stroke();
  }
  pen.setLineDash([]);
}
const stopNow = (t) => t === null ? null : data.stops.filter((s) => s.start !== null && s.start <= t + 500).at(-1) || null;
function drawStops(pen, t) {
  const now = stopNow(t);
  if (!now || !places.has(now.place)) return;
  const p = places.get(now.place), [x, y] = spot(p.lat, p.lon);
  pen.beginPath(); pen.arc(x, y, 9, 0, 2 * Math.PI);
  pen.fillStyle = colours.for; pen.fill();
  pen.fillStyle = colours.paper; pen.font = "600 11px system-ui, sans-serif"; pen.textAlign = "center"; pen.textBaseline = "middle"; pen.direction = "ltr";
  pen.fillText(String(now.n), x, y + 0.5);
}
function drawChosen(pen) {
  if (!state.chosen) return;
  const found = lit(state.chosen);
  pen.strokeStyle = colours.focus;
  pen.lineWidth = 4;
  for (const id of found.places) { const p = places.get(id), [x, y] = spot(p.lat, p.lon); pen.beginPath(); pen.arc(x, y, 16, 0, 2 * Math.PI); pen.stroke(); }
}

