"use strict";

/* Checks of the text: asked of the server a second after typing stops; each leads to its place. Lengths while typing. */
(() => {
  const box = document.querySelector("[data-checks]");
  if (!typing) return;
  const { form, editors, ready } = typing;

  /* Length of the headline */

  const headline = form.elements.headline;
  const length = form.querySelector("[data-limit]");

  function showLength() {
    const size = [...headline.value.trim()].length;
    length.querySelector("[data-characters]").textContent = size;
    length.querySelector("[data-long]").hidden = size <= Number(length.dataset.limit);
    length.hidden = size === 0;
  }

  if (headline && length) {
    headline.addEventListener("input", showLength);
    showLength();
  }
  if (!box) return;

  /* Ask for the checks */

  const DELAY = 1_000, PAUSE = 2_000, LATEST = 10_000; // ms
  const TRIES = 15; // requests for the results of links
  const SUPERSEDED = "superseded"; // a request that a newer one replaces
  const note = box.querySelector("[data-checks-note]");
  const said = box.querySelector("[data-checks-said]");
  const counts = document.querySelectorAll("[data-checks-count]");
  const cardValue = box.closest(".edit-card").querySelector("[data-card-value]");
  const bodyEditor = () => editors().find(({ element, status }) => element.$.name === "body" && status === "ready");
  let content = box.querySelector("[data-checks-content]");
  let shown = content.innerHTML;
  let timer, request, tries = TRIES;

  function readForm() {
    const data = new FormData();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken" && !name.startsWith("_")) data.append(name, value);
    }
    for (const editor of editors()) if (editor.status === "ready") data.set(editor.element.$.name, editor.getData());
    return data;
  }

  async function check() {
    stop();
    if (typing.isSent()) return;
    request = new AbortController();
    const own = request;
    const { signal } = own;
    const deadline = setTimeout(() => own.abort(), LATEST);
    try {
      const response = await fetch(box.dataset.checks, {
        method: "POST", body: readForm(), redirect: "manual", signal, // to the sign-in page
        headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      });
      if (!response.ok) throw new Error(response.status);
      show(new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-checks-content]"));
    } catch {
      if (signal.reason !== SUPERSEDED) showLate();
    } finally {
      clearTimeout(deadline);
    }
  }

  function stop() {
    clearTimeout(timer);
    request?.abort(SUPERSEDED);
  }

  function checkSoon() {
    clearTimeout(timer);
    tries = TRIES;
    timer = setTimeout(check, DELAY);
  }

  function showLate() {
    note.textContent = box.dataset.late;
    note.hidden = false;
  }

  /* Show them */

  const key = (element) => element.closest("li")?.textContent;

  function show(next) {
    if (!next) return showLate();
    const focused = content.contains(document.activeElement) ? document.activeElement : null;
    const isOpen = Boolean(content.querySelector("[data-checks-fine]")?.open);
    const before = content.dataset.text;
    const isSame = next.innerHTML === shown;
    shown = next.innerHTML;
    if (isSame) {
      content.toggleAttribute("data-pending", "pending" in next.dataset);
      Object.assign(content.dataset, next.dataset);
    } else {
      content.replaceWith(next);
      content = next;
      prepare(isOpen);
      if (focused) keepFocus(focused);
    }
    note.hidden = true;
    showCounts(before);
    if ("pending" in content.dataset && tries-- > 0) timer = setTimeout(check, PAUSE);
  }

  function showCounts(before) {
    const { count, text, words, minutes } = content.dataset;
    cardValue.textContent = text;
    for (const element of counts) {
      element.textContent = element.closest(".edit-tabs") ? count : text;
      element.hidden = count === "0";
    }
    if (before !== text) said.textContent = `${said.dataset.prefix} ${text}`;
    showWords(words, minutes);
  }

  function showWords(words, minutes) {
    const element = form.querySelector(".length");
    if (!element) return;
    element.querySelector("[data-words]").textContent = words;
    element.querySelector("[data-minutes]").textContent = minutes;
    element.hidden = words === "0";
  }

  function prepare(isOpen = false) {
    const fine = content.querySelector("[data-checks-fine]");
    if (fine) fine.open = isOpen;
    for (const button of content.querySelectorAll("[data-mark]")) button.hidden = !bodyEditor();
  }

  function keepFocus(focused) {
    const same = [...content.querySelectorAll("a, button, summary")].find((element) => element.tagName === focused.tagName && key(element) === key(focused));
    (same ?? box.closest(".edit-card").querySelector("summary")).focus({ preventScroll: true });
  }

  /* Lead to the place */

  // An element of the text by the number of its start tag, without those that the editor adds
  function elementOf({ tag, index }) {
    const found = bodyEditor()?.editable().$.querySelectorAll(tag);
    return found && [...found].filter((element) => !element.closest("[data-cke-temp], .cke_widget_drag_handler_container"))[Number(index)];
  }

  function leadToText(place) {
    const editor = bodyEditor();
    const element = place.tag && elementOf(place);
    editor.focus();
    if (!element) return void editor.container.$.scrollIntoView({ block: "center" });
    const node = new CKEDITOR.dom.element(element);
    const range = editor.createRange();
    if (["img", "table"].includes(place.tag)) range.setStartBefore(node);
    else range.moveToElementEditStart(node);
    range.collapse(true);
    editor.getSelection().selectRanges([range]);
    element.scrollIntoView({ block: "center" });
  }

  function leadToField(name) {
    const field = document.getElementById(`id_${name}`) ?? form.querySelector(`.field-${name}`);
    const card = field?.closest("details");
    if (card) card.open = true;
    field?.scrollIntoView({ block: "center" });
    field?.focus({ preventScroll: true });
  }

  box.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-field]");
    const button = event.target.closest("[data-mark]");
    if (link) {
      event.preventDefault();
      if (link.dataset.field === "body" && bodyEditor()) leadToText(link.dataset);
      else leadToField(link.dataset.field);
    } else if (button) mark(button);
  });

  for (const count of counts) {
    count.addEventListener("click", () => { box.closest("details").open = true; });
  }

  // A paragraph in another script gets its language; the editor can take it back.
  function mark({ dataset, parentElement }) {
    const place = parentElement.querySelector("a").dataset;
    const element = elementOf(place);
    if (!element) return;
    const editor = bodyEditor();
    editor.fire("saveSnapshot");
    new CKEDITOR.dom.element(element).setAttributes({ lang: dataset.mark, dir: dataset.dir });
    leadToText(place);
    editor.fire("saveSnapshot");
    editor.fire("change");
  }

  prepare();
  typing.onTyped(checkSoon);
  form.addEventListener("submit", () => typing.isSent() && stop()); // it may be read-only before the answer
  ready.then(() => {
    prepare();
    if ("pending" in content.dataset || typing.changed()) check();
  });
})();
