"use strict";

/* Date and time fields: the time in each city and UTC while typing, the time zone that was chosen, and whether a time is
   wanted at all. desk-time-shortcuts.js fills them in; desk-primary-button.js and desk-edit-page.js show what they say. */
const moments = (() => {
  const { host, at: serverTime } = document.currentScript.dataset;
  const DAY = 864e5;
  const DAYS_BY_NAME = 6; // as in core/admin/primary_button.py
  const formats = {};

  // The clock of the server: that of this computer may be wrong
  const lead = serverTime ? Date.now() - serverTime * 1000 : 0;
  const now = () => Date.now() - lead;

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

  // The instants of a local time in a zone: none or two when the clocks change
  const possibleInstants = (local, zone) => {
    const found = [-DAY, DAY].map((away) => local - (localTime(zone, local + away) - (local + away)));
    return [...new Set(found)].filter((at) => localTime(zone, at) === local).sort((a, b) => a - b);
  };

  // The local time that two inputs have, null if they are incomplete. Browsers give ISO 8601 and no 31 February.
  const parse = (date, time) => {
    if (!/^[1-9]\d{3}-\d\d-\d\d$/.test(date) || !/^\d\d:\d\d(:\d\d)?$/.test(time)) return null;
    const local = Date.parse(`${date}T${time}Z`);
    return Number.isNaN(local) ? null : local;
  };

  const formatTime = (at, options) => {
    const language = document.documentElement.lang.replace(/^(en)?$/, "en-GB");
    return new Intl.DateTimeFormat(language, { hourCycle: "h23", ...options }).format(at);
  };

  const CLOCK = { hour: "2-digit", minute: "2-digit" };
  const dayOf = (zone, at) => Math.floor(localTime(zone, at) / DAY);

  // “Sat 28 November 2026, 06:00 London · 09:00 Moscow · 06:00 UTC”, with another date where it is another day
  const inZones = (at, cities) => cities.map(([city, timeZone], i) => {
    const weekday = formatTime(at, { timeZone, weekday: "short" });
    const date = formatTime(at, { timeZone, day: "numeric", month: "long", year: i ? undefined : "numeric" });
    const day = i === 0 || dayOf(timeZone, at) !== dayOf(host, at) ? `${weekday} ${date}, ` : "";
    return `${day}${formatTime(at, { timeZone, ...CLOCK })} ${city}`;
  }).join(" · ");

  // “Sat 06:00 · 09:00 Moscow”, as core/admin/primary_button.py writes it
  const inWords = (at, cities) => {
    const isNear = dayOf(host, at) - dayOf(host, now()) <= DAYS_BY_NAME;
    const named = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...(isNear ? { weekday: "short" } : { day: "numeric", month: "short" }) });
    return cities.map(([city, zone], i) => {
      const local = localTime(zone, at);
      const clock = new Date(local).toISOString().slice(11, 16);
      const day = i === 0 || dayOf(zone, at) !== dayOf(host, at) ? `${named.format(local)} ` : "";
      return i === 0 ? `${day}${clock}` : `${day}${clock} ${city}`;
    }).join(" · ");
  };

  const partsOf = (box) => ({
    date: box.querySelector(".moment-date"),
    time: box.querySelector(".moment-time"),
    zones: [...box.querySelectorAll(".moment-zone input")],
    when: [...box.querySelectorAll(".moment-when input")],
    which: box.querySelector(".which"),
    output: box.querySelector(".zones"),
  });

  const select = (radios, value) => {
    for (const radio of radios) radio.checked = radio.value === value;
  };

  /* What a field says: the instant if it is clear, or why it is not */

  const readField = (box) => {
    const { date, time, zones, when, which } = partsOf(box);
    const zone = zones.find(({ checked }) => checked)?.value ?? host;
    const local = parse(date.value, time.value);
    const times = local === null ? [] : possibleInstants(local, zone);
    const choices = [...which.querySelectorAll("input")];
    const at = times.length === 2 ? times[choices.findIndex(({ checked }) => checked)] : times[0];
    const isLater = Boolean(date.value || time.value) || when.find(({ checked }) => checked)?.value === "later";
    return { zone, local, times, choices, at, isLater };
  };

  // The choice of whether a time is wanted: a dialog (desk-steps.js) has its fields later than the page
  const offer = (box, when) => {
    box.querySelector(".moment-when").hidden = false;
    for (const radio of when) radio.disabled = false;
  };

  const show = (box) => {
    const { when, which, output } = partsOf(box);
    const { zone, local, times, choices, at, isLater } = readField(box);
    const cities = JSON.parse(box.dataset.cities);
    const city = cities.find(([, key]) => key === zone)?.[0] ?? zone;
    if (when.length) {
      offer(box, when);
      select(when, isLater ? "later" : "now");
      box.querySelector(".moment-inputs").hidden = !isLater;
    }
    which.hidden = times.length < 2;
    choices.forEach((choice, i) => {
      if (which.hidden) choice.checked = false;
      else choice.nextElementSibling.textContent = [box.dataset.first, box.dataset.second][i].replace("{}", formatTime(times[i], { timeZone: zone, ...CLOCK, timeZoneName: "short" }));
    });
    const wrong = local === null ? "" : (times.length ? box.dataset.twice : box.dataset.gap).replace("{}", city);
    const text = at === undefined ? wrong : inZones(at, cities);
    output.classList.toggle("wrong", at === undefined);
    if (output.textContent !== text) output.textContent = text;
    const words = at === undefined ? "" : inWords(at, cities.slice(0, -1)); // without UTC
    box.dataset.value = words || (isLater ? "…" : when[0]?.nextElementSibling.textContent ?? "");
    const detail = { at, words, isLater, isAhead: at > now() };
    box.dispatchEvent(new CustomEvent("desk:moment", { bubbles: true, detail }));
  };

  // “On approval” empties date and time; “At a set time” brings them back.
  const choose = (box, value) => {
    const { date, time } = partsOf(box);
    if (value === "now" && (date.value || time.value)) {
      Object.assign(box.dataset, { date: date.value, time: time.value });
      date.value = time.value = "";
    } else if (value === "later" && !date.value && !time.value) {
      date.value = box.dataset.date ?? "";
      time.value = box.dataset.time ?? "";
    }
  };

  // Fill in a field as if it had been typed
  const fill = (box, { date, time, zone }) => {
    const parts = partsOf(box);
    parts.date.value = date;
    parts.time.value = time;
    select(parts.zones, zone);
    select(parts.when, "later");
    parts.time.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const showAll = () => {
    for (const box of document.querySelectorAll(".moment")) {
      try {
        show(box);
      } catch { /* unknown time zone: the server's text stays */ }
    }
  };

  const onInput = ({ target }) => {
    const when = target.closest?.(".moment-when");
    if (when) choose(when.closest(".moment"), target.value);
    showAll();
  };

  // Before the listeners of the form, which read the values
  for (const type of ["input", "change"]) document.addEventListener(type, onInput, true);
  showAll();
  addEventListener("DOMContentLoaded", showAll); // for the scripts after this one

  return { now, localTime, possibleInstants, parse, fill, showAll };
})();
