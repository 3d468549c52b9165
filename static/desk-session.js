"use strict";

/* Session of an open form: shows a notice when it has ended; renews the CSRF token after a sign-in in another tab. */
const session = (() => {
  const { user, session: url } = document.currentScript.dataset;
  const notice = document.querySelector("[data-ended]");
  const form = document.querySelector(".change-form #content-main > form");

  // A page that opens after a sign-in tells the tabs whose session has ended
  const tabs = window.BroadcastChannel ? new BroadcastChannel("desk-session") : null;
  if (user) tabs?.postMessage(user);
  if (!user || !form || !url) return null;

  const showEnded = (ended) => { if (notice) notice.hidden = !ended; };

  // Returns whether the same user is signed in; then the form gets their new CSRF token
  const renew = async () => {
    const response = await fetch(url, { redirect: "manual", headers: { Accept: "application/json" } });
    const now = response.ok ? await response.json() : null;
    if (String(now?.user ?? "") !== user) {
      showEnded(response.ok || response.type === "opaqueredirect" || response.status === 403);
      return false;
    }
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = now.token;
    if (notice && !notice.hidden) dispatchEvent(new Event("desk:signed-in"));
    showEnded(false);
    return true;
  };

  const renewQuietly = () => renew().catch(() => { /* network failure: tried again later */ });
  document.addEventListener("visibilitychange", () => document.hidden || renewQuietly());
  const renewIfEnded = () => { if (notice && !notice.hidden) renewQuietly(); };
  addEventListener("focus", renewIfEnded);
  setInterval(renewIfEnded, 20_000); // signed in again in another browser window
  tabs?.addEventListener("message", renewIfEnded);
  return { renew, showEnded };
})();
