// Arrow keys walk the cells of a week; left and right only from the edge of what is written.

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.matches("[data-week] input.hours") || event.altKey) return;
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!step) return;
  if (event.key === "ArrowLeft" && input.selectionStart > 0) return;
  if (event.key === "ArrowRight" && input.selectionEnd < input.value.length) return;
  const cell = input.closest("td");
  const rows = [...input.closest("tbody").rows];
  const row = rows[rows.indexOf(cell.parentElement) + step[0]];
  const next = row?.cells[cell.cellIndex + step[1]]?.querySelector("input.hours");
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.select();
});
