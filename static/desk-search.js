// The key / moves to the search box, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  const box = document.querySelector(".desk-search input");
  const { target } = event;
  if (!box || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.isContentEditable || target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  box.focus();
  box.select();
});
