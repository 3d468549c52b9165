"use strict";

/* Hints: live word count and headline length; background check of the links in the saved text. */
(() => {
  const hints = document.querySelector("[data-hints]");
  if (!hints) return;

  /* Words in the lead and the text */

  const length = document.querySelector("[data-words-per-minute]");
  const lead = document.getElementById("id_lead");
  const body = document.getElementById("id_body");
  const BLOCK = /<\/?(?:p|h[1-6]|blockquote|ul|ol|li|figure|figcaption|table|caption|tr|td|th|hr|br|div)\b/gi;
  let waiting;

  function plain(html) {
    return new DOMParser().parseFromString(html.replace(BLOCK, " $&"), "text/html").body.textContent;
  }

  function count() {
    const html = window.CKEDITOR?.instances[body.id]?.getData() ?? body.value;
    const words = `${lead?.value ?? ""} ${plain(html)}`.split(/\s+/).filter(Boolean).length;
    length.querySelector("[data-words]").textContent = words;
    length.querySelector("[data-minutes]").textContent = Math.max(1, Math.ceil(words / Number(length.dataset.wordsPerMinute)));
    length.hidden = words === 0;
  }

  function countSoon() {
    clearTimeout(waiting);
    waiting = setTimeout(count, 400);
  }

  if (body) {
    lead?.addEventListener("input", countSoon);
    body.addEventListener("input", countSoon);
    window.CKEDITOR?.instances[body.id]?.on("change", countSoon);
    window.CKEDITOR?.on("instanceCreated", ({ editor }) => editor.name === body.id && editor.on("change", countSoon));
  }

  /* Headline length; hints are out of date once the text changes */

  const headline = document.getElementById("id_headline");
  const characters = document.querySelector("[data-limit]");
  const stale = hints.querySelector("[data-stale]");
  const list = hints.querySelector("ul");

  function showLength() {
    const size = [...headline.value.trim()].length;
    characters.querySelector("[data-characters]").textContent = size;
    characters.querySelector("[data-long]").hidden = size <= Number(characters.dataset.limit);
    characters.hidden = size === 0;
  }

  function updateStale() {
    const changed = list.childElementCount > 0 && Boolean(typing?.changed());
    stale.hidden = !changed;
    list.classList.toggle("stale", changed);
  }

  function updateStaleSoon() {
    clearTimeout(staleTimer);
    staleTimer = setTimeout(updateStale, 400);
  }

  let staleTimer;
  if (headline) {
    headline.addEventListener("input", showLength);
    showLength();
  }
  typing?.form.addEventListener("input", updateStaleSoon);
  typing?.ready.then(() => typing.editors().forEach((editor) => editor.on("change", updateStaleSoon)));

  /* Links */

  const note = hints.querySelector("[data-checking]");
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");

  function showNote(text) {
    note.textContent = text;
    note.hidden = false;
  }

  function item({ url, sentence }) {
    const entry = document.createElement("li");
    const code = document.createElement("code");
    code.textContent = url;
    entry.append(code, ` ${sentence}`);
    return entry;
  }

  const PAUSE = 2_000; // milliseconds between requests for the result

  async function check(tries) {
    showNote(note.dataset.checking);
    try {
      const response = await fetch(hints.dataset.links, { method: "POST", headers: { "X-CSRFToken": token.value } });
      if (response.status === 503 && tries > 1) return void setTimeout(check, PAUSE, tries - 1);
      const { broken_links: brokenLinks } = await response.json();
      hints.querySelector("ul").append(...brokenLinks.map(item));
      if (brokenLinks.length) note.hidden = true;
      else showNote(note.dataset.done);
    } catch {
      showNote(note.dataset.late);
    }
  }

  if (note && token) check(15);
})();
