/* The editor in the admin, under a content security policy that lets no inline script run. */
"use strict";

(() => {
  /* Uploads: they carry the form's token, and a refusal is shown in its own words. */

  CKEDITOR.on("instanceCreated", ({ editor }) => {
    editor.on("fileUploadRequest", ({ data: { fileLoader } }) => {
      const token = document.querySelector("input[name=csrfmiddlewaretoken]");
      if (token) fileLoader.xhr.setRequestHeader("X-CSRFToken", token.value);
      fileLoader.on("error", () => {
        fileLoader.message = sentenceIn(fileLoader.xhr.responseText) || fileLoader.message;
      }, null, null, 1);
    });
  });

  function sentenceIn(answer) {
    try {
      return JSON.parse(answer).error.message;
    } catch {
      return "";
    }
  }

  /* Buttons: CKEditor writes onclick="CKEDITOR.tools.callFunction(12, …)" and the like into its toolbar, its dialogs and
     its panels, which are frames. The browser won't run that, and says so in the console. So the attributes are renamed
     before the browser sees them, and the one call that each may hold is made from here. */

  const EVENTS = ["click", "mousedown", "mouseup", "mouseover", "mouseout", "keydown", "focus", "blur", "dragstart"];
  const HANDLER = /\son([a-z]+)="((?:return\s+)?(?:window\.parent\.)?CKEDITOR\.tools\.callFunction\([^"]*|return false;)"/g;
  const CALL = /CKEDITOR\.tools\.callFunction\(\s*(\d+)\s*((?:,[^()]*)?)\)/;

  function renamed(html) {
    if (typeof html !== "string") return html;
    return html.replace(HANDLER, ' data-desk-$1="$2"').replace(/(<iframe[^>]*\ssrc=")javascript:[^"]*"/g, '$1about:blank"');
  }

  const { setHtml } = CKEDITOR.dom.element.prototype;
  CKEDITOR.dom.element.prototype.setHtml = function (html) {
    return setHtml.call(this, renamed(html));
  };

  const { write } = CKEDITOR.dom.document.prototype;
  CKEDITOR.dom.document.prototype.write = function (html) {
    write.call(this, renamed(html));
    listen(this.$);
    const code = this.$.body?.dataset.deskLoad;
    if (code) setTimeout(() => run(code));
  };

  function listen(page) {
    EVENTS.forEach((type) => page.addEventListener(type, handle, true));
  }

  function handle(event) {
    if (event.target.closest?.(".cke_wysiwyg_div")) return; // the text is no toolbar
    for (let element = event.target; element?.getAttribute; element = element.parentElement) {
      const code = element.getAttribute(`data-desk-${event.type}`);
      if (code) {
        backToText(element, event);
        run(code, element, event);
      }
      if (!event.bubbles) break;
    }
  }

  function run(code, element, event) {
    const call = CALL.exec(code);
    let answer;
    if (call) {
      const values = call[2].split(",").slice(1).map((text) => argument(text.trim(), element, event));
      answer = CKEDITOR.tools.callFunction(Number(call[1]), ...values);
    }
    if (/return\s+false/.test(code) || (/^return\b/.test(code) && answer === false)) event?.preventDefault();
  }

  // A button pressed by key: without the focus, Chromium has forgotten which words were selected.
  function backToText(element, event) {
    if (event.type !== "keydown" || !["Enter", " "].includes(event.key) || !element.matches(".cke_button")) return;
    const editor = Object.values(CKEDITOR.instances).find(({ container }) => container?.$.contains(element));
    if (editor?.mode !== "wysiwyg") return;
    editor.unlockSelection();
    editor.focus();
  }

  function argument(text, element, event) {
    if (text === "this") return element;
    if (text === "event") return event;
    if (text === "null") return null;
    if (text === "true" || text === "false") return text === "true";
    if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
    return /^(['"])(.*)\1$/.exec(text)?.[2];
  }

  listen(document);

  /* Choosing a file: that field is a frame too, with a script in it that only says it is there. */

  CKEDITOR.once("dialogDefinition", () => {
    const field = CKEDITOR.ui.dialog.file.prototype;
    const { reset } = field;
    field.reset = function () {
      const page = CKEDITOR.document.getById(this._.frameId).getFrameDocument().$;
      page.write = (html) => {
        delete page.write;
        const script = html.indexOf("<script>");
        page.write(html.slice(0, script));
        setTimeout(() => run(html.slice(script)));
      };
      reset.call(this);
    };
  });
})();
