"use strict";

/* The button that approves follows the time in the form: “Publish now”, or “Schedule for Sat 06:00 · 09:00 Moscow”. */
(() => {
  const labels = document.querySelector("[data-approve-labels]")?.dataset;
  if (!labels?.later) return;

  addEventListener("desk:moment", ({ target, detail: { words, isLater, isAhead } }) => {
    if (!target.closest(`.field-${labels.field}`)) return;
    const later = labels.later.replace("{}", words || "…");
    const text = isAhead || (isLater && !words) ? later : labels.now;
    for (const button of document.querySelectorAll("[data-approve]")) if (button.textContent !== text) button.textContent = text;
  });
})();
