"use strict";

/* Presence: a heartbeat while the form is open, who else has it open; “Use their version” in a conflict. */
(() => {
  if (!typing || !session) return;
  const { form, box, fill, changed, isSent } = typing;
  for (const button of form.querySelectorAll("[data-their-inputs]")) {
    button.addEventListener("click", () => fill(JSON.parse(button.dataset.theirInputs)));
  }
  if (!box?.dataset.heartbeat) return;

  const formData = (more = {}) => {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("version", (form.elements.seen ?? form.elements.version).value);
    data.set("changed", changed() ? "1" : "0");
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    return data;
  };

  const showLine = (selector, text) => {
    const element = box.querySelector(selector);
    element.hidden = !text;
    const strong = element.querySelector("strong");
    if (strong && strong.textContent !== text) strong.textContent = text;
  };

  const heartbeat = async () => {
    if (document.hidden && !changed()) return; // open in a background tab
    const send = () => fetch(box.dataset.heartbeat, { method: "POST", body: formData(), redirect: "manual" });
    let response = await send();
    const refused = response.type === "opaqueredirect" || response.status === 403;
    if (refused && await session.renew()) response = await send(); // signed in again in another tab
    if (!response.ok) return;
    session.showEnded(false);
    const { others, newer } = await response.json();
    showLine("[data-newer]", newer);
    const element = document.querySelector("[data-others]");
    const shown = [...element.children].map(({ textContent }) => textContent);
    if (String(shown) === String(others)) return; // screen readers announce each change
    element.replaceChildren(...others.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  };

  const sendQuietly = () => heartbeat().catch(() => { /* network failure: the next heartbeat follows */ });
  setInterval(sendQuietly, 20_000);
  document.addEventListener("visibilitychange", () => document.hidden || sendQuietly());
  let wasChanged = false;
  form.addEventListener("input", () => { // the first change is reported immediately
    if (wasChanged === changed()) return;
    wasChanged = changed();
    sendQuietly();
  });
  addEventListener("pagehide", () => isSent() || navigator.sendBeacon(box.dataset.heartbeat, formData({ gone: "1" })));
  sendQuietly();
})();
