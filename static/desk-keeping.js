"use strict";

/* Kept in this browser until it is saved: what is typed into a message, for a crash or a session that has ended.
   It is encrypted (AES-GCM) with a key that the server gives to its writer alone, on the pages of the desk. */
(() => {
  const { user, host, desk, key } = document.currentScript.dataset;
  const WEEK = 7 * 864e5;
  const rows = () => Object.keys(localStorage).filter((name) => name.startsWith("desk/")).map((name) => {
    try {
      return [name, JSON.parse(localStorage.getItem(name))];
    } catch {
      return [name, null];
    }
  });
  const drop = (wanted) => {
    for (const [name, row] of rows()) if (wanted(name, row)) localStorage.removeItem(name);
  };
  const dropAllOf = (who) => who && drop((name) => name.startsWith(`desk/${who}/`));

  // What the server has saved goes, what is a week old, and what an earlier release kept in the clear.
  const saved = /(?:^|; )desk_saved=([\w-]+)/.exec(document.cookie)?.[1];
  if (saved) document.cookie = `desk_saved=; path=${desk}; max-age=0`;
  drop((name, row) => !row?.sealed || row.id === saved || Date.now() - row.at > WEEK);

  // Of somebody who logs out all of it goes, in each tab: others sit here too.
  const tabs = window.BroadcastChannel ? new BroadcastChannel("desk") : null;
  let out = false;
  const leave = (who) => {
    if (who === user) out = true;
    dropAllOf(who);
  };
  if (user) sessionStorage.removeItem("desk-out");
  else leave(sessionStorage.getItem("desk-out"));
  tabs?.addEventListener("message", ({ data }) => leave(data.out));
  document.querySelector("#logout-form")?.addEventListener("submit", () => {
    sessionStorage.setItem("desk-out", user);
    tabs?.postMessage({ out: user });
    leave(user);
  });
  addEventListener("desk:back", () => { out = false; }); // logged in again, in another tab

  if (!user || !key || !typing?.box || !window.crypto?.subtle) return;

  // Sealed and opened
  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
  const secret = crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"]);

  const seal = async (content) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(content));
    return { iv: text(iv), sealed: text(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await secret, plain)) };
  };
  const open = async (row) => {
    const way = { name: "AES-GCM", iv: bytes(row.iv) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(way, await secret, bytes(row.sealed))));
  };

  // Kept
  const { form, box, read, fill, differs, changed, ready, editors } = typing;
  const place = `desk/${user}${location.pathname}`;
  const name = form.elements.kept;
  name.value ||= `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  const mine = place + name.value;

  let at = Date.now(); // when something was last typed
  let turns = 0; // sealing takes a moment: only the last one is written
  const keep = async () => {
    const turn = ++turns;
    if (out) return;
    if (!changed()) return void localStorage.removeItem(mine);
    const row = { id: name.value, at };
    const sealed = await seal({ version: form.elements.version.value, values: read() });
    if (turn !== turns || out) return;
    try {
      localStorage.setItem(mine, JSON.stringify({ ...row, ...sealed }));
    } catch { /* no room: the page itself still has the text */ }
  };

  let timer;
  const later = () => {
    clearTimeout(timer);
    at = Date.now();
    timer = setTimeout(keep, 200);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", keep, true);
  addEventListener("beforeunload", () => typing.isSent() || keep());
  document.addEventListener("visibilitychange", () => document.hidden && !typing.isSent() && keep());
  addEventListener("desk:back", keep);

  // Offered, the newest first, each once; what says the same as the form is needed no more, nor what can't be opened
  const offer = box.querySelector("[data-offer]");
  let offered = null;
  const next = async () => {
    offered = null;
    const found = rows().filter(([key]) => key.startsWith(place) && key !== mine).sort(([, a], [, b]) => b.at - a.at);
    for (const [key, row] of found) {
      const content = await open(row).catch(() => null);
      if (!content || !differs(content.values, read())) localStorage.removeItem(key);
      else offered ??= { key, at: row.at, ...content };
    }
    offer.hidden = !offered;
    if (!offered) return;
    const then = new Date(offered.at);
    const today = then.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "long" };
    const time = offer.querySelector("time");
    time.dateTime = then.toISOString();
    time.textContent = new Intl.DateTimeFormat("en-GB", { timeZone: host, hour: "2-digit", minute: "2-digit", ...today }).format(then);
  };

  offer.querySelector("[data-bring-back]").addEventListener("click", async () => {
    const { key, version, values } = offered;
    fill(values);
    form.elements.version.value = version; // what has been saved since is then put beside it
    await keep(); // it is this page's from now on
    if (localStorage.getItem(mine)) localStorage.removeItem(key);
    next();
  });
  offer.querySelector("[data-discard]").addEventListener("click", () => {
    localStorage.removeItem(offered.key);
    next();
  });

  ready.then(() => {
    for (const editor of editors()) editor.on("change", later);
    if ("unsaved" in box.dataset) keep();
    else next();
  });
})();
