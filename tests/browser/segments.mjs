// A target that changes within a period: the choice of how it counts, what it comes to, the mark on the
// tree, the history, and the explanation of a score in segments.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { base, closeAll, login, picture, sideways, sizes, soon, until } from './browser.mjs'

let supervisor, zhangsan
const node = (page, code) => page.locator(`[data-test=goal-row][data-code="${code}"]`)
const iso = (date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
const today = new Date()
// The first day of the quarter's second month: inside of it, whenever this runs.
const second = new Date(today.getFullYear(), Math.floor(today.getMonth() / 3) * 3 + 1, 1)
const lastYear = `${today.getFullYear() - 1}-12-31`

async function setDay(page, day) {
  const field = page.locator('[data-test=policy] .el-date-editor input')
  await field.fill(day)
  await field.press('Enter')
}

before(async () => {
  supervisor = await login('supervisor')
  zhangsan = await login('zhangsan', 'phone')
})
after(closeAll)

describe('a target that changes within a period', () => {
  it('is cut at a date after the choice says what that means', async () => {
    const { page } = supervisor
    await page.goto(`${base}/goals`)
    for (const code of ['CO', 'A', 'A1']) {
      await node(page, code).locator('.fold').click()
    }
    await node(page, 'A1').locator('[data-test=set]').click()
    await page.waitForSelector('[data-test=policy]')
    await soon.match(() => page.locator('[data-test=policy]').innerText(), /整个期间都按新目标计分/)
    await page.fill('.el-dialog input[name=value]', '6250000')
    await page.fill('.el-dialog textarea[name=reason]', '期中上调')
    await setDay(page, lastYear) // may be said of a restatement
    await page.locator('[data-test=policy] [data-test=cut]').click()
    await soon.match(() => page.locator('[data-test=policy]').innerText(), /按工作日加权平均.*权重和规则不分段/s)
    await page.locator('[data-test=outside]').waitFor()
    await soon.equal(() => page.locator('.el-dialog [data-test=save]').isDisabled(), true)
    await setDay(page, iso(second))
    await soon.match(() => page.locator('[data-test=parts]').innerText(), /5,000,000[\s\S]*6,250,000/)
    await picture(page, 'segments-choice')
    await page.locator('.el-dialog .el-checkbox', { hasText: '明确允许' }).click()
    await page.click('.el-dialog [data-test=save]')
    await page.locator('.el-dialog').waitFor({ state: 'detached' })
    await node(page, 'A1').locator('[data-test=segments]').waitFor()
    await node(page, 'A1').locator('[data-test=segments]').hover()
    await until('the mark says both figures', async () => /5,000,000[\s\S]*6,250,000/.test(await page.locator('.el-popper:visible').innerText()))
    await picture(page, 'segments-tree')
  })

  it('stands in the history with its segments', async () => {
    const { page } = supervisor
    await node(page, 'A1').locator('button.source').first().click()
    await page.locator('[data-test=segments-now]').waitFor()
    await soon.match(() => page.locator('[data-test=segments-now]').innerText(), /5,000,000[\s\S]*6,250,000/)
    await page.locator('[data-test=version-cut]').first().waitFor()
    await picture(page, 'segments-history')
    await page.keyboard.press('Escape')
  })

  it('explains the score of somebody below, segment by segment, on a phone', async () => {
    const { page } = zhangsan
    await page.goto(`${base}/me`)
    const item = page.locator('[data-test=item-row]').first()
    await until('his sales are scored in segments', async () => { await page.reload(); await item.waitFor(); return /分段计分/.test(await item.innerText()) }, 40)
    await item.locator('[data-test=actual]').click()
    await until('both segments are written out', async () => /第 1 段[\s\S]*第 2 段[\s\S]*各段得分按工作日加权/.test(await page.locator('.el-drawer:visible').innerText()))
    assert.equal(await sideways(page), '')
    await picture(page, 'segments-phone-why')
    await page.keyboard.press('Escape')
  })

  it('can be tried first, and fits a phone', async () => {
    const { page } = supervisor
    await page.setViewportSize(sizes.phone)
    await page.goto(`${base}/goals`)
    await node(page, 'GROUP').waitFor()
    await node(page, 'CO').locator('[data-test=set]').click()
    await page.fill('.el-dialog input[name=value]', '110000000')
    await page.fill('.el-dialog textarea[name=reason]', '先试一试')
    await page.locator('[data-test=policy] [data-test=cut]').click()
    await setDay(page, iso(second))
    await page.locator('.el-dialog .el-checkbox', { hasText: '明确允许' }).click()
    await page.locator('[data-test=parts]').waitFor()
    assert.equal(await sideways(page), '')
    await picture(page, 'segments-phone-choice')
    await page.click('.el-dialog [data-test=try]')
    await page.locator('[data-test=put]').click()
    await page.waitForURL((url) => url.pathname === '/preview')
    await page.locator('[data-test=draft-cut]').waitFor()
    await until('people change', async () => (await page.locator('[data-test=state]').count()) > 0)
    assert.equal(await sideways(page), '')
    await picture(page, 'segments-phone-preview')
    await page.setViewportSize(sizes.desktop)
  })

  it('lists moves that want a decision, and what each choice makes of the targets above', async () => {
    const { page } = supervisor
    await page.goto(`${base}/goals`)
    await page.locator('[data-test=moves-waiting]').click()
    await page.waitForURL((url) => url.pathname === '/moves')
    const first = page.locator('[data-test=move][data-code=E1104]').first()
    await first.waitFor()
    await soon.match(() => first.innerText(), /华东一组[\s\S]*→[\s\S]*华南一组|→/)
    const open = await page.locator('[data-test=move]').count()
    await first.locator('[data-test=pick]').click()
    await page.locator('[data-test=choices] .el-segmented__item', { hasText: '整期随转' }).click()
    await page.locator('[data-test=figure]').first().waitFor()
    assert.ok((await page.locator('[data-test=figure]').count()) >= 2)
    await picture(page, 'moves-preview')
    await page.locator('[data-test=choices] .el-segmented__item', { hasText: '留在原组织' }).click()
    await page.locator('[data-test=no-figures]').waitFor()
    await page.fill('[data-test=decision] input[name=reason]', '年内不变')
    await page.click('[data-test=decision] [data-test=decide]')
    await soon.equal(() => page.locator('[data-test=move]').count(), open - 1)
  })

  it('decides many at once, also on a phone', async () => {
    const { page } = supervisor
    await page.setViewportSize(sizes.phone)
    await page.locator('[data-test=move]').first().waitFor()
    await page.locator('[data-test=pick-all]').click()
    await page.locator('[data-test=choices] .el-segmented__item', { hasText: '整期随转' }).click()
    await page.locator('[data-test=figure]').first().waitFor()
    assert.equal(await sideways(page), '')
    await picture(page, 'moves-phone')
    await page.locator('[data-test=decision]').scrollIntoViewIfNeeded()
    await picture(page, 'moves-phone-decision')
    await page.fill('[data-test=decision] input[name=reason]', '随调动转移')
    await until('it can be decided', async () => !(await page.locator('[data-test=decide]').isDisabled()))
    await page.click('[data-test=decision] [data-test=decide]')
    await soon.match(() => page.locator('[data-test=moves]').innerText(), /没有待决定的调动/)
    await page.setViewportSize(sizes.desktop)
  })

  it('and nobody complained', () => {
    assert.deepEqual([...supervisor.complaints, ...zhangsan.complaints], [])
  })
})
