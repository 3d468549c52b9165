"use strict";

/* Drafts: unsaved text of a message in localStorage, for a crash or an ended session.
   Encrypted (AES-GCM) with a key that the server gives only to the user who typed it, on admin pages. */
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
  const remove = (matches) => {
    for (const [name, row] of rows()) if (matches(name, row)) localStorage.removeItem(name);
  };
  const removeAllOf = (who) => who && remove((name) => name.startsWith(`desk/${who}/`));

  // Delete drafts that the server has saved, that are a week old, or that are not encrypted
  const saved = /(?:^|; )desk_saved=([\w-]+)/.exec(document.cookie)?.[1];
  if (saved) document.cookie = `desk_saved=; path=${desk}; max-age=0`;
  remove((name, row) => !row?.encrypted || row.id === saved || Date.now() - row.at > WEEK);

  // Delete all drafts of a user who signs out, in each tab: the computer may be shared
  const tabs = window.BroadcastChannel ? new BroadcastChannel("desk") : null;
  let signedOut = false;
  const signOut = (who) => {
    if (who === user) signedOut = true;
    removeAllOf(who);
  };
  if (user) sessionStorage.removeItem("desk-out");
  else signOut(sessionStorage.getItem("desk-out"));
  tabs?.addEventListener("message", ({ data }) => signOut(data.out));
  document.querySelector("#logout-form")?.addEventListener("submit", () => {
    sessionStorage.setItem("desk-out", user);
    tabs?.postMessage({ out: user });
    signOut(user);
  });
  addEventListener("desk:signed-in", () => { signedOut = false; }); // signed in again in another tab

  if (!user || !key || !typing?.box || !window.crypto?.subtle) return;

  // Encryption
  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
  const secret = crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"]);

  const encrypt = async (content) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(content));
    return { iv: text(iv), encrypted: text(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await secret, plain)) };
  };
  const decrypt = async (row) => {
    const algorithm = { name: "AES-GCM", iv: bytes(row.iv) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, await secret, bytes(row.encrypted))));
  };

  // Storing
  const { form, box, read, fill, differs, changed, ready } = typing;
  const prefix = `desk/${user}${location.pathname}`;
  const keyField = form.elements.draft_key;
  // A key of its own: browsers restore the one of an earlier visit, whose text may be offered above the form
  if (!keyField.value || document.querySelector(`[data-copy-key="${CSS.escape(keyField.value)}"]`)) {
    keyField.value = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  }
  const ownKey = prefix + keyField.value;

  let turns = 0; // encryption is asynchronous: only the last draft is written
  const store = async () => {
    const turn = ++turns;
    if (signedOut) return;
    if (!changed()) return void localStorage.removeItem(ownKey);
    const row = { id: keyField.value, at: typing.typedAt() };
    const encrypted = await encrypt({ version: form.elements.version.value, values: read() });
    if (turn !== turns || signedOut) return;
    try {
      localStorage.setItem(ownKey, JSON.stringify({ ...row, ...encrypted }));
      dispatchEvent(new Event("desk:kept"));
    } catch { /* storage is full: the page still has the text */ }
  };

  let timer;
  const storeLater = () => {
    clearTimeout(timer);
    timer = setTimeout(store, 200);
  };
  typing.onTyped(storeLater);
  form.addEventListener("submit", store, true);
  addEventListener("beforeunload", () => typing.isSent() || store());
  document.addEventListener("visibilitychange", () => document.hidden && !typing.isSent() && store());
  addEventListener("desk:signed-in", store);

  // Working copies: the server offers a text that it has, the browser only a newer one of the same form
  const closed = new Map((box.dataset.closed ?? "").split(" ").map((entry) => entry.split("=")));
  remove((name, row) => row.at <= Number(closed.get(row.id))); // saved or discarded, perhaps elsewhere
  const copies = [...document.querySelectorAll("[data-copy-key]")];
  const isOnServer = ({ id, at }) => copies.some(({ dataset }) => dataset.copyKey === id && Number(dataset.typedAt) >= at);
  const discardOnServer = ({ id }) => {
    const copy = copies.find(({ dataset }) => dataset.copyKey === id);
    const button = copy?.querySelector("[name=discard]");
    if (!copy) return;
    copies.splice(copies.indexOf(copy), 1);
    copy.remove();
    fetch(button.form.action, { method: "POST", body: new FormData(button.form, button), redirect: "manual" })
      .catch(() => { /* network failure: it is offered again */ });
  };
  for (const discarding of document.querySelectorAll("[data-discards]")) {
    discarding.addEventListener("submit", () => remove((name, row) => row.id === discarding.dataset.discards));
  }

  // Offer the newest draft; delete those that equal the form or cannot be decrypted
  const offer = box.querySelector("[data-offer]");
  let offered = null;
  const offerNewest = async () => {
    offered = null;
    const found = rows().filter(([key]) => key.startsWith(prefix) && key !== ownKey).sort(([, a], [, b]) => b.at - a.at);
    for (const [key, row] of found) {
      if (isOnServer(row)) continue;
      const content = await decrypt(row).catch(() => null);
      if (!content || !differs(content.values, read())) localStorage.removeItem(key);
      else offered ??= { key, id: row.id, at: row.at, ...content };
    }
    for (const copy of copies) copy.hidden = copy.dataset.copyKey === offered?.id;
    offer.hidden = !offered;
    if (!offered) return;
    const then = new Date(offered.at);
    const today = then.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "long" };
    const time = offer.querySelector("time");
    time.dateTime = then.toISOString();
    time.textContent = new Intl.DateTimeFormat("en-GB", { timeZone: host, hour: "2-digit", minute: "2-digit", ...today }).format(then);
  };

  offer.querySelector("[data-restore]").addEventListener("click", async () => {
    const restored = offered;
    const { key, version, values } = restored;
    fill(values);
    form.elements.version.value = version; // a newer version is compared when it is saved
    await store(); // under the key of this page
    if (localStorage.getItem(ownKey)) localStorage.removeItem(key);
    discardOnServer(restored);
    offerNewest();
  });
  offer.querySelector("[data-discard]").addEventListener("click", () => {
    localStorage.removeItem(offered.key);
    discardOnServer(offered);
    offerNewest();
  });

  ready.then(() => {
    if ("unsaved" in box.dataset) store();
    else offerNewest();
  });
})();
