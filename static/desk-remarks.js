"use strict";

/* Remarks: sent without leaving the page, so that nothing typed into the form is lost; quotations of selected words. */
(() => {
  const form = document.getElementById("remarks_form");
  let box = document.querySelector("[data-remarks]");
  if (!form || !box) return;
  const card = box.closest(".edit-card");
  const fields = () => box.querySelectorAll("textarea, input[name=quotation]");
  const show = (element, isShown = true) => { element.hidden = !isShown; };

  /* What is typed here belongs to no field of the big form. */

  for (const type of ["input", "change"]) card.querySelector(".edit-card-content").addEventListener(type, (event) => event.stopPropagation());

  /* Sending */

  const replaceCard = ({ card: html, value, open }, sentName, sentText) => {
    const typed = new Map([...fields()].map((field) => [field.name, field.value]));
    const answers = new Set([...box.querySelectorAll(".answer[open] textarea")].map(({ name }) => name));
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.querySelector("[data-remarks]");
    box.replaceWith(fresh);
    box = fresh;
    for (const field of fields()) {
      const isUnchanged = field.name === sentName && typed.get(sentName) === sentText; // typed no further meanwhile
      const isSent = isUnchanged || (sentName === "remark" && field.name === "quotation");
      if (isSent || !typed.has(field.name)) continue;
      field.value = typed.get(field.name);
      if (answers.has(field.name)) field.closest("details").open = true;
    }
    prepare();
    card.querySelector("[data-card-value]").textContent = value;
    const sentence = document.querySelector("[data-open-remarks]");
    if (!sentence) return;
    sentence.textContent = open;
    show(sentence, Boolean(open));
  };

  const showError = (text, name) => {
    const line = box.querySelector(`[data-error="${CSS.escape(name)}"]`) ?? box.querySelector("[data-error=remark]");
    line.textContent = text;
    show(line);
  };

  const post = (button) => {
    const data = new FormData(form, button);
    data.set("script", "1");
    return fetch(form.action, { method: "POST", body: data, redirect: "manual" });
  };

  const send = async (button) => {
    const name = { write: "remark", reply: `reply-${button.value}` }[button.name] ?? "";
    const sentText = box.querySelector(`textarea[name="${CSS.escape(name)}"]`)?.value;
    for (const line of box.querySelectorAll("[data-error]")) show(line, false);
    let response = await post(button);
    const isRefused = response.type === "opaqueredirect" || response.status === 403;
    if (isRefused && session && await session.renew()) response = await post(button); // signed in again in another tab
    if (response.ok) {
      replaceCard(await response.json(), name, sentText);
      box.querySelector("#new-remark").focus({ preventScroll: true });
    } else if (response.status === 422) {
      showError((await response.json()).error, name);
    } else {
      showError(form.dataset.failed, name);
    }
  };

  let isSending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    event.submitter.setAttribute("aria-disabled", "true");
    await send(event.submitter).catch(() => showError(form.dataset.failed, ""));
    event.submitter.removeAttribute("aria-disabled");
    isSending = false;
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !box.contains(event.target) || !event.target.matches("textarea")) return;
    event.preventDefault();
    event.target.parentElement.querySelector("button[type=submit]").click();
  });
  addEventListener("beforeunload", (event) => {
    if ([...box.querySelectorAll("textarea")].some(({ value }) => value.trim())) event.preventDefault();
  });

  /* Selected words: those of the text, the headline or the lead that were selected last. */

  const text = document.querySelector(".edit-text");
  let selected = "";
  const collapse = (words) => words.replace(/\s+/g, " ").trim();
  document.addEventListener("selectionchange", () => {
    const field = document.activeElement;
    if (field?.matches?.("textarea") && text.contains(field)) {
      selected = collapse(field.value.slice(field.selectionStart, field.selectionEnd));
    } else if (text.contains(getSelection().anchorNode)) {
      selected = collapse(getSelection().toString());
    }
  });

  const quote = () => {
    const input = box.querySelector("[name=quotation]");
    const max = Number(input.dataset.max);
    const characters = [...selected];
    input.value = characters.length > max ? `${characters.slice(0, max - 1).join("")}…` : selected;
    show(box.querySelector("[data-nothing-selected]"), !input.value);
    showQuotation();
    if (input.value) box.querySelector("#new-remark").focus();
  };

  const showQuotation = () => {
    const { value } = box.querySelector("[name=quotation]");
    const line = box.querySelector("[data-quoted]");
    line.querySelector("q").textContent = value;
    show(line, Boolean(value));
  };

  /* A quotation leads to its words, compared without white space and invisible characters. */

  const bare = (words) => words.replace(/[\s\u00ad\u200b\u2060\ufeff]/g, "");

  const locate = (raw, words) => {
    const places = [...raw.split("").keys()].filter((i) => bare(raw[i]));
    const start = bare(raw).indexOf(words);
    return start < 0 ? null : [places[start], places[start + words.length - 1] + 1];
  };

  const findRange = (root, words) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const starts = []; // each text node, and where it begins
    let raw = "";
    while (walker.nextNode()) {
      starts.push([walker.currentNode, raw.length]);
      raw += walker.currentNode.data;
    }
    const found = locate(raw, words);
    if (!found) return null;
    const [start, end] = found;
    const nodeAt = (place) => starts.findLast(([, begin]) => begin <= place);
    const range = document.createRange();
    const [[first, before], [last, beforeLast]] = [nodeAt(start), nodeAt(end - 1)];
    range.setStart(first, start - before);
    range.setEnd(last, end - beforeLast);
    return range;
  };

  const showInText = (words) => {
    for (const root of text.querySelectorAll(".cke_wysiwyg_div, .readonly")) {
      const range = findRange(root, words);
      if (!range) continue;
      root.focus({ preventScroll: true });
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      range.startContainer.parentElement.scrollIntoView({ block: "center" });
      return true;
    }
    for (const field of text.querySelectorAll("textarea:not([data-type])")) {
      const found = locate(field.value, words);
      if (!found) continue;
      field.focus();
      field.setSelectionRange(...found);
      return true;
    }
    return false;
  };

  const prepare = () => {
    const button = box.querySelector("[data-quote]");
    show(button);
    button.addEventListener("click", quote);
    box.querySelector("[data-unquote]").addEventListener("click", () => {
      box.querySelector("[name=quotation]").value = "";
      showQuotation();
    });
    for (const quotation of box.querySelectorAll("[data-quotation]")) {
      const words = bare(quotation.textContent.replace(/…$/, ""));
      const link = Object.assign(document.createElement("button"), { type: "button", textContent: quotation.textContent });
      quotation.replaceChildren(link);
      link.addEventListener("click", () => show(quotation.nextElementSibling, !showInText(words)));
    }
    showQuotation();
  };
  prepare();
})();
