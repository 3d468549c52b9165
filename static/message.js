/* Links to paragraphs: one button that moves with the mouse, a touch or the arrow keys. A link to a paragraph changed since
   goes to the one with the same first half of the id. */
"use strict";
(() => {
  const passages = [...document.querySelectorAll('.body [id^="p-"]')];
  const copier = document.querySelector(".copier");
  const button = copier?.querySelector("button");

  const moveTo = (passage) => {
    if (!passage || passage.contains(copier)) return;
    passage.append(copier);
    button.dataset.text = `${document.querySelector("[rel=canonical]").href}#${passage.id}`;
  };

  if (copier) {
    moveTo(passages.find(({ localName }) => localName === "p") ?? passages[0]);
    const onPoint = ({ target }) => {
      if (button.matches(":focus-visible")) return;
      moveTo(target.closest('[id^="p-"]'));
      copier.classList.toggle("shown", matchMedia("(hover: none)").matches);
    };
    copier.closest(".body").onmouseover = copier.closest(".body").onclick = onPoint;
    button.onkeydown = (event) => {
      const next = passages[passages.indexOf(copier.parentNode) + { ArrowDown: 1, ArrowUp: -1 }[event.key]];
      if (!next) return;
      event.preventDefault();
      moveTo(next);
      button.focus();
    };
  }

  const redirect = () => {
    const name = location.hash.slice(1);
    if (!name[9] || passages.some(({ id }) => id === name)) return;
    const found = passages.find(({ id }) => id.startsWith(`${name.slice(0, 10)}-`));
    if (found) location.replace(`#${found.id}`);
  };
  addEventListener("hashchange", redirect);
  redirect();
})();
