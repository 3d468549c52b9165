"use strict";

/* Shortcuts of the site beside a date and time field: “Tomorrow 09:00 Moscow” is tomorrow by Moscow's calendar. */
(() => {
  const DAY = 864e5;
  const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

  // The date of a shortcut in its time zone; a day of the week is the next one after today
  const dateOf = ({ day, zone }, at) => {
    const today = Math.floor(moments.localTime(zone, at) / DAY);
    const weekday = new Date(today * DAY).getUTCDay();
    const away = { today: 0, tomorrow: 1 }[day] ?? (WEEKDAYS.indexOf(day) - weekday + 6) % 7 + 1;
    return new Date((today + away) * DAY).toISOString().slice(0, 10);
  };

  const isPast = (shortcut, at) => {
    const times = moments.possibleInstants(moments.parse(dateOf(shortcut, at), shortcut.clock), shortcut.zone);
    return times.length > 0 && times.at(-1) <= at;
  };

  const hidePast = () => {
    for (const group of document.querySelectorAll(".moment-shortcuts")) {
      const buttons = [...group.querySelectorAll("button")];
      for (const button of buttons) button.hidden = isPast(button.dataset, moments.now());
      group.hidden = buttons.every(({ hidden }) => hidden);
    }
  };

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.(".moment-shortcuts button");
    if (!button) return;
    const { clock: time, zone } = button.dataset;
    moments.fill(button.closest(".moment"), { date: dateOf(button.dataset, moments.now()), time, zone });
    hidePast();
  });
  addEventListener("DOMContentLoaded", hidePast);
  addEventListener("desk:question", hidePast); // a dialog has its fields later than the page
  document.addEventListener("visibilitychange", hidePast);
})();
