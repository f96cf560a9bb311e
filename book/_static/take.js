// The menu "Take away" opens and shuts without a script; with one, Esc, a press elsewhere and a choice shut it too.
document.addEventListener("DOMContentLoaded", () => {
  const menu = document.querySelector("details.take");
  if (!menu) return;
  const shut = (back) => {
    if (!menu.open) return;
    menu.open = false;
    if (back) menu.querySelector("summary").focus();
  };
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(menu.contains(document.activeElement)); });
  document.addEventListener("click", (event) => { if (!menu.contains(event.target) || event.target.closest("li a")) shut(false); });
  document.addEventListener("focusin", (event) => { if (!menu.contains(event.target)) shut(false); });
});
