// Targets as people work on them: a split by what was done before, the sheet as in a spreadsheet, refusals
// that say where and what is allowed, months by season, and what became of it all.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { base, closeAll, login, picture, sideways, sizes, until } from './browser.mjs'

let supervisor
const row = (page, code) => page.locator(`[data-test=sheet-row][data-code="${code}"]`)
const cell = (page, code, column) => row(page, code).locator(`[data-column="${column}"]`)
const text = async (locator) => (await locator.innerText()).split('\n')[0].trim()
const paste = (page, block) => page.locator('[data-test=sheet]').evaluate((sheet, data) => {
  const clipboard = new DataTransfer()
  clipboard.setData('text/plain', data)
  sheet.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }))
}, block)

before(async () => {
  supervisor = await login('supervisor')
})
after(closeAll)

describe('targets in the browser', () => {
  it('split by what was done in an earlier period, beside the figures', async () => {
    const { page } = supervisor
    await page.goto(`${base}/goals`)
    const root = page.locator('[data-test=goal-row][data-code=GROUP]')
    await root.waitFor()
    // The next quarter has targets too; what was done so far this quarter is the earlier period.
    await page.locator('.stepper button').last().click()
    await page.locator('[data-test=goal-row][data-code=CO]').waitFor()
    await page.locator('[data-test=goal-row][data-code=CO] .fold').click()
    await page.locator('[data-test=goal-row][data-code=A]').waitFor()
    await page.locator('[data-test=goal-row][data-code=CO] [data-test=split]').click()
    await page.locator('.el-dialog .el-segmented__item', { hasText: '按上期实际' }).click()
    await page.waitForSelector('[data-test=split-actuals]')
    const line = page.locator('[data-test=split-row]', { hasText: '华东销售部' })
    await until('the actual stands beside the share', async () => /%/.test(await line.innerText()))
    // The head office sells nothing: it is named, and nothing is saved until it is said what it gets.
    await page.waitForSelector('[data-test=lacking]')
    assert.match(await page.locator('[data-test=lacking]').innerText(), /总部管理中心/)
    await page.fill('.el-dialog input[name=reason]', '按上期实际分解')
    assert.equal(await page.locator('.el-dialog [data-test=save]').isDisabled(), true)
    await page.locator('[data-test=lacking] .el-segmented__item', { hasText: '不参与' }).click()
    await picture(page, 'split-actuals')
    await page.click('.el-dialog [data-test=save]')
    await page.locator('.el-dialog').waitFor({ state: 'detached' })
  })

  it('works on many cells as in a spreadsheet', async () => {
    const { page } = supervisor
    await page.goto(`${base}/sheet`)
    await row(page, 'A1').waitFor()
    const before = await text(cell(page, 'A1', 0))
    await cell(page, 'A1', 0).click()
    await page.keyboard.type('7000000')
    await page.keyboard.press('Enter')
    assert.equal(await text(cell(page, 'A1', 0)), '7,000,000')
    await page.locator('[data-test=sheet]').press('Control+z')
    assert.equal(await text(cell(page, 'A1', 0)), before)
    // A block from Excel, over two rows; sums move at once.
    await cell(page, 'A1', 0).click()
    await paste(page, '6,500,000\r\n')
    assert.equal(await text(cell(page, 'A1', 0)), '6,500,000')
    await page.locator('[data-test=sheet-over]').waitFor()
    await picture(page, 'sheet-edited')
  })

  it('names the cells that cannot be, and what is allowed, and saves nothing of the rest', async () => {
    const { page } = supervisor
    await page.fill('[data-test=save-panel] input[name=reason]', '目标表调整')
    await page.click('[data-test=save-panel] [data-test=save]')
    await page.waitForSelector('[data-test=refused]')
    assert.match(await page.locator('[data-test=refused]').innerText(), /华东一组.*允许 0 至/s)
    await picture(page, 'sheet-refused')
    await page.locator('[data-test=allow-over]').click()
    await page.click('[data-test=save-panel] [data-test=preview]')
    await page.waitForSelector('[data-test=difference]')
    assert.ok((await page.locator('[data-test=difference]').count()) > 1) // those below follow
    await picture(page, 'sheet-preview')
    await page.click('[data-test=save-panel] [data-test=save]')
    await until('the sheet is saved', async () => /已改 0 格/.test(await page.locator('[data-test=save-panel]').innerText()))
    await page.reload()
    await row(page, 'A1').waitFor()
    assert.equal(await text(cell(page, 'A1', 0)), '6,500,000')
  })

  it('fits a phone', async () => {
    const { page } = supervisor
    await page.setViewportSize(sizes.phone)
    await row(page, 'A1').waitFor()
    await picture(page, 'phone-sheet')
    assert.equal(await sideways(page), '')
    await page.setViewportSize(sizes.desktop)
    assert.deepEqual(supervisor.complaints, [])
  })
})
