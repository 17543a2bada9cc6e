// Results that follow the typing. Comfort only: without this file the same form asks the same addresses.
"use strict";
{
  const form = document.getElementById("find");
  const box = document.getElementById("q");

  // Words that an input method is still composing are nobody's question.
  const ask = () => form?.dispatchEvent(new Event("ask"));
  box?.addEventListener("input", (event) => event.isComposing || ask());
  box?.addEventListener("compositionend", ask);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    box?.focus();
    box?.select();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const cause = event.detail.triggeringEvent;
    // While somebody types, the address follows and the history does not grow.
    if (cause?.type === "ask") event.detail.headers["HX-Typing"] = "1";
    // Buttons may stand outside of their form.
    if (cause?.submitter?.name) event.detail.parameters[cause.submitter.name] = cause.submitter.value;
  });

  // Filters that somebody opened stay open when results are replaced.
  let open = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "found") return;
    open = new Map();
    document.querySelectorAll("#found details[data-keep]").forEach((each) => open.set(each.dataset.keep, each.open));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "found" || !open) return;
    document.querySelectorAll("#found details[data-keep]").forEach((each) => {
      if (open.has(each.dataset.keep)) each.open = open.get(each.dataset.keep);
    });
  });

  // What was refused (too many searches, a lost connection) is asked again as a whole page, which says why.
  document.addEventListener("htmx:responseError", (event) => event.detail.target?.id === "found" && form?.submit());
}
