/* Small scripts of the admin pages. Every form works without them. */
"use strict";

/* Focal point: a click on the image fills in the two number fields. */
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

    // Show a chosen image before it is saved, if the browser can
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
