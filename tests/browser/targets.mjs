// Targets as people work on them: a split by what was done before, the sheet as in a spreadsheet, refusals
// that say where and what is allowed, months by season, and what became of it all.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { base, closeAll, login, picture, sideways, sizes, soon, until } from './browser.mjs'

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
    await soon.match(() => page.locator('[data-test=lacking]').innerText(), /总部管理中心/)
    await page.fill('.el-dialog input[name=reason]', '按上期实际分解')
    await soon.equal(() => page.locator('.el-dialog [data-test=save]').isDisabled(), true)
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
    await soon.equal(() => text(cell(page, 'A1', 0)), '7,000,000')
    await page.locator('[data-test=sheet]').press('Control+z')
    await soon.equal(() => text(cell(page, 'A1', 0)), before)
    // A block from Excel, over two rows; sums move at once.
    await cell(page, 'A1', 0).click()
    await paste(page, '6,500,000\r\n')
    await soon.equal(() => text(cell(page, 'A1', 0)), '6,500,000')
    await page.locator('[data-test=sheet-over]').waitFor()
    await picture(page, 'sheet-edited')
  })

  it('names the cells that cannot be, and what is allowed, and saves nothing of the rest', async () => {
    const { page } = supervisor
    await page.fill('[data-test=save-panel] input[name=reason]', '目标表调整')
    await page.click('[data-test=save-panel] [data-test=save]')
    await page.waitForSelector('[data-test=refused]')
    await soon.match(() => page.locator('[data-test=refused]').innerText(), /华东一组.*允许 0 至/s)
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
    await soon.equal(() => text(cell(page, 'A1', 0)), '6,500,000')
  })

  it('writes the sheet to a file, and takes it back after a look', async () => {
    const { page } = supervisor
    const written = page.waitForEvent('download')
    await page.click('[data-test=sheet-export]')
    await page.locator('.el-dropdown-menu__item:visible', { hasText: 'CSV（UTF-8）' }).click()
    const file = readFileSync(await (await written).path(), 'utf8')
    assert.match(file, /^\ufeff类型,编码,名称,销售额 \[sales_amount\]/)
    await page.click('[data-test=sheet-import]')
    const send = (text) => page.setInputFiles('[data-test=sheet-file]', { name: 'targets.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    await send(file.replace(/^(组织,A2,[^,]*,)[^,]*/m, '$1many'))
    await page.waitForSelector('[data-test=import-refused]')
    await picture(page, 'import-refused')
    await page.locator('[data-test=import-follow]').click() // the team's people are not in the file
    await send(file.replace(/^(?<who>组织,A2,[^,]*,)[^,]*/m, '$<who>4900000'))
    await page.waitForSelector('.el-dialog [data-test=difference]')
    await page.fill('input[name=import-reason]', '导入目标表')
    await picture(page, 'import-preview')
    await page.click('[data-test=import-save]')
    await page.locator('.el-dialog').waitFor({ state: 'detached' })
    await until('the imported figure is there', async () => (await text(cell(page, 'A2', 0))) === '4,900,000')
  })

  it('divides a target by season, and its months follow', async () => {
    const { page } = supervisor
    await page.goto(`${base}/goals`)
    await page.locator('[data-test=goal-row][data-code=GROUP]').waitFor()
    await page.locator('.stepper button').last().click()
    const group = page.locator('[data-test=goal-row][data-code=GROUP]')
    await until('the next quarter is shown', async () => (await group.locator('[data-test=divide]').count()) === 1 && /period=/.test(page.url()))
    await group.locator('[data-test=divide]').click()
    await page.click('[data-test=new-profile]')
    await page.fill('input[name=profile-name]', '开年旺季')
    await page.locator('[data-test=profile-form] .months input').first().fill('3')
    await page.click('[data-test=save-profile]')
    const part = (index) => page.locator('[data-test=part]').nth(index).locator('td').last().innerText()
    await until('the first month weighs three times', async () => (await part(0)) === '60,000,000' && (await part(1)) === '20,000,000')
    await page.fill('.el-dialog input[name=reason]', '按季节分月')
    await picture(page, 'divide')
    await page.click('.el-dialog [data-test=save]')
    await page.locator('.el-dialog').waitFor({ state: 'detached' })
    await group.locator('[data-test=set]').click()
    await page.fill('.el-dialog input[name=value]', '110000000')
    await page.fill('.el-dialog [name=reason]', '上调')
    await page.click('.el-dialog [data-test=save]')
    await page.waitForSelector('[data-test=following-periods]')
    await soon.match(() => page.locator('[data-test=following-periods]').innerText(), /66,000,000/)
    await picture(page, 'divide-followed')
    await page.locator('.el-dialog__footer button').click()
  })

  it('compares what was with what is, and shows a target as a line', async () => {
    const { page } = supervisor
    await page.locator('[data-test=goal-row][data-code=GROUP] .source').click()
    await page.waitForSelector('[data-test=versions-chart] svg')
    assert.ok((await page.locator('[data-test=versions-chart]').boundingBox()).height > 150)
    await picture(page, 'versions')
    await page.keyboard.press('Escape')
    await page.click('[data-test=compare]')
    await page.waitForURL(/\/compare/)
    await page.locator('[data-test=compare-from]').click()
    await page.locator('.el-select-dropdown__item:visible', { hasText: '按上期实际分解' }).first().click()
    const group = page.locator('[data-test=compare-row][data-code=GROUP]')
    await until('the group is 10 % up', async () => /10%/.test(await group.innerText()) && /上调/.test(await group.innerText()))
    await picture(page, 'compare')
    const written = page.waitForEvent('download')
    await page.click('[data-test=export]')
    assert.match(readFileSync(await (await written).path(), 'utf8'), /GROUP,100000000.00,110000000.00,10000000.00,10.00/)
    await page.setViewportSize(sizes.phone)
    await picture(page, 'phone-compare')
    await soon.equal(() => sideways(page), '')
    await page.setViewportSize(sizes.desktop)
    await page.goto(`${base}/sheet`)
  })

  it('fits a phone', async () => {
    const { page } = supervisor
    await page.setViewportSize(sizes.phone)
    await row(page, 'A1').waitFor()
    await picture(page, 'phone-sheet')
    await soon.equal(() => sideways(page), '')
    await page.setViewportSize(sizes.desktop)
    assert.deepEqual(supervisor.complaints, [])
  })
})
