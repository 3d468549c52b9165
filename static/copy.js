/* Buttons that copy a text, their own or that of an element, or print the page. */
"use strict";
for (const button of document.querySelectorAll("button[hidden]")) {
  const { copy, copied } = button.dataset;
  button.hidden = copied && !navigator.clipboard;
  button.onclick = async () => {
    if (!copied) return print();
    await navigator.clipboard.writeText(button.dataset.text ?? document.getElementById(copy).innerText.trim());
    const status = button.nextElementSibling;
    status.textContent = copied;
    setTimeout(() => { status.textContent = ""; }, 4000);
  };
}
