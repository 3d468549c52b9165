"use strict";

/* An enquiry: templates and the preview without a page load, the caret in the reply, a warning before leaving.

   Personal data is never stored in the browser. Without this script, each button loads the page again. */
(() => {
  const page = document.querySelector("[data-asks-before-leaving]");
  if (!page) return;

  /* A warning before leaving with unsent text */

  let sent = false;
  const typed = () => [...page.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
  addEventListener("submit", ({ defaultPrevented }) => { sent ||= !defaultPrevented; });
  page.addEventListener("input", () => { sent = false; });
  addEventListener("beforeunload", (event) => {
    if (!sent && ("unsent" in page.dataset || typed())) event.preventDefault();
  });

  /* Menus close by Escape and by a click elsewhere */

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

  const form = document.getElementById("answer");
  const text = form?.elements.text;
  const first = page.querySelector("[autofocus]");
  if (first) first.focus();
  // Not on a touch screen, where it opens the keyboard, and not where a message has to be read first
  else if (text && "focusAnswer" in page.dataset && !location.hash && matchMedia("(hover: hover) and (min-width: 1024px)").matches) {
    text.focus({ preventScroll: true });
  }
  if (!form) return;

  /* The server answers with the whole page, of which one part is taken. What cannot be fetched is loaded as a page. */

  const fetchPage = async (button, fields) => {
    const body = new FormData(form);
    body.set(button.name, "1");
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const response = await fetch(form.action, { method: "POST", body, redirect: "error" });
    if (!response.ok) throw new Error(`${response.status}`);
    return new DOMParser().parseFromString(await response.text(), "text/html");
  };

  // At the caret, in place of nothing that was typed, and as one step for Ctrl+Z
  const insert = (words) => {
    const at = text.selectionEnd;
    const before = text.value.slice(0, at).trimEnd();
    const gapBefore = before ? "\n\n".slice(text.value.slice(0, at).length - before.length) : "";
    const gapAfter = text.value.slice(at).trim() ? "\n\n" : "";
    text.focus();
    text.setSelectionRange(at, at);
    const added = `${gapBefore}${words}${gapAfter}`;
    if (document.execCommand("insertText", false, added)) return;
    text.setRangeText(added, at, at, "end");
    text.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: added }));
  };

  const insertTemplate = async (button) => {
    const words = (await fetchPage(button, { text: "" })).querySelector("#answer [name=text]").value;
    if (words) insert(words);
    else form.elements.template.focus();
  };

  const previewButton = document.querySelector("[form=answer][name=_preview]");
  const previewLabel = previewButton.textContent;
  const previewOf = () => page.querySelector("#preview");

  const closePreview = () => {
    previewOf()?.remove();
    form.classList.remove("has-preview");
    previewButton.textContent = previewLabel;
  };

  const showPreview = async (button) => {
    const found = (await fetchPage(button, {})).querySelector("#preview");
    closePreview();
    form.before(document.adoptNode(found));
    form.classList.add("has-preview");
    previewButton.textContent = form.dataset.back;
    found.focus();
  };

  let busy = false;
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    const act = { _begin: insertTemplate, _preview: showPreview }[button?.name];
    if (!act || button.dataset.loads) return;
    event.preventDefault();
    if (busy) return;
    if (button === previewButton && form.classList.contains("has-preview")) {
      closePreview();
      text.focus();
      return;
    }
    busy = true;
    try {
      await act(button);
    } catch {
      button.dataset.loads = "true"; // as without this script
      form.requestSubmit(button);
    } finally {
      busy = false;
    }
  });
})();
