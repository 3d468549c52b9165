"use strict";

/* Live preview: the page of the preview in a frame beside the text, sent again when typing stops, one request at a time.

   The form is sent to a new frame, which takes the place of the former one when it is complete: so nothing flickers,
   the Back button has no steps in it, and what cannot be shown leaves the former page. The frame is sandboxed: it runs
   no scripts and sends no forms. Its page opens links in new tabs (<base target>), so that it stays where it is. */
(() => {
  const panel = document.getElementById("live-preview");
  if (!panel || !typing) return;

  const PAUSE = 1_000; // ms after the last change
  const SHARE = 2; // a request that took longer is followed by a pause of as many times its length
  const TIMEOUT = 30_000; // ms
  const SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"; // scroll position; links in tabs
  const STORE = "desk-live-preview";
  const stage = panel.querySelector(".stage");
  const status = panel.querySelector("[role=status]");
  const widths = [...panel.querySelectorAll("input[type=radio]")];
  const switches = [...document.querySelectorAll("[data-live-preview]")];
  const isWholeWindow = matchMedia("(max-width: 1023px)");
  const hidesCards = matchMedia("(max-width: 1439px)");

  /* What the browser remembers: open or not, and the width */

  const recall = () => {
    try {
      return JSON.parse(localStorage.getItem(STORE)) ?? {};
    } catch {
      return {};
    }
  };
  const remember = (values) => {
    try {
      localStorage.setItem(STORE, JSON.stringify({ ...recall(), ...values }));
    } catch { /* storage is full or forbidden: the next page begins closed */ }
  };

  /* Requests */

  let shown = null; // the frame that is seen
  let pending = null; // the frame that is loading
  let sent = ""; // the fields of the last request
  let timer;
  let timeout;
  let begun = 0;
  let pause = PAUSE;
  let count = 0;

  const fields = () => {
    const data = new FormData(typing.form);
    for (const editor of typing.editors()) if (editor.status === "ready") data.set(editor.element.$.name, editor.getData());
    data.delete("form_token"); // nothing is saved
    data.set("_in_frame", "1");
    return [...data].filter(([, value]) => typeof value === "string"); // a chosen image is uploaded, and named by its id
  };

  const pageOf = (frame) => {
    try {
      return frame.contentDocument; // null for an error page, and for a page that may not be in a frame
    } catch {
      return null;
    }
  };

  const post = (values, target) => {
    const request = document.createElement("form");
    Object.assign(request, { method: "post", action: panel.dataset.url, target, hidden: true });
    for (const [name, value] of values) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      request.append(field);
    }
    document.body.append(request);
    HTMLFormElement.prototype.submit.call(request); // without a submit event
    request.remove();
  };

  const refresh = () => {
    clearTimeout(timer);
    if (panel.hidden || pending) return; // a pending one is followed by another if something was typed meanwhile
    const values = fields();
    const text = JSON.stringify(values);
    if (text === sent) return;
    sent = text;
    begun = performance.now();
    count += 1;
    const frame = document.createElement("iframe");
    Object.assign(frame, { name: `live-preview-${count}`, title: panel.dataset.frameTitle, className: "pending" });
    frame.setAttribute("sandbox", SANDBOX);
    pending = frame;
    stage.append(frame);
    stage.setAttribute("aria-busy", "true");
    fit();
    frame.addEventListener("load", () => {
      const page = pageOf(frame);
      if (page?.URL !== "about:blank") finish(frame, page);
    });
    timeout = setTimeout(finish, TIMEOUT, frame, null);
    post(values, frame.name);
  };

  const finish = (frame, page) => {
    if (frame !== pending) return;
    stop();
    pause = Math.max(PAUSE, SHARE * (performance.now() - begun));
    status.textContent = page ? "" : panel.dataset.failed;
    if (page) show(frame, page);
    else {
      frame.remove();
      sent = "";
    }
    if (page) refreshSoon();
  };

  const stop = () => {
    clearTimeout(timeout);
    clearTimeout(timer);
    stage.removeAttribute("aria-busy");
    pending = null;
  };

  const show = (frame, page) => {
    for (const link of page.querySelectorAll('a[href^="#"]')) link.target = "_self";
    const former = shown;
    const hadFocus = former && document.activeElement === former;
    frame.contentWindow.scrollTo({ top: former?.contentWindow.scrollY ?? 0, behavior: "instant" });
    frame.classList.remove("pending");
    if (hadFocus) frame.focus();
    former?.remove();
    shown = frame;
  };

  const refreshSoon = () => {
    clearTimeout(timer);
    if (!panel.hidden) timer = setTimeout(refresh, pause);
  };

  /* The page has the chosen width, made smaller to fit the panel */

  const fit = () => {
    const width = Number(widths.find(({ checked }) => checked).value);
    const scale = Math.min(1, stage.clientWidth / width);
    for (const frame of stage.children) {
      frame.style.width = `${width}px`;
      frame.style.height = `${Math.ceil(stage.clientHeight / scale)}px`;
      frame.style.left = `${Math.max(0, (stage.clientWidth - width * scale) / 2)}px`;
      frame.style.transform = `scale(${scale})`;
    }
  };
  new ResizeObserver(fit).observe(stage);
  for (const field of widths) {
    field.addEventListener("change", () => {
      remember({ width: field.value });
      fit();
    });
  }

  /* Open and close. In a narrow window the panel is the whole window, and nothing behind it can be reached. */

  const setOthersInert = () => {
    const isInert = !panel.hidden && isWholeWindow.matches;
    for (let part = panel; part !== document.body; part = part.parentElement) {
      for (const other of part.parentElement.children) if (other !== part) other.inert = isInert;
    }
  };
  isWholeWindow.addEventListener("change", setOthersInert);

  const toggle = (isOpen) => {
    panel.hidden = !isOpen;
    document.body.classList.toggle("previewing", isOpen);
    for (const each of switches) each.setAttribute("aria-expanded", isOpen);
    setOthersInert();
    if (isOpen) {
      fit();
      typing.ready.then(refresh);
    } else if (pending) {
      pending.remove(); // ends the request
      sent = "";
      stop();
    }
  };

  const close = () => {
    const hadFocus = panel.contains(document.activeElement);
    toggle(false);
    if (!isWholeWindow.matches) remember({ open: false });
    if (!hadFocus) return;
    const back = switches.find((each) => each.checkVisibility?.()) ?? document.querySelector(".edit-head .menu > summary");
    back?.focus();
  };

  for (const each of switches) {
    each.hidden = false;
    each.addEventListener("click", () => {
      if (!panel.hidden) return close();
      toggle(true);
      const menu = each.closest("details");
      if (menu) menu.open = false;
      if (isWholeWindow.matches) panel.querySelector("h2").focus();
      else remember({ open: true });
      return undefined;
    });
  }
  panel.querySelector("[data-close]").addEventListener("click", close);
  panel.addEventListener("keydown", ({ key }) => { if (key === "Escape") close(); });

  // A link to a field in a card: the panel gives its place back where it hides the cards
  document.addEventListener("click", ({ target }) => {
    const name = target.closest?.('a[href^="#"]')?.hash.slice(1);
    const isInCard = name && document.getElementById(name)?.closest(".edit-side");
    if (isInCard && !panel.hidden && hidesCards.matches) close();
  }, true);

  typing.onTyped(refreshSoon);
  const { open, width } = recall();
  const remembered = widths.find(({ value }) => value === width);
  if (remembered) remembered.checked = true;
  const hasErrors = document.querySelector(".edit-side .errorlist");
  if (open && !isWholeWindow.matches && !(hasErrors && hidesCards.matches)) toggle(true);
})();
