/* CKEditor in the admin under a content security policy without inline scripts. */
"use strict";

(() => {
  /* Uploads: send the CSRF token, and show the server's error message. */

  CKEDITOR.on("instanceCreated", ({ editor }) => {
    editor.on("fileUploadRequest", ({ data: { fileLoader } }) => {
      const token = document.querySelector("input[name=csrfmiddlewaretoken]");
      if (token) fileLoader.xhr.setRequestHeader("X-CSRFToken", token.value);
      fileLoader.on("error", () => {
        fileLoader.message = errorMessage(fileLoader.xhr.responseText) || fileLoader.message;
      }, null, null, 1);
    });
  });

  function errorMessage(response) {
    try {
      return JSON.parse(response).error.message;
    } catch {
      return "";
    }
  }

  /* Buttons: CKEditor writes onclick="CKEDITOR.tools.callFunction(12, …)" and similar attributes into its toolbar, dialogs and
     panels (frames). The browser does not run these attributes, so they are renameHandlers before they are parsed, and the one
     call in each is made here. */

  const EVENTS = ["click", "mousedown", "mouseup", "mouseover", "mouseout", "keydown", "focus", "blur", "dragstart"];
  const HANDLER = /\son([a-z]+)="((?:return\s+)?(?:window\.parent\.)?CKEDITOR\.tools\.callFunction\([^"]*|return false;)"/g;
  const CALL = /CKEDITOR\.tools\.callFunction\(\s*(\d+)\s*((?:,[^()]*)?)\)/;

  function renameHandlers(html) {
    if (typeof html !== "string") return html;
    return html.replace(HANDLER, ' data-desk-$1="$2"').replace(/(<iframe[^>]*\ssrc=")javascript:[^"]*"/g, '$1about:blank"');
  }

  const { setHtml } = CKEDITOR.dom.element.prototype;
  CKEDITOR.dom.element.prototype.setHtml = function (html) {
    return setHtml.call(this, renameHandlers(html));
  };

  const { write } = CKEDITOR.dom.document.prototype;
  CKEDITOR.dom.document.prototype.write = function (html) {
    write.call(this, renameHandlers(html));
    listen(this.$);
    const code = this.$.body?.dataset.deskLoad;
    if (code) setTimeout(() => run(code));
  };

  function listen(page) {
    EVENTS.forEach((type) => page.addEventListener(type, handle, true));
  }

  function handle(event) {
    if (event.target.closest?.(".cke_wysiwyg_div")) return; // text, not toolbar
    for (let element = event.target; element?.getAttribute; element = element.parentElement) {
      const code = element.getAttribute(`data-desk-${event.type}`);
      if (code) {
        focusText(element, event);
        run(code, element, event);
      }
      if (!event.bubbles) break;
    }
  }

  function run(code, element, event) {
    const call = CALL.exec(code);
    let response;
    if (call) {
      const values = call[2].split(",").slice(1).map((text) => argument(text.trim(), element, event));
      response = CKEDITOR.tools.callFunction(Number(call[1]), ...values);
    }
    if (/return\s+false/.test(code) || (/^return\b/.test(code) && response === false)) event?.preventDefault();
  }

  // A button pressed by key: Chromium loses the selection without the focus.
  function focusText(element, event) {
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

  /* File fields: a frame with a script that only reports that it has loaded. */

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
