"use strict";

/* Time zones: beside each date and time field, the time in both capitals and UTC, updated while typing. */
(() => {
  const host = document.currentScript.dataset.host;
  const DAY = 864e5;
  const formats = {};

  // The local time of a zone, in milliseconds as if it were UTC
  const localTime = (zone, at) => {
    formats[zone] ??= new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
      hour: "numeric", minute: "numeric", second: "numeric",
    });
    const part = {};
    for (const { type, value } of formats[zone].formatToParts(at)) part[type] = +value;
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  };

  // The instants of a local time in the host country: none or two when the clocks change
  const possibleInstants = (local) => {
    const moments = [-DAY, DAY].map((away) => local - (localTime(host, local + away) - (local + away)));
    return [...new Set(moments)].filter((at) => localTime(host, at) === local).sort((a, b) => a - b);
  };

  // Parsing, by the server's input formats
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

  const parseInputs = (day, clock) => {
    const [date, time] = [match("DATE_INPUT_FORMATS", day.value), match("TIME_INPUT_FORMATS", clock.value)];
    if (!date || !time) return null;
    const year = +(date.Y ?? (date.y < 69 ? 2000 : 1900) + +date.y);
    const numbers = [year, date.m - 1, +date.d, +time.H, +time.M, +(time.S ?? 0)];
    const at = new Date(Date.UTC(...numbers));
    const read = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()];
    return year >= 1000 && String(read) === String(numbers) ? at.getTime() : null; // no 31 February
  };

  const formatTime = (at, options) => {
    const language = document.documentElement.lang.replace(/^(en)?$/, "en-GB");
    return new Intl.DateTimeFormat(language, { hourCycle: "h23", ...options }).format(at);
  };

  const CLOCK = { hour: "2-digit", minute: "2-digit" };

  const inZones = (at, cities) => {
    const today = Math.floor(localTime(host, at) / DAY);
    return cities.map(([city, timeZone]) => {
      const day = Math.floor(localTime(timeZone, at) / DAY) === today ? "" : `${formatTime(at, { timeZone, day: "numeric", month: "long" })}, `;
      return `${day}${formatTime(at, { timeZone, ...CLOCK })} ${city}`;
    }).join(" · ");
  };

  const labels = (at) => formatTime(at, { timeZone: host, ...CLOCK, timeZoneName: "short" });

  const show = (box) => {
    const { cities, gap, twice, first, second } = box.dataset;
    const local = parseInputs(box.querySelector(".vDateField"), box.querySelector(".vTimeField"));
    const moments = local === null ? [] : possibleInstants(local);
    const which = box.querySelector(".which");
    const choices = [...which.querySelectorAll("input")];
    which.hidden = moments.length < 2;
    choices.forEach((choice, i) => {
      if (which.hidden) choice.checked = false;
      else choice.nextElementSibling.textContent = [first, second][i].replace("{}", labels(moments[i]));
    });
    const at = moments.length === 2 ? moments[choices.findIndex(({ checked }) => checked)] : moments[0];
    const missing = local === null ? "" : moments.length ? twice : gap;
    const text = at === undefined ? missing : inZones(at, JSON.parse(cities));
    const output = box.querySelector(".zones");
    output.classList.toggle("wrong", at === undefined);
    if (output.textContent !== text) output.textContent = text;
    box.dispatchEvent(new CustomEvent("desk:moment", { bubbles: true, detail: { at, host, now: localTime(host, Date.now()), local: (zone) => localTime(zone, at) } }));
  };

  const showAll = () => {
    for (const box of document.querySelectorAll(".moment")) {
      try {
        show(box);
      } catch { /* unknown time zone: the server's text stays */ }
    }
  };

  // “Today” and “Now” fill in a field without an input event, so the click is needed.
  for (const type of ["input", "change", "click"]) document.addEventListener(type, () => setTimeout(showAll));
  addEventListener("DOMContentLoaded", showAll);
})();
