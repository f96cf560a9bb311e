// For printing: the light colours, and every fold open for browsers whose style sheets cannot; code stays folded.
(() => {
  const root = document.documentElement
  let opened = [], theme
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('article details:not([open], .hide)')]
    for (const fold of opened) fold.open = true
    theme = root.dataset.theme
    root.dataset.theme = 'light'
  })
  addEventListener('afterprint', () => {
    for (const fold of opened.splice(0)) fold.open = false
    root.dataset.theme = theme
  })
})()
