// Panel, keys, toasts, drafts and in-place cells. Every page reads, and every form posts, without this file.

const $ = (selector, root = document) => root.querySelector(selector);
const shell = $("#shell");
const panel = $("#panel");

// Toasts ------------------------------------------------------------------------------------------------------

const TONES = { success: "on_track", info: "on_track", warning: "watch", error: "at_risk" };

function wireToast(toast) {
  const lasting = toast.querySelector("form, a") || toast.dataset.toast === "at_risk" || toast.dataset.toast === "error";
  if (!lasting) setTimeout(() => toast.remove(), 6000);
}

function toast({ text, detail = "", tone = "on_track", action = "", url = "" }) {
  const region = $("#toasts");
  if (!region) return;
  const code = TONES[tone] ?? tone;
  const node = $("#toast-template").content.firstElementChild.cloneNode(true);
  node.dataset.toast = code;
  const shape = $(`#shape-template`).content.querySelector(`.${CSS.escape(code)}`);
  if (shape) $(".toast-shape", node).append(shape.cloneNode(true));
  $(".title", node).textContent = text;
  $(".detail", node).textContent = detail;
  if (action && url) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = url;
    const token = document.createElement("input");
    token.type = "hidden";
    token.name = "csrfmiddlewaretoken";
    token.value = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
    const button = document.createElement("button");
    button.className = "link";
    button.textContent = action;
    form.append(token, button);
    $("div", node).append(form);
  }
  region.append(node);
  wireToast(node);
}

document.querySelectorAll(".toast").forEach(wireToast);
// One tick for all the rows of a table; without script there is only row by row.
for (const all of document.querySelectorAll("[data-pick-all]")) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const one of all.closest("table").querySelectorAll("input[name=pick]")) one.checked = all.checked;
  });
}
// A row of tabs wider than the phone opens at the tab one is on.
for (const open of document.querySelectorAll(".tabs [aria-current]")) open.scrollIntoView({ block: "nearest", inline: "center" });
document.body.addEventListener("toast", (event) => toast(event.detail));

document.body.addEventListener("htmx:sendError", () =>
  toast({ text: "No connection", detail: "Nothing was saved. What you typed is still here; try again.", tone: "at_risk" }),
);
document.body.addEventListener("htmx:timeout", () =>
  toast({ text: "The server took too long", detail: "It is not certain that this was saved. Reload to see.", tone: "watch" }),
);
document.body.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  const said = {
    403: ["You may not do this", "Nothing was saved."],
    404: ["This is gone, or not yours to see", "Nothing was saved. Reload the page."],
    413: ["That file is too large", "Nothing was saved."],
    429: ["Too many requests", "Nothing was saved. Wait a minute and try again."],
  }[status] ?? ["Something failed on our side", "Nothing was saved. What you typed is still here; try again."];
  if (status !== 401) toast({ text: said[0], detail: said[1], tone: "at_risk" });
});

// Side panel --------------------------------------------------------------------------------------------------

let opener = null;

function closePanel() {
  if (!panel || panel.hidden) return false;
  panel.hidden = true;
  panel.replaceChildren();
  shell.classList.remove("panel-open");
  opener?.classList.remove("explained");
  if (opener?.isConnected) opener.focus();
  opener = null;
  return true;
}

async function openPanel(link) {
  hideTip();
  opener?.classList.remove("explained");
  opener = link;
  link.classList.add("explained");
  try {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true", "HX-Target": "panel" } });
    if (opener !== link) return;
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) return location.assign(elsewhere);
    if (!answer.ok) throw new Error(String(answer.status));
    panel.innerHTML = await answer.text();
  } catch {
    link.classList.remove("explained");
    opener = null;
    toast({ text: "This figure cannot be explained now", detail: "The page is unchanged. Try again.", tone: "at_risk" });
    return;
  }
  panel.setAttribute("aria-label", $("h2", panel)?.textContent ?? "Details");
  panel.hidden = false;
  shell.classList.add("panel-open");
  window.htmx?.process(panel);
  panel.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const target = event.target;
  if (!(target instanceof Element)) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  const link = target.closest("a[data-figure], a[data-panel]");
  if (link && panel) {
    event.preventDefault();
    if (link === opener) closePanel();
    else openPanel(link);
    return;
  }
  if (target.closest("[data-panel-close]")) closePanel();
  if (target.closest(".toast .close")) target.closest(".toast").remove();
  if (target.closest("[data-theme-toggle]")) switchTheme();
  if (target.closest("[data-keys]")) $("#keys").showModal();
  if (target.closest("[data-rail-open]")) showRail(true);
  if (target.closest("[data-rail-close]")) showRail(false);
  for (const menu of document.querySelectorAll("details.chip-menu[open]")) if (!menu.contains(target)) menu.open = false;
  if (!target.closest(".search")) clearResults();
});

