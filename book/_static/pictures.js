// Pictures wait until the text can be read; then all come, so that a page left open prints and reads on without a line.
addEventListener('load', () => setTimeout(() => {
  document.documentElement.dataset.settled = ''
  document.querySelectorAll('img[loading=lazy]').forEach(one => { one.loading = 'eager' })
}, 2500))
// What an address names is shown where a fold hides it; not every browser does this by itself.
function unfold() {
  let name = location.hash.slice(1)
  try { name = decodeURIComponent(name) } catch { return } // '#%' names nothing
  const target = document.getElementById(name)
  const folds = [...target?.querySelectorAll(':scope > details.check:not([open])') ?? []]
  for (let fold = target?.closest('details:not([open])'); fold; fold = fold.parentElement.closest('details:not([open])')) folds.push(fold)
  for (const fold of folds) fold.open = true
  if (folds.length) target.scrollIntoView()
}
addEventListener('hashchange', unfold)
addEventListener('DOMContentLoaded', unfold)
