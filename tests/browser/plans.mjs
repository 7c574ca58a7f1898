// Plans as the supervisor makes them: every rule by its form, what is wrong said at its field.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { base, closeAll, login, picture, sideways, sizes, soon, until } from './browser.mjs'

let supervisor
before(async () => { supervisor = await login('supervisor', 'desktop', '/plans') })
after(closeAll)

const dialogOf = (page) => page.locator('.el-dialog')
const itemAt = (page, index) => dialogOf(page).locator('[data-test=plan-item]').nth(index)
async function choose(page, select, name) {
  const option = page.locator('.el-select-dropdown__item:visible', { hasText: name }).first()
  await until(`${name} to be chosen`, async () => {
    if (!(await option.isVisible())) await select.click({ timeout: 2000 })
    await option.click({ timeout: 3000 })
    return true
  }, 40)
}
async function add(page, rule, weight) {
  await dialogOf(page).locator('[data-test=add-item]').click()
  const item = itemAt(page, await dialogOf(page).locator('[data-test=plan-item]').count() - 1)
  await choose(page, item.locator('[data-test=rule-kind]'), rule)
  if (weight) await item.locator('.weight input').fill(weight)
  await item.locator('[data-test=rule-editor]').waitFor()
  return item
}
const text = (place) => place.innerText().then((said) => said.trim())

describe('the form of a plan', () => {
  it('writes every rule, with a curve and what it gives', async () => {
    const { page } = supervisor
    await page.getByRole('button', { name: '新建方案' }).click()
    const dialog = dialogOf(page)
    await dialog.locator('input[name=name]').fill('浏览器 全部规则')
    await dialog.locator('input[name=code]').fill('browser_rules')
    await dialog.locator('input[name=position]').fill('浏览器岗位')
    await choose(page, dialog.locator('.el-form-item', { hasText: '缺项时' }).locator('.el-select'), '缺项剔除')
    const ratio = await add(page, '比率法', '30')
    await soon.deepEqual(() => ratio.locator('[data-test=tried]').allInnerTexts(), ['60.00', '80.00', '100.00', '120.00'])
    await ratio.locator('input[name="ratio.cap"]').fill('0')
    await soon.match(() => text(ratio.locator('[data-test=fault]')), /大于 0/)
    await ratio.locator('input[name="ratio.cap"]').fill('1.1')
    await soon.deepEqual(() => ratio.locator('[data-test=tried]').allInnerTexts(), ['60.00', '80.00', '100.00', '110.00'])
    await ratio.locator('[data-test=rule-chart] polyline').waitFor()
    await picture(page, 'rule-ratio')
    const linear = await add(page, '基线线性', '20')
    await soon.deepEqual(() => linear.locator('[data-test=tried]').allInnerTexts(), ['0.00', '50.00', '100.00', '120.00'])
    await add(page, '底线/目标/挑战', '20')
    const steps = await add(page, '区间/阶梯', '10')
    await steps.locator('[data-test=add-row]').click()
    await steps.locator('input[name="rows[3].from"]').fill('0.9')
    await soon.match(() => text(steps.locator('[data-test=fault]').first()), /大于上一行/)
    await steps.locator('input[name="rows[3].from"]').fill('1.2')
    await steps.locator('input[name="rows[3].points"]').fill('120')
    await steps.locator('input[name=try]').fill('1.1999')
    await soon.equal(() => text(steps.locator('[data-test=tried]').last()), '100.00')
    await picture(page, 'rule-steps')
    const count = await add(page, '加减分', '10')
    await count.locator('[data-test=add-term]').click()
    await count.locator('input[name="terms[1].points"]').fill('2')
    await soon.match(() => text(count.locator('[data-test=fault]')), /已经计过/)
    await choose(page, count.locator('[data-test=rule-term]').nth(1).locator('.el-select'), '回款')
    await add(page, '累计', '5')
    await add(page, '区间最优', '5')
    await add(page, '一票否决')
    await soon.equal(() => text(dialog.locator('[data-test=plan-sum]')), '100%')
    await dialog.locator('input[name=reason]').fill('浏览器测试')
    await dialog.locator('[data-test=save]').click()
    await dialog.waitFor({ state: 'hidden' })
    await page.locator('[data-test=plan][data-code=browser_rules]').click()
    await until('all rules in words', async () => (await page.locator('td.rule').allInnerTexts()).length === 9)
    const said = (await page.locator('td.rule').allInnerTexts()).join('\n')
    for (const words of [/封顶 110%/, /基线线性/, /底线 60 · 目标 100 · 挑战 120/, /4 段阶梯/, /加减 2 项/, /每满 1 得 1/, /一票否决/, /0.9 至 1.1/]) assert.match(said, words)
    await picture(page, 'plan-rules')
  })

  it('keeps what it read, and puts a refusal of the service to the item', async () => {
    const { page } = supervisor
    await page.locator('.panel', { hasText: '浏览器 全部规则' }).getByRole('button', { name: '编辑' }).click()
    const dialog = dialogOf(page)
    const steps = itemAt(page, 3)
    await steps.locator('[data-test=open-rule]').click()
    await soon.equal(() => steps.locator('[data-test=rule-row]').count(), 4)
    await itemAt(page, 0).locator('.weight input').fill('50')
    await itemAt(page, 1).locator('.weight input').fill('0')
    await dialog.locator('input[name=reason]').fill('浏览器测试')
    await dialog.locator('[data-test=save]').click()
    await until('the refusal at the item', async () => /服务拒绝/.test(await itemAt(page, 1).innerText()))
    await picture(page, 'rule-refused')
    await itemAt(page, 0).locator('.weight input').fill('45')
    await itemAt(page, 1).locator('.weight input').fill('5')
    await soon.equal(() => itemAt(page, 1).locator('[data-test=fault]').count(), 0)
    await dialog.locator('[data-test=save]').click()
    await dialog.waitFor({ state: 'hidden' })
  })

  it('compares two versions', async () => {
    const { page } = supervisor
    await page.goto(`${base}/plans`)
    await page.locator('[data-test=plan][data-code=browser_rules]').click()
    const rows = page.locator('[data-test=compare-row]')
    await until('the versions beside each other', async () => (await rows.count()) === 8)
    await soon.match(() => text(rows.nth(0)), /30%\s+45%\s+\+15%/)
    await soon.match(() => text(rows.nth(1)), /20%\s+5%\s+−15%/)
    await page.locator('[data-test=plan-compare]').scrollIntoViewIfNeeded()
    await picture(page, 'plan-compare')
  })

  it('fits a phone', async () => {
    const { page } = supervisor
    await page.setViewportSize(sizes.phone)
    await page.goto(`${base}/plans`)
    await page.locator('[data-test=plan][data-code=browser_rules]').click()
    await page.locator('.panel', { hasText: '浏览器 全部规则' }).getByRole('button', { name: '编辑' }).click()
    await itemAt(page, 3).locator('[data-test=open-rule]').click()
    await itemAt(page, 3).locator('[data-test=rule-editor]').scrollIntoViewIfNeeded()
    await soon.equal(() => sideways(page), '')
    await picture(page, 'rule-phone')
    await page.keyboard.press('Escape')
    await page.setViewportSize(sizes.desktop)
  })

  it('complained of nothing', () => assert.deepEqual(supervisor.complaints, []))
})

