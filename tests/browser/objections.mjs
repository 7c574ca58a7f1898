// An objection as people see it: raised on the phone, decided by the supervisor in the task with a stated
// correction, agreed to by the vice president, and the result in its next version.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { base, closeAll, login, picture, sideways, soon, until } from './browser.mjs'

let supervisor, employee
const gone = (page) => page.waitForSelector('.el-dialog', { state: 'hidden' })
/** Opens the task of the objection, once it has come. */
async function openTask(page, stage) {
  await until('the task', async () => {
    await page.goto(`${base}/tasks`)
    const card = page.locator(`[data-test=task-card][data-stage=${stage}] a`).first()
    await card.waitFor({ timeout: 2000 }).catch(() => {})
    if (await card.count() === 0) return false
    await card.click()
    await page.waitForURL(/\/tasks\/\d+/)
    return true
  }, 60)
  await page.waitForSelector('[data-test=objection-state]')
}
async function decide(page, outcome, reason) {
  await page.locator(`[data-test=${outcome}]`).first().click()
  await page.fill('textarea[name=reason]', reason)
  await page.click('[data-test=confirm]')
  await gone(page)
}

before(async () => {
  supervisor = await login('supervisor')
  const { page } = supervisor
  await page.goto(`${base}/results?view=publications`)
  await page.click('[data-test=publish]')
  await page.locator('.el-dialog .el-checkbox').click()
  await page.fill('input[name=why]', '季度结果')
  await page.click('[data-test=do]')
  await page.waitForSelector('[data-test=publication-row]')
})
after(closeAll)

describe('objections in the browser', () => {
  it('lets the person object to one line on his phone', async () => {
    employee = await login('zhangsan', 'phone')
    const { page } = employee
    await page.goto(`${base}/me`)
    await page.locator('[data-test=published] [data-test=object]').first().click()
    await page.fill('input[name=wished]', '500000')
    await page.fill('input[name=why]', '漏记一单')
    await picture(page, 'object-phone')
    await page.click('[data-test=do]')
    await gone(page)
    await soon.equal(() => page.locator('[data-test=published] [data-test=frozen]').count(), 1)
    await soon.equal(() => sideways(page), '')
    await page.locator('[data-test=published]').scrollIntoViewIfNeeded()
    await picture(page, 'frozen-phone')
  })

  it('shows it in the list of objections', async () => {
    const { page } = supervisor
    await page.goto(`${base}/results?view=objections`)
    await page.waitForSelector('[data-test=objection-row]')
    await soon.match(() => page.locator('[data-test=objection-row]').first().innerText(), /处理中.*漏记一单/s)
    await picture(page, 'objections')
  })

  it('asks for the correction before it can be agreed to', async () => {
    const { page } = supervisor
    await openTask(page, 'decide')
    await soon.ok(() => page.locator('[data-test=outcome-approve]').isDisabled())
    await page.fill('input[name=corrected]', '600000')
    await page.click('[data-test=try]')
    await page.waitForSelector('[data-test=total-after]')
    await page.fill('input[name=correction-reason]', '合同补录')
    await picture(page, 'correction')
    await page.click('[data-test=state]')
    await soon.ok(async () => !(await page.locator('[data-test=outcome-approve]').isDisabled()))
    await decide(page, 'outcome-approve', '已核实')
  })

  it('shows the person the next version, and the one before', async () => {
    const { page } = employee
    await page.goto(`${base}/me`)
    await page.waitForSelector('[data-test=corrected-by]', { timeout: 60_000 })
    await soon.equal(() => page.locator('[data-test=published] [data-test=corrected]').count(), 1)
    await soon.equal(() => page.locator('[data-test=published] [data-test=frozen]').count(), 0)
    await soon.equal(() => sideways(page), '')
    await page.locator('[data-test=published]').scrollIntoViewIfNeeded()
    await picture(page, 'corrected-phone')
    await page.click('[data-test=versions]')
    await page.locator('.el-select-dropdown__item', { hasText: '第 1 版' }).click()
    await soon.equal(() => page.locator('[data-test=corrected-by]').count(), 0)
    await page.locator('[data-test=published] .el-select').waitFor()
  })

  it('tells how it was settled', async () => {
    const { page } = supervisor
    await page.goto(`${base}/results?view=objections`)
    await page.locator('[data-test=objection-row] a').first().click()
    await soon.match(() => page.locator('[data-test=outcome]').innerText(), /已更正.*第 2 版/)
    await picture(page, 'objection-settled')
  })

  it('complained about nothing', () => {
    for (const window of [supervisor, employee]) assert.deepEqual(window.complaints, [])
  })
})
