// Arrow keys walk the cells of a grid, from what can be opened in one to that in the next.

document.addEventListener("keydown", (event) => {
  const open = event.target;
  if (!(open instanceof HTMLElement) || !open.matches("[data-arrows] .ws-open") || event.altKey || event.metaKey) return;
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!step) return;
  const cell = open.closest("td");
  const rows = [...cell.closest("tbody").rows];
  const row = rows[rows.indexOf(cell.parentElement) + step[0]];
  const next = row?.cells[cell.cellIndex + step[1]]?.querySelector(".ws-open");
  if (!next) return;
  event.preventDefault();
  next.focus();
});
