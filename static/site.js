/* Clocks, date, counters and opening hours of an open page, by the server's time: the visitor's clock may be wrong. */
"use strict";
(() => {
  // The server's time: taken from a response, then advanced by the browser's monotonic clock

  const HOUR = 36e5;
  let base; // the server's time at performance.now() = 0, in ms
  let updated; // performance.now() at the last update
  let gap; // Date.now() - performance.now() then; it changes when the computer sleeps
  const jump = () => Date.now() - performance.now() - gap;

  const setTime = (time, at) => {
    base = time - at;
    updated = performance.now();
    gap = Date.now() - updated;
  };

  // The page's own header is old if the page is from a cache: it is used if it agrees with the visitor's clock.
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

  // Offline: by the visitor's clock, in a page without a time of the server's, or the time slept; try again at the next tick
  const estimate = () => {
    if (!base) setTime(Date.now(), performance.now());
    base += jump();
    gap += jump();
    updated = -HOUR;
  };

  // Date and time by the offsets in the page: "60 1792890000 0 1806195600", minutes and the Unix time until which they
  // hold. Only a page older than these loads the browser's zones, which blocks it ("sv" writes ISO 8601).

  const local = (timeZone, offsets, at) => {
    const steps = offsets.split(" ");
    const until = steps.findIndex((step, index) => index % 2 && at < step * 1000);
    const text = until < 0 ? new Date(at).toLocaleString("sv", { timeZone }) : new Date(at + steps[until - 1] * 6e4).toISOString();
    return { date: text.slice(0, 10), time: text.slice(11, 16) };
  };

  // Clocks: empty and invisible on pages that are cached for longer than a minute

  const showClock = (clock, at) => {
    const { time } = local(clock.dataset.clock, clock.dataset.offsets, at);
    if (clock.textContent !== time) clock.textContent = clock.dateTime = time;
  };

  // Date, put into words only when it changes

  const showDate = (element, at) => {
    const { date } = local(element.dataset.date, element.dataset.offsets, at);
    if (element.dateTime === date) return;
    const form = { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" };
    element.textContent = new Date(date).toLocaleDateString(document.documentElement.lang, form);
    element.dateTime = date;
  };

  // Counters: a difference of dates

  const showCounter = (counter, at) => {
    const { zone, offsets, since, until, incident, one, many, separator } = counter.dataset;
    const { date } = local(zone, offsets, at);
    const last = until && until < date ? until : date;
    const days = String(Math.max(0, (Date.parse(last) - Date.parse(since)) / 864e5));
    const number = counter.querySelector("data");
    if (number.value === days) return;
    number.value = days;
    number.textContent = days.replace(/\B(?=(\d{3})+$)/g, () => separator);
    const [before, after] = (days === "1" && one || many)
      .split("{days}").map((text) => text.replaceAll("{incident}", () => incident));
    number.parentNode.replaceChildren(before, number, after);
  };

  // Opening hours: the times of change, each with the text from then on

  const showOffice = (office, at) => {
    const [, open, text] = JSON.parse(office.dataset.schedule).filter(([from]) => from * 1000 <= at).pop();
    const [status] = office.children;
    office.dataset.open = open;
    if (status.textContent === text) return;
    status.replaceChildren(...text.split(/([\d:]+–[\d:]+,?)/).map((part, odd) => // a range of hours is not broken over two lines
      odd % 2 ? Object.assign(document.createElement("span"), { className: "hours", textContent: part }) : part));
  };

  // Updates: at each full minute, and when the page is looked at

  const update = (selector, show) => {
    for (const element of document.querySelectorAll(selector)) {
      try {
        show(element, base + performance.now());
      } catch { /* keep the text from the server */ }
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
