/* Pasting into the editor: the server sanitises the HTML and lists the removed parts in a notice (richtext.convert). */
"use strict";

(() => {
  const PICTURES = /^image\//;
  const DATA = /\bsrc=(["'])(data:image\/(?:png|jpe?g|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+)\1/g;
  const SECONDS = 20; // timeout
  const pending = new Set(); // promises that a form must wait for

  CKEDITOR.config.uploadImage_supportedTypes = PICTURES; // the server checks the type

  CKEDITOR.on("instanceCreated", ({ editor }) => {
    editor.on("paste", (event) => paste(editor, event), null, null, 1);
    editor.on("widgetDefinition", ({ data }) => {
      if (data.name === "uploadimage") data.onUploaded = showUploaded;
    });
    editor.on("pluginsLoaded", () => followUploads(editor));
    followSource(editor);
  });

  /* Paste and drop */

  function paste(editor, event) {
    const { data } = event;
    if (data.deskPrepared || data.type === "text") return;
    const transfer = data.dataTransfer;
    const { copyCutData, dragData } = CKEDITOR.plugins.clipboard;
    const isInternal = transfer === copyCutData || transfer === dragData;
    if (isInternal && transfer.sourceEditor) return; // from an editor on this page: already sanitised
    const files = Array.from({ length: transfer.getFilesCount() }, (_, number) => transfer.getFile(number));
    const others = files.filter(({ type }) => !PICTURES.test(type));
    if (others.length) notify(editor, others.map(({ name }) => sentence(editor, "file", name)));
    const html = transfer.getData("text/html", true) || data.dataValue || "";
    if (!html.includes("<")) return; // plain text, or only files
    event.cancel();
    const again = (type, dataValue, pictures = []) => {
      const native = new DataTransfer();
      pictures.forEach((file) => native.items.add(file));
      const dataTransfer = new CKEDITOR.plugins.clipboard.dataTransfer(native);
      editor.fire("paste", { type, method: data.method, dataValue, dataTransfer, deskPrepared: true });
    };
    // A copied image: upload its file, as its URL is on another site
    if (files.length > others.length && isPictureAlone(html)) return again("auto", "", files);
    wait(prepare(editor, html, transfer.getData("text/rtf", true)).then((dataValue) => {
      if (dataValue && editor.status !== "destroyed") again("html", dataValue);
    }));
  }

  function isPictureAlone(html) {
    const { body } = parsed(html);
    return body.querySelectorAll("img").length === 1 && !body.textContent.trim();
  }

  /* Returns the HTML as sanitised by the server, or its text only after an error. Embedded images are not sent. */
  async function prepare(editor, html, rtf = "") {
    const embedded = [];
    const folder = `${editor.config.deskMedia}pasted/`;
    const sent = (await withPicturesOfWord(editor, html, rtf)).replace(DATA, (_, mark, data) => {
      embedded.push(data.replace(/\s/g, ""));
      return `src="${folder}${embedded.length - 1}"`;
    });
    const { html: clean, notices } = await sanitise(editor, sent);
    notify(editor, notices);
    if (clean === undefined) return plainText(html);
    return clean.replace(/ src="([^"]+)"/g, (found, source) => {
      const data = source.startsWith(folder) && embedded[source.slice(folder.length)];
      return data ? ` src="${data}"` : found;
    });
  }

  async function sanitise(editor, html) {
    const language = editor.element.$.form?.elements.language?.value || "";
    try {
      const response = await fetch(editor.config.deskPrepareUrl, {
        method: "POST",
        headers: { "X-CSRFToken": document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "" },
        body: new URLSearchParams({ html, language }),
        signal: AbortSignal.timeout(SECONDS * 1000),
      });
      return await response.json();
    } catch {
      return { notices: [sentence(editor, "plain")] };
    }
  }

  /* Word puts the images into the RTF beside its HTML; CKEditor can extract them. */
  async function withPicturesOfWord(editor, html, rtf) {
    if (!rtf || !html.includes("file:")) return html;
    const folder = `${CKEDITOR.plugins.getPath("pastetools")}filter/`;
    const filters = ["common.js", "image.js"].map((name) => CKEDITOR.getUrl(folder + name));
    try {
      await new Promise((done) => CKEDITOR.plugins.pastetools.loadFilters(filters, done) && done());
      return CKEDITOR.pasteFilters.image(html, editor, rtf);
    } catch {
      return html;
    }
  }

  /* A document that is never shown: no script runs, and nothing is loaded. */
  function parsed(html) {
    return new DOMParser().parseFromString(html, "text/html");
  }

  function plainText(html) {
    const { body } = parsed(html);
    body.querySelectorAll("script, style, title, template").forEach((element) => element.remove());
    body.querySelectorAll("p, div, li, tr, br, h1, h2, h3, h4, h5, h6").forEach((element) => element.after("\n"));
    const lines = body.textContent.split("\n").map((line) => line.trim()).filter(Boolean);
    return lines.map((line) => `<p>${CKEDITOR.tools.htmlEncode(line)}</p>`).join("");
  }

  /* Source mode: also list the parts that the editor would remove from edited source. */

  function followSource(editor) {
    let before;
    let typed;
    editor.on("beforeModeUnload", () => {
      if (editor.mode === "source") typed = editor.getData();
    });
    editor.on("mode", () => {
      if (editor.mode === "source") before = editor.getData();
      else if (typed !== undefined && typed !== before) wait(prepare(editor, typed).then((html) => editor.setData(html)));
      typed = undefined;
    });
  }

  /* Uploads */

  function followUploads(editor) {
    editor.uploadRepository.on("instanceCreated", ({ data: loader }) => {
      wait(new Promise((done) => {
        ["uploaded", "error", "abort"].forEach((name) => loader.on(name, () => setTimeout(done), null, null, 1000));
      }));
    });
  }

  function showUploaded({ url, responseData }) {
    const before = this.parts.img;
    const picture = new CKEDITOR.dom.element("img");
    picture.setAttributes({
      src: url,
      alt: before.getAttribute("alt") || "",
      width: responseData.width || before.$.naturalWidth,
      height: responseData.height || before.$.naturalHeight,
    });
    this.replaceWith(picture.getOuterHtml());
  }

  /* Delay the submission of a form until pending pastes and uploads are done. */

  function wait(promise) {
    pending.add(promise);
    promise.finally(() => pending.delete(promise));
  }

  document.addEventListener("submit", async (event) => {
    if (!pending.size) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { target, submitter } = event;
    while (pending.size) await Promise.allSettled(pending);
    target.requestSubmit(submitter);
  }, true);

  /* Notices */

  function sentence(editor, name, detail) {
    return editor.config.deskSentences[name].replace("%s", () => detail);
  }

  function notify(editor, sentences) {
    if (!sentences?.length) return;
    const frame = editor.container.$;
    let box = frame.previousElementSibling;
    if (!box?.matches(".paste-notices")) {
      box = document.createElement("div");
      box.className = "paste-notices";
      box.setAttribute("role", "status");
      const close = document.createElement("button");
      close.type = "button";
      close.textContent = sentence(editor, "close");
      close.addEventListener("click", () => {
        box.remove();
        editor.focus();
      });
      const title = document.createElement("strong");
      title.textContent = sentence(editor, "title");
      frame.before(box);
      box.append(title, document.createElement("ul"), close);
    }
    const list = box.querySelector("ul");
    const known = new Set([...list.children].map((item) => item.textContent));
    sentences.filter((sentence) => !known.has(sentence)).forEach((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      list.append(item);
    });
  }
})();
