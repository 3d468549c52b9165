"use strict";

/* Preview links: created and revoked without leaving the page, so that nothing typed is lost; copied by a button. The
   requests are those of the form, and the page that they lead to has the new list. */
(() => {
  const box = document.getElementById("previews");
  const form = document.getElementById("preview_links_form");
  if (!box || !form) return;

  const { copied, selected, failed } = box.dataset;
  const status = box.querySelector("[role=status]");
  const name = box.querySelector("[name=name]");
  const card = box.closest("details");
  let isBusy = false;

  const say = (text, isError = false) => {
    status.textContent = text;
    status.classList.toggle("wrong", isError);
  };

  const showCopyButtons = () => {
    for (const button of box.querySelectorAll("[data-copy]")) button.hidden = false;
  };

  /* Copy */

  box.addEventListener("click", async ({ target }) => {
    const address = target.closest("[data-copy]")?.parentElement.querySelector("input");
    if (!address) return;
    say(""); // so that the same sentence is announced again
    try {
      await navigator.clipboard.writeText(address.value);
      say(copied);
    } catch { // forbidden, or not on HTTPS
      address.focus();
      address.select();
      say(selected);
    }
  });

  /* Create and revoke */

  // The errors of the form on another page, or none
  const showErrors = (page) => {
    for (const row of box.querySelectorAll(".preview-link .form-row")) {
      const field = [...row.classList].find((each) => each.startsWith("field-"));
      const errors = page.querySelector(`.preview-link .${field} .errorlist`);
      row.querySelector(".errorlist")?.remove();
      row.classList.toggle("errors", Boolean(errors));
      if (errors) row.prepend(document.importNode(errors, true));
      for (const input of row.querySelectorAll("input[name]:not([type=radio])")) {
        const other = page.querySelector(`.preview-link [name="${input.name}"]`);
        for (const attribute of ["aria-invalid", "aria-describedby"]) {
          const value = other?.getAttribute(attribute);
          if (value) input.setAttribute(attribute, value);
          else input.removeAttribute(attribute);
        }
      }
    }
    box.querySelector(".preview-link .errors input")?.focus();
  };

  const showLinks = (page) => {
    const [old, links] = [box, page].map((each) => each.querySelector("[data-links]"));
    old?.remove();
    if (links) box.append(document.importNode(links, true));
    showCopyButtons();
    const value = page.querySelector("#previews").closest("details")?.querySelector("[data-card-value]");
    if (card && value) card.querySelector("[data-card-value]").textContent = value.textContent;
  };

  const clear = () => {
    for (const field of box.querySelectorAll(".preview-link input")) {
      if (field.type === "radio") field.checked = field.defaultChecked;
      else field.value = field.defaultValue;
    }
  };

  const send = async (button) => {
    const url = button?.getAttribute("formaction");
    const response = await fetch(url ?? form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const other = page.getElementById("preview_links_form") ?? page.querySelector(".preview-link")?.closest("form");
    const token = other?.elements.form_token;
    if (token) form.elements.form_token.value = token.value; // each token is for one submission
    const sentences = [...page.querySelectorAll(".messagelist li")].map(({ textContent }) => textContent.trim());
    if (page.getElementById("previews")) {
      showErrors(page);
      showLinks(page);
      if (!url) clear();
      (url ? name : box.querySelector("[data-links] [data-copy]"))?.focus();
      say(sentences.join(" "));
    } else if (page.querySelector(".preview-link")) {
      say("");
      showErrors(page);
    } else say(sentences.join(" ") || failed, true);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    try {
      await send(event.submitter);
    } catch {
      say(failed, true);
    }
    isBusy = false;
  });

  /* The opened card is ready for the name */

  card?.addEventListener("toggle", () => {
    if (card.open && document.activeElement === card.querySelector("summary")) name?.focus();
  });

  showCopyButtons();
})();
