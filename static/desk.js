/* The desk: what its pages do by themselves. Without this script every form is still filled in and sent. */
"use strict";

/* Times in two capitals: beside each moment, what the clocks of both cities and of UTC show, as one types. */
(() => {
  const host = document.currentScript.dataset.host;
  const DAY = 864e5;
  const formats = {};

  // The wall clock of a zone, in ms as if it were UTC
  const wallOf = (zone, at) => {
    formats[zone] ??= new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
      hour: "numeric", minute: "numeric", second: "numeric",
    });
    const part = {};
    for (const { type, value } of formats[zone].formatToParts(at)) part[type] = +value;
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  };

  // The moments at which the host's clocks show a time: none as they go forward over it, two as they go back
  const readings = (wall) => {
    const moments = [-DAY, DAY].map((away) => wall - (wallOf(host, wall + away) - (wall + away)));
    return [...new Set(moments)].filter((at) => wallOf(host, at) === wall).sort((a, b) => a - b);
  };

  // What is typed, by the formats that the server reads
  const TOKENS = {
    "%d": "(?<d>\\d{1,2})", "%m": "(?<m>\\d{1,2})", "%Y": "(?<Y>\\d{4})", "%y": "(?<y>\\d{2})",
    "%H": "(?<H>\\d{1,2})", "%M": "(?<M>\\d{1,2})", "%S": "(?<S>\\d{1,2})",
  };

  const match = (kind, text) => {
    for (const format of window.get_format?.(kind) ?? []) {
      const pattern = format.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/%./g, (token) => TOKENS[token] ?? "$^");
      const found = new RegExp(`^${pattern}$`).exec(text.trim());
      if (found) return found.groups;
    }
    return null;
  };

  const wallTyped = (day, clock) => {
    const [date, time] = [match("DATE_INPUT_FORMATS", day.value), match("TIME_INPUT_FORMATS", clock.value)];
    if (!date || !time) return null;
    const year = +(date.Y ?? (date.y < 69 ? 2000 : 1900) + +date.y);
    const numbers = [year, date.m - 1, +date.d, +time.H, +time.M, +(time.S ?? 0)];
    const at = new Date(Date.UTC(...numbers));
    const read = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()];
    return year >= 1000 && String(read) === String(numbers) ? at.getTime() : null; // no 31 February
  };

  const inWords = (at, options) => {
    const language = document.documentElement.lang.replace(/^(en)?$/, "en-GB");
    return new Intl.DateTimeFormat(language, { hourCycle: "h23", ...options }).format(at);
  };

  const CLOCK = { hour: "2-digit", minute: "2-digit" };

  const inCities = (at, cities) => {
    const today = Math.floor(wallOf(host, at) / DAY);
    return cities.map(([city, timeZone]) => {
      const day = Math.floor(wallOf(timeZone, at) / DAY) === today ? "" : `${inWords(at, { timeZone, day: "numeric", month: "long" })}, `;
      return `${day}${inWords(at, { timeZone, ...CLOCK })} ${city}`;
    }).join(" · ");
  };

  const labels = (at) => inWords(at, { timeZone: host, ...CLOCK, timeZoneName: "short" });

  const show = (box) => {
    const { cities, gap, twice, first, second } = box.dataset;
    const wall = wallTyped(box.querySelector(".vDateField"), box.querySelector(".vTimeField"));
    const moments = wall === null ? [] : readings(wall);
    const which = box.querySelector(".which");
    const choices = [...which.querySelectorAll("input")];
    which.hidden = moments.length < 2;
    choices.forEach((choice, i) => {
      if (which.hidden) choice.checked = false;
      else choice.nextElementSibling.textContent = [first, second][i].replace("{}", labels(moments[i]));
    });
    const at = moments.length === 2 ? moments[choices.findIndex(({ checked }) => checked)] : moments[0];
    const missing = wall === null ? "" : moments.length ? twice : gap;
    const said = at === undefined ? missing : inCities(at, JSON.parse(cities));
    const output = box.querySelector(".zones");
    output.classList.toggle("wrong", at === undefined);
    if (output.textContent !== said) output.textContent = said;
  };

  const showAll = () => {
    for (const box of document.querySelectorAll(".moment")) {
      try {
        show(box);
      } catch { /* a zone that this browser does not know: what the server wrote stays */ }
    }
  };

  // The shortcuts "Today" and "Now" fill a field in without an event of their own, so a click is heard too.
  for (const type of ["input", "change", "click"]) document.addEventListener(type, () => setTimeout(showAll));
  addEventListener("DOMContentLoaded", showAll);
})();

