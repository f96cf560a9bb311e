// Pictures wait until the text can be read; then all come, so that a page left open prints and reads on without a line.
addEventListener('load', () => setTimeout(() => {
  document.documentElement.dataset.settled = ''
  document.querySelectorAll('img[loading=lazy]').forEach(one => { one.loading = 'eager' })
}, 2500))
