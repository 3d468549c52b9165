/* Links to paragraphs: shown on hover (the list under the text is there for everybody). A link to a paragraph that was
   changed since goes to the one with the same first half of the id. */
"use strict";
(() => {
  const title = document.querySelector("[data-passage]")?.dataset.passage;
  for (const passage of document.querySelectorAll('.body [id^="p-"]')) {
    const link = document.createElement("a");
    Object.assign(link, { className: "paragraph-link", href: `#${passage.id}`, title, tabIndex: -1, ariaHidden: "true" });
    passage.append(link);
  }
  const redirect = () => {
    const half = /^#(p-[0-9a-f]{8})/.exec(location.hash)?.[1];
    if (!half || document.getElementById(location.hash.slice(1))) return;
    const found = document.querySelector(`[id^="${half}-"]`);
    if (found) location.replace(`#${found.id}`);
  };
  addEventListener("hashchange", redirect);
  redirect();
})();
