// A planning session: a field is emptied only once its idea has been taken, so that no words are lost.

document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-idea]") || !event.detail.successful) return;
  form.reset();
  form.querySelector("input[name=text]").focus();
});