describe('where a result comes from, on one page', () => {
  it('tells 张三 why his weights are what they are, and opens all of it', async () => {
    const zhang = await login('zhangsan', 'desktop', '/me')
    const { page } = zhang
    const reasons = page.locator('[data-test=weight-reason]')
    await reasons.first().waitFor()
    await soon.match(() => text(reasons.first()), /权重 [\d.]+% 来自方案“.+”（第 \d+ 版，适用于.+），.+ \d{4}-\d\d-\d\d 设定，自 .+ 起生效/)
    await picture(page, 'me-reasons')
    await page.locator('[data-test=report-link]').click()
    await page.locator('[data-test=report-total]').waitFor()
    const lines = page.locator('[data-test=report-line]')
    await soon.ok(async () => (await lines.count()) > 1)
    await soon.match(() => text(lines.first()), /400000 \/ 500000 = 0\.8/)
    await until('records with source and key', async () => /demo-crm \/ \S+/.test(await lines.first().innerText()))
    await soon.match(() => text(lines.first()), /于 .+ 设定/)
    await page.evaluate(() => window.scrollTo(0, 0))
    await picture(page, 'report')
    const pdf = await page.pdf({ format: 'A4', path: `${process.env.SHOTS}/report.pdf` })
    assert.ok(pdf.length > 20_000)
    await page.emulateMedia({ media: 'print' })
    await soon.equal(() => page.locator('[data-test=print]').isVisible(), false)
    await page.emulateMedia({ media: 'screen' })
    await page.setViewportSize(sizes.phone)
    await soon.equal(() => sideways(page), '')
    await picture(page, 'report-phone')
    await page.setViewportSize(sizes.desktop)
    await page.click('[data-test=language]')
    await until('English', async () => /Weight [\d.]+ % from plan/.test(await lines.first().innerText()))
    await picture(page, 'report-en')
    await page.goto(`${base}/person/999999/report`)
    await page.locator('[data-test=problem]').first().waitFor()
    assert.deepEqual(zhang.complaints, [])
  })
})
