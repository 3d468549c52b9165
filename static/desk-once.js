"use strict";

/* Forms that are sent once: the pressed button says what happens, and further clicks are ignored until the page
   changes. The server processes a form token once in any case (accounts/form_tokens.py). */
(() => {
  const { dataset } = document.currentScript;
  const LABELS = { _save: dataset.saving, _continue: dataset.saving, _addanother: dataset.saving, _submit: dataset.submitting, _approve: dataset.approving };
  const PAUSE = 10_000; // ms; then it can be pressed again: the page stays after a download, or if loading is stopped
  const sent = new Map(); // form → a function that makes it as it was

  const labelOf = (button) => button.matches("input") ? button.value : button.textContent;
  const setLabel = (button, text) => {
    if (button.matches("input")) button.value = text;
    else button.textContent = text;
  };

  const release = (form) => {
    sent.get(form)?.();
    sent.delete(form);
  };

  const showSending = (form, button) => {
    const timer = setTimeout(release, PAUSE, form);
    const label = button && labelOf(button);
    // After the form's data is read: the label of an input is its value
    const later = setTimeout(() => {
      if (!button) return;
      button.setAttribute("aria-disabled", "true");
      setLabel(button, LABELS[button.name] ?? dataset.waiting);
    });
    sent.set(form, () => {
      clearTimeout(timer);
      clearTimeout(later);
      if (!button) return;
      button.removeAttribute("aria-disabled");
      setLabel(button, label);
    });
  };

  addEventListener("submit", (event) => {
    if (!sent.has(event.target) || event.submitter?.formTarget) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== "post" || submitter?.formTarget) return;
    showSending(form, submitter);
  });

  // Back to a form that adds something, with the texts that were typed: it has its first token again, so that the
  // server knows it. A new page with an empty form has a new token.
  const token = document.querySelector("#content-main > form input[name=form_token][data-adds]");
  const isTyped = (field) => field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue;
  const keepToken = () => {
    const former = history.state?.formToken;
    if (former && [...token.form.elements].some(isTyped)) token.value = former;
    else history.replaceState({ ...history.state, formToken: token.value }, "");
  };

  addEventListener("pageshow", () => {
    for (const form of [...sent.keys()]) release(form);
    if (token) keepToken();
  });
})();
