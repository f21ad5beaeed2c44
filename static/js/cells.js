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
