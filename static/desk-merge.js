"use strict";

/* A text merged by paragraph: marks in the editor, and paragraphs that follow the answers.
   The marks are attributes `data-cke-…`, which the editor removes from its text. The server applies an answer that the
   editor has not followed. */
(() => {
  if (!typing || !window.CKEDITOR) return;
  const MARK = "data-cke-merge";
  const AFTER = "data-cke-merge-after"; // on the block before a place without blocks

  const follow = (editor, panel) => {
    const root = editor.editable().$;
    const marked = (attribute, value) => [...root.querySelectorAll(`[${attribute}="${CSS.escape(value)}"]`)];

    const mark = (blocks, key, before) => {
      for (const block of blocks) block.setAttribute(MARK, key);
      if (blocks.length) before?.removeAttribute(AFTER);
      else before?.setAttribute(AFTER, key);
    };

    const parse = (html) => {
      if (!html) return []; // the editor would make it an empty paragraph
      const box = document.createElement("div");
      box.innerHTML = editor.dataProcessor.toHtml(html, { context: root.nodeName.toLowerCase(), fixForBody: true });
      return [...box.children];
    };

    const answer = (question, html) => {
      const key = question.dataset.question;
      const old = marked(MARK, key);
      const [anchor] = marked(AFTER, key);
      const before = old[0]?.previousElementSibling ?? anchor;
      editor.fire("saveSnapshot");
      const blocks = parse(html);
      for (const block of old) block.remove();
      if (before) before.after(...blocks);
      else root.prepend(...blocks);
      mark(blocks, key, before);
      editor.widgets?.checkWidgets();
      editor.fire("saveSnapshot");
      editor.fire("change");
      question.querySelector("[name^='_asked-']").value = "followed"; // and not the digest of the text that was asked
    };

    const questions = [...panel.querySelectorAll("[data-question]")];
    const blocks = [...root.children];
    if (blocks.length !== Number(panel.dataset.size)) return; // the editor has changed the text: the server answers
    for (const sentence of panel.querySelectorAll("[data-bar]")) sentence.hidden = false;
    for (const place of panel.dataset.marks.split(" ").filter(Boolean)) blocks[place]?.setAttribute(MARK, "theirs");
    for (const question of questions) {
      const [first, count] = [Number(question.dataset.first), Number(question.dataset.count)];
      mark(blocks.slice(first, first + count), question.dataset.question, blocks[first - 1]);
    }
    for (const question of questions) {
      const checked = question.querySelector("input[type=radio]:checked");
      if (checked && checked.value !== "mine") answer(question, checked.dataset.html);
      question.addEventListener("change", ({ target }) => {
        question.classList.remove("unanswered");
        answer(question, target.dataset.html);
      });
    }
    editor.fire("updateSnapshot");
  };

  typing.ready.then(() => {
    for (const editor of typing.editors()) {
      const panel = typing.form.querySelector(`[data-merge="${CSS.escape(editor.element.$.name)}"]`);
      if (panel) follow(editor, panel);
    }
  });
})();
