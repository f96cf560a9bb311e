// Ease on the map of the theory; without this every arrow is still a link and every list opens by hand.
// A link into a closed list opens it; the map is one tab stop whose arrows are reached by the arrow keys.
(() => {
  const map = document.querySelector('.theory-map .whole')
  const wide = matchMedia('(min-width: 1200px)')
  const arrows = map ? [...map.querySelectorAll('.arrow')] : []
  const said = document.createElement('p')
  said.className = 'visually-hidden'
  said.setAttribute('role', 'status')
  map?.after(said)

  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
    if (!target) return
    let folded = false
    for (let list = target.closest('details.fold'); list; list = list.parentElement.closest('details.fold')) {
      folded ||= !list.open
      list.open = true
    }
    if (folded) target.scrollIntoView()
    const own = target.closest('.arrow') || document.getElementById(`map-${target.id}`)
    for (const arrow of arrows) arrow.classList.toggle('chosen', arrow === own)
    if (target.matches('.arrow') && wide.matches) rove(target)
    else if (own) {
      target.closest('details').querySelector('summary').focus({ preventScroll: true })
      rove(own, false)
    }
  }

  function rove(arrow, focus = true) {
    for (const one of arrows) one.setAttribute('tabindex', one === arrow && wide.matches ? '0' : '-1')
    if (!focus) return
    arrow.focus({ preventScroll: false })
  }

  function next(arrow, key) {
    const at = arrows.indexOf(arrow)
    const along = (from, to) => arrows.find(other => other.dataset[from] === arrow.dataset[to])
    return {
      ArrowRight: () => along('from', 'to'), ArrowLeft: () => along('to', 'from'),
      ArrowDown: () => arrows[(at + 1) % arrows.length], ArrowUp: () => arrows.at(at - 1),
      Home: () => arrows[0], End: () => arrows.at(-1),
    }[key]?.()
  }

  function settle() {
    if (!map) return
    map.toggleAttribute('aria-hidden', false)
    if (wide.matches) {
      map.setAttribute('role', 'group')
      map.setAttribute('aria-label', 'Map of the theory; arrow keys go from step to step, Enter opens one')
    } else map.setAttribute('aria-hidden', 'true')
    rove(arrows.find(arrow => arrow.matches('.chosen')) || arrows[0], false)
  }

  document.addEventListener('keydown', event => {
    const arrow = event.target.closest?.('.theory-map .arrow')
    if (arrow) {
      const other = next(arrow, event.key)
      if (event.key === ' ') { event.preventDefault(); location.hash = arrow.getAttribute('href') }
      if (!other) { if (event.key.startsWith('Arrow')) said.textContent = 'The way ends here.'; return }
      event.preventDefault()
      rove(other)
    }
    const step = event.key === 'Escape' && event.target.closest?.('.step')
    if (step) {
      step.open = false
      const own = document.getElementById(`map-${step.querySelector('div[id]').id}`)
      if (wide.matches) { rove(own); own.scrollIntoView({ block: 'center' }) } else step.querySelector('summary').focus()
    }
  })
  document.addEventListener('click', event => {
    const link = event.target.closest('a[href^="#"]')
    const hash = link?.getAttribute('href')
    if (hash && hash === location.hash) openTarget() // the same address again fires no hashchange
  })
  addEventListener('hashchange', openTarget)
  wide.addEventListener('change', settle)
  settle()
  openTarget()
})()
