"use strict";

/* Advice: words are counted as one types, and the links of the saved text are checked in the background. */
(() => {
  const advice = document.querySelector("[data-advice]");
  if (!advice) return;

  /* Words, of the lead and the text together */

  const length = advice.querySelector("[data-pace]");
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
    length.querySelector("[data-minutes]").textContent = Math.max(1, Math.ceil(words / Number(length.dataset.pace)));
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

  /* The headline's length, and whether the advice is still about the text in the form */

  const headline = document.getElementById("id_headline");
  const characters = advice.querySelector("[data-limit]");
  const stale = advice.querySelector("[data-stale]");
  const list = advice.querySelector("ul");

  function measure() {
    const size = [...headline.value.trim()].length;
    characters.querySelector("[data-characters]").textContent = size;
    characters.querySelector("[data-long]").hidden = size <= Number(characters.dataset.limit);
    characters.hidden = size === 0;
  }

  function judge() {
    const changed = list.childElementCount > 0 && Boolean(typing?.changed());
    stale.hidden = !changed;
    list.classList.toggle("stale", changed);
  }

  function judgeSoon() {
    clearTimeout(judging);
    judging = setTimeout(judge, 400);
  }

  let judging;
  if (headline) {
    headline.addEventListener("input", measure);
    measure();
  }
  typing?.form.addEventListener("input", judgeSoon);
  typing?.ready.then(() => typing.editors().forEach((editor) => editor.on("change", judgeSoon)));

  /* Links */

  const note = advice.querySelector("[data-checking]");
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");

  function say(text) {
    note.textContent = text;
    note.hidden = false;
  }

  function item({ url, sentence }) {
    const entry = document.createElement("li");
    const address = document.createElement("code");
    address.textContent = url;
    entry.append(address, ` ${sentence}`);
    return entry;
  }

  const PAUSE = 2_000; // milliseconds until the answer of a check in the background is asked for again

  async function check(tries) {
    say(note.dataset.checking);
    try {
      const answer = await fetch(advice.dataset.links, { method: "POST", headers: { "X-CSRFToken": token.value } });
      if (answer.status === 503 && tries > 1) return void setTimeout(check, PAUSE, tries - 1);
      const { faults } = await answer.json();
      advice.querySelector("ul").append(...faults.map(item));
      if (faults.length) note.hidden = true;
      else say(note.dataset.done);
    } catch {
      say(note.dataset.late);
    }
  }

  if (note && token) check(15);
})();
