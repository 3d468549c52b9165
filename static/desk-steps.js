"use strict";

/* Steps that have a page of their own (withdraw, restore, send back …) ask in a dialog: the question of that page is
   shown in it, and so is an error. Where it cannot be had, the page is opened. */
(() => {
  const dialog = document.getElementById("step");
  if (!dialog?.showModal) return;
  const title = dialog.querySelector("h2");
  const place = dialog.querySelector("[data-question]");
  const ended = dialog.querySelector("[data-ended]");
  const failed = dialog.querySelector("[data-failed]");
  const MAX_WAIT = 20_000; // ms
  let link = null;

  const request = (options) => fetch(link.href, { redirect: "manual", signal: AbortSignal.timeout(MAX_WAIT), ...options });
  const isRedirect = (response) => response.type === "opaqueredirect";

  // The question of a page: its sentence and its form; null for another page
  const questionOf = async (response) => {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const form = page.querySelector(".reason-form");
    if (!form) return null;
    form.action = link.href;
    form.querySelector("[type=submit]")?.setAttribute("data-confirm", "");
    return [page.querySelector("[data-description]"), form].filter(Boolean);
  };

  const show = (question) => {
    place.replaceChildren(...question);
    place.dataset.of = link.href;
    moments.showAll(); // a date and a time are shown in both capitals, as on the page
    dispatchEvent(new Event("desk:question"));
  };

  const focusFirst = () => {
    const wrong = place.querySelector(".errorlist ~ :is(textarea, input), .errorlist ~ * input");
    (wrong ?? place.querySelector("textarea, input:not([type=hidden])"))?.focus();
  };

  const open = () => {
    for (const menu of document.querySelectorAll("details.menu")) menu.open = false;
    ended.hidden = failed.hidden = true;
    title.textContent = link.textContent.replace(/\s*…\s*$/, "");
    dialog.showModal();
    focusFirst();
  };

  const ask = async () => {
    if (place.dataset.of === link.href) return open(); // what was typed is still there
    const response = await request();
    if (isRedirect(response)) return location.assign(location.href); // done already: the page says so
    const question = response.ok && await questionOf(response);
    if (!question) return location.assign(link.href);
    show(question);
    open();
  };

  for (const each of document.querySelectorAll("a[data-step]")) {
    each.setAttribute("aria-haspopup", "dialog");
    each.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // another tab
      event.preventDefault();
      link = each;
      ask().catch(() => location.assign(link.href));
    });
  }

  dialog.addEventListener("close", () => (link?.closest("details")?.querySelector("summary") ?? link)?.focus());
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest(".closelink")) return;
    event.preventDefault();
    dialog.close();
  });

  // Sent once; a redirect to the sign-in page looks like one after a step, so the session is asked for
  let isSending = false;
  const send = async (form) => {
    const post = () => request({ method: "POST", body: new FormData(form) });
    let response = await post();
    if (isRedirect(response) || response.status === 403) {
      const isSignedIn = !session || await session.renew();
      if (!isSignedIn) return void (ended.hidden = false);
      if (isRedirect(response)) return location.assign(link.dataset.then ?? location.pathname + location.search);
      response = await post(); // signed in again in another tab
      if (isRedirect(response)) return location.assign(link.dataset.then ?? location.pathname + location.search);
    }
    const question = response.ok && await questionOf(response);
    if (!question) return void (failed.hidden = false);
    show(question);
    focusFirst();
  };

  dialog.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    ended.hidden = failed.hidden = true;
    const button = dialog.querySelector("[data-confirm]");
    button?.setAttribute("aria-disabled", "true");
    await send(event.target).catch(() => { failed.hidden = false; });
    button?.removeAttribute("aria-disabled");
    isSending = false;
  });
})();
