/* Character count of a text field: visible immediately, announced to screen readers after a pause when few are left. */
"use strict";
(() => {
  for (const count of document.querySelectorAll("[data-count]")) {
    const field = document.getElementById(count.dataset.count);
    const [visible, announced] = count.children;
    let pause;
    const show = () => {
      const left = count.dataset.max - [...field.value.trim()].length;
      const number = String(Math.abs(left)).replace(/\B(?=(\d{3})+$)/g, () => count.dataset.separator); // without Intl
      visible.textContent = `${left < 0 ? count.dataset.over : count.dataset.left} ${number}`;
      count.classList.toggle("error", left < 0);
      clearTimeout(pause);
      pause = setTimeout(() => { announced.textContent = left < 500 ? visible.textContent : ""; }, 1500);
    };
    count.hidden = false;
    field.addEventListener("input", show);
    addEventListener("pageshow", show); // a text restored by the browser
    show();
  }
})();
