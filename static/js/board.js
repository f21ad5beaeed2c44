// The board: a deal is moved by drag, by [ and ], or by its menu. Without this file the menu and the deal's page remain.

const board = () => document.getElementById("board");
let dragged = null;
let keep = "";

function send(card, column) {
  const to = column.dataset.drop;
  if (to === undefined || column.contains(card)) return;
  keep = card.id;
  const query = location.search.slice(1);
  const values = { version: card.dataset.version, query };
  values[board().dataset.by === "category" ? "category" : "to"] = to;
  window.htmx?.ajax("POST", card.dataset.move, { source: card, swap: "none", values });
}

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-deal]");
  if (!card) return;
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.id);
  card.classList.add("dragged");
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
  for (const over of document.querySelectorAll(".board .over")) over.classList.remove("over");
});
document.addEventListener("dragover", (event) => {
  const column = dragged && event.target.closest?.("[data-drop]");
  for (const over of document.querySelectorAll(".board .over")) if (over !== column) over.classList.remove("over");
  if (!column) return;
  event.preventDefault();
  column.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const column = dragged && event.target.closest?.("[data-drop]");
  if (!column) return;
  event.preventDefault();
  send(dragged, column);
});

// [ and ] move the deal that holds the focus one column to the left or right.
document.addEventListener("keydown", (event) => {
  if ((event.key !== "[" && event.key !== "]") || event.ctrlKey || event.metaKey) return;
  if (event.target.closest?.("input, textarea, select")) return;
  const card = event.target.closest?.("[data-deal]");
  const columns = [...(board()?.querySelectorAll(".board-column[data-drop]") ?? [])];
  const at = columns.findIndex((column) => column.contains(card));
  const column = card && columns[at + (event.key === "]" ? 1 : -1)];
  if (!column) return;
  event.preventDefault();
  send(card, column);
});

// The board came back: the focus follows the deal.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.id !== "board" || !keep) return;
  document.getElementById(keep)?.querySelector("a.name")?.focus();
  keep = "";
});

// What has to be asked first is asked beside the board.
document.body.addEventListener("deal-asks", (event) => {
  const link = document.getElementById("deal-asks");
  if (!link) return location.assign(event.detail.url);
  link.href = event.detail.url;
  link.click();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.(".move-menu button")) keep = event.target.closest("[data-deal]")?.id ?? "";
});
