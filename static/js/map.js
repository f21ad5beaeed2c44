// A name dragged to another square of the power matrix. Without this file the person's form does the same.

let held = null;

document.addEventListener("dragstart", (event) => {
  const chip = event.target.closest?.("[data-place]");
  if (!chip) return;
  held = chip;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", chip.textContent.trim());
});

document.addEventListener("dragover", (event) => {
  const square = held && event.target.closest?.("[data-drop]");
  if (!square) return;
  event.preventDefault();
  for (const other of document.querySelectorAll("[data-drop].over")) if (other !== square) other.classList.remove("over");
  square.classList.add("over");
});

document.addEventListener("dragend", () => {
  held = null;
  document.querySelectorAll("[data-drop].over").forEach((square) => square.classList.remove("over"));
});

document.addEventListener("drop", (event) => {
  const square = held && event.target.closest?.("[data-drop]");
  if (!square) return;
  event.preventDefault();
  const { place, version } = held.dataset;
  const { power, interest } = square.dataset;
  htmx.ajax("POST", place, { target: "#power-matrix", swap: "outerHTML", values: { power, interest, version } });
});

// The matrix as it stands is shown also when somebody else was quicker (409).
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "power-matrix" && event.detail.xhr.status === 409) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// A box of the org chart put under another, by pointer or by keys. Without this file the person's form does the same.

let lifted = null;
let ghost = null;
let from = null;
let justDragged = false;

const boxAt = (target) => target?.closest?.("a[data-boss]");
const say = (words) => {
  const place = document.getElementById("map-said");
  if (place) place.textContent = words;
};

function put(box, boss) {
  const values = { boss: boss ?? "", version: box.dataset.version };
  htmx.ajax("POST", box.dataset.boss, { target: "#map-picture", swap: "outerHTML", values });
}

function letGo() {
  lifted?.classList.remove("lifted");
  ghost?.remove();
  document.querySelectorAll("a[data-boss].over").forEach((box) => box.classList.remove("over"));
  document.querySelector("[data-drop-top]")?.setAttribute("hidden", "");
  lifted = ghost = from = null;
}

document.addEventListener("pointerdown", (event) => {
  const box = boxAt(event.target);
  if (!box || event.button !== 0 || event.pointerType === "touch") return;
  lifted = box;
  from = [event.clientX, event.clientY];
});

document.addEventListener("dragstart", (event) => {
  if (boxAt(event.target)) event.preventDefault();
});

document.addEventListener("pointermove", (event) => {
  if (!lifted || !from) return;
  if (!ghost) {
    if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 6) return;
    ghost = document.createElement("div");
    ghost.className = "map-ghost";
    ghost.textContent = lifted.dataset.name;
    document.body.append(ghost);
    lifted.classList.add("lifted");
    document.querySelector("[data-drop-top]")?.removeAttribute("hidden");
  }
  ghost.style.setProperty("translate", `${event.clientX + 10}px ${event.clientY + 10}px`);
  const under = boxAt(document.elementFromPoint(event.clientX, event.clientY));
  for (const box of document.querySelectorAll("a[data-boss].over")) if (box !== under) box.classList.remove("over");
  if (under && under !== lifted) under.classList.add("over");
});

document.addEventListener("pointerup", (event) => {
  if (!ghost) {
    if (from) letGo();
    return;
  }
  const spot = document.elementFromPoint(event.clientX, event.clientY);
  const [box, under, top] = [lifted, boxAt(spot), spot?.closest?.("[data-drop-top]")];
  letGo();
  justDragged = true;
  setTimeout(() => (justDragged = false), 0);
  if (under && under !== box) put(box, under.dataset.person);
  else if (top) put(box, "");
});

document.addEventListener("click", (event) => {
  if (justDragged && boxAt(event.target)) event.preventDefault();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && lifted) {
    say(`${lifted.dataset.name} is put back.`);
    letGo();
    return;
  }
  const box = boxAt(document.activeElement);
  if (!box) return;
  const key = event.key.toLowerCase();
  if (key === "m" && !lifted) {
    lifted = box;
    box.classList.add("lifted");
    say(`${box.dataset.name} is taken up. Go to whom they report to and press M; N for nobody known; Escape puts back.`);
  } else if (lifted && (key === "m" || key === "n")) {
    const [moved, boss] = [lifted, key === "n" ? "" : box.dataset.person];
    letGo();
    if (moved === box && key === "m") say(`${moved.dataset.name} is put back.`);
    else put(moved, boss);
  } else return;
  event.preventDefault();
  event.stopPropagation();
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "map-picture" && event.detail.xhr.status === 409) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
