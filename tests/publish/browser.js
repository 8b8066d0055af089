// What is wrong with a page as it stands? One line per fault; an empty list is a pass. Run by test_page.py.
() => {
  const faults = [];
  const say = (what, element) => faults.push(what + ": " + (element ? (element.textContent || element.tagName).trim().slice(0, 60) : ""));
  const wide = document.documentElement.clientWidth;
  const seen = (e) => e.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true });
  const touch = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;

  // Nothing leaves the page sideways; only a scroll box may hold more than it shows.
  if (document.documentElement.scrollWidth > wide) faults.push("the page scrolls sideways: " + document.documentElement.scrollWidth);
  for (const e of document.querySelectorAll("main *")) {
    if (e.closest("svg") || e.parentElement.closest(".scroll") || !seen(e)) continue;
    const box = e.getBoundingClientRect();
    if (box.left < -0.5 || box.right > wide + 0.5) say("leaves the page", e);
    const style = getComputedStyle(e);
    if (!e.matches("input, video, select, .quiet") && style.overflowX === "hidden" || style.textOverflow === "ellipsis") say("clips its text", e);
    if (!e.matches(".scroll, .quiet, select, input, textarea, canvas") && style.display !== "inline" && e.scrollWidth > e.clientWidth + 9 && e.clientWidth) say("is wider than its box", e);
  }

  // Labels of figures: inside the page, apart from one another and from the text beside them.
  for (const svg of document.querySelectorAll("svg")) {
    if (svg.parentElement.closest("svg") || !seen(svg)) continue;
    const labels = [...svg.querySelectorAll("text")];
    const boxes = labels.map((t) => t.getBoundingClientRect());
    boxes.forEach((box, i) => {
      if (!svg.closest(".scroll") && (box.left < 0 || box.right > wide)) say("a label leaves the page", labels[i]);
      boxes.slice(i + 1).forEach((other, k) => { if (touch(box, other)) say("labels collide with " + labels[i + 1 + k].textContent, labels[i]); });
    });
    const beside = svg.closest("figure, th, td, li, .bar, details") || svg.parentElement;
    if (!labels.length) continue;
    const walk = document.createTreeWalker(beside, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode;
      if (node.parentElement.closest("svg, .quiet") || !node.textContent.trim() || !seen(node.parentElement)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const text of range.getClientRects()) boxes.forEach((box, i) => { if (touch(box, text)) say("a label lies on the text beside it", labels[i]); });
    }
  }

  // Headings in order, one title.
  let last = 0;
  for (const h of document.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
    const level = Number(h.tagName[1]);
    if (level > last + 1) say("heading skips a level", h);
    if (!h.textContent.trim()) say("heading is empty", h);
    last = level;
  }
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");

  // Names: figures, tables that are laid out as cards, boxes that scroll, groups; and keys reach what scrolls.
  for (const svg of document.querySelectorAll("svg")) {
    if (svg.parentElement.closest("svg") || svg.getAttribute("aria-hidden") === "true") continue;
    if (svg.getAttribute("role") !== "img" || !(svg.getAttribute("aria-label") || "").trim()) say("figure without a name", svg);
  }
  for (const e of document.querySelectorAll("[role=region],[role=group],[role=table],nav")) if (!(e.getAttribute("aria-label") || "").trim()) say("no name", e);
  for (const e of document.querySelectorAll("section")) if (!document.getElementById(e.getAttribute("aria-labelledby") || "")) say("section without its heading", e);
  for (const e of document.querySelectorAll(".scroll")) if (e.tabIndex !== 0) say("cannot be scrolled by key", e);
  for (const e of document.querySelectorAll("th")) if (!e.getAttribute("scope")) say("header cell without a scope", e);

  // Ids are single, and every inner link arrives.
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => faults.push("twice the id " + id));
  for (const a of document.querySelectorAll("a")) {
    const to = a.getAttribute("href");
    if (to.startsWith("#") ? !document.getElementById(to.slice(1)) : !/^https?:\/\//.test(to)) say("link to nowhere " + to, a);
    if (!a.textContent.trim()) say("link without words", a);
  }

  // Nothing but what the page is made of: one program, its data, and controls in the section of the scene.
  for (const e of document.querySelectorAll("iframe,object,embed,link,form,audio,blink,marquee,animate,[onerror],[onclick],[onload]")) say("does not belong here, " + e.tagName, e);
  for (const e of document.querySelectorAll("img,input,button,select,textarea,video,canvas,[style]")) if (!e.closest(".scene")) say("does not belong here, " + e.tagName, e);
  for (const e of document.querySelectorAll("img,video")) if (!/^(data:|media\/[^/]+$)/.test(e.getAttribute("src"))) say("loads from elsewhere, " + e.tagName, e);
  const scripts = [...document.querySelectorAll("script")];
  if (scripts.length > 2 || scripts.some((e) => e.src || (e.type && e.id !== "scene-data"))) faults.push("a script that does not belong here");

  // Every control has a name, and the keys reach it.
  for (const e of document.querySelectorAll("button,input,select,textarea")) {
    const name = (e.getAttribute("aria-label") || "") + (e.tagName === "BUTTON" ? e.textContent : "") + [...(e.labels || [])].map((l) => l.textContent).join("");
    if (!name.trim()) say("control without a name", e);
    if (e.tabIndex < 0) say("control that no key reaches", e);
  }

  // Contrast of text against the page, WCAG AA.
  const light = (c) => { const [r, g, b] = c.match(/[\d.]+/g).slice(0, 3).map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = light(getComputedStyle(document.body).backgroundColor);
  for (const choice of ["body", ".soft", ".kicker", "code", "summary", "thead th", ".tag.warning", "text.s", "text.finding"]) {
    const e = document.querySelector(choice);
    if (!e) continue;
    const style = getComputedStyle(e);
    const ink = light(e.closest("svg") ? style.fill : style.color);
    const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    if (ratio < 4.5) faults.push("contrast of " + choice + " is " + ratio.toFixed(2));
  }
  return [...new Set(faults)].slice(0, 20);
}
