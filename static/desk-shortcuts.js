"use strict";

/* Keys of a form: Ctrl+S saves, Ctrl+Enter presses the primary button, ? shows the list. */
(() => {
  const dialog = document.getElementById("shortcuts");
  const press = (selector) => (document.querySelector("dialog:modal") ?? document.querySelector(".edit-bar"))?.querySelector(selector)?.click();
  const isTyping = (target) => target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit])");

  addEventListener("keydown", (event) => {
    const { key, altKey, shiftKey } = event;
    if (key === "Enter" && event.target.closest?.("[data-remarks]")) return; // sends the remark: desk-remarks.js
    const withControl = event.ctrlKey || event.metaKey;
    const keys = withControl && !altKey && !shiftKey ? { s: "[data-save]", S: "[data-save]", Enter: "[data-primary], [data-confirm]" } : {};
    if (key in keys) {
      event.preventDefault();
      event.stopPropagation(); // the editor would begin a line
      if (!event.repeat) press(keys[key]);
    } else if (key === "?" && !withControl && !isTyping(event.target)) {
      event.preventDefault();
      dialog?.togglePopover?.();
    }
  }, true);
})();
