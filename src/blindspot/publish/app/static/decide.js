// What waits for a person: suggested rows, and gap cards side by side.
import { ask, tell, el, bdi, here, page, trying, look, newest } from "./app.js";

const latest = newest();
const per = (p) => p < 0.01 ? "under 1 %" : p > 0.99 ? "over 99 %" : `${(100 * p).toFixed(0)} %`;
const span = ([a, b], unit) => a === b ? `${a} ${unit}` : `${a} to ${b} ${unit}`;

function suggestions(told) {
  const act = (id, decision) => trying(async () => { await tell("decide", { id, decision }); await waiting(); await look(); });
  here.replaceChildren(
    el("p", {}, told.suggestions.length ? `${told.suggestions.length + told.more} rows wait. An accepted row enters its table; a refused one is noted in refusals.csv and not shown again.` : "Nothing waits. The stage statements suggests rows where the case has texts; run it under Stages."),
    el("ul", { class: "rows" }, ...told.suggestions.map((s) => el("li", { "data-id": s.id }, el("h3", {}, el("code", {}, s.id), ` for ${s.table}.csv`), el("p", {}, bdi(s.because)),
      el("dl", {}, ...Object.entries(s.cells).filter(([k]) => k !== "id").flatMap(([k, v]) => [el("dt", {}, k), el("dd", {}, bdi(v))])),
      el("p", {}, el("button", { type: "button", onclick: act(s.id, "accept") }, `Accept ${s.id}`), " ", el("button", { type: "button", onclick: act(s.id, "refuse") }, `Refuse ${s.id}`))))),
    told.refused.length ? el("p", { class: "soft" }, "Refused: " + told.refused.join(", ")) : "");
}

async function waiting() { const told = await latest(ask("suggestions")); if (told) suggestions(told[0]); }

function side(s, words) {
  const size = s.gsd_m ? `, ${span(s.gsd_m.map((m) => Number((100 * m).toPrecision(2))), "cm")} a pixel` : "; the footage gives no scale";
  const when = s.utc ? s.utc.slice(0, -1) + " UTC" : "no clock";
  return el("figure", { class: "side" }, el("div", { class: "veiled" }, el("img", { src: s.src, width: 2 * s.width, height: 2 * s.height, alt: `${words}, picture ${s.picture + 1}` })),
    el("figcaption", {}, el("b", {}, words), ` picture ${s.picture + 1}, ${s.seconds.toFixed(1)} s, ${when}; ${s.pixels.map(Math.round).join(" x ")} pixels${size}; box by ${s.by === "boxes" ? "the list of boxes" : "the " + s.by}`));
}

const SAID = { none: "none of those shown", unsure: "it cannot be told" };
const naming = (s) => s.object === "vehicle" ? "Marked again" : "Candidate " + s.object;
function loss(g, reviewer) {
  const choice = el("select", { required: true }, el("option", { value: "" }, "choose"), ...g.after.map((s) => el("option", { value: s.object }, naming(s))), ...Object.entries(SAID).map(([v, w]) => el("option", { value: v }, w)));
  const why = el("input", { type: "text", maxlength: 500, required: true });
  const send = trying(async (e) => { e.preventDefault(); const told = await tell("gap", { gap: g.id, answer: choice.value, why: why.value });
    section.replaceWith(loss(told.losses.find((l) => l.id === g.id), reviewer));  // this one alone: what is typed at another stays
    await look();
  });
  const section = el("section", { class: "loss", "aria-label": g.id }, el("h3", {}, bdi(g.id)),
    el("p", {}, "Lost in ", bdi(g.clip), g.seconds === null ? "; nobody has marked where it comes back" : ` for ${g.seconds} s`, `. What failed: ${g.failed.join(", ")}.`),
    el("div", { class: "sides", tabindex: "0", role: "region", "aria-label": "Pictures of " + g.id }, side(g.before, "Before,"), ...g.after.map((s) => side(s, naming(s) + ","))),
    g.after.length ? el("p", { class: "soft" }, `In the order of their appearance, at the picture's own resolution, each pixel drawn as 2 x 2${g.more ? `; ${g.more} that appear later are not shown` : ""}. What was seen elsewhere while the vehicle was in sight is left out.`)
      : el("p", { class: "soft" }, g.boxed ? "Nothing that was boxed after it could be it." : "No list of boxes (marks/" + g.id.split("-gap-")[0] + ".boxes.txt) says what else was in view, so no candidates can be shown."),
    el("p", {}, g.appearance ? `Share of vehicles there that would pass as it: ${g.appearance.passes.map(per).join(" to ")} (` : "No custody in tracks.toml names these marks, so no share of vehicles that would pass as it is given.", g.appearance ? bdi(g.appearance.basis) : "", g.appearance ? ")." : ""),
    g.answered ? el("ul", {}, ...g.answers.map((a) => el("li", {}, bdi(a.by), ": ", SAID[a.answer] || "candidate " + a.answer, ", ", bdi(a.why))), g.taken ? el("li", {}, "In the log of marks ", bdi(g.taken.by), " went on from ", bdi(g.taken.object || "a mark of his own"), ": ", bdi(g.taken.why)) : "")
      : reviewer ? el("form", { onsubmit: send }, el("label", {}, "Which is the vehicle? ", choice), el("label", {}, "By what do you tell? ", why), el("button", { type: "submit", class: "main" }, "Enter what I see"), el("p", { class: "soft" }, "What others entered is shown once you have."))
      : el("p", {}, "To enter what you see, say first who you are on ", el("a", { href: "/sheet" }, "Sheet"), "."));
  return section;
}

