/* Small scripts of the admin pages. Every form works without them. */
"use strict";

/* Error summary: a link to the text focuses its editor, which replaces the field. */
(() => {
  document.querySelector(".error-summary")?.addEventListener("click", (event) => {
    const target = event.target.closest("a")?.hash.slice(1);
    const editor = window.CKEDITOR?.instances[target];
    const field = document.getElementById(target);
    if (!editor && !field) return;
    event.preventDefault();
    (editor?.container.$ ?? field).scrollIntoView({ block: "center" });
    (editor ?? field).focus();
  });
})();

/* Enquiry: a warning before leaving with unsent text. Personal data is never stored in the browser. */
(() => {
  const page = document.querySelector("[data-asks-before-leaving]");
  if (!page) return;
  let sent = false;
  const typed = () => [...page.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
  page.addEventListener("submit", () => { sent = true; });
  page.addEventListener("input", () => { sent = false; });
  addEventListener("beforeunload", (event) => {
    if (!sent && ("unsent" in page.dataset || typed())) event.preventDefault();
  });
  page.querySelector("[autofocus]")?.focus();
})();
