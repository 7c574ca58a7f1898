// The page of those who keep the system alive: what is well, what a replica's silence looks like while it
// lasts, and who may not see it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeAll, login, picture, sideways, soon, until } from './browser.mjs'

const control = process.env.CONTROL_URL
const tell = (what) => fetch(`${control}/${what}`, { method: 'POST' }).then((answer) => assert.equal(answer.status, 200))
after(closeAll)

test('the page shows every service, and one that hangs while it does', async () => {
  const { page, complaints } = await login('operations', 'desktop', '/operations')
  await page.waitForSelector('[data-test=services]')
  await until('nine services to be well', async () => (await page.textContent('[data-test=well]')).trim() === '9/9', 40)
  await soon.equal(() => page.locator('[data-test=bus]').count(), 2)
  await soon.equal(() => page.getAttribute('[data-test=service-scoring]', 'data-state'), 'good')
  assert.match(await page.textContent('[data-test=service-scoring]'), /2\/2/)
  await page.click('[data-test=service-scoring] button')
  await soon.equal(() => page.locator('[data-test=replica]').count(), 2)
  assert.equal(await sideways(page), '')
  await picture(page, 'operations-desktop')

  await tell('stop')
  await until('the silence to be seen', async () => (await page.getAttribute('[data-test=service-reviews]', 'data-state')) === 'bad', 40)
  assert.equal((await page.textContent('[data-test=well]')).trim(), '8/9')
  await page.click('[data-test=service-reviews] button')
  await soon.match(() => page.textContent('[data-test=replica]'), /无响应/)
  await picture(page, 'operations-silent')
  await tell('go')
  await until('it to be well again', async () => (await page.getAttribute('[data-test=service-reviews]', 'data-state')) === 'good', 40)

  await tell('park')
  await until('the parked event', async () => (await page.textContent('[data-test=service-notify] [data-test=parked]')).trim() === '1', 40)
  assert.equal(await page.getAttribute('[data-test=service-notify]', 'data-state'), 'warn')
  assert.deepEqual(complaints, [])
})

test('it fits a phone', async () => {
  const { page } = await login('operations', 'phone', '/operations')
  await page.waitForSelector('[data-test=service-audit]')
  assert.equal(await sideways(page), '')
  await picture(page, 'operations-phone')
})

test('it is for operations alone, and operations sees no results', async () => {
  const { page } = await login('boss', 'desktop', '/operations')
  await soon.equal(() => page.locator('[data-test=services]').count(), 0)
  const asked = (path, body) => page.evaluate(async ([url, request]) => {
    const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) })
    return `${answer.status} ${(await answer.json()).code ?? ''}`
  }, [path, body])
  assert.equal(await asked('/dacheng.gateway.v1.OperationsService/GetHealth', {}), '403 permission_denied')
  const other = await login('operations', 'desktop', '/operations')
  const refused = await other.page.evaluate(async () => (await fetch('/dacheng.scoring.v1.ScoringService/GetUnit', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"period":"2026Q4"}' })).status)
  assert.equal(refused, 403)
})
