/* The original of a lead image: after the smaller image, the untouched file is sent in the background. A submission waits
   for it, or the officer goes without it. Nothing depends on it: the smaller image is on the server already. */
"use strict";

(() => {
  const KEPT_TYPES = ["image/jpeg", "image/png", "image/webp"]; // that the server keeps
  const SECONDS = 900; // timeout

  for (const zone of document.querySelectorAll(".picture-input")) begin(zone);

  function begin(zone) {
    const { form } = zone.querySelector("input[type=file]");
    const says = zone.querySelector("template").dataset;
    const most = Number(zone.dataset.originalMax);
    const status = document.createElement("div");
    let sending = null; // what a submission waits for
    let stop = null; // an AbortController
    status.className = "picture-original";
    status.setAttribute("role", "status");
    zone.querySelector(".picture-status").after(status);

    zone.addEventListener("desk:image-taken", () => { // another image: the earlier original has lost its purpose
      stop?.abort();
      say("");
    });
    zone.addEventListener("desk:image-smaller", ({ detail: { id, file } }) => {
      if (!most) return;
      if (!KEPT_TYPES.includes(file.type)) return say(says.originalType);
      if (file.size > most) return say(says.originalLarge);
      const sent = send(id, file).finally(() => { if (sending === sent) sending = null; });
      sending = sent;
    });

    async function send(id, file) {
      const abort = new AbortController();
      stop = abort;
      say(says.originalSending, () => { abort.abort(); say(says.originalSkipped); });
      const body = new FormData();
      body.append("original", file, file.name);
      let sentence = says.originalFailed;
      try {
        const response = await fetch(`${zone.dataset.library}${id}/original/`, {
          method: "POST",
          headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
          body,
          signal: AbortSignal.any([abort.signal, AbortSignal.timeout(SECONDS * 1000)]),
        });
        sentence = (await response.json()).message;
      } catch { /* the sentence above */ }
      if (!abort.signal.aborted) say(sentence);
    }

    function say(sentence, skip) {
      const line = document.createElement("p");
      line.textContent = sentence;
      if (skip) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button";
        button.textContent = says.originalSkip;
        button.addEventListener("click", skip);
        line.append(" ", button);
      }
      status.replaceChildren(...sentence ? [line] : []);
    }

    document.addEventListener("submit", async (event) => {
      if (!sending || event.target !== form) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { submitter } = event;
      status.scrollIntoView({ block: "nearest" });
      while (sending) await sending;
      form.requestSubmit(submitter);
    }, true);
  }
})();