function showRail(open) {
  $("#rail").classList.toggle("open", open);
  $("[data-rail-open]")?.setAttribute("aria-expanded", String(open));
  if (open) $("#search")?.focus();
  else $("[data-rail-open]")?.focus();
}

// Exact value of a figure on hover and focus -----------------------------------------------------------------

const tip = Object.assign(document.createElement("div"), { className: "tip", id: "tip", hidden: true });
tip.setAttribute("role", "tooltip");
document.body.append(tip);

function showTip(link) {
  tip.replaceChildren(document.createTextNode(link.dataset.exact));
  const small = document.createElement("small");
  small.textContent = [link.dataset.label, link.dataset.asOf].filter(Boolean).join(". ") + ". Enter for how it is made.";
  tip.append(small);
  tip.hidden = false;
  const box = link.getBoundingClientRect();
  const left = Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 12);
  const below = box.bottom + 8 + tip.offsetHeight < innerHeight;
  tip.style.left = `${Math.max(8, left) + scrollX}px`;
  tip.style.top = `${(below ? box.bottom + 6 : box.top - tip.offsetHeight - 6) + scrollY}px`;
  link.setAttribute("aria-describedby", "tip");
}

function hideTip() {
  tip.hidden = true;
}

let waiting = 0;
document.addEventListener("focusin", (event) => {
  const link = event.target.closest?.("a[data-exact]");
  if (link && link.matches(":focus-visible")) showTip(link);
});
document.addEventListener("focusout", hideTip);
document.addEventListener("mouseover", (event) => {
  const link = event.target.closest?.("a[data-exact]");
  clearTimeout(waiting);
  if (link) waiting = setTimeout(() => link.isConnected && showTip(link), 250);
  else hideTip();
});
document.addEventListener("scroll", hideTip, { passive: true, capture: true });

// Keys --------------------------------------------------------------------------------------------------------

let jumping = 0;

function typing(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable='true']");
}

function submitOf(form) {
  const button = form.querySelector("button.primary, button:not([type='button'])");
  form.requestSubmit(button ?? undefined);
}

function escape(event) {
  const active = document.activeElement;
  const cell = active?.closest?.("[data-cell-edit]");
  if (cell && active.dataset.was !== undefined) {
    active.value = active.dataset.was;
    active.blur();
    return;
  }
  if (!tip.hidden) {
    hideTip();
    if (panel?.hidden ?? true) return;
  }
  const menu = active?.closest?.("details.chip-menu[open]");
  if (menu) {
    menu.open = false;
    $("summary", menu).focus();
  } else if (active?.closest?.(".search")) {
    clearResults();
    $("#search").value = "";
    $("#search").blur();
  } else if ($("#rail.open")) showRail(false);
  else if (closePanel()) event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.isComposing) return;
  if (key === "Escape") return $("dialog[open]") ? undefined : escape(event);
  if ((event.ctrlKey || event.metaKey) && key === "Enter") {
    const form = target.closest?.("form") ?? $("form[data-ctrl-enter]");
    if (form) {
      event.preventDefault();
      submitOf(form);
    }
    return;
  }
  if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "k") {
    event.preventDefault();
    return focusSearch();
  }
  if (target.closest?.(".search") && (key === "ArrowDown" || key === "ArrowUp")) return walkResults(event);
  if (typing(target) || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  if (Date.now() - jumping < 1200) {
    jumping = 0;
    const place = $(`#rail a[data-key="${CSS.escape(key)}"]`);
    if (place) {
      event.preventDefault();
      location.assign(place.href);
    }
    return;
  }
  if (key === "/") {
    event.preventDefault();
    focusSearch();
  } else if (key === "g") jumping = Date.now();
  else if (key === "?") $("#keys")?.showModal();
});

