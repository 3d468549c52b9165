"use strict";

/* The button that approves follows the time in the form: “Publish now”, or “Schedule for Sat 06:00 · 09:00 Moscow”. */
(() => {
  const labels = document.querySelector("[data-approve-labels]")?.dataset;
  if (!labels?.later) return;
  const DAY = 864e5;
  const DAYS_BY_NAME = 6; // as in news/admin/action_bar.py
  const dayOf = (time) => Math.floor(time / DAY);

  const inWords = ({ host, local, now }, cities) => {
    const isNear = dayOf(local(host)) - dayOf(now) <= DAYS_BY_NAME;
    const named = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...(isNear ? { weekday: "short" } : { day: "numeric", month: "short" }) });
    return cities.map(([city, zone], i) => {
      const clock = new Date(local(zone)).toISOString().slice(11, 16);
      const day = i === 0 || dayOf(local(zone)) !== dayOf(local(host)) ? `${named.format(local(zone))} ` : "";
      return i === 0 ? `${day}${clock}` : `${day}${clock} ${city}`;
    }).join(" · ");
  };

  addEventListener("desk:moment", ({ target, detail }) => {
    if (!target.closest(`.field-${labels.field}`)) return;
    const cities = JSON.parse(target.dataset.cities).slice(0, -1); // without UTC
    const isLater = detail.at > Date.now();
    const text = isLater ? labels.later.replace("{}", inWords(detail, cities)) : labels.now;
    for (const button of document.querySelectorAll("[data-approve]")) if (button.textContent !== text) button.textContent = text;
  });
})();
