/* Choosing an image of the library: in a dialog for the lead image, in a window for the text editor. The pages of the
   library also work as such, with links (richtext/image_admin.py). */
"use strict";

(() => {
  /* The window that the editor opens */

  document.addEventListener("click", ({ target }) => {
    const button = target.closest(".library-choose[data-function]:not([data-function=''])");
    const editor = window.opener?.CKEDITOR;
    if (!button || !editor) return;
    const { function: number, url, alt } = button.dataset;
    editor.tools.callFunction(Number(number), url, function () {
      const field = this.getDialog().getContentElement("info", "alt");
      if (field && !field.getValue()) field.setValue(alt);
    });
    window.close();
  });

  /* The dialog of the lead image */

  for (const zone of document.querySelectorAll(".picture-input")) {
    const dialog = zone.querySelector("dialog");
    const browse = zone.querySelector(".picture-browse");
    const says = zone.querySelector("template").dataset;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button library-close";
    close.textContent = says.close;
    close.addEventListener("click", () => dialog.close());
    document.body.append(dialog); // outside the form of the message, as it holds a form for searching

    const load = async (address) => {
      let library;
      try {
        const page = await fetch(address).then((response) => response.text());
        library = new DOMParser().parseFromString(page, "text/html").querySelector(".library");
      } catch { /* below */ }
      const sentence = document.createElement("p");
      sentence.textContent = says.unavailable;
      dialog.replaceChildren(close, library ?? sentence);
      if (!library) return;
      const search = library.querySelector("[type=search]");
      search.focus();
      dialog.scrollTop = 0;
    };

    browse.hidden = false;
    browse.addEventListener("click", async () => {
      await load(`${zone.dataset.library}?choose=1`);
      dialog.showModal();
    });
    dialog.addEventListener("close", () => dialog.replaceChildren());
    dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      load(`${zone.dataset.library}?${new URLSearchParams(new FormData(event.target))}`);
    });
    dialog.addEventListener("click", (event) => {
      const button = event.target.closest(".library-choose");
      const page = event.target.closest(".library-pages a");
      const other = event.target.closest("a");
      if (page) {
        event.preventDefault();
        load(new URL(page.getAttribute("href"), new URL(zone.dataset.library, location.href)));
      } else if (other) {
        other.target = "_blank"; // the message stays open
      } else if (button) {
        const { id, width, thumbnail, alt, credit, rights } = button.dataset;
        dialog.close(); // which empties it
        const detail = { id, width: Number(width), thumbnail, alt, credit, rights };
        zone.dispatchEvent(new CustomEvent("desk:image", { detail }));
      }
    });
  }
})();
