// A measure by formula, as the supervisor defines it: what is wrong said under its column, tried on real units.
import { after, before, describe, it } from 'node:test'
import assert from 'node:assert/strict'
import { base, closeAll, login, picture, sideways, sizes, soon } from './browser.mjs'

let supervisor
before(async () => { supervisor = await login('supervisor', 'desktop', '/plans') })
after(closeAll)

const dialog = () => supervisor.page.locator('.el-dialog')
const field = () => dialog().locator('textarea[name=formula]')

async function begin(page) {
  await page.getByRole('tab', { name: '度量' }).click()
  await page.locator('[data-test=new-measure]').click()
}

describe('a measure by formula', () => {
  it('says what is wrong under the place where it is', async () => {
    const { page } = supervisor
    await begin(page)
    await dialog().locator('[data-test=made-of]').click()
    await page.locator('.el-select-dropdown__item:visible', { hasText: '公式' }).first().click()
    await field().fill('sales_amount / (1 +')
    await soon.match(() => dialog().locator('[data-test=formula-fault]').innerText(), /第 \d+ 列|处/)
    await field().fill('sales_amount + nothing_like_it')
    await soon.equal(() => dialog().locator('[data-test=formula-echo] mark').innerText(), 'nothing_like_it')
    await picture(page, 'formula-fault')
  })

  it('offers what could be written, and takes it', async () => {
    await field().fill('headc')
    await dialog().locator('[data-test=formula-choice]', { hasText: 'headcount' }).first().click()
    await soon.match(() => field().inputValue(), /^headcount\(/)
  })

  it('tries it on a real unit before it is kept', async () => {
    const { page } = supervisor
    await field().fill('sales_amount / headcount()')
    await dialog().locator('[data-test=formula-fine]').waitFor()
    await dialog().locator('[data-test=formula-try] summary').click()
    await dialog().locator('[data-test=formula-unit]').click()
    await page.locator('.el-select-dropdown__item:visible', { hasText: '华东销售部' }).first().click()
    await dialog().locator('[data-test=formula-run]').click()
    await soon.match(() => dialog().locator('[data-test=formula-value]').innerText(), /^[\d,.]+$/)
    await soon.match(() => dialog().locator('[data-test=formula-trial] .step').first().innerText(), /\d/)
    await picture(page, 'formula-tried')
    const inputs = dialog().locator('.el-form-item')
    await inputs.filter({ hasText: '名称' }).locator('input').first().fill('浏览器人均')
    await inputs.filter({ hasText: '编码' }).locator('input').first().fill('browser_per_head')
    await dialog().getByRole('button', { name: '保存' }).click()
    await dialog().waitFor({ state: 'hidden' })
    await soon.ok(async () => (await page.getByText('浏览器人均').count()) > 0)
  })

  it('fits a phone', async () => {
    const { page } = supervisor
    await page.setViewportSize(sizes.phone)
    await page.goto(`${base}/plans`)
    await begin(page)
    await dialog().locator('[data-test=made-of]').click()
    await page.locator('.el-select-dropdown__item:visible', { hasText: '公式' }).first().click()
    await field().fill('sales_amount / headcount()')
    await dialog().locator('[data-test=formula-fine]').waitFor()
    await soon.equal(() => sideways(page), '')
    await picture(page, 'formula-phone')
  })

  it('complained of nothing', () => assert.deepEqual(supervisor.complaints, []))
})
