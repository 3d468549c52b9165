"use strict";

/* Two people, one message: a heartbeat while the form is open, and who else is at work; their words instead of mine. */
(() => {
  if (!typing || !session) return;
  const { form, box, fill, changed, isSent } = typing;
  for (const button of form.querySelectorAll("[data-take]")) {
    button.addEventListener("click", () => fill(JSON.parse(button.dataset.take)));
  }
  if (!box?.dataset.beat) return;

  const message = (more = {}) => {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("version", (form.elements.seen ?? form.elements.version).value);
    data.set("changed", changed() ? "1" : "0");
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    return data;
  };

  const line = (selector, text) => {
    const place = box.querySelector(selector);
    place.hidden = !text;
    const strong = place.querySelector("strong");
    if (strong && strong.textContent !== text) strong.textContent = text;
  };

  const beat = async () => {
    if (document.hidden && !changed()) return; // open in a tab that nobody looks at
    const send = () => fetch(box.dataset.beat, { method: "POST", body: message(), redirect: "manual" });
    let answer = await send();
    const refused = answer.type === "opaqueredirect" || answer.status === 403;
    if (refused && await session.renew()) answer = await send(); // logged in again, in another tab
    if (!answer.ok) return;
    session.say(false);
    const { others, newer } = await answer.json();
    line("[data-newer]", newer);
    const place = box.querySelector("[data-others]");
    const said = [...place.children].map(({ textContent }) => textContent);
    if (String(said) === String(others)) return; // said once: screen readers read it aloud
    place.replaceChildren(...others.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  };

  const quietly = () => beat().catch(() => { /* the network is away; the next beat says so, or not */ });
  setInterval(quietly, 20_000);
  document.addEventListener("visibilitychange", () => document.hidden || quietly());
  let wasChanged = false;
  form.addEventListener("input", () => { // the first word is said, not only the next beat
    if (wasChanged === changed()) return;
    wasChanged = changed();
    quietly();
  });
  addEventListener("pagehide", () => isSent() || navigator.sendBeacon(box.dataset.beat, message({ gone: "1" })));
  quietly();
})();
