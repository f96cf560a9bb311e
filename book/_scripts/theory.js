// A link to a statement opens the list that holds it. Without this the lists open by hand.
"use strict";

function openTarget() {
  const target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  if (!target) return;
  let folded = false;
  for (let list = target.closest("details.fold"); list; list = list.parentElement.closest("details.fold")) {
    folded = folded || !list.open;
    list.open = true;
  }
  if (folded) target.scrollIntoView();
}

window.addEventListener("hashchange", openTarget);
window.addEventListener("DOMContentLoaded", openTarget);
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.hash === window.location.hash) openTarget(); // the same address again fires no hashchange
});
