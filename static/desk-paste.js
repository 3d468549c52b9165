/* Pasting into the editor: the server prepares it (richtext.losses), so that it arrives or is named in a sentence. */
"use strict";

(() => {
  const PICTURES = /^image\//;
  const DATA = /\bsrc=(["'])(data:image\/(?:png|jpe?g|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+)\1/g;
  const SECONDS = 20; // that the server may take
  const waiting = new Set(); // what is being prepared or uploaded: a form is sent after it

  CKEDITOR.config.uploadImage_supportedTypes = PICTURES; // the server says which kinds it takes

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
    const isOurs = transfer === copyCutData || transfer === dragData;
    if (isOurs && transfer.sourceEditor) return; // from an editor of this page: it is clean
    const files = Array.from({ length: transfer.getFilesCount() }, (_, number) => transfer.getFile(number));
    const others = files.filter(({ type }) => !PICTURES.test(type));
    if (others.length) notify(editor, others.map(({ name }) => say(editor, "file", name)));
    const html = transfer.getData("text/html", true) || data.dataValue || "";
    if (!html.includes("<")) return; // plain text, or files alone
    event.cancel();
    const again = (type, dataValue, pictures = []) => {
      const native = new DataTransfer();
      pictures.forEach((file) => native.items.add(file));
      const dataTransfer = new CKEDITOR.plugins.clipboard.dataTransfer(native);
      editor.fire("paste", { type, method: data.method, dataValue, dataTransfer, deskPrepared: true });
    };
    // A copied picture: its file is uploaded, as its address is at another site.
    if (files.length > others.length && isPictureAlone(html)) return again("auto", "", files);
    wait(prepare(editor, html, transfer.getData("text/rtf", true)).then((dataValue) => {
      if (dataValue && editor.status !== "destroyed") again("html", dataValue);
    }));
  }

  function isPictureAlone(html) {
    const { body } = parsed(html);
    return body.querySelectorAll("img").length === 1 && !body.textContent.trim();
  }

  /* Return HTML as the server keeps it; its words alone where it cannot be had. Pictures within it stay here. */
  async function prepare(editor, html, rtf = "") {
    const kept = [];
    const folder = `${editor.config.deskMedia}pasted/`;
    const given = (await withPicturesOfWord(editor, html, rtf)).replace(DATA, (_, mark, data) => {
      kept.push(data.replace(/\s/g, ""));
      return `src="${folder}${kept.length - 1}"`;
    });
    const { html: clean, notices } = await ask(editor, given);
    notify(editor, notices);
    if (clean === undefined) return wordsOf(html);
    return clean.replace(/ src="([^"]+)"/g, (found, source) => {
      const data = source.startsWith(folder) && kept[source.slice(folder.length)];
      return data ? ` src="${data}"` : found;
    });
  }

  async function ask(editor, html) {
    const language = editor.element.$.form?.elements.language?.value || "";
    try {
      const answer = await fetch(editor.config.deskPrepareUrl, {
        method: "POST",
        headers: { "X-CSRFToken": document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "" },
        body: new URLSearchParams({ html, language }),
        signal: AbortSignal.timeout(SECONDS * 1000),
      });
      return await answer.json();
    } catch {
      return { notices: [say(editor, "plain")] };
    }
  }

  /* Word leaves the pictures in the RTF beside its HTML; CKEditor knows how to take them out. */
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

  /* A page that is never shown: nothing in it runs, and nothing is fetched for it. */
  function parsed(html) {
    return new DOMParser().parseFromString(html, "text/html");
  }

  function wordsOf(html) {
    const { body } = parsed(html);
    body.querySelectorAll("script, style, title, template").forEach((element) => element.remove());
    body.querySelectorAll("p, div, li, tr, br, h1, h2, h3, h4, h5, h6").forEach((element) => element.after("\n"));
    const lines = body.textContent.split("\n").map((line) => line.trim()).filter(Boolean);
    return lines.map((line) => `<p>${CKEDITOR.tools.htmlEncode(line)}</p>`).join("");
  }

  /* The source: what the editor would drop when it takes it over is named, too. */

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

  /* A form waits for what is under way: else it would be sent without it. */

  function wait(promise) {
    waiting.add(promise);
    promise.finally(() => waiting.delete(promise));
  }

  document.addEventListener("submit", async (event) => {
    if (!waiting.size) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { target, submitter } = event;
    while (waiting.size) await Promise.allSettled(waiting);
    target.requestSubmit(submitter);
  }, true);

  /* Notices */

  function say(editor, name, detail) {
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
      close.textContent = say(editor, "close");
      close.addEventListener("click", () => {
        box.remove();
        editor.focus();
      });
      const title = document.createElement("strong");
      title.textContent = say(editor, "title");
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
