// What waits for a person: suggested rows, and gap cards side by side.
import { ask, tell, el, bdi, here, page, trying, look } from "./app.js";

const per = (p) => p < 0.01 ? "under 1 %" : p > 0.99 ? "over 99 %" : `${(100 * p).toFixed(0)} %`;
const span = ([a, b], unit) => a === b ? `${a} ${unit}` : `${a} to ${b} ${unit}`;

function suggestions(told) {
  const act = (id, decision) => trying(async () => { suggestions(await tell("decide", { id, decision })); await look(); });
  here.replaceChildren(
    el("p", {}, told.suggestions.length ? `${told.suggestions.length + told.more} rows wait. An accepted row enters its table; a refused one is noted in refusals.csv and not shown again.` : "Nothing waits. The stage statements suggests rows where the case has texts; run it under Stages."),
    el("ul", { class: "rows" }, ...told.suggestions.map((s) => el("li", { "data-id": s.id }, el("h3", {}, el("code", {}, s.id), ` for ${s.table}.csv`), el("p", {}, bdi(s.because)),
      el("dl", {}, ...Object.entries(s.cells).filter(([k]) => k !== "id").flatMap(([k, v]) => [el("dt", {}, k), el("dd", {}, bdi(v))])),
      el("p", {}, el("button", { type: "button", onclick: act(s.id, "accept") }, `Accept ${s.id}`), " ", el("button", { type: "button", onclick: act(s.id, "refuse") }, `Refuse ${s.id}`))))),
    told.refused.length ? el("p", { class: "soft" }, "Refused: " + told.refused.join(", ")) : "");
}

function gaps(told) {
  if (told.lacks) return here.replaceChildren(el("p", {}, told.lacks));
  here.replaceChildren(...told.chains.flatMap((chain) => [
    el("h2", {}, `Still the same vehicle? ${chain.id}`),
    el("p", {}, `${per(chain.p_same_vehicle.low)} to ${per(chain.p_same_vehicle.high)}, median ${per(chain.p_same_vehicle.median)}, over all gaps; the interruption that costs most: `, bdi(chain.costs_most), "."),
    el("div", { class: "cards-side" }, ...chain.gaps.map((g) => el("section", { class: "gap" + (g.id === chain.costs_most ? " most" : ""), "aria-label": g.id }, el("h3", {}, bdi(g.id)),
      el("dl", {}, el("dt", {}, "how often"), el("dd", {}, String(g.count)), el("dt", {}, "out of sight for"), el("dd", {}, span(g.seconds, "s")),
        el("dt", {}, "may have moved (1 sigma)"), el("dd", {}, span(g.sigma_m, "m")), ...(g.candidates ? [el("dt", {}, "candidates"), el("dd", {}, String(g.candidates))] : []),
        el("dt", {}, "same vehicle after one"), el("dd", {}, `${per(g.p_same.low)} to ${per(g.p_same.high)}`), el("dt", {}, "costs"), el("dd", {}, `${g.cost_ban} ban`))))),
    el("h3", {}, "Links of their own"), el("ul", {}, ...chain.links.map((l) => el("li", {}, bdi(l.link), ": ", l.p ? l.p.map(per).join(" to ") : "no number"))),
    el("details", {}, el("summary", {}, "How it is derived"), el("ul", {}, ...chain.derivation.map((d) => el("li", {}, bdi(d)))))]));
}

if (page === "suggestions") trying(async () => suggestions(await ask("suggestions")))();
if (page === "gaps") trying(async () => gaps(await ask("gaps")))();