function chain(told) {
  return [
    el("h2", {}, `Still the same vehicle? ${told.id}`),
    el("p", {}, `${per(told.p_same_vehicle.low)} to ${per(told.p_same_vehicle.high)}, median ${per(told.p_same_vehicle.median)}, over all gaps; the interruption that costs most: `, bdi(told.costs_most), "."),
    el("div", { class: "cards-side" }, ...told.gaps.map((g) => el("section", { class: "gap" + (g.id === told.costs_most ? " most" : ""), "aria-label": g.id }, el("h3", {}, bdi(g.id)),
      el("dl", {}, el("dt", {}, "how often"), el("dd", {}, String(g.count)), el("dt", {}, "out of sight for"), el("dd", {}, span(g.seconds, "s")),
        el("dt", {}, "may have moved (1 sigma)"), el("dd", {}, span(g.sigma_m, "m")), ...(g.candidates ? [el("dt", {}, "candidates within reach, it among them"), el("dd", {}, g.candidates.join(" to ")), el("dt", {}, "would pass as it"), el("dd", {}, g.passes.map(per).join(" to "))] : []),
        el("dt", {}, "same vehicle after one"), el("dd", {}, `${per(g.p_same.low)} to ${per(g.p_same.high)}`), el("dt", {}, "costs"), el("dd", {}, `${g.cost_ban} ban`))))),
    el("h3", {}, "Links of their own"), el("ul", {}, ...told.links.map((l) => el("li", {}, bdi(l.link), ": ", l.p ? l.p.map(per).join(" to ") : "no number"))),
    el("details", {}, el("summary", {}, "How it is derived"), el("ul", {}, ...told.derivation.map((d) => el("li", {}, bdi(d)))))];
}

function gaps(told) {
  if (told.lacks) return here.replaceChildren(el("p", {}, told.lacks));
  const shown = document.getElementById("unveil")?.checked || false;
  here.replaceChildren(
    ...(told.losses.length ? [el("h2", {}, "Losses of view, side by side"),
      el("label", { class: "row" }, el("input", { type: "checkbox", id: "unveil", checked: shown }), "Show the pictures as they are: they may be graphic"),
      ...told.losses.map((g) => loss(g, told.reviewer))]
      : [el("p", { class: "soft" }, "No footage of the case has marks of a followed vehicle (marks/NAME.jsonl beside footage/NAME.*), so no pictures of both sides can be shown; the interruptions stand below as cards.")]),
    ...told.problems.map((p) => el("p", { class: "wrong" }, bdi(p))), ...told.chains.flatMap(chain));
}

if (page === "suggestions") trying(waiting)();
if (page === "gaps") trying(async () => gaps(await ask("gaps")))();
