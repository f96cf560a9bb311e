import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'
const [chromePath, address, ...pages] = process.argv.slice(2)
const chrome = await launch({ chromePath, chromeFlags: ['--headless=new','--no-sandbox','--disable-gpu','--disable-quic','--no-first-run','--disable-background-networking'], logLevel: 'error' })
for (const page of pages) {
  const { lhr } = await lighthouse(`${address}/${page}`, { port: chrome.port, onlyCategories: ['performance'], output: 'json', logLevel: 'error' })
  console.log(page, lhr.categories.performance.score, 'bench', lhr.environment.benchmarkIndex)
  for (const id of ['first-contentful-paint','largest-contentful-paint','total-blocking-time','speed-index','cumulative-layout-shift']) console.log('  ', id, lhr.audits[id].displayValue)
  for (const i of lhr.audits['mainthread-work-breakdown'].details.items) console.log('   main', i.groupLabel, Math.round(i.duration))
  for (const i of lhr.audits['long-tasks'].details?.items ?? []) console.log('   long', i.url.slice(-60), Math.round(i.startTime), Math.round(i.duration))
  for (const i of lhr.audits['bootup-time'].details?.items ?? []) console.log('   boot', i.url.slice(-60), Math.round(i.total), Math.round(i.scripting))
  for (const i of lhr.audits['network-requests'].details?.items ?? []) console.log('   net', i.url.slice(-50), i.transferSize, i.priority, Math.round(i.networkRequestTime), Math.round(i.networkEndTime))
  const d = lhr.audits['dom-size'] ?? lhr.audits['dom-size-insight']; console.log('   dom', JSON.stringify(d.displayValue ?? d.details?.items?.map(i=>[i.statistic,i.value?.value ?? i.value])))
}
await chrome.kill()
