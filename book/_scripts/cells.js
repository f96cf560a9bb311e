// A cell of a CSV file that no spreadsheet runs as a formula: the rule of analysis/present/spreadsheet.py.
window.cells = (() => {
  'use strict'
  const runs = /^(?:[\s\x1c-\x1f\x85]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/, number = /^[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/
  const inert = cell => (typeof cell === 'string' && runs.test(cell) && !number.test(cell) ? `'${cell}` : String(cell ?? ''))
  const quoted = cell => `"${inert(cell).replaceAll('"', '""')}"`
  const written = cell => (/[",\n\r]/.test(inert(cell)) ? quoted(cell) : inert(cell))
  return { inert, quoted, written }
})()
