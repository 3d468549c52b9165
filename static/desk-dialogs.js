"use strict";

/* Choices asked in the act: the buttons that submit and approve open a dialog with the fields that they need. The fields
   are those of the page, moved into the dialog while it is open, so that the form and its errors stay as they are. */
(() => {
  const dialog = document.getElementById("choices");
  const form = dialog?.closest("form");
  if (!dialog?.showModal || !typing) return;
  const override = form.querySelector("[data-override]");
  const place = dialog.querySelector("[data-fields]");
  const confirm = dialog.querySelector("[data-confirm]");
  const url = dialog.dataset.changedWords;
  const openers = [...form.querySelectorAll(".edit-bar :is([name=_submit], [name=_approve])")];

  /* What a button asks for */

  // The fields of a change; a message or a page that is no change has its own time in a card
  const rowOf = (name) => form.querySelector(`.field-${name}:has(input, textarea)`);
  const note = rowOf("change_note");
  const change = note ? [rowOf("change_kind"), note, rowOf("effective_at")].filter(Boolean) : [];
  const withReason = override ? [...change.slice(0, 2), override, ...change.slice(2)] : change;
  const isOwn = (button) => button.name === "_approve" && (!button.matches("[data-primary]") || typing.changed());
  const hasKind = () => Boolean(form.querySelector("[name=change_kind]:checked"));
  const fieldsOf = (button) => {
    if (button.name === "_submit") return change;
    if (isOwn(button) && override) return withReason;
    return change.length && form.elements.change_kind && !hasKind() ? change : [];
  };

  /* The changed words, as they stand in the form */

  const MAX_WAIT = 10_000; // ms
  const MAX_SENT = 4 * 1024 * 1024; // bytes of text; the server reads no more than 5 MB
  const words = dialog.querySelector("[data-words]");
  const comparing = dialog.querySelector("[data-comparing]");
  const noComparison = dialog.querySelector("[data-no-comparison]");

  const readForm = () => {
    const data = new FormData();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "form_token") data.append(name, value);
    for (const editor of typing.editors()) if (editor.status === "ready") data.set(editor.element.$.name, editor.getData());
    return data;
  };

  const fetchWords = async () => {
    const data = readForm();
    const size = [...data].reduce((sum, [, value]) => sum + new Blob([value]).size, 0);
    if (size > MAX_SENT) throw new Error("too long to compare");
    const response = await fetch(url, { method: "POST", body: data, redirect: "error", signal: AbortSignal.timeout(MAX_WAIT) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response.text();
  };

  let turns = 0; // an answer for an earlier opening is not shown
  const showWords = async () => {
    const turn = ++turns;
    words.replaceChildren();
    noComparison.hidden = true;
    comparing.hidden = false;
    const html = await fetchWords().catch(() => null);
    if (turn !== turns) return;
    comparing.hidden = true;
    noComparison.hidden = html !== null;
    if (html !== null) words.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  };

  /* Opening and closing */

  const places = new Map(); // a field → the comment that stands where it belongs
  let opener = null;
  let isChanged = false; // a card beside the text shows its value again when it has its fields back
  place.addEventListener("change", () => { isChanged = true; });

  const firstField = () => {
    const fields = [...place.querySelectorAll("input:not([type=hidden]), textarea, select")].filter((field) => field.checkVisibility());
    const wrong = place.querySelector(".errorlist")?.parentElement;
    return fields.find((field) => wrong?.contains(field) && (field.type !== "radio" || field.checked)) ??
      fields.find((field) => wrong?.contains(field)) ??
      fields.find((field) => field.type === "radio" && field.checked && field.name === fields[0].name) ?? fields[0];
  };

  const open = (button, fields) => {
    opener = button;
    for (const field of fields) {
      const mark = document.createComment("");
      field.before(mark);
      places.set(field, mark);
      place.append(field);
      field.hidden = false;
    }
    dialog.querySelector("h2").textContent = button.textContent;
    confirm.textContent = button.textContent;
    confirm.name = button.name;
    confirm.toggleAttribute("data-approve", button.matches("[data-approve]")); // its label follows the time
    const compares = Boolean(url);
    dialog.querySelector(".changed-words").hidden = !compares;
    dialog.classList.toggle("compares", compares);
    for (const menu of form.querySelectorAll("details.menu")) menu.open = false;
    dialog.showModal();
    firstField()?.focus();
    if (compares) showWords();
  };

  dialog.addEventListener("close", () => {
    turns += 1;
    confirm.removeAttribute("data-approve");
    for (const [field, mark] of places) mark.replaceWith(field);
    if (isChanged) for (const field of places.keys()) field.dispatchEvent(new Event("change", { bubbles: true }));
    isChanged = false;
    places.clear();
    if (override) override.hidden = true;
    const summary = opener?.closest("details")?.querySelector("summary");
    (summary ?? opener)?.focus();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());

  for (const button of openers) {
    button.setAttribute("aria-haspopup", "dialog");
    button.addEventListener("click", (event) => {
      const fields = fieldsOf(button);
      if (!fields.length) return;
      event.preventDefault();
      open(button, fields);
    });
  }

  /* A note belongs to a correction or an update, so who writes one has chosen the first of them */

  form.querySelector("[name=change_note]")?.addEventListener("input", ({ target }) => {
    const correction = form.querySelector("[name=change_kind][value=correction]");
    if (!correction || hasKind() || !target.value.trim()) return;
    correction.checked = true;
    correction.dispatchEvent(new Event("change", { bubbles: true }));
  });

  /* The menu has the button alone; a step that was refused asks again, with what was typed and the errors */

  if (override) override.hidden = true;
  const refused = openers.find(({ name }) => name === dialog.dataset.pressed);
  if (!refused) return;
  const asked = refused.name === "_approve" ? withReason : change;
  const reason = asked.includes(override) && override.querySelector("input");
  form.querySelector(`.error-summary a[href="#${reason?.id}"]`)?.addEventListener("click", (event) => {
    event.preventDefault();
    open(refused, asked);
    reason.focus();
  });
  if (form.querySelector(".conflict")) return;
  const errors = [...form.querySelectorAll(".errorlist:not(.nonfield)")];
  if (errors.length && errors.every((error) => asked.some((field) => field.contains(error)))) typing.ready.then(() => open(refused, asked));
})();