/* What is typed: read, put back, and asked about before a changed form is left. */
const typing = (() => {
  const form = document.querySelector(".change-form #content-main > form");
  if (!form) return null;
  const box = form.querySelector("[data-keep]");
  const OURS = new Set(["csrfmiddlewaretoken", "version", "kept", "seen", "over"]);
  const isText = (element) => element.name && !OURS.has(element.name) && !element.name.startsWith("_") &&
    !["file", "hidden", "submit", "button", "reset"].includes(element.type);
  const editors = () => Object.values(window.CKEDITOR?.instances ?? {}).filter(({ element }) => form.contains(element.$));

  // What stands in the form by name: a text, or yes and no
  const read = () => {
    const values = {};
    for (const element of form.elements) {
      if (!isText(element)) continue;
      if (element.type === "checkbox") values[element.name] = element.checked;
      else if (element.type !== "radio") values[element.name] = element.value;
      else if (element.checked) values[element.name] = element.value;
      else values[element.name] ??= "";
    }
    for (const editor of editors()) if (editor.status === "ready") values[editor.element.$.name] = editor.getData();
    return values;
  };

  const fill = (values) => {
    for (const element of form.elements) {
      if (!isText(element) || !(element.name in values)) continue;
      const value = values[element.name];
      if (element.type === "checkbox") element.checked = value === true;
      else if (element.type === "radio") element.checked = element.value === value;
      else element.value = value;
    }
    for (const editor of editors()) {
      const name = editor.element.$.name;
      if (name in values) editor.setData(values[name], () => editor.fire("change"));
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // An editor writes its text in its own way, so the text as it first stands is read once it is ready.
  const before = read();
  const settle = ({ editor }) => {
    before[editor.element.$.name] = editor.getData();
    editor.resetDirty();
  };
  const differs = (values, other) => Object.keys(values).some((name) => values[name] !== other[name]);
  const changed = () => (box && "unsaved" in box.dataset) || differs(read(), before);

  const ready = new Promise((resolve) => {
    const wanted = form.querySelectorAll("textarea[data-type=ckeditortype]").length;
    let count = 0;
    const done = () => count >= wanted && resolve();
    if (!window.CKEDITOR) return resolve();
    for (const editor of editors()) if (editor.status === "ready") count += 1, settle({ editor });
    CKEDITOR.on("instanceReady", (event) => { count += 1; settle(event); done(); });
    done();
  });

  // Sent: the page is left on purpose. The preview opens beside it.
  let sent = false;
  form.addEventListener("submit", ({ submitter }) => { sent = submitter?.formTarget !== "_blank"; });
  form.addEventListener("input", () => { sent = false; });
  addEventListener("beforeunload", (event) => {
    if (!sent && changed()) event.preventDefault();
  });

  return { form, box, read, fill, differs, changed, ready, editors, isSent: () => sent };
})();

/* Kept in this browser until it is saved: what is typed into a message, for a crash or a session that has ended. */
(() => {
  const { user, host, desk } = document.currentScript.dataset;
  const WEEK = 7 * 864e5;
  const rows = () => Object.keys(localStorage).filter((key) => key.startsWith("desk/"))
    .map((key) => [key, JSON.parse(localStorage.getItem(key))]);
  const drop = (wanted) => {
    for (const [key, row] of rows()) if (wanted(key, row)) localStorage.removeItem(key);
  };

  // What the server has saved goes, and what is a week old; of somebody who logs out, all: others sit here too.
  const saved = /(?:^|; )desk_saved=([\w-]+)/.exec(document.cookie)?.[1];
  if (saved) document.cookie = `desk_saved=; path=${desk}; max-age=0`;
  drop((key, row) => !row || row.id === saved || Date.now() - row.at > WEEK);
  if (user) sessionStorage.removeItem("desk-out");
  else drop((key) => sessionStorage.getItem("desk-out") && key.startsWith(`desk/${sessionStorage.getItem("desk-out")}/`));
  document.querySelector("#logout-form")?.addEventListener("submit", () => sessionStorage.setItem("desk-out", user));

  if (!user || !typing?.box) return;
  const { form, box, read, fill, differs, changed, ready, editors } = typing;
  const place = `desk/${user}${location.pathname}`;
  const name = form.elements.kept;
  name.value ||= `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  const mine = place + name.value;

  let at = Date.now(); // when something was last typed
  const keep = () => {
    try {
      if (!changed()) localStorage.removeItem(mine);
      else localStorage.setItem(mine, JSON.stringify({ id: name.value, at, version: form.elements.version.value, values: read() }));
    } catch { /* no room: the page itself still has the text */ }
  };

  let timer;
  const later = () => {
    clearTimeout(timer);
    at = Date.now();
    timer = setTimeout(keep, 400);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", keep, true);
  addEventListener("pagehide", () => typing.isSent() || keep());

  // Offered, the newest first, each once; what says the same as the form is needed no more
  const offer = box.querySelector("[data-offer]");
  let offered = null;
  const next = () => {
    drop((key, row) => key.startsWith(place) && key !== mine && !differs(row.values, read()));
    offered = rows().filter(([key]) => key.startsWith(place) && key !== mine).sort(([, a], [, b]) => b.at - a.at)[0];
    offer.hidden = !offered;
    if (!offered) return;
    const at = new Date(offered[1].at);
    const today = at.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "long" };
    const time = offer.querySelector("time");
    time.dateTime = at.toISOString();
    time.textContent = new Intl.DateTimeFormat("en-GB", { timeZone: host, hour: "2-digit", minute: "2-digit", ...today }).format(at);
  };

  offer.querySelector("[data-bring-back]").addEventListener("click", () => {
    const [key, row] = offered;
    try {
      localStorage.setItem(mine, JSON.stringify({ ...row, id: name.value })); // it is this page's from now on
      localStorage.removeItem(key);
    } catch { /* no room: it stays where it is */ }
    fill(row.values);
    form.elements.version.value = row.version; // what has been saved since is then put beside it
    next();
  });
  offer.querySelector("[data-discard]").addEventListener("click", () => {
    localStorage.removeItem(offered[0]);
    next();
  });

  ready.then(() => {
    for (const editor of editors()) editor.on("change", later);
    if ("unsaved" in box.dataset) keep();
    else next();
  });
})();

/* Two people, one message: a heartbeat while the form is open, and who else is at work; their words instead of mine. */
(() => {
  if (!typing) return;
  const { form, box, fill, changed, isSent } = typing;
  for (const button of form.querySelectorAll("[data-take]")) {
    button.addEventListener("click", () => fill(JSON.parse(button.dataset.take)));
  }
  if (!box?.dataset.beat) return;

  const message = (more) => {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("version", (form.elements.seen ?? form.elements.version).value);
    for (const name of more) data.set(name, "1");
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
    const answer = await fetch(box.dataset.beat, { method: "POST", body: message([]), redirect: "manual" });
    line("[data-ended]", answer.type === "opaqueredirect" || answer.status === 403 ? " " : "");
    if (!answer.ok) return;
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
  addEventListener("pagehide", () => isSent() || navigator.sendBeacon(box.dataset.beat, message(["gone"])));
  quietly();
})();

/* Advice: words are counted as one types, and the links of the saved text are checked in the background. */
(() => {
  const advice = document.querySelector("[data-advice]");
  if (!advice) return;

  /* Words, of the lead and the text together */

  const length = advice.querySelector("[data-pace]");
  const lead = document.getElementById("id_lead");
  const body = document.getElementById("id_body");
  const BLOCK = /<\/?(?:p|h[1-6]|blockquote|ul|ol|li|figure|figcaption|table|caption|tr|td|th|hr|br|div)\b/gi;
  let waiting;

  function plain(html) {
    return new DOMParser().parseFromString(html.replace(BLOCK, " $&"), "text/html").body.textContent;
  }

  function count() {
    const html = window.CKEDITOR?.instances[body.id]?.getData() ?? body.value;
    const words = `${lead?.value ?? ""} ${plain(html)}`.split(/\s+/).filter(Boolean).length;
    length.querySelector("[data-words]").textContent = words;
    length.querySelector("[data-minutes]").textContent = Math.max(1, Math.ceil(words / Number(length.dataset.pace)));
    length.hidden = words === 0;
  }

  function countSoon() {
    clearTimeout(waiting);
    waiting = setTimeout(count, 400);
  }

  if (body) {
    lead?.addEventListener("input", countSoon);
    body.addEventListener("input", countSoon);
    window.CKEDITOR?.instances[body.id]?.on("change", countSoon);
    window.CKEDITOR?.on("instanceCreated", ({ editor }) => editor.name === body.id && editor.on("change", countSoon));
  }

  /* Links */

  const note = advice.querySelector("[data-checking]");
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");

  function say(text) {
    note.textContent = text;
    note.hidden = false;
  }

  function item({ url, sentence }) {
    const entry = document.createElement("li");
    const address = document.createElement("code");
    address.textContent = url;
    entry.append(address, ` ${sentence}`);
    return entry;
  }

  async function check(tries) {
    say(note.dataset.checking);
    try {
      const answer = await fetch(advice.dataset.links, { method: "POST", headers: { "X-CSRFToken": token.value } });
      if (answer.status === 503 && tries > 1) return void setTimeout(check, 10_000, tries - 1); // another check runs
      const { faults } = await answer.json();
      advice.querySelector("ul").append(...faults.map(item));
      if (faults.length) note.hidden = true;
      else say(note.dataset.done);
    } catch {
      say(note.dataset.late);
    }
  }

  if (note && token) check(3);
})();

/* The focus of a picture: a click on what matters in it writes two numbers, which do as well without a mouse. */
(() => {
  for (const frame of document.querySelectorAll(".focus-frame")) {
    const image = frame.querySelector("img");
    const mark = frame.querySelector(".focus-mark");
    const file = frame.closest(".picture-input").querySelector("input[type=file]");
    const x = document.getElementById(frame.dataset.x);
    const y = document.getElementById(frame.dataset.y);
    if (!x || !y) continue;

    const place = () => {
      mark.hidden = !(x.validity.valid && y.validity.valid && x.value && y.value);
      mark.style.left = `${x.value}%`;
      mark.style.top = `${y.value}%`;
    };

    const set = (across, down) => {
      for (const [field, share] of [[x, across], [y, down]]) {
        field.value = Math.round(Math.min(Math.max(share, 0), 1) * 100);
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    };

    image.addEventListener("click", (event) => {
      const box = image.getBoundingClientRect();
      set((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    });
    for (const field of [x, y]) field.addEventListener("input", place);

    // A picture that was chosen just now is shown before it is saved; one that the browser can't show is not
    const reader = new FileReader();
    reader.addEventListener("load", () => { image.src = reader.result; });
    image.addEventListener("load", () => { frame.hidden = false; });
    image.addEventListener("error", () => { frame.hidden = true; });
    file.addEventListener("change", () => {
      if (!file.files.length) return;
      set(0.5, 0.5);
      reader.abort();
      reader.readAsDataURL(file.files[0]);
    });

    place();
  }
})();

/* The summary of what is not right: a link to the text leads into its editor, which has taken the field's place. */
(() => {
  document.querySelector(".faults")?.addEventListener("click", (event) => {
    const target = event.target.closest("a")?.hash.slice(1);
    const editor = window.CKEDITOR?.instances[target];
    const field = document.getElementById(target);
    if (!editor && !field) return;
    event.preventDefault();
    (editor?.container.$ ?? field).scrollIntoView({ block: "center" });
    (editor ?? field).focus();
  });
})();

/* An enquiry: leaving asks first where something typed is not sent. Personal data is never kept in the browser. */
(() => {
  const page = document.querySelector("[data-asks-before-leaving]");
  if (!page) return;
  let sent = false;
  const typed = () => [...page.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
  page.addEventListener("submit", () => { sent = true; });
  page.addEventListener("input", () => { sent = false; });
  addEventListener("beforeunload", (event) => {
    if (!sent && ("unsent" in page.dataset || typed())) event.preventDefault();
  });
  page.querySelector("[autofocus]")?.focus();
})();
