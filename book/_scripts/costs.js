// The reader's own scenario: repeats the arithmetic of analysis/study/costs/own_scenario.py, step by step in the same order.
(() => {
  const home = document.getElementById('scenario'), packed = document.getElementById('scenario-model')
  if (!home || !packed) return
  const model = JSON.parse(packed.textContent)
  const says = document.getElementById('scenario-says'), place = document.getElementById('scenario-controls')
  const cells = [...document.querySelectorAll('#scenario-table tbody tr')].map(row => row.cells)
  const csv = document.getElementById('scenario-csv')
  for (const item of model.items) {
    const bytes = Uint8Array.from(atob(item.draws), letter => letter.charCodeAt(0)), view = new DataView(bytes.buffer)
    item.whole = Float64Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true))
  }

  const discounted = (months, rate, limit) => {
    const stay = Math.min(months, limit), factor = 1 / (1 + rate), years = Math.floor(stay / 12)
    const full = (Math.abs(rate) < 1e-12 ? years : -Math.expm1(-years * Math.log1p(rate)) / rate) / factor
    return 12 * full + (stay - 12 * years) * factor ** years
  }
  const units = (item, stay) => {
    let sum = 0
    model.months.forEach((months, i) => {
      if (item.cohort !== 'all' && model.first[i] !== (item.cohort === 'first eleven')) return
      const counted = item.per === 'start' ? 1 : discounted(months * stay, model.rate, item.limit ?? Infinity)
      sum += item.per === 'year' ? counted / 12 : counted
    })
    return sum / model.months.length
  }
  const quantile = (sorted, p) => {
    const at = (sorted.length - 1) * p, low = Math.floor(at), t = at - low
    const a = sorted[low], b = sorted[Math.min(low + 1, sorted.length - 1)]
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t)
  }
  const limits = draws => { const sorted = Float64Array.from(draws).sort(); return [quantile(sorted, 0.025), quantile(sorted, 0.975)] }
  const costs = settings => {
    const ratio = {}, rows = [], each = {}
    for (const [name, item] of Object.entries(model.controls)) ratio[item] = settings[name] / model.base[name]
    for (const item of model.items) {
      const times = (ratio[item.name] ?? 1) * units(item, settings.stay_percent / 100)
      each[item.name] = { estimate: item.value * times, draws: item.whole.map(whole => whole * item.step * times) }
      rows.push({ result: item.name, label: item.label, estimate: each[item.name].estimate, limits: limits(each[item.name].draws) })
    }
    for (const [result, label, account, payer] of model.totals) {
      const chosen = model.items.filter(item => item.account === account && (payer === null || payer === item.paid_by))
      const draws = new Float64Array(model.items[0].whole.length)
      let estimate = 0
      for (const { name } of chosen) {
        estimate += each[name].estimate
        each[name].draws.forEach((cost, i) => { draws[i] += cost })
      }
      rows.push({ result, label, estimate, limits: limits(draws) })
    }
    return rows
  }

  const thousands = value => `£${(1000 * Math.floor(value / 1000 + 0.5)).toLocaleString('en-GB')}`
  const plain = value => value.toFixed(6).replace(/\.?0+$/, '')
  const base = costs(model.base)
  const sentence = rows => {
    const of = (all, name) => all.find(row => row.result === name)
    const spent = of(rows, 'all_spending'), time = of(rows, 'all_staff_time')
    const apart = spent.estimate - of(base, 'all_spending').estimate, size = thousands(Math.abs(apart))
    const way = size === '£0' ? 'as in the base case' : `${size} ${apart > 0 ? 'above' : 'below'} the base case`
    return `Support costs ${thousands(spent.estimate)} a spell (range ${thousands(spent.limits[0])} to ` +
      `${thousands(spent.limits[1])}) in money spent, ${way}, and ${thousands(time.estimate)} ` +
      `(${thousands(time.limits[0])} to ${thousands(time.limits[1])}) in staff time, at ${model.price_year} prices.`
  }
  const { quoted } = window.cells
  const text = (settings, rows) => ['kind,name,label,value,lower,upper',
    ...model.fields.map(({ name, label }) => `input,${name},${quoted(label)},${plain(settings[name])},,`),
    ...rows.map(row => `GBP a spell (${model.price_year} prices),${row.result},${quoted(row.label)},` +
      [row.estimate, ...row.limits].map(value => value.toFixed(2)).join(','))].join('\n') + '\n'

  // Controls: made here, so that a page without this script shows none that are dead.
  const make = (tag, given = {}, ...inside) => {
    const made = document.createElement(tag)
    for (const [name, value] of Object.entries(given)) made.setAttribute(name, value)
    made.append(...inside)
    return made
  }
  says.setAttribute('aria-live', 'polite')
  const box = make('fieldset', {}, make('legend', {}, 'Your own settings')), fields = {}
  for (const { name, short, label, top, step } of model.fields) {
    const number = make('input', { type: 'number', id: `set-${name}`, min: 0, step: 'any', inputmode: 'decimal', 'aria-describedby': `base-${name}` })
    const slide = make('input', { type: 'range', id: `slide-${name}`, min: 0, max: top, step: step, 'aria-label': `${label}, slider` })
    const hint = make('small', { id: `base-${name}` }, `Base case: ${model.base[name].toLocaleString('en-GB')}`)
    box.append(make('div', { class: 'setting' }, make('label', { for: `set-${name}` }, label), number, slide, hint))
    fields[name] = { number, slide, short }
  }
  const reset = make('button', { type: 'button' }, 'Back to the base case')
  const copy = make('button', { type: 'button' }, 'Copy a link to this scenario'), told = make('span', { role: 'status' })
  const link = make('a', { id: 'scenario-link', href: '#scenario' }, 'Link to this scenario')
  box.append(make('p', {}, reset, ...(navigator.clipboard ? [copy, told] : []), ' ', link))
  place.append(box)

  let settings = { ...model.base }, waiting
  const allowed = value => Number.isFinite(value) && value >= 0 && value <= model.fields[0].largest
  const address = () => {
    const url = new URL(location.href)
    for (const { name } of model.fields) {
      if (settings[name] === model.base[name]) url.searchParams.delete(name)
      else url.searchParams.set(name, String(settings[name]))
    }
    url.hash = 'scenario'
    return url.href
  }
  const say = words => { clearTimeout(waiting); waiting = setTimeout(() => { if (says.textContent !== words) says.textContent = words }, 250) }
  // The bars: pieces side by side in their order, as analysis/chapters/costs/bars.py draws them.
  const shapes = document.getElementById('scenario-bars'), million = 1e6
  const draw = rows => {
    const of = name => rows.find(row => row.result === name)
    const bars = [...shapes.querySelectorAll('[data-result]')]
    const report = bars.map(bar => base.find(row => row.result === bar.dataset.result).estimate)
    const top = 1.03 * Math.max(...report, ...bars.map(bar => of(bar.dataset.result).limits[1]))
    const at = value => `${(100 * value / top).toFixed(3)}%`
    bars.forEach((bar, i) => {
      const whole = of(bar.dataset.result), starts = {}
      let left = 0
      for (const { name, label, paid_by } of model.pieces) {
        const places = bar.querySelectorAll(`[data-item="${name}"]`)
        if (!places.length) continue
        const cost = of(name).estimate
        starts[paid_by] ??= [left, 0]
        starts[paid_by][1] += cost
        for (const place of places) {
          place.setAttribute('x', at(left))
          place.setAttribute('width', at(cost))
          place.querySelector('title').textContent = `${label}: ${thousands(cost)}`
        }
        left += cost
      }
      for (const [payer, [begin, cost]] of Object.entries(starts)) {
        const words = bar.querySelector(`[data-payer="${payer}"]`), paid = words.querySelector('.paid')
        words.setAttribute('x', at(begin))
        paid.setAttribute('x', at(begin))
        paid.textContent = thousands(cost)
      }
      const [low, high] = whole.limits, line = bar.querySelector('.interval line'), mark = bar.querySelector('.report')
      line.setAttribute('x1', at(low)); line.setAttribute('x2', at(high))
      bar.querySelector('.interval circle').setAttribute('cx', at(whole.estimate))
      mark.setAttribute('x1', at(report[i])); mark.setAttribute('x2', at(report[i]))
      mark.classList.toggle('apart', thousands(report[i]) !== thousands(whole.estimate))
      bar.querySelector('.sum').textContent = thousands(whole.estimate)
      bar.querySelector('.limits').textContent = `${thousands(low)} to ${thousands(high)}`
    })
    const every = Math.max(1, Math.ceil(top / million / 6)), scale = shapes.querySelector('.scale')
    scale.replaceChildren(...Array.from({ length: Math.ceil(0.9 * top / million / every) }, (_, i) => {
      const tick = document.createElementNS('http://www.w3.org/2000/svg', 'text')
      tick.setAttribute('x', at(i * every * million)); tick.setAttribute('y', '12')
      tick.textContent = `£${(i * every).toLocaleString('en-GB')}${i ? ' million' : ''}`
      return tick
    }))
  }
  const show = (note = '') => {
    const rows = costs(settings)
    draw(rows)
    rows.forEach((row, i) => {
      cells[i][2].textContent = thousands(row.estimate)
      cells[i][3].textContent = `${thousands(row.limits[0])} to ${thousands(row.limits[1])}`
    })
    csv.href = `data:text/csv;charset=utf-8,${encodeURIComponent('\ufeff' + text(settings, rows))}`
    link.href = address()
    told.textContent = ''
    say(note + sentence(rows))
  }
  const fill = () => {
    for (const [name, { number, slide }] of Object.entries(fields)) {
      number.value = slide.value = settings[name]
      number.removeAttribute('aria-invalid')
    }
  }
  const change = (name, typed) => {
    const { number, slide, short } = fields[name], value = typed.trim() === '' ? NaN : Number(typed)
    number.toggleAttribute('aria-invalid', false)
    if (!allowed(value)) {
      number.setAttribute('aria-invalid', 'true')
      say(`${short}: enter a number from 0 to ${model.fields[0].largest.toLocaleString('en-GB')}. The results below are those of the last settings that could be used.`)
      return
    }
    settings = { ...settings, [name]: value }
    if (document.activeElement !== number) number.value = value
    slide.value = value
    show()
  }
  const keep = () => { if (address() !== location.href) history.pushState(null, '', address()) }
  for (const [name, { number, slide }] of Object.entries(fields)) {
    for (const input of [number, slide]) {
      input.addEventListener('input', () => change(name, input.value))
      input.addEventListener('change', () => { change(name, input.value); keep() })
    }
  }
  const read = () => {
    const given = new URL(location.href).searchParams, refused = []
    settings = { ...model.base }
    for (const { name, short } of model.fields) {
      const words = given.get(name)
      if (words === null) continue
      const value = words.trim() === '' ? NaN : Number(words)
      if (allowed(value)) settings[name] = value
      else refused.push(short)
    }
    fill()
    show(refused.length ? `The link held a value that cannot be used for: ${refused.join(', ')}; the base case stands in. ` : '')
  }
  reset.addEventListener('click', () => { settings = { ...model.base }; fill(); show(); keep() })
  copy.addEventListener('click', () => navigator.clipboard.writeText(link.href).then(
    () => { told.textContent = 'Copied.' }, () => { told.textContent = 'Not copied: use the link beside this.' }))
  addEventListener('popstate', read)
  read()
})()
