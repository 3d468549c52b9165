/* Clocks, date, counters and opening hours, updated while a page is open. Without this script the page is complete
   and shows the time of its request. All times come from the server, as the visitor's clock may be wrong. */
"use strict";
(() => {
  // Server time: taken from a response, then advanced by the browser's monotonic clock

  const HOUR = 36e5;
  let base; // the server's time, in ms since the epoch, at performance.now() = 0
  let updated; // performance.now() at the last update
  let gap; // Date.now() - performance.now() at that time; it changes when the computer sleeps
  const jump = () => Date.now() - performance.now() - gap;

  const setTime = (time, at) => {
    base = time - at;
    updated = performance.now();
    gap = Date.now() - updated;
  };

  // From the page's own Server-Timing header. A page from a cache has an old one, so it is used only if it agrees with
  // the visitor's clock; otherwise a request is sent to the server.
  const readHeader = () => {
    const [page] = performance.getEntriesByType("navigation");
    const time = page?.serverTiming?.find((entry) => entry.name === "now")?.description;
    if (!time || page.type === "back_forward") return;
    const off = +time + performance.now() - page.responseStart - Date.now();
    if (Math.abs(off) < 2000) setTime(+time, page.responseStart);
  };

  const fetchTime = async () => {
    const start = performance.now();
    const response = await fetch(location.href, { method: "HEAD", cache: "no-store" });
    const time = /\bnow;desc=(\d+)/.exec(response.headers.get("Server-Timing"))?.[1] ?? Date.parse(response.headers.get("Date"));
    if (time > 0) setTime(+time, (start + performance.now()) / 2);
  };

  // Offline, as for a while after sleep: add the time slept by the visitor's clock, and try again at the next tick.
  const estimate = () => {
    base += jump();
    gap += jump();
    updated = -HOUR;
  };

  // Date and time in a time zone, by the offsets that the server printed: "60 1792890000 0 1806195600", minutes and the
  // Unix time until which they hold in turn. Only a copy of a page that is older than the last of them has to load the
  // browser's own zones (Intl), which takes a tenth of a second on a phone.

  const local = (zone, offsets, at) => {
    const steps = offsets.split(" ");
    const until = steps.findIndex((step, index) => index % 2 && at < step * 1000);
    if (until < 0) return localByBrowser(zone, at);
    const text = new Date(at + steps[until - 1] * 6e4).toISOString();
    return { date: text.slice(0, 10), time: text.slice(11, 16) };
  };

  const localByBrowser = (timeZone, at) => {
    const part = {};
    const format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
      timeZone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    });
    for (const { type, value } of format.formatToParts(at)) part[type] = value;
    return { date: `${part.year}-${part.month}-${part.day}`, time: `${part.hour}:${part.minute}` };
  };

  // Clocks: empty and invisible on pages that are cached for longer than a minute; the style sheet keeps their room

  const showClock = (clock, at) => {
    const { time } = local(clock.dataset.clock, clock.dataset.offsets, at);
    if (clock.textContent !== time) clock.textContent = clock.dateTime = time; // a span on pages without clocks
  };

  // Date in the host country, put into words only when it changes

  const showDate = (element, at) => {
    const { date } = local(element.dataset.date, element.dataset.offsets, at);
    if (element.dateTime === date) return;
    const language = document.documentElement.lang.replace(/^(en)?$/, "en-GB");
    const form = { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" };
    element.textContent = new Date(date).toLocaleDateString(language, form);
    element.dateTime = date;
  };

  // Counters: a difference of dates, computed in UTC, where every day has 24 hours

  const showCounter = (counter, at) => {
    const { zone, offsets, since, until, incident, one, many, separator } = counter.dataset;
    const { date } = local(zone, offsets, at);
    const last = until && until < date ? until : date;
    const days = String(Math.max(0, (Date.parse(last) - Date.parse(since)) / 864e5));
    const number = counter.querySelector("data");
    if (number.value === days) return;
    number.value = days;
    number.textContent = days.replace(/\B(?=(\d{3})+$)/g, () => separator);
    const [before, after] = (days === "1" ? one : many)
      .split("{days}").map((text) => text.replaceAll("{incident}", () => incident));
    number.parentNode.replaceChildren(before, number, after);
  };

  // Opening hours: the server lists the times of change, each with the text from then on

  const showOffice = (office, at) => {
    const [, open, text] = JSON.parse(office.dataset.schedule).filter(([from]) => from * 1000 <= at).pop();
    const [status] = office.children;
    office.dataset.open = open;
    if (status.textContent === text) return;
    status.replaceChildren(...text.split(/(\S+–\S+)/).map((part, odd) => // a range of hours is not broken over two lines
      odd % 2 ? Object.assign(document.createElement("span"), { className: "hours", textContent: part }) : part));
  };

  // Updates: at each full minute, and when the page becomes visible

  const update = (selector, show) => {
    for (const element of document.querySelectorAll(selector)) {
      try {
        show(element, base + performance.now());
      } catch { /* a time zone that an old browser does not know: keep the text from the server */ }
    }
  };

  let timer;
  const tick = async () => {
    clearTimeout(timer);
    if (!base || Math.abs(jump()) > 2000 || performance.now() - updated > HOUR) await fetchTime().catch(estimate);
    if (base) {
      update("[data-clock]", showClock);
      update("[data-date]", showDate);
      update("[data-since]", showCounter);
      update("[data-schedule]", showOffice);
    }
    clearTimeout(timer);
    timer = setTimeout(tick, 60020 - ((base || 0) + performance.now()) % 60000);
  };

  readHeader();
  tick();
  addEventListener("pageshow", (event) => event.persisted && (updated = -HOUR, tick()));
  addEventListener("focus", tick);
  addEventListener("online", tick);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
})();
