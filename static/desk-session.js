"use strict";

/* The session behind an open form: asked about, renewed in the form after a log-in in another tab, or said to be over. */
const session = (() => {
  const { user, session: address } = document.currentScript.dataset;
  const notice = document.querySelector("[data-ended]");
  const form = document.querySelector(".change-form #content-main > form");
  if (!user || !form || !address) return null;

  const say = (ended) => { if (notice) notice.hidden = !ended; };

  // The user who is signed in now: the same user gets the new token of the form, and goes on as if nothing had been
  const renew = async () => {
    const answer = await fetch(address, { redirect: "manual", headers: { Accept: "application/json" } });
    const now = answer.ok ? await answer.json() : null;
    if (String(now?.user ?? "") !== user) {
      say(answer.ok || answer.type === "opaqueredirect" || answer.status === 403);
      return false;
    }
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = now.token;
    if (notice && !notice.hidden) dispatchEvent(new Event("desk:back"));
    say(false);
    return true;
  };

  const quietly = () => renew().catch(() => { /* the network is away; the next time says so, or not */ });
  document.addEventListener("visibilitychange", () => document.hidden || quietly());
  addEventListener("focus", () => { if (notice && !notice.hidden) quietly(); });
  return { renew, say };
})();
