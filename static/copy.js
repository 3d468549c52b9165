/* Buttons that copy the text of an element. */
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText.trim());
    const status = button.nextElementSibling;
    status.textContent = button.dataset.copied;
    setTimeout(() => { status.textContent = ""; }, 4000);
  });
}
