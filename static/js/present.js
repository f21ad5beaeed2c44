// Presenting a deck: one page at a time by keys, touch, buttons or the list; two windows turn together. The pages are
// the very ones of the PDF, in a frame where no script runs. Without this file the frame shows all pages, one below
// the other.

const root = document.querySelector("[data-present]");
const WIDTH = 1280;
const HEIGHT = 720;
const stage = root.querySelector("[data-stage]");
const next = root.querySelector("[data-next]");
const jump = root.querySelector("[data-jump]");
const channel = "BroadcastChannel" in window ? new BroadcastChannel(`present-${root.dataset.deck}`) : null;
const panel = root.querySelector("[data-explained]");
const explainButton = root.querySelector("[data-explain]");
const clock = root.querySelector("[data-clock]");
const timer = root.querySelector("[data-timer]");
const total = jump.options.length;
let at = Math.min(Math.max(Number(location.hash.slice(1)) || 1, 1), total);
let begun = null;
let gone = 0;

const keyOf = (number) => jump.options[number - 1]?.dataset.key;

function draw(frame, number) {
  const doc = frame?.contentDocument;
  if (!doc?.body) return;
  const slides = doc.querySelectorAll(".slide");
  if (!slides.length) return;
  const scale = Math.min(frame.clientWidth / WIDTH, frame.clientHeight / HEIGHT);
  doc.documentElement.style.background = getComputedStyle(frame).backgroundColor;
  doc.documentElement.style.overflow = "hidden";
  const left = Math.max(0, (frame.clientWidth - WIDTH * scale) / 2);
  const top = Math.max(0, (frame.clientHeight - HEIGHT * scale) / 2);
  doc.body.style.margin = "0";
  doc.body.style.padding = `${top}px 0 0 ${left}px`;
  slides.forEach((slide, place) => {
    slide.style.display = place + 1 === number ? "" : "none";
    slide.style.zoom = scale;
    slide.style.margin = "0";
    slide.style.boxShadow = "none";
  });
}

function show(number, { tell = true } = {}) {
  at = Math.min(Math.max(number, 1), total);
  draw(stage, at);
  draw(next, at + 1);
  jump.value = String(at);
  const text = jump.selectedOptions[0].textContent;
  root.querySelector("[data-count]").textContent = `${at} of ${total}`;
  root.querySelector("[data-said]").textContent = `Page ${at} of ${total}: ${text.replace(/^\d+\. /, "")}`;
  root.querySelector('[data-go="back"]').disabled = at === 1;
  root.querySelector('[data-go="on"]').disabled = at === total;
  history.replaceState(null, "", `#${at}`);
  if (panel) for (const part of panel.querySelectorAll("[data-of]")) part.hidden = part.dataset.of !== keyOf(at);
  for (const note of root.querySelectorAll("[data-note]")) note.hidden = note.dataset.note !== keyOf(at);
  if (tell) channel?.postMessage({ page: at });
}

function explain(open, picked = "", row = "") {
  if (!panel) return;
  panel.hidden = !open;
  explainButton.setAttribute("aria-expanded", String(open));
  const said = panel.querySelector("[data-picked]");
  said.textContent = picked;
  said.hidden = !picked;
  // The figure's own formula and inputs, where the page can tell them.
  for (const one of panel.querySelectorAll(".worked")) one.open = Boolean(row) && one.querySelector("summary").textContent.startsWith(row);
  if (open) panel.focus();
  else explainButton.focus();
}

// What a cell is: its row, its column and what it says, read from the page's own table.
function named(cell) {
  const row = cell.closest("tr");
  const table = cell.closest("table");
  const head = table?.tHead?.rows[0]?.cells[cell.cellIndex]?.innerText.trim();
  const name = row?.querySelector("th")?.innerText.trim();
  return [name, head].filter(Boolean).join(", ") + `: ${cell.innerText.trim().replace(/\s+/g, " ")}`;
}

function tick() {
  const seconds = Math.floor((gone + (begun ? Date.now() - begun : 0)) / 1000);
  clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function time() {
  if (begun) gone += Date.now() - begun;
  begun = begun ? null : Date.now();
  timer.textContent = begun ? "Pause" : "Start";
  tick();
}

function full() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
}

const KEYS = {
  ArrowRight: () => show(at + 1), ArrowDown: () => show(at + 1), PageDown: () => show(at + 1), " ": () => show(at + 1),
  ArrowLeft: () => show(at - 1), ArrowUp: () => show(at - 1), PageUp: () => show(at - 1),
  Home: () => show(1), End: () => show(total), f: full, t: time, j: () => jump.focus(),
  e: () => explain(panel?.hidden ?? false),
  Escape: () => panel && !panel.hidden && explain(false),
};

function press(event) {
  const typing = event.target.closest?.("input, textarea, select");
  const acts = event.target.closest?.("button, a") && event.key === " ";
  if (typing || acts || event.altKey || event.ctrlKey || event.metaKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
}

function ready(frame) {
  const doc = frame.contentDocument;
  draw(frame, frame === next ? at + 1 : at);
  if (frame === next || !doc || doc.present) return;
  doc.present = true;
  doc.addEventListener("keydown", press);
  let from = null;
  doc.addEventListener("pointerdown", (event) => { from = event.clientX; });
  doc.addEventListener("pointerup", (event) => {
    const moved = from === null ? 0 : event.clientX - from;
    from = null;
    if (Math.abs(moved) > 60) show(at + (moved < 0 ? 1 : -1));
  });
  doc.addEventListener("click", (event) => {
    const cell = event.target.closest?.("td");
    if (cell && panel) explain(true, named(cell), cell.closest("tr")?.querySelector("th")?.innerText.trim());
  });
}

document.addEventListener("keydown", press);
jump.addEventListener("change", () => show(Number(jump.value)));
for (const button of root.querySelectorAll("[data-go]")) {
  button.addEventListener("click", () => show(at + (button.dataset.go === "on" ? 1 : -1)));
}
timer.addEventListener("click", time);
root.querySelector("[data-full]")?.addEventListener("click", full);
explainButton?.addEventListener("click", () => explain(panel.hidden));
root.querySelector("[data-explain-close]")?.addEventListener("click", () => explain(false));
for (const frame of [stage, next].filter(Boolean)) {
  frame.addEventListener("load", () => ready(frame));
  if (frame.contentDocument?.readyState === "complete") ready(frame);
}
window.addEventListener("resize", () => { draw(stage, at); draw(next, at + 1); });
channel?.addEventListener("message", ({ data }) => {
  if (data.ask) channel.postMessage({ page: at });
  else if (data.page) show(data.page, { tell: false });
});
channel?.postMessage({ ask: true });
setInterval(tick, 1000);
show(at, { tell: false });

// Notes are kept as they are typed.
for (const form of root.querySelectorAll("[data-note-form]")) {
  let waiting = null;
  const said = form.querySelector("[data-note-said]");
  const keep = async () => {
    waiting = null;
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" },
    }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (answer?.ok && told) form.elements.version.value = told.version;
    said.textContent = told?.said ?? "Not saved: there is no connection. It is tried again when you type on.";
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    said.textContent = "";
    waiting = setTimeout(keep, 900);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(waiting); keep(); });
}
