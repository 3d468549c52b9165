// The key / moves to the search box, except while the user is typing.
document.addEventListener("keydown", (event) => {
  const box = document.querySelector(".desk-search input");
  const { target } = event;
  if (!box || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.isContentEditable || target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  const menu = box.closest("details");
  if (menu) menu.open = true;
  box.focus();
  box.select();
});
