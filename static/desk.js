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

/* Tables: each value knows the name of its column, for the cards of a phone, and each field has a label. */
(() => {
  const nameFields = (cell, label) => {
    for (const field of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
      if (!field.labels?.length && !field.ariaLabel) field.ariaLabel = label;
    }
  };

  for (const table of document.querySelectorAll("body:not(.model-message) #result_list, .tabular .module > table")) {
    const heads = [...table.querySelectorAll("thead th")];
    const labels = heads.flatMap((head) => Array(head.colSpan).fill((head.querySelector(".text") ?? head).textContent.trim()));
    for (const row of table.querySelectorAll("tbody tr")) {
      if (row.cells.length !== labels.length) continue;
      const name = row.querySelector("th")?.textContent.trim();
      [...row.cells].forEach((cell, number) => {
        const label = labels[number];
        if (!label || cell.tagName !== "TD" || cell.matches(".action-checkbox")) return;
        cell.dataset.label = label;
        nameFields(cell, name ? `${label}: ${name}` : label);
      });
    }
    // Django's rows of a form begin with a head without words
    const empty = heads.find((head) => !head.textContent.trim());
    const title = table.closest(".tabular")?.querySelector("h2");
    if (empty && title) {
      const words = Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: title.textContent.trim() });
      empty.append(words);
    }
    table.classList.add("labelled");
  }
})();
