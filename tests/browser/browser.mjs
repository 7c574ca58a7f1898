// People in browsers: each has a window of his own, logs in as a person does, and looks at pages.
//
//   BASE_URL       where the console is
//   ACCOUNTS_FILE  JSON: {"zhangsan": "one-time or own password", ...}
//   SHOTS          directory for pictures
//   CHROMIUM       the browser (/usr/bin/chromium)
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach } from 'node:test'
import { chromium } from 'playwright-core'

export const base = process.env.BASE_URL
if (!base) throw new Error('BASE_URL is not set')
const passwords = JSON.parse(readFileSync(process.env.ACCOUNTS_FILE, 'utf8'))
const shots = process.env.SHOTS ?? 'build/browser'
mkdirSync(shots, { recursive: true })
export const newPassword = 'browser-Pass-2026'
export const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 }, projector: { width: 1920, height: 1080 } }

const engine = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
})
export const closeAll = () => engine.close()

// What was on the pages when a test failed: said with the failure, and kept as pictures.
const pages = new Set()
afterEach(async (test) => {
  if (test.passed) return
  for (const page of pages) {
    const name = `failed-${[...pages].indexOf(page)}`
    await picture(page, name).catch(() => {})
    const text = await page.locator('body').innerText({ timeout: 2000 }).catch((error) => error.message)
    test.diagnostic(`${name}.png ${page.url()}: ${text.replace(/\s+/g, ' ').slice(0, 600)}`)
  }
})

/** A window of its own. What the page complains about is kept in `window.complaints`. */
export async function open(size = 'desktop') {
  const context = await engine.newContext({ viewport: sizes[size], locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  pages.add(page)
  page.on('close', () => pages.delete(page))
  const complaints = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => {
    const refused = message.text().includes('Failed to load resource') // said by the page itself
    if (message.type() === 'error' && !refused) complaints.push(`console: ${message.text()}`)
  })
  return { page, complaints, close: () => context.close() }
}

/** Logs in; a one-time password is changed on the way, as the console asks for. `path`: the page that
 * one wants to see, as a link in a message leads to it. */
export async function login(account, size, path = '/') {
  const window = await open(size)
  await enter(window.page, account, path)
  return window
}

/** The same in a window that is open already; again after a session has ended. */
export async function enter(page, account, path = '/') {
  await page.goto(`${base}${path}`)
  await page.fill('input[name=account]', account)
  await page.fill('input[name=password]', passwords[account])
  await page.click('button[type=submit]')
  await page.waitForURL((url) => url.pathname !== '/login')
  if (new URL(page.url()).pathname === '/password') {
    await page.fill('input[name=old]', passwords[account])
    await page.fill('input[name=new]', newPassword)
    await page.fill('input[name=again]', newPassword)
    await page.click('button[type=submit]')
    await page.waitForURL((url) => url.pathname !== '/password')
    passwords[account] = newPassword
  }
  await page.waitForSelector('[data-test=account]')
}

/** What reaches beyond the right edge of the page, outside of what may scroll; "" when all fits. */
export const sideways = (page) => page.evaluate(() => (document.documentElement.scrollWidth <= window.innerWidth ? '' :
  [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1 && !one.closest('.table-scroll')).slice(0, 4).map((one) => `${one.tagName}.${one.className}`).join(' ')))

export async function picture(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`) })
}

/** Waits for a sentence about the page to become true; says what it last saw. */
export async function until(what, look, seconds = 20) {
  const deadline = Date.now() + seconds * 1000
  let seen
  for (;;) {
    try {
      seen = await look()
      if (seen) return seen
    } catch (error) {
      seen = error.message
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s; last seen: ${seen}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The assertions of node:assert about what a page shows: read again until they hold, as a page draws
 * a moment after the click. Throws the last failure after five seconds. */
const within = (check) => async (read, ...wanted) => {
  const deadline = Date.now() + 5000
  for (;;) {
    try {
      return check(await read(), ...wanted)
    } catch (failure) {
      if (Date.now() > deadline) throw failure
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}
export const soon = { ok: within(assert.ok), equal: within(assert.equal), deepEqual: within(assert.deepEqual), match: within(assert.match) }

/** The exact value behind a shown figure. */
export const value = (page, test) => page.locator(`[data-test=${test}] [data-value], [data-test=${test}][data-value]`).first().getAttribute('data-value')
export const live = (page) => page.waitForSelector('[data-test=live][data-state=live]')

/** Brings a CSV of records up as a person does, and waits until it is done. */
export async function bring(page, name, rows) {
  const header = 'source_key,amount,collected_amount,customer,product,person_code,occurred_at,deleted'
  await page.goto(`${base}/import`)
  await page.waitForSelector('[data-test=upload]')
  await page.setInputFiles('[data-test=file]', { name, mimeType: 'text/csv', buffer: Buffer.from([header, ...rows].join('\n') + '\n') })
  await page.fill('input[name=source]', 'browser')
  await page.click('[data-test=upload]')
  await until(`${name} is imported`, async () =>
    (await page.locator('.panel', { has: page.locator('[data-test=run]') }).filter({ hasText: name }).locator('[data-test=run-state]').first().getAttribute('data-state')) === '3', 60)
}
