"use strict";

/* The frame of a form: values in the heads of the cards, menus that close, fields that grow, what was kept. */
(() => {
  const form = document.querySelector(".edit-page #content-main > form");
  if (!form) return;

  /* A card shows its value, as core/admin/edit_page.py does before. */

  const labelOf = (field) => field.closest("label")?.textContent ?? form.querySelector(`label[for="${CSS.escape(field.id)}"]`)?.textContent ?? "";

  const valueOf = (field) => {
    if (field.type === "radio") return field.checked ? labelOf(field) : "";
    if (field.type === "checkbox") return field.checked ? labelOf(field) : "";
    if (field.type === "file") return [...field.files].map(({ name }) => name).join(", ");
    if (field.matches("select")) return field.value ? field.selectedOptions[0].textContent : "";
    return field.value;
  };

  const valueOfCard = (card) => {
    return [...card.querySelectorAll("input:not([type=hidden]), select, textarea, .moment")]
      .filter((field) => field.matches(".moment") || (field.form === form && !field.closest(".moment, .empty-form, .delete") && !field.name.includes("_focus_")))
      .map((field) => (field.matches(".moment") ? field.dataset.value ?? "" : valueOf(field)).replace(/\s+/g, " ").trim()).filter(Boolean).join(" · ");
  };

  for (const card of form.querySelectorAll(".edit-card:has([data-card-value])")) {
    const output = card.querySelector("[data-card-value]");
    const saved = output.textContent;
    const before = valueOfCard(card);
    card.addEventListener("change", ({ target }) => {
      if (target.form && target.form !== form) return; // of a form of its own: preview links
      const text = valueOfCard(card);
      output.textContent = text === before || !text ? saved : text.slice(0, 60);
    });
  }

  /* A menu closes by Escape and by a click elsewhere. */

  const menus = [...document.querySelectorAll("details.menu")];
  addEventListener("click", ({ target }) => {
    for (const menu of menus) if (!menu.contains(target)) menu.open = false;
  });
  addEventListener("keydown", ({ key }) => {
    const menu = key === "Escape" && menus.find(({ open }) => open);
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  /* Headline and lead grow with their text where the style sheet cannot do it. */

  if (!CSS.supports("field-sizing", "content")) {
    for (const field of form.querySelectorAll(".edit-text textarea:not([data-type])")) {
      const grow = () => {
        field.style.blockSize = "auto";
        field.style.blockSize = `${field.scrollHeight}px`;
      };
      field.addEventListener("input", grow);
      grow();
    }
  }

  /* When the browser has kept the text. */

  const kept = document.querySelector("[data-kept]");
  addEventListener("desk:kept", () => {
    if (!kept) return;
    const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date());
    kept.textContent = `${kept.dataset.text} ${time}`;
    kept.hidden = false;
  });
})();
