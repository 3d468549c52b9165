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
