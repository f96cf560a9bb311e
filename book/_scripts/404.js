// The page for a wrong address is shown at any depth: the first copy of this script that is found tells where the pages are.
(() => {
  const pages = document.currentScript.src.replace(/_scripts\/404\.js.*$/, '')
  for (const link of document.querySelectorAll('a[data-page]')) {
    link.href = pages + link.dataset.page
    delete link.dataset.page
  }
})()
