/* Clocks, date and counters go on by themselves on an open page. Without this script the page is whole, and right
   for the moment at which it came. All time is the server's: the visitor's clock and zone may be wrong. */
"use strict";
(() => {
  // The server's time: told by each answer, then counted on

  const HOUR = 36e5;
  let base; // the server's time, in ms since the epoch, at performance.now() = 0
  let heard; // performance.now() when it was last told
  let gap; // Date.now() - performance.now() at that time: it jumps where the machine slept
  const jump = () => Date.now() - performance.now() - gap;

  const learn = (time, moment) => {
    base = time - moment;
    heard = performance.now();
    gap = Date.now() - heard;
  };

  // The page's own header. An old page out of a cache brings an old one, so it is believed only where it agrees
  // with the visitor's clock; where the two differ, the server is asked which of them is wrong.
  const read = () => {
    const [page] = performance.getEntriesByType("navigation");
    const told = page?.serverTiming?.find((entry) => entry.name === "now")?.description;
    if (!told || page.type === "back_forward") return;
    const off = +told + performance.now() - page.responseStart - Date.now();
    if (Math.abs(off) < 2000) learn(+told, page.responseStart);
  };

  const ask = async () => {
    const asked = performance.now();
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
    const told = /\bnow;desc=(\d+)/.exec(answer.headers.get("Server-Timing"))?.[1] ?? Date.parse(answer.headers.get("Date"));
    if (told > 0) learn(+told, (asked + performance.now()) / 2);
  };

  // The network is away, as it is for a while after sleep: go by the visitor's clock for the time slept, and ask again.
  const guess = () => {
    base += jump();
    gap += jump();
    heard = -HOUR;
  };

  // The calendar of a zone

  const formats = {};
  const local = (zone, at) => {
    formats[zone] ??= new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    });
    const part = {};
    for (const { type, value } of formats[zone].formatToParts(at)) part[type] = value;
    return { date: `${part.year}-${part.month}-${part.day}`, time: `${part.hour}:${part.minute}` };
  };

  // Clocks: empty and hidden where the page outlives the minute

  const showClock = (clock, at) => {
    const { time } = local(clock.dataset.clock, at);
    if (clock.textContent !== time) clock.textContent = clock.dateTime = time; // a span, where it came empty
    const list = clock.closest(".clocks[hidden]");
    if (list) list.hidden = false;
  };

  // The host's date

  const showDate = (day, at) => {
    const timeZone = day.dataset.date;
    const { date } = local(timeZone, at);
    if (day.dateTime === date) return;
    const language = document.documentElement.lang.replace(/^(en)?$/, "en-GB");
    const format = new Intl.DateTimeFormat(language, { timeZone, day: "numeric", month: "long", year: "numeric" });
    day.textContent = format.format(at);
    day.dateTime = date;
  };

  // Counters: a difference of dates, each read as midnight UTC, where every day has 24 hours

  const showCounter = (counter, at) => {
    const { zone, since, until, incident, one, many } = counter.dataset;
    const { date } = local(zone, at);
    const last = until && until < date ? until : date;
    const days = String(Math.max(0, (Date.parse(last) - Date.parse(since)) / 864e5));
    const [before, number, after] = counter.children;
    if (number.value === days) return;
    number.value = number.textContent = days;
    [before.textContent, after.textContent] = (days === "1" ? one : many)
      .split("{days}").map((words) => words.replaceAll("{incident}", () => incident));
  };

  // Offices open and close: the server told when, and what the page says from then on

  const showOffice = (office, at) => {
    const [, open, words] = JSON.parse(office.dataset.schedule).filter(([from]) => from * 1000 <= at).pop();
    const [said] = office.children;
    office.dataset.open = open;
    if (said.textContent !== words) said.textContent = words;
  };

  // Turning: at each whole minute, and when the page is looked at again

  const show = (selector, turn) => {
    for (const element of document.querySelectorAll(selector)) {
      try {
        turn(element, base + performance.now());
      } catch { /* a zone that this browser does not know: what the server wrote stays */ }
    }
  };

  let timer;
  const tick = async () => {
    clearTimeout(timer);
    if (!base || Math.abs(jump()) > 2000 || performance.now() - heard > HOUR) await ask().catch(guess);
    if (base) {
      show("[data-clock]", showClock);
      show("[data-date]", showDate);
      show("[data-since]", showCounter);
      show("[data-schedule]", showOffice);
    }
    clearTimeout(timer);
    timer = setTimeout(tick, 60020 - ((base || 0) + performance.now()) % 60000);
  };

  read();
  tick();
  addEventListener("pageshow", (event) => event.persisted && (heard = -HOUR, tick()));
  addEventListener("focus", tick);
  addEventListener("online", tick);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
})();

/* How many more characters a text may have: seen at once; told to a screen reader after a pause, where few are left. */
(() => {
  for (const count of document.querySelectorAll("[data-count]")) {
    const field = document.getElementById(count.dataset.count);
    const [seen, told] = count.children;
    let pause;
    const show = () => {
      const left = count.dataset.max - [...field.value.trim()].length;
      const number = Math.abs(left).toLocaleString(document.documentElement.lang || "en-GB");
      seen.textContent = `${left < 0 ? count.dataset.over : count.dataset.left} ${number}`;
      count.classList.toggle("error", left < 0);
      clearTimeout(pause);
      pause = setTimeout(() => { told.textContent = left < 500 ? seen.textContent : ""; }, 1500);
    };
    count.hidden = false;
    field.addEventListener("input", show);
    addEventListener("pageshow", show); // a text that the browser brought back
    show();
  }
})();

/* Citing: where the pointer is, a passage offers a link to itself (the list under the text does so for everybody).
   A link to a passage whose words were changed since finds the one that begins the same. */
(() => {
  const words = document.querySelector("[data-passage]")?.dataset.passage;
  for (const passage of document.querySelectorAll('.body [id^="p-"]')) {
    const link = document.createElement("a");
    Object.assign(link, { className: "here", href: `#${passage.id}`, title: words, tabIndex: -1, ariaHidden: "true" });
    passage.append(link);
  }
  const seek = () => {
    const half = /^#(p-[0-9a-f]{8})/.exec(location.hash)?.[1];
    if (!half || document.getElementById(location.hash.slice(1))) return;
    const found = document.querySelector(`[id^="${half}-"]`);
    if (found) location.replace(`#${found.id}`);
  };
  addEventListener("hashchange", seek);
  seek();
})();

/* Buttons that copy the text of an element. */
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText.trim());
    const told = button.nextElementSibling;
    told.textContent = button.dataset.copied;
    setTimeout(() => { told.textContent = ""; }, 4000);
  });
}
