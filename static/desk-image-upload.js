/* The lead image of a message: one zone to choose, drop and paste. An image is made smaller here, sent at once, and the
   form carries its id, so that no error elsewhere in the form loses it. Without this script the file is sent with the
   form. The focal point: a click on the image fills in the two number fields. */
"use strict";

(() => {
  const LONGEST_SIDE = 2560; // pixels, as the server keeps it
  const MAX_BYTES = 50 * 1024 * 1024; // of a file from a camera
  const AS_IT_IS = 8 * 1024 * 1024; // bytes that are sent unchanged, if the image is not too long
  const KEPT_TYPES = ["image/jpeg", "image/png", "image/webp"]; // that the server stores as they are
  const SECONDS = 120; // timeout of an upload
  const HEIC = /\.hei[cf]$|^image\/hei[cf]/i;

  for (const zone of document.querySelectorAll(".picture-input")) begin(zone);

  function begin(zone) {
    const file = zone.querySelector("input[type=file]");
    const { form } = file;
    const choice = zone.querySelector("input[type=number]");
    const smaller = zone.querySelector("input[type=hidden]"); // the sent file is not the original
    const frame = zone.querySelector(".focus-frame");
    const image = frame.querySelector("img");
    const status = zone.querySelector(".picture-status");
    const says = zone.querySelector("template").dataset;
    const clear = zone.querySelector("input[type=checkbox]");
    const focus = focusPoint(frame, image);
    const texts = ["image_alt", "image_credit", "image_rights"].map((name) => form.elements[name]).filter(Boolean);
    let sending = null; // the upload that a submission waits for
    let turns = 0; // of several files in a row the last one counts
    let described = Boolean(image.getAttribute("src")); // the texts describe the image that is shown

    zone.querySelector(".picture-hint").hidden = false;
    file.accept = "image/*"; // an unreadable one gets a sentence
    clear?.addEventListener("change", () => zone.classList.toggle("cleared", clear.checked));

    /* A chosen, dropped or pasted file */

    file.addEventListener("change", () => file.files.length && take([...file.files]));
    zone.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.add("dragging");
    });
    zone.addEventListener("dragleave", (event) => zone.contains(event.relatedTarget) || zone.classList.remove("dragging"));
    zone.addEventListener("drop", (event) => {
      zone.classList.remove("dragging");
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      take([...event.dataTransfer.files]);
    });
    // A file that is dropped beside the zone would replace the page.
    for (const name of ["dragover", "drop"]) {
      document.addEventListener(name, (event) => {
        const isFile = event.dataTransfer?.types.includes("Files");
        if (isFile && !event.target.closest?.(".cke, input[type=file]")) event.preventDefault();
      });
    }
    document.addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      const elsewhere = event.target.closest?.(".cke, input:not([type=file]), textarea, [contenteditable=true]");
      if (!files.length || event.defaultPrevented || (elsewhere && !zone.contains(elsewhere))) return;
      event.preventDefault();
      take(files);
    });

    async function take(files) {
      const notes = files.length > 1 ? [says.several] : [];
      const turn = ++turns;
      say([says.sending]);
      tell("desk:image-taken");
      const sent = shrink(files[0], says).then(({ blob, name, error }) => {
        if (turn !== turns) return undefined;
        return error ? refuse(error) : send(blob, name, notes, turn, files[0]);
      });
      sending = sent;
      await sent;
      if (sending === sent) sending = null;
    }

    async function send(blob, name, notes, turn, chosen) {
      const body = new FormData();
      body.append("upload", blob, name);
      if (blob !== chosen) body.append("made_smaller", "1");
      let answer;
      try {
        const response = await fetch(zone.dataset.upload, {
          method: "POST",
          headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
          body,
          signal: AbortSignal.timeout(SECONDS * 1000),
        });
        answer = response.status === 403 ? { error: { message: await denial(response) } } : await response.json();
      } catch {
        return turn === turns && sendWithForm(blob, name, blob !== chosen);
      }
      if (turn !== turns) return undefined;
      if (!answer.uploaded) return refuse(answer.error.message);
      if (answer.error) notes.push(answer.error.message);
      file.value = "";
      use(answer, [says.stored, ...new Set(notes)]);
      if (blob !== chosen) tell("desk:image-smaller", { id: answer.id, file: chosen });
      return undefined;
    }

    async function denial(response) {
      try {
        return (await response.json()).error.message;
      } catch {
        return says.signedOut;
      }
    }

    function refuse(message) {
      file.value = "";
      say([message], true);
    }

    // The server cannot be reached: the file goes with the form, whose focal point is then that of this image.
    function sendWithForm(blob, name, isSmaller) {
      const held = new DataTransfer();
      held.items.add(new File([blob], name, { type: blob.type }));
      file.files = held.files;
      set(choice, "");
      smaller.value = isSmaller ? "1" : "";
      focus.set(0.5, 0.5);
      say([says.later], true);
    }

    function tell(name, detail) { // desk-image-original.js
      zone.dispatchEvent(new CustomEvent(name, { detail }));
    }

    /* An image that the server has: uploaded now, or of the library */

    function use({ id, width, thumbnail, alt = "", credit = "", rights = "" }, notes) {
      if (width && width < Number(zone.dataset.small)) notes.push(says.narrow.replace("%s", width));
      const former = texts.map(({ value }) => value);
      if (clear) set(clear, false);
      file.value = "";
      set(choice, id);
      show(thumbnail);
      focus.set(0.5, 0.5);
      const defaults = { image_alt: alt, image_credit: credit, image_rights: rights };
      const decorative = form.elements.image_decorative;
      if (decorative?.checked && alt) set(decorative, false);
      for (const text of texts) if (described || !text.value) set(text, defaults[text.name]);
      const emptied = described && former.some((text, index) => text && text !== texts[index].value);
      described = true;
      say(notes);
      if (emptied) offerBack(former);
      if (!texts[0]?.value && !decorative?.checked) texts[0]?.focus({ preventScroll: true });
    }
    zone.addEventListener("desk:image", ({ detail }) => use(detail, [says.chosen])); // from desk-library.js

    function offerBack(former) {
      const line = document.createElement("p");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.textContent = says.back;
      button.addEventListener("click", () => {
        texts.forEach((text, index) => set(text, former[index]));
        line.remove();
      });
      line.append(`${says.emptied} `, button);
      status.append(line);
    }

    function show(source) {
      image.src = source;
      frame.hidden = false;
      const box = clear?.closest(".picture-clear");
      if (box) box.hidden = false;
    }
    image.addEventListener("error", () => { frame.hidden = true; });

    // A kept draft was put back into the form (desk-typing.js): show the image that it names
    let chosen = choice.value;
    form.addEventListener("change", ({ target }) => {
      const isFilledIn = target === form && choice.value && choice.value !== chosen;
      chosen = choice.value;
      if (!isFilledIn) return;
      described = true;
      show(`${zone.dataset.library}${choice.value}/thumbnail/`);
    });

    function say(sentences, isError = false) {
      status.replaceChildren(...sentences.map((sentence) => {
        const line = document.createElement("p");
        line.textContent = sentence;
        line.classList.toggle("wrong", isError);
        return line;
      }));
    }

    function set(field, value) {
      if (field.type === "checkbox") field.checked = value;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    /* A submission waits for the upload. */

    document.addEventListener("submit", async (event) => {
      if (!sending || event.target !== form) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { submitter } = event;
      while (sending) await sending;
      form.requestSubmit(submitter);
    }, true);
  }

  /* Returns the file as it is to be sent: {blob, name}, or {error}. */
  async function shrink(file, says) {
    if (file.size > MAX_BYTES) return { error: says.tooLarge.replace("%s", () => file.name) };
    if (file.type === "image/gif") return { blob: file, name: file.name }; // the server says if it was animated
    let bitmap;
    try {
      bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      if (HEIC.test(file.name) || HEIC.test(file.type)) return { error: says.heic };
      if (file.type.startsWith("image/")) return { blob: file, name: file.name }; // the server knows more formats
      return { error: says.unreadable.replace("%s", () => file.name) };
    }
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    if (scale === 1 && file.size <= AS_IT_IS && KEPT_TYPES.includes(file.type)) {
      bitmap.close();
      return { blob: file, name: file.name };
    }
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const type = file.type !== "image/jpeg" && isTransparent(context) ? "image/png" : "image/jpeg";
    const blob = await new Promise((done) => canvas.toBlob(done, type, 0.92));
    return blob ? { blob, name: file.name } : { blob: file, name: file.name };
  }

  function isTransparent(context) {
    const { width, height } = context.canvas;
    const { data } = context.getImageData(0, 0, width, height);
    for (let index = 3; index < data.length; index += 4) if (data[index] < 255) return true;
    return false;
  }

  /* The focal point: two percentages, and a mark on the image. */
  function focusPoint(frame, image) {
    const mark = frame.querySelector(".focus-mark");
    const [x, y] = [frame.dataset.x, frame.dataset.y].map((id) => document.getElementById(id));
    if (!x || !y) return { set() {} };

    const place = () => {
      mark.hidden = !(x.validity.valid && y.validity.valid && x.value && y.value);
      mark.style.left = `${x.value}%`;
      mark.style.top = `${y.value}%`;
    };
    const set = (across, down) => {
      for (const [field, share] of [[x, across], [y, down]]) {
        field.value = Math.round(Math.min(Math.max(share, 0), 1) * 100);
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    };
    image.addEventListener("click", (event) => {
      const box = image.getBoundingClientRect();
      set((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    });
    for (const field of [x, y]) field.addEventListener("input", place);
    place();
    return { set };
  }
})();
