// Definitions of terms on hover and focus, from the glossary; Escape closes, the pointer may rest on the words.
(() => {
  const links = document.querySelectorAll('a[href*="glossary.html#term-"]')
  if (!links.length) return
  let known, tip, waiting
  const base = document.documentElement.dataset.content_root || './'
  const define = async id => {
    known ??= new Promise(done => {
      const script = document.createElement('script') // a page opened from disk can run one and fetch nothing
      script.src = `${base}_static/terms-said.js`
      script.onload = script.onerror = () => done(window.reportTerms || {})
      document.head.append(script)
    })
    return (await known)[id]
  }
  const close = () => { clearTimeout(waiting); tip?.remove(); tip = undefined }
  const open = async link => {
    const words = await define(decodeURIComponent(link.hash.slice(1)))
    if (!words || !(link.matches(':hover') || link === document.activeElement)) return
    close()
    tip = document.createElement('div')
    tip.className = 'term-tip'; tip.id = 'term-tip'; tip.setAttribute('role', 'tooltip'); tip.textContent = words
    document.body.append(tip)
    link.setAttribute('aria-describedby', tip.id)
    const at = link.getBoundingClientRect(), own = tip.getBoundingClientRect()
    const room = document.documentElement.clientWidth - own.width - 8
    tip.style.left = `${scrollX + Math.max(8, Math.min(at.left, room))}px`
    tip.style.top = `${scrollY + (at.bottom + own.height + 8 < innerHeight ? at.bottom + 4 : at.top - own.height - 4)}px`
    tip.addEventListener('pointerenter', () => clearTimeout(waiting))
    tip.addEventListener('pointerleave', leave)
  }
  const leave = () => { clearTimeout(waiting); waiting = setTimeout(close, 250) }
  for (const link of links) {
    link.addEventListener('pointerenter', () => { clearTimeout(waiting); open(link) })
    link.addEventListener('focus', () => open(link))
    link.addEventListener('pointerleave', leave)
    link.addEventListener('blur', close)
  }
  document.addEventListener('keydown', event => { if (event.key === 'Escape') close() })
})()