// Search ------------------------------------------------------------------------------------------------------

function focusSearch() {
  const input = $("#search");
  if (!input) return location.assign("/search/");
  if (!input.offsetParent) showRail(true);
  input.focus();
  input.select();
}

function clearResults() {
  $("#search-results")?.replaceChildren();
}

function walkResults(event) {
  const links = [...document.querySelectorAll("#search-results a")];
  if (!links.length) return;
  event.preventDefault();
  const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  (links[at] ?? $("#search")).focus();
}

// Theme -------------------------------------------------------------------------------------------------------

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax${secure}`;
}

// In-place cells: focus selects, Enter or leaving saves if changed, Esc restores -----------------------------

document.addEventListener("focusin", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLElement) || !input.closest("[data-cell-edit]")) return;
  if (input.dataset.was === undefined && "value" in input) input.dataset.was = input.value;
  if (input instanceof HTMLInputElement && input.type !== "hidden") input.select?.();
});

function saveCell(input) {
  const form = input.closest("[data-cell-edit]");
  if (!form || input.dataset.was === undefined || input.value === input.dataset.was) return;
  input.dataset.sent = input.dataset.was;
  input.dataset.was = input.value;
  form.requestSubmit();
}

// What could not be sent is still unsaved: leaving the cell again tries again.
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.body.addEventListener(failure, (event) => {
    for (const input of event.detail.elt?.querySelectorAll?.("[data-sent]") ?? []) input.dataset.was = input.dataset.sent;
  });
}

document.addEventListener("focusout", (event) => {
  if (event.target instanceof HTMLElement && event.target.closest("[data-cell-edit]")) saveCell(event.target);
});
document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement && event.target.closest("[data-cell-edit]")) saveCell(event.target);
});
document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("[data-cell-edit]");
  if (cell && event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    event.target.blur();
  }
});

// Drafts of long text -----------------------------------------------------------------------------------------

const draftKey = (area) => `draft:${area.dataset.draft}`;

function note(area, words) {
  let line = area.parentElement.querySelector(".draft-note");
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "draft-note" });
    area.after(line);
  }
  line.textContent = words;
}

function restoreDrafts(root) {
  for (const area of root.querySelectorAll("textarea[data-draft]")) {
    const kept = localStorage.getItem(draftKey(area));
    if (kept && !area.value) {
      area.value = kept;
      note(area, "Draft restored");
    }
  }
}

function dropDrafts(form) {
  for (const area of form.querySelectorAll("textarea[data-draft]")) localStorage.removeItem(draftKey(area));
}

let saving = 0;
document.addEventListener("input", (event) => {
  const area = event.target;
  if (!(area instanceof HTMLTextAreaElement) || !area.dataset.draft) return;
  clearTimeout(saving);
  saving = setTimeout(() => {
    if (area.value) localStorage.setItem(draftKey(area), area.value);
    else localStorage.removeItem(draftKey(area));
    note(area, `Draft saved ${new Date().toTimeString().slice(0, 5)}`);
  }, 600);
});
// A plain post leaves the page: keep the draft until the server has taken it, so a failed post loses nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.hasAttribute("hx-post")) return;
  const keys = [...form.querySelectorAll("textarea[data-draft]")].map(draftKey);
  if (keys.length) sessionStorage.setItem("drafts-sent", JSON.stringify(keys));
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt?.closest?.("form");
  if (form && event.detail.successful && event.detail.requestConfig.verb !== "get") dropDrafts(form);
});

const sent = JSON.parse(sessionStorage.getItem("drafts-sent") ?? "[]");
sessionStorage.removeItem("drafts-sent");
if (!$("[aria-invalid='true'], .box.error")) for (const key of sent) localStorage.removeItem(key);
restoreDrafts(document);

document.body.addEventListener("htmx:load", (event) => {
  restoreDrafts(event.detail.elt);
  $("[data-focus]", event.detail.elt)?.focus();
});
$("[data-focus]")?.focus();
