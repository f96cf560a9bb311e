// Lighthouse, mobile, on built pages: `node lighthouse.mjs CHROMIUM ADDRESS PAGE ...` prints one line of JSON a page.
// One Chromium serves all pages; each is loaded with an empty cache and simulated slow 4G (Lighthouse's own default).
import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'

const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
]
const CATEGORIES = ['performance', 'best-practices', 'seo'] // accessibility: axe itself, in test_pages.py
const MOMENTS = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'speed-index']
const [chromePath, address, ...pages] = process.argv.slice(2)

function lost(audits, category) {
  return category.auditRefs
    .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.9)
    .map(({ id }) => id)
}

const chrome = await launch({ chromePath, chromeFlags: FLAGS, logLevel: 'error' })
try {
  for (const page of pages) {
    const began = performance.now()
    const options = {
      port: chrome.port, onlyCategories: CATEGORIES, output: 'json', logLevel: 'error', disableFullPageScreenshot: true,
    }
    const { lhr } = await lighthouse(`${address}/${page}`, options)
    const row = { page }
    for (const name of CATEGORIES) row[name] = Math.round(lhr.categories[name].score * 100)
    for (const name of MOMENTS) row[name] = Math.round(lhr.audits[name].numericValue)
    row['layout-shift'] = Number(lhr.audits['cumulative-layout-shift'].numericValue.toFixed(3))
    row.bytes = lhr.audits['total-byte-weight'].numericValue
    row.lost = CATEGORIES.flatMap((name) => lost(lhr.audits, lhr.categories[name]))
    row.machine = Math.round(lhr.environment.benchmarkIndex)
    row.error = lhr.runtimeError?.message ?? ''
    row.seconds = Number(((performance.now() - began) / 1000).toFixed(1))
    console.log(JSON.stringify(row))
  }
} finally {
  await chrome.kill()
}
