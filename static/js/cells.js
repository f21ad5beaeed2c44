// A cell left as it was closes again. Saving what changed is app.js's work.

document.addEventListener("focusout", (event) => {
  const form = event.target instanceof HTMLElement && event.target.closest("form[data-read]");
  if (!form || form.hasAttribute("data-conflict") || form.contains(event.relatedTarget)) return;
  const input = event.target;
  if (!("value" in input) || (input.dataset.was !== undefined && input.value !== input.dataset.was)) return;
  // After app.js has looked at it: a value just saved equals what was noted, but its request is under way.
  setTimeout(() => {
    if (!form.isConnected || form.classList.contains("htmx-request")) return;
    window.htmx?.ajax("GET", form.dataset.read, { target: form.closest("tr"), swap: "outerHTML" });
  }, 0);
});

// A closed cell replaces its row, and with it what had the focus: give it back, to the cell or to the one gone to.
let left = null;
const fieldOf = (cell) => new URLSearchParams(cell?.getAttribute("hx-get")?.split("?")[1]).get("field");

document.addEventListener("focusout", (event) => {
  const form = event.target instanceof HTMLElement && event.target.closest("[data-cell-edit]");
  const row = form && form.closest("tr[id]");
  if (!row || form.contains(event.relatedTarget)) return;
  const gone = row.contains(event.relatedTarget) ? event.relatedTarget.closest("a.cell") : null;
  left = { row: row.id, field: fieldOf(gone) ?? form.elements.field?.value };
});
document.body.addEventListener("htmx:afterSettle", () => {
  if (!left || document.activeElement !== document.body) return;
  const cells = document.getElementById(left.row)?.querySelectorAll("a.cell") ?? [];
  const cell = [...cells].find((found) => fieldOf(found) === left.field);
  if (cell) left = null;
  cell?.focus();
});
