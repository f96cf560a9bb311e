// "Try another choice": shows what analysis/study/choices.py found for every choice; nothing is computed here.
// Files come as scripts that call choicesFile, so that a page opened from disk works too.
(() => {
  const home = document.getElementById('choices')
  if (!home) return
  const base = new URL('../choices-data/', document.baseURI), waiting = {}, known = {}
  globalThis.choicesFile = (name, content) => { known[name] = content; waiting[name]?.(content) }
  const load = name => name in known ? Promise.resolve(known[name]) : new Promise((done, failed) => {
    const script = document.createElement('script')
    waiting[name] = done
    script.src = new URL(`${name}.js`, base)
    script.onerror = () => { script.remove(); failed(new Error(`There is no file choices-data/${name}.js in this copy of the report.`)) }
    document.head.append(script)
  })
  const make = (tag, given = {}, ...inside) => {
    const made = document.createElement(tag)
    for (const [name, value] of Object.entries(given)) made.setAttribute(name, value)
    made.append(...inside)
    return made
  }
  const draw = (tag, given, text) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
    for (const [name, value] of Object.entries(given)) made.setAttribute(name, value)
    if (text !== undefined) made.textContent = text
    return made
  }
  const START = 'choice=', FOOT = 38 // px below a chart
  let index, about, chosen, fields = {}

  // The address: #choice=shmi.all.alike.partners.long.keogh
  function read() {
    const [name, ...values] = decodeURIComponent(location.hash.slice(1)).replace(START, '').split('.')
    const fits = location.hash.startsWith(`#${START}`) && index.indicators.some(([key]) => key === name) &&
      index.order.every((part, at) => index.values[part].some(([value]) => value === values[at])) && values.length === index.order.length
    return fits ? { indicator: name, key: values.join('.') } : null
  }
  const write = () => history.replaceState(history.state, '', `#${START}${chosen.indicator}.${chosen.key}`)

  function controls() {
    const list = (part, label, values) => {
      const select = make('select', { id: `choice-${part}` }, ...values.map(([value, words]) => make('option', { value }, words)))
      const mark = make('span', { class: 'changed' })
      fields[part] = { get: () => select.value, set: value => { select.value = value }, mark, select }
      select.addEventListener('change', changed)
      return make('div', {}, make('label', { for: `choice-${part}` }, `${label} `, mark), select)
    }
    const pair = (part, label, values) => {
      const mark = make('span', { class: 'changed' }), texts = {}
      const radios = values.map(([value, words]) => {
        const radio = make('input', { type: 'radio', name: `choice-${part}`, value })
        texts[value] = make('span', {}, words)
        radio.addEventListener('change', changed)
        return [radio, make('label', {}, radio, texts[value])]
      })
      fields[part] = {
        get: () => radios.find(([radio]) => radio.checked)[0].value,
        set: value => { for (const [radio] of radios) radio.checked = radio.value === value }, mark, texts,
      }
      return make('fieldset', {}, make('legend', {}, `${label} `, mark), make('div', { class: 'pair' }, ...radios.map(([, one]) => one)))
    }
    const parts = index.order.map(part => (index.values[part].length > 2 ? list : pair)(part, index.titles[part], index.values[part]))
    const back = make('button', { type: 'button' }, 'Back to the report’s choice')
    back.addEventListener('click', () => { chosen.key = about.own; show() })
    return make('form', { 'aria-label': 'Your choice' }, list('indicator', 'Measure', index.indicators), ...parts, back)
  }
  async function changed() {
    await choose(fields.indicator.get(), index.order.map(part => fields[part].get()).join('.'))
  }
  async function choose(indicator, key) {
    about = await load(indicator)
    chosen = { indicator, key: key || about.own }
    show()
  }

  const says = make('div', { role: 'status', class: 'says' }), picture = make('div', { class: 'path' })
  const heading = make('h3', {}), curve = make('div', { class: 'curve', tabindex: '0', role: 'slider' })
  const note = make('p', { class: 'quiet' })
  const wordsOf = key => key.split('.').map((value, at) => at === index.order.indexOf('window') ? about.windows[value]
    : index.values[index.order[at]].find(([one]) => one === value)[1]).join('; ')

  function show(address = true) {
    const values = chosen.key.split('.'), own = about.own.split('.')
    fields.indicator.set(chosen.indicator)
    for (const [value, text] of Object.entries(about.windows)) fields.window.texts[value].textContent = text
    index.order.forEach((part, at) => {
      fields[part].set(values[at])
      fields[part].mark.textContent = values[at] === own[at] ? '' : 'changed'
    })
    if (address) write()
    const one = about.choices[chosen.key], place = about.ranked.indexOf(chosen.key)
    if ('w' in one) {
      says.replaceChildren(make('p', { class: 'verdict none' }, '– Cannot be estimated'), make('p', {}, index.why[one.w]), make('p', {}, about.record))
    } else {
      const kind = one.n < 5 ? 'few' : one.l > 0 || one.u < 0 ? 'clear' : 'open'
      const mark = { few: '□', clear: '●', open: '○' }[kind]
      says.replaceChildren(
        make('p', { class: 'number' }, make('b', {}, one.t), make('span', {}, `95% interval ${one.i} · ${one.n} trusts that entered, ${one.c} compared`)),
        make('p', { class: `verdict ${kind}` }, `${mark} ${one.r[0].toUpperCase()}${one.r.slice(1)}`),
        make('p', {}, chosen.key === about.own ? `${one.s} This is the report’s own choice.` : `${one.s} ${about.record}`))
    }
    heading.textContent = place < 0 ? `The ${about.ranked.length} choices that can be estimated`
      : `Where it stands among ${about.ranked.length} choices: ${place + 1}, from the lowest`
    const clear = about.ranked.filter(key => about.choices[key].l > 0 || about.choices[key].u < 0).length
    note.textContent = `Filled: the interval leaves out zero (${clear} of ${about.ranked.length}). The choices share trusts and years: many that agree are not many pieces of evidence.`
    curve.setAttribute('aria-label', 'Choices from the lowest estimate to the highest')
    curve.setAttribute('aria-valuemin', '1')
    curve.setAttribute('aria-valuemax', about.ranked.length)
    curve.setAttribute('aria-valuenow', Math.max(place, 0) + 1)
    curve.setAttribute('aria-valuetext', place < 0 ? 'your choice is not among them' : `${place + 1} of ${about.ranked.length}: ${wordsOf(chosen.key)}, ${one.t}`)
    drawAll()
  }

  function axis(svg, low, high, across, tall, left, top) {
    const at = value => top + (tall - top - FOOT) * (high - value) / (high - low || 1)
    const raw = (high - low) / 4, size = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 5, 10].map(n => n * size).find(n => n >= raw)
    if (about.better) {
      const zero = at(0), [y, end] = about.better > 0 ? [top, zero] : [zero, tall - FOOT]
      svg.append(draw('rect', { class: 'better', x: left, y, width: across - left, height: Math.max(0, end - y) }))
    }
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
    for (let value = Math.ceil(low / step) * step; value <= high + step / 1e6; value += step) {
      const zero = Math.abs(value) < step / 1e6
      svg.append(draw('line', { class: zero ? 'zero' : 'rule', x1: left, x2: across, y1: at(value), y2: at(value) }),
        draw('text', { x: left - 6, y: at(value) + 4, 'text-anchor': 'end' }, (zero ? 0 : value).toFixed(digits).replace('-', '−')))
    }
    return at
  }
  const spread = rows => {
    const values = [0, ...rows.flat()], low = Math.min(...values), high = Math.max(...values), more = (high - low) * 0.06 || 1
    return [low - more, high + more]
  }
  const dot = (x, one, at, kind) => {
    const group = draw('g', { class: kind })
    group.append(draw('line', { x1: x, x2: x, y1: at(one[1]), y2: at(one[2]) }), draw('circle', { cx: x, cy: at(one[0]), r: kind.includes('mine') ? 5 : 3.5 }))
    return group
  }

  function drawAll() {
    const wide = picture.clientWidth || home.clientWidth
    const one = about.choices[chosen.key], own = about.choices[about.own]
    const pathOf = found => !found || 'w' in found ? [] : found.p.length ? found.p : []
    const single = found => found && !('w' in found) ? [[found.v, found.l, found.u]] : []
    const mine = pathOf(one), other = chosen.key === about.own ? [] : pathOf(own)
    const across = Math.min(wide, 640), tall = 290, left = 58
    const svg = draw('svg', { width: across, height: tall, viewBox: `0 0 ${across} ${tall}`, role: 'img', 'aria-label': says.textContent })
    const [low, high] = spread([...mine.map(row => row.slice(1)), ...other.map(row => row.slice(1)), ...single(one), ...single(own)])
    const at = axis(svg, low, high, across, tall, left, 8)
    const steps = [...new Set([...mine, ...other].map(row => row[0]))].sort((a, b) => a - b)
    const pooled = across - 64, room = pooled - 40 - left
    const x = step => steps.length < 2 ? left + room / 2 : left + 16 + room * (step - steps[0]) / (steps.at(-1) - steps[0])
    for (const row of other) svg.append(dot(x(row[0]) - 5, row.slice(1), at, 'theirs'))
    for (const row of mine) svg.append(dot(x(row[0]) + 3, row.slice(1), at, 'mine'))
    const every = Math.ceil(steps.length / 7)
    steps.forEach((step, i) => i % every || svg.append(draw('text', { x: x(step), y: tall - 20, 'text-anchor': 'middle' }, step > 0 ? `+${step}` : `${step}`.replace('-', '−'))))
    if (steps.length && steps[0] < 0) svg.append(draw('line', { class: 'entry', x1: x(-0.5), x2: x(-0.5), y1: 8, y2: tall - FOOT }))
    if (!mine.length) svg.append(draw('text', { x: left + 8, y: tall - 4 }, 'w' in one ? 'no estimate to draw' : `one figure over the whole window`))
    else svg.append(draw('text', { x: pooled - 30, y: tall - 2, 'text-anchor': 'end' }, `${about.grain}s since entry`))
    if (chosen.key !== about.own) for (const found of single(own)) svg.append(dot(pooled + 14, found, at, 'theirs'))
    for (const found of single(one)) svg.append(dot(pooled + 30, found, at, 'mine'))
    svg.append(draw('text', { x: pooled + 24, y: tall - 20, 'text-anchor': 'middle' }, 'pooled'))
    const key = make('p', { class: 'quiet' }, chosen.key === about.own ? 'Filled: the report’s choice.' : 'Filled: your choice. Hollow: the report’s.')
    picture.replaceChildren(make('p', { class: 'quiet' }, about.label), svg, key)
    drawCurve(curve.clientWidth || home.clientWidth)
  }

  function drawCurve(wide) {
    const tall = 200, left = 58, ranked = about.ranked, rows = ranked.map(key => about.choices[key])
    const svg = draw('svg', { width: wide, height: tall, viewBox: `0 0 ${wide} ${tall}`, 'aria-hidden': 'true' })
    const [low, high] = spread(rows.map(one => [one.l, one.u]))
    const at = axis(svg, low, high, wide, tall, left, 14), x = i => left + 8 + (wide - left - 16) * (i + 0.5) / ranked.length
    ranked.forEach((key, i) => {
      const one = rows[i]
      const kind = `${one.l > 0 || one.u < 0 ? 'clear' : 'open'}${key === chosen.key ? ' mine' : key === about.own ? ' record' : ''}`
      if (key === chosen.key) svg.append(draw('rect', { class: 'marked', x: x(i) - 6, y: 0, width: 12, height: tall - FOOT }))
      svg.append(dot(x(i), [one.v, one.l, one.u], at, kind))
      if (key === about.own) svg.append(draw('text', { x: x(i), y: tall - 18, 'text-anchor': i > ranked.length / 2 ? 'end' : 'start' }, '▲ the report’s'))
    })
    svg.addEventListener('click', event => {
      const i = Math.floor((event.clientX - svg.getBoundingClientRect().left - left - 8) / (wide - left - 16) * ranked.length)
      chosen.key = ranked[Math.min(ranked.length - 1, Math.max(0, i))]
      show()
    })
    curve.replaceChildren(svg)
  }
  curve.addEventListener('keydown', event => {
    const last = about.ranked.length - 1, place = about.ranked.indexOf(chosen.key)
    const to = { ArrowRight: place + 1, ArrowUp: place + 1, ArrowLeft: Math.max(place, 1) - 1, ArrowDown: Math.max(place, 1) - 1, Home: 0, End: last }[event.key]
    if (to === undefined) return
    event.preventDefault()
    chosen.key = about.ranked[Math.min(to, last)]
    show()
  })

  async function begin() {
    try {
      index = await load('index')
      const asked = read()
      const form = controls()
      about = await load(asked?.indicator || index.indicators[0][0])
      chosen = asked || { indicator: index.indicators[0][0], key: about.own }
      const csv = home.querySelector('a[download]')
      home.replaceChildren(form, make('div', { class: 'answer' }, says, picture), heading, curve, note, make('p', {}, csv))
      show(false)
      if (asked) home.scrollIntoView()
      home.dataset.ready = 'yes'
    } catch (error) { home.append(make('p', { role: 'alert', class: 'fault' }, error.message)) }
  }
  // The files are asked for when the panel comes near, so that a reader of the text loads none of them.
  const near = new IntersectionObserver(seen => { if (seen.some(one => one.isIntersecting)) { near.disconnect(); begin() } }, { rootMargin: '600px' })
  if (location.hash.startsWith(`#${START}`)) begin(); else near.observe(home)
  addEventListener('hashchange', async () => {
    const asked = index && read()
    if (!asked) { if (!index && location.hash.startsWith(`#${START}`)) { near.disconnect(); begin() } return }
    await choose(asked.indicator, asked.key)
  })
  let width = 0
  new ResizeObserver(() => { if (about && home.clientWidth !== width) { width = home.clientWidth; drawAll() } }).observe(home)
})()
