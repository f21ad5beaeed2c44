// The review's outline: slides are moved by drag or with Alt and an arrow, and typed words show on their page at once.
// Without this file the buttons of each slide do the same.

const outline = document.querySelector("[data-outline]");
const order = document.querySelector("form[data-order]");
let dragged = null;

const cards = () => [...outline.querySelectorAll("[data-slide][draggable]")];

function place(y) {
  return cards().find((card) => {
    const box = card.getBoundingClientRect();
    return card !== dragged && y < box.top + box.height / 2;
  });
}

function send() {
  const field = order.elements.order;
  field.value = cards().map((card) => card.dataset.slide).join(",");
  field.disabled = false;
  order.querySelector("button")?.setAttribute("disabled", "");
  order.requestSubmit();
}

if (outline && order) {
  outline.addEventListener("dragstart", (event) => {
    if (event.target.closest?.("input, textarea, select")) return event.preventDefault();
    dragged = event.target.closest?.("[data-slide]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.slide);
    dragged.classList.add("dragged");
  });
  outline.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const before = place(event.clientY);
    if (before) before.before(dragged);
    else outline.append(dragged);
  });
  outline.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    dragged.classList.remove("dragged");
    dragged = null;
    send();
  });
  outline.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    dragged = null;
    location.reload(); // let go outside the list: nothing was moved
  });
  outline.addEventListener("keydown", (event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    const button = event.target.closest?.("[data-slide]")?.querySelector(`[data-step="${event.key === "ArrowUp" ? "up" : "down"}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}

// A slide that holds text to select or to type must not be dragged by it.
outline?.addEventListener("pointerdown", (event) => {
  const card = event.target.closest?.("[data-slide]");
  if (card?.hasAttribute("draggable")) card.draggable = !!event.target.closest("summary");
});

// Words as they are typed, on the very page: after a rest of the hand.
let rest = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-live]");
  if (!form) return;
  clearTimeout(rest);
  rest = setTimeout(() => {
    const see = form.querySelector("[data-try]");
    if (see && form.checkValidity()) form.requestSubmit(see);
  }, 600);
});

// The slide that was worked on stays open and its page is shown.
const here = location.hash.startsWith("#slide-") && document.getElementById(location.hash.slice(1));
if (here) {
  here.querySelector("details").open = true;
  here.querySelector("summary").focus();
  const page = here.querySelector(".slide-page")?.textContent.replace(/\D/g, "");
  const pages = document.querySelector("iframe[name=pages]");
  if (page && pages) pages.src = `${pages.src.split("#")[0]}#slide-${page}`;
}
outline?.addEventListener("toggle", (event) => {
  const page = event.target.open && event.target.closest("[data-slide]")?.querySelector(".slide-page")?.textContent.replace(/\D/g, "");
  const pages = document.querySelector("iframe[name=pages]");
  if (page && pages && pages.contentWindow) pages.src = `${pages.dataset.src ?? pages.src.split("#")[0]}#slide-${page}`;
}, true);
