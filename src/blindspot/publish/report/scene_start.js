// Begin: show the living parts, read the fragment, keep it.
let keeping = 0;  // the fragment is written once nothing has moved for a moment
function startLink() {
  const box = $("view-link"), button = $("copy-link");
  if (!button) return;
  const address = () => location.href.split("#")[0] + "#" + fragment();
  button.addEventListener("click", async () => {
    box.value = address();
    box.hidden = false;
    box.select();
    let copied = false;
    if (navigator.clipboard) try { await navigator.clipboard.writeText(box.value); copied = true; } catch { copied = false; }
    $("link-said").textContent = copied ? "Copied." : "Select and copy it.";
  });
  parts.push(() => {
    clearTimeout(keeping);
    $("link-said").textContent = "";
    keeping = setTimeout(() => history.replaceState(null, "", "#" + fragment()), 250);
  });
}
function start() {
  document.documentElement.classList.add("lively");
  for (const e of document.querySelectorAll(".live")) e.hidden = false;
  startTime();
  startFilm();
  startMap();
  startLists();
  startLink();
  const apply = (hash) => {
    const patch = readFragment(hash);
    if (!patch) return false;
    if (patch.chosen && patch.t === undefined) { const t = lit(patch.chosen).t; if (t !== null) patch.t = clampT(t); }
    if (patch.t !== undefined && (patch.t < Number(slider.min) || patch.t > Number(slider.max))) { $("span").value = "day"; widen("day"); }
    set(patch, "fragment");
    return true;
  };
  if (apply(location.hash)) $("scene").scrollIntoView();
  addEventListener("hashchange", (e) => { clearTimeout(keeping); apply(new URL(e.newURL).hash); });  // what was asked for, not what was written since
  set({ started: true });
  document.documentElement.dataset.scene = "ready";
}
start();
