/* The desk: what its pages do by themselves. Without this script every form is still filled in and sent. */
"use strict";

/* The focus of a picture: a click on what matters in it writes two numbers, which do as well without a mouse. */
(() => {
  for (const frame of document.querySelectorAll(".focus-frame")) {
    const image = frame.querySelector("img");
    const mark = frame.querySelector(".focus-mark");
    const file = frame.closest(".picture-input").querySelector("input[type=file]");
    const x = document.getElementById(frame.dataset.x);
    const y = document.getElementById(frame.dataset.y);
    if (!x || !y) continue;

    const place = () => {
      mark.hidden = !(x.validity.valid && y.validity.valid && x.value && y.value);
      mark.style.left = `${x.value}%`;
      mark.style.top = `${y.value}%`;
    };

    const set = (across, down) => {
      for (const [field, share] of [[x, across], [y, down]]) {
        field.value = Math.round(Math.min(Math.max(share, 0), 1) * 100);
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    };

    image.addEventListener("click", (event) => {
      const box = image.getBoundingClientRect();
      set((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    });
    for (const field of [x, y]) field.addEventListener("input", place);

    // A picture that was chosen just now is shown before it is saved; one that the browser can't show is not
    const reader = new FileReader();
    reader.addEventListener("load", () => { image.src = reader.result; });
    image.addEventListener("load", () => { frame.hidden = false; });
    image.addEventListener("error", () => { frame.hidden = true; });
    file.addEventListener("change", () => {
      if (!file.files.length) return;
      set(0.5, 0.5);
      reader.abort();
      reader.readAsDataURL(file.files[0]);
    });

    place();
  }
})();

/* The summary of what is not right: a link to the text leads into its editor, which has taken the field's place. */
(() => {
  document.querySelector(".faults")?.addEventListener("click", (event) => {
    const target = event.target.closest("a")?.hash.slice(1);
    const editor = window.CKEDITOR?.instances[target];
    const field = document.getElementById(target);
    if (!editor && !field) return;
    event.preventDefault();
    (editor?.container.$ ?? field).scrollIntoView({ block: "center" });
    (editor ?? field).focus();
  });
})();

/* An enquiry: leaving asks first where something typed is not sent. Personal data is never kept in the browser. */
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
