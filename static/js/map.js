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
