/* The cuts of the lead image around its focal point, as visitors see them; the two percentages are folded away, as a
   click on the image sets them. Without this script they are plain fields. */
"use strict";

(() => {
  for (const zone of document.querySelectorAll(".picture-input")) {
    const frame = zone.querySelector(".focus-frame");
    const image = frame.querySelector("img");
    const cuts = zone.querySelector(".picture-cuts");
    const fields = [frame.dataset.x, frame.dataset.y].map((id) => document.getElementById(id));
    if (!fields.every(Boolean)) continue;

    const aim = () => {
      if (!fields.every(({ value, validity }) => value && validity.valid)) return;
      const position = fields.map(({ value }) => `${value}%`).join(" ");
      for (const cut of cuts.querySelectorAll("img")) cut.style.objectPosition = position;
    };
    const show = () => {
      for (const cut of cuts.querySelectorAll("img")) cut.src = image.src;
      cuts.hidden = false;
      aim();
    };
    for (const field of fields) field.addEventListener("input", aim);
    image.addEventListener("load", show);
    image.addEventListener("error", () => { cuts.hidden = true; });
    if (image.complete && image.naturalWidth) show();

    const row = fields[0].closest(".form-row");
    if (!row?.contains(fields[1])) continue;
    const exactly = document.createElement("details");
    const summary = document.createElement("summary");
    exactly.className = "exactly";
    summary.textContent = cuts.dataset.exactly;
    exactly.open = row.matches(".errors") || row.querySelector(".errorlist, .errors") !== null;
    row.before(exactly);
    exactly.append(summary, row);
    // A link to one of the fields, or an error that the browser finds, opens them.
    for (const field of fields) field.addEventListener("invalid", () => { exactly.open = true; });
  }
})();
