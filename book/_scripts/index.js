// Leads an address of a section that stood on this page to the page where it stands now.
(() => {
  "use strict";
  const go = () => {
    const name = decodeURIComponent(location.hash.slice(1)), place = document.getElementById(name);
    const moved = place ? place.dataset.moved : name.startsWith("finding-") ? `findings.html#${name}` : "";
    if (moved) location.replace(moved);
  };
  addEventListener("hashchange", go);
  go();
})();
