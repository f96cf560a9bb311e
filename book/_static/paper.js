// Opens every fold for printing and closes it afterwards, for browsers whose style sheets cannot; code stays folded.
(() => {
  let opened = []
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('article details:not([open], .hide)')]
    for (const fold of opened) fold.open = true
  })
  addEventListener('afterprint', () => { for (const fold of opened.splice(0)) fold.open = false })
})()
