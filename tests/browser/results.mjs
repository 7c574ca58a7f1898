// Results as people see them: a grade table at a plan, a calibration session with moves by dragging, by
// keys and on a phone, a publication, and the person's own published result.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { base, closeAll, live, login, picture, sideways, soon, until } from './browser.mjs'

let supervisor, director, employee
let sessionPath
const count = (page, grade) => page.locator(`[data-test=count-${grade}]`).innerText().then((text) => Number(text.split('/')[0]))
const cards = (page, grade) => page.locator(`[data-test=column-${grade}] [data-test=card]`)
async function giveReason(page, reason, button = 'move') {
  await page.fill(button === 'move' ? 'input[name=move-reason]' : 'input[name=why]', reason)
  await page.click(`[data-test=${button}]`)
}
const gone = (page) => page.waitForSelector('.el-dialog', { state: 'hidden' })

before(async () => {
  supervisor = await login('supervisor')
})
after(closeAll)

describe('results in the browser', () => {
  it('shows the grade table of a plan, and changes it', async () => {
    const { page } = supervisor
    await page.goto(`${base}/plans`)
    await page.getByText('销售代表考核方案').first().click()
    await page.waitForSelector('[data-test=grade-row]')
    await soon.equal(() => page.locator('[data-test=grade-row]').count(), 5)
    await page.click('[data-test=change-grades]')
    await page.waitForSelector('[data-test=grade-edit]')
    await page.locator('[data-test=grade-edit]').nth(1).locator('input').nth(2).fill('1.25')
    await picture(page, 'grades-dialog')
    await page.locator('.el-dialog input[name=reason]').fill('系数调整')
    await page.click('[data-test=save-grades]')
    await gone(page)
    await until('the new coefficient', async () => (await page.locator('[data-test=grade-row]').nth(1).innerText()).includes('1.25'))
  })

  it('shows how people stand in grades', async () => {
    const { page } = supervisor
    await page.goto(`${base}/unit`)
    await page.waitForSelector('[data-test=grade-bar]')
    await until('coefficients of the new table', async () => (await page.locator('[data-test=grade][title*="1.25"]').count()) > 0 || (await page.locator('[data-test=grade]').count()) > 0)
    const bars = await page.locator('[data-test=grade-bar]').count()
    assert.ok(bars >= 2, `${bars} grades`)
    await picture(page, 'unit-grades')
  })

  it('opens a session on the totals of now', async () => {
    const { page } = supervisor
    await page.goto(`${base}/results`)
    await page.click('[data-test=open-calibration]')
    await page.fill('input[name=why]', '季度校准')
    await page.click('[data-test=do]')
    await page.waitForURL(/\/results\/calibration\/\d+$/)
    sessionPath = new URL(page.url()).pathname
    await page.waitForSelector('[data-test=card]')
    await picture(page, 'calibration')
  })

  it('drags somebody to another grade, with a reason', async () => {
    const { page } = supervisor
    const [b, c] = [await count(page, 'B'), await count(page, 'C')]
    const card = cards(page, 'B').first()
    const code = await card.getAttribute('data-code')
    await card.dragTo(page.locator('[data-test=column-C]'))
    await giveReason(page, '回款偏慢')
    await until('the columns follow', async () => (await count(page, 'B')) === b - 1 && (await count(page, 'C')) === c + 1)
    await soon.equal(() => page.locator(`[data-test=column-C] [data-code="${code}"]`).count(), 1)
    await soon.match(() => page.locator('[data-test=move-row]').first().innerText(), /B → C.*回款偏慢/s)
  })

  it('takes it back as a further move', async () => {
    const { page } = supervisor
    const c = await count(page, 'C')
    await page.locator('[data-test=undo]').first().click()
    await giveReason(page, '看错了', 'do')
    await until('the column follows', async () => (await count(page, 'C')) === c - 1)
    await soon.equal(() => page.locator('[data-test=move-row]').count(), 2)
  })

  it('lets a director move on his phone, by one grade, and the supervisor sees it at once', async () => {
    director = await login('director.a', 'phone')
    const { page } = director
    await page.goto(`${base}${sessionPath}`)
    await page.waitForSelector('[data-test=card]')
    const pool = await page.locator('[data-test=grade-columns]').getAttribute('data-pool')
    await supervisor.page.goto(`${base}${sessionPath}?pool=${pool}`)
    await supervisor.page.waitForSelector(`[data-test=grade-columns][data-pool="${pool}"]`)
    await live(supervisor.page)
    const moves = await supervisor.page.locator('[data-test=move-row]').count()
    await soon.equal(() => sideways(page), '')
    await picture(page, 'calibration-phone')
    await cards(page, 'B').first().locator('[data-test=move-card]').click()
    await page.locator('.el-radio-button', { hasText: 'D' }).click()
    await giveReason(page, '太远')
    await page.waitForSelector('.el-dialog >> text=1 级')
    await page.locator('.el-radio-button', { hasText: 'C' }).click()
    await picture(page, 'move-phone')
    await page.click('[data-test=move]')
    await gone(page)
    await until('the supervisor sees it', async () => (await supervisor.page.locator('[data-test=move-row]').count()) === moves + 1)
  })

  it('moves by keys', async () => {
    const { page } = supervisor
    const moves = await page.locator('[data-test=move-row]').count()
    await cards(page, 'C').first().focus()
    await page.keyboard.press('ArrowLeft')
    await giveReason(page, '补位')
    await until('the move', async () => (await page.locator('[data-test=move-row]').count()) === moves + 1)
  })

  it('closes the session and publishes', async () => {
    const { page } = supervisor
    await page.click('[data-test=close-session]')
    await page.locator('.el-dialog .el-checkbox').click()
    await giveReason(page, '校准完成', 'do')
    await until('it is closed', async () => (await page.locator('[data-test=session-state]').innerText()) === '已关闭')
    await soon.equal(() => page.locator('[data-test=move-card]').count(), 0)
    await page.goto(`${base}/results?view=publications`)
    await page.click('[data-test=publish]')
    await page.locator('.el-dialog .el-checkbox').click()
    await giveReason(page, '季度结果', 'do')
    await page.waitForSelector('[data-test=publication-row]')
    await picture(page, 'publications')
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('[data-test=payroll]')])
    assert.match(file.suggestedFilename(), /^payroll-.*\.csv$/)
  })

  it('shows the person what was published, beside the live figures', async () => {
    employee = await login('zhangsan', 'phone')
    const { page } = employee
    await page.goto(`${base}/me`)
    await page.waitForSelector('[data-test=published-grade]')
    await soon.match(() => page.locator('[data-test=published-grade]').innerText(), /^[SABCD]$/)
    await soon.equal(() => sideways(page), '')
    await page.locator('[data-test=published-grade]').scrollIntoViewIfNeeded()
    await picture(page, 'published-phone')
  })

  it('complained about nothing', () => {
    for (const window of [supervisor, director, employee]) assert.deepEqual(window.complaints, [])
  })
})
