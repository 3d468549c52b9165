"use strict";

/* Working copies: what is typed is sent to the server two seconds later, and offered there on every computer
   (working_copies/). Without a network it stays in this browser (desk-keeping.js) and is sent afterwards. */
(() => {
  const { host } = document.currentScript.dataset;
  const url = typing?.box?.dataset.workingCopy;
  if (!url || !session) return;
  const { form, box, changed, ready, editors, isSent, typedAt } = typing;
  const DELAY = 2_000, RETRY = 20_000; // ms
  const OWN_TOKENS = new Set(["csrfmiddlewaretoken", "form_token", "version", "draft_key", "typed_at", "seen", "overwrite"]);
  const line = box.querySelector("[data-copied]");
  const error = box.querySelector("[data-too-long]");

  const isPassword = (name) => [...form.querySelectorAll("[type=password]")].some((field) => field.name === name);

  // The fields of the form without files, passwords, tokens, buttons and the hidden rows that “Add another” copies
  const isTyped = (name, value) => typeof value === "string" && !OWN_TOKENS.has(name) && !name.startsWith("_") &&
    !name.includes("__prefix__") && !isPassword(name);
  const readForm = () => {
    const data = new FormData();
    for (const [name, value] of new FormData(form)) if (isTyped(name, value)) data.append(name, value);
    for (const editor of editors()) if (editor.status === "ready") data.set(editor.element.$.name, editor.getData());
    return data;
  };

  const post = (data, options) => fetch(url, {
    method: "POST", body: data, redirect: "manual",
    headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value }, ...options,
  });

  const showKept = () => {
    const now = new Date();
    const time = line.querySelector("time");
    time.dateTime = now.toISOString();
    time.textContent = new Intl.DateTimeFormat("en-GB", { timeZone: host, hour: "2-digit", minute: "2-digit" }).format(now);
    line.hidden = false;
  };

  const showTooLong = (isTooLong) => {
    error.hidden = !isTooLong;
    if (isTooLong) line.hidden = true;
  };

  let sent = ""; // what the server has of this form
  let isRefused = false; // the user may not change it any more
  let waits = false; // something is to be sent again later
  const send = async (options) => {
    clearTimeout(timer);
    if (isRefused || isSent() || !form.elements.draft_key.value) return;
    const isBack = !changed(); // as it was when the form was opened
    if (isBack && !sent) return;
    const data = isBack ? new FormData() : readForm();
    const text = JSON.stringify([...data]);
    if (text === sent) return;
    waits = true;
    data.set("draft_key", form.elements.draft_key.value);
    data.set("version", form.elements.version.value);
    data.set("typed_at", typedAt());
    if (isBack) data.set("discard", "1");
    let response = await post(data, options);
    const wasRefused = (response.type === "opaqueredirect" && !isBack) || response.status === 403;
    if (wasRefused) {
      if (!await session.renew()) return;
      response = await post(data, options); // signed in again in another tab
    }
    waits = response.status >= 500;
    isRefused = [403, 404].includes(response.status);
    if ([400, 413].includes(response.status)) return void showTooLong(true);
    if (!response.ok && !isBack) return;
    showTooLong(false);
    sent = isBack ? "" : text;
    if (isBack) line.hidden = true;
    else showKept();
  };

  let timer;
  let queue = Promise.resolve(); // one request after the other
  const sendQuietly = () => {
    queue = queue.then(() => send()).catch(() => { /* network failure: sent again later */ });
  };
  typing.onTyped(() => {
    clearTimeout(timer);
    timer = setTimeout(sendQuietly, DELAY);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    form.elements.typed_at.value = typedAt();
  }, true);
  setInterval(() => waits && sendQuietly(), RETRY);
  addEventListener("desk:signed-in", sendQuietly);
  addEventListener("online", () => waits && sendQuietly());
  document.addEventListener("visibilitychange", () => document.hidden && sendQuietly());
  addEventListener("pagehide", () => send({ keepalive: true }).catch(() => { /* too long: it is in this browser */ }));
  ready.then(() => "unsaved" in box.dataset && sendQuietly());
})();
