"use strict";

/* Form values: read, filled in, compared; a warning before leaving a changed form. */
const typing = (() => {
  const form = document.querySelector(".change-form #content-main > form");
  if (!form) return null;
  const box = form.querySelector("[data-keep]");
  const CONTROL_FIELDS = new Set(["csrfmiddlewaretoken", "version", "draft_key", "seen", "overwrite"]);
  const isText = (element) => element.name && !CONTROL_FIELDS.has(element.name) && !element.name.startsWith("_") &&
    !["file", "hidden", "submit", "button", "reset"].includes(element.type);
  const editors = () => Object.values(window.CKEDITOR?.instances ?? {}).filter(({ element }) => form.contains(element.$));

  // The values of the form by name: text, or true and false for a checkbox
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

  // Add the rows of inline forms that the values have and the page has not, as the link “Add another” does
  const addRows = (values) => {
    for (const group of form.querySelectorAll("[id$=-group]")) {
      const prefix = group.id.replace(/-group$/, "");
      const total = form.elements[`${prefix}-TOTAL_FORMS`];
      if (!total) continue;
      const numbers = Object.keys(values).filter((name) => name.startsWith(`${prefix}-`))
        .map((name) => parseInt(name.slice(prefix.length + 1), 10)).filter(Number.isInteger);
      let missing = Math.max(-1, ...numbers) + 1 - Number(total.value);
      for (; missing > 0; missing -= 1) group.querySelector(".add-row a")?.click();
    }
  };

  const fill = (values) => {
    addRows(values);
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

  // An editor normalises its text, so its initial value is read when it is ready.
  const initial = read();
  const readInitial = ({ editor }) => {
    initial[editor.element.$.name] = editor.getData();
    editor.resetDirty();
  };
  const differs = (values, other) => Object.keys(values).some((name) => values[name] !== other[name]);
  const changed = () => (box && "unsaved" in box.dataset) || differs(read(), initial);

  const ready = new Promise((resolve) => {
    const expected = form.querySelectorAll("textarea[data-type=ckeditortype]").length;
    let count = 0;
    const done = () => count >= expected && resolve();
    if (!window.CKEDITOR) return resolve();
    for (const editor of editors()) if (editor.status === "ready") count += 1, readInitial({ editor });
    CKEDITOR.on("instanceReady", (event) => { count += 1; readInitial(event); done(); });
    done();
  });

  // When something was last typed, and what to call then. A working copy has its own time.
  let typedAt = Number(box?.dataset.typedAt ?? Date.now());
  const listeners = [];
  const tell = () => {
    typedAt = Date.now();
    for (const listener of listeners) listener();
  };
  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  ready.then(() => { for (const editor of editors()) editor.on("change", tell); });

  // A sent form is left without a warning. The preview has a tab of its own.
  let sent = false;
  form.addEventListener("submit", ({ submitter }) => { sent = !submitter?.formTarget; });
  form.addEventListener("input", () => { sent = false; });
  addEventListener("beforeunload", (event) => {
    if (!sent && changed()) event.preventDefault();
  });

  return {
    form, box, read, fill, differs, changed, ready, editors,
    isSent: () => sent, typedAt: () => typedAt, onTyped: (listener) => listeners.push(listener),
  };
})();
