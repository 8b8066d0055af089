// The report as drawn, and whether it is of the case as it stands.
import { ask, tell, el, here, trying, onchange } from "./app.js";

const frame = el("iframe", { class: "report", src: "/report", title: "The report" });
const said = el("span", { class: "soft", role: "status" });
const again = el("button", { type: "button", class: "main" }, "Draw it again");
const stop = el("button", { type: "button" }, "Cancel");
let asked = false;

async function follow() {
  const { stages } = await ask("stages");
  const job = stages.find((s) => s.name === "report").job;
  const running = job && job.state === "running";
  again.disabled = running;
  stop.hidden = !running;
  if (running) { said.textContent = `${job.says.at(-1) || "starting"} (${job.seconds} s)`; setTimeout(trying(follow), 500); return; }
  if (job) said.textContent = job.state === "done" ? `Drawn in ${job.seconds} s.` : `${job.state}: ${job.says.at(-1) || ""}`;
  if (job && asked) { asked = false; frame.src = "/report"; }
}
const start = trying(async () => { await tell("run", { stage: "report" }); asked = true; await follow(); });
again.addEventListener("click", start);
stop.addEventListener("click", trying(async () => { await tell("cancel"); await follow(); }));
here.replaceChildren(el("p", {}, again, " ", stop, " ", el("a", { href: "/report", target: "_blank", rel: "noopener" }, "Open it alone"), " ", said), frame);
stop.hidden = true;
onchange(() => { said.textContent = "The case has changed since this was drawn."; });
fetch("/report", { method: "HEAD" }).then((answer) => { if (!answer.ok) start(); });
trying(follow)();
