// A cell of a CSV file that no spreadsheet runs as a formula: the rule of analysis/present/spreadsheet.py.
window.cells = (() => {
  'use strict'
  const number = /^[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/
  const unseen = /^[\p{C}\p{Z}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u3164\uffa0\ufe00-\ufe0f]+/u
  const first = cell => [...cell.replace(unseen, '')].slice(0, 1).join('').normalize('NFKC').charAt(0)
  const runs = cell => (/^[\t\r\n]/.test(cell) || (first(cell) !== '' && '=+-@'.includes(first(cell)))) && !number.test(cell)
  const inert = cell => (typeof cell === 'string' && runs(cell) ? `'${cell}` : String(cell ?? ''))
  const quoted = cell => `"${inert(cell).replaceAll('"', '""')}"`
  const written = cell => (/[",\n\r]/.test(inert(cell)) ? quoted(cell) : inert(cell))
  return { inert, quoted, written }
})()
