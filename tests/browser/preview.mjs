// Trying changes before they are made: a weight and a target go into drafts, the page shows what they do,
// two stand side by side, one becomes real.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { base, closeAll, login, picture, sideways, sizes, soon, until, value } from './browser.mjs'

let supervisor
before(async () => { supervisor = await login('supervisor') })
after(closeAll)

const figures = (page) => page.locator('[data-test=outcome]')
const changed = async (page, at = 0) => Number(await figures(page).nth(at).locator('[data-test=changed] , [data-test=changed] [data-value]').first().getAttribute('data-value'))
async function putInto(page, choose) {
  await page.locator('[data-test=try]').click()
  await page.locator('[data-test=put]').waitFor()
  await choose()
  await page.locator('[data-test=put]').click()
  await page.waitForURL(/\/preview\?/)
  await until('the answer is there', async () => (await figures(page).count()) > 0, 40)
}

describe('trying changes in the browser', () => {
  it('puts a weight into a draft from the page of plans', async () => {
    const { page } = supervisor
    await page.goto(`${base}/plans`)
    await page.locator('[data-test=plan]').first().click()
    await page.locator('[data-test=change-weights]').click()
    const dialog = page.locator('.el-dialog').first()
    await dialog.locator('[data-test=weight-row] input').nth(1).fill('45')
    await dialog.locator('textarea[name=reason]').fill('热销品加码')
    await putInto(page, () => page.fill('input[name=draftName]', '加权方案'))
    await soon.equal(() => page.locator('[data-test=plan-change]').count(), 1)
    assert.ok((await changed(page)) > 0)
    await soon.match(() => page.locator('[data-test=state]').innerText(), /数据快照/)
    await page.waitForSelector('[data-test=distribution] svg')
    const row = page.locator('[data-test=preview-person]').first()
    await soon.match(() => row.innerText(), /[+−]/)
    await picture(page, 'preview-plan')
  })

  it('puts a target into another draft from the page of goals', async () => {
    const { page } = supervisor
    await page.goto(`${base}/goals`)
    const unit = page.locator('[data-test=goal-row][data-kind=unit]').nth(1)
    await unit.locator('[data-test=set]').click()
    const dialog = page.locator('.el-dialog').first()
    const now = await dialog.locator('input[name=value]').getAttribute('placeholder')
    await dialog.locator('input[name=value]').fill(String(Math.round(Number(now) * 1.25)))
    await dialog.locator('textarea[name=reason]').fill('四季度冲刺')
    await dialog.locator('.el-checkbox').last().click() // over-assignment is meant
    await putInto(page, async () => {
      await page.locator('[data-test=into]').click()
      await page.locator('.el-select-dropdown__item:visible').last().click()
      await page.fill('input[name=draftName]', '目标加码')
    })
    await soon.equal(() => page.locator('[data-test=target-change]').count(), 1)
    await soon.match(() => page.locator('[data-test=preview-units]').innerText(), /→/)
    await picture(page, 'preview-target')
  })

  it('shows both side by side, on a desk and on a phone', async () => {
    const { page } = supervisor
    const boxes = page.locator('[data-test=tick]')
    await until('both are ticked', async () => {
      for (let at = 0; at < await boxes.count(); at++) if (!(await boxes.nth(at).isChecked())) await boxes.nth(at).click()
      return (await figures(page).count()) === 2
    })
    await page.locator('[data-test=by] .el-segmented__item').nth(1).click()
    await until('the second one is looked at', () => page.locator('[data-test=plan-change]').isVisible())
    await picture(page, 'preview-compare')
    await page.setViewportSize(sizes.phone)
    await soon.equal(() => sideways(page), '')
    await picture(page, 'preview-phone')
    await page.locator('[data-test=outcome]').first().scrollIntoViewIfNeeded()
    await picture(page, 'preview-phone-figures')
    await page.locator('[data-test=preview-people]').scrollIntoViewIfNeeded()
    await picture(page, 'preview-phone-people')
    await page.setViewportSize(sizes.desktop)
  })

  it('makes one real in one act, and the person is scored as foretold', async () => {
    const { page } = supervisor
    await page.locator('[data-test=draft]').first().locator('button').click()
    await until('one draft alone', async () => (await figures(page).count()) === 1)
    const row = page.locator('[data-test=preview-person]').first()
    const foretold = await row.locator('[data-value]').nth(1).getAttribute('data-value')
    const link = await row.locator('a').getAttribute('href')
    await page.locator('[data-test=carry-out]').click()
    await picture(page, 'preview-carry-out')
    await page.locator('.el-message-box .el-button--primary').click()
    await page.waitForSelector('[data-test=carried-out]')
    await page.goto(`${base}${link}`)
    await until('the score is as foretold', async () => Number(await value(page, 'score')) === Number(foretold))
  })

  it('shows pace, a forecast and who is behind, on a phone too', async () => {
    const { page } = supervisor
    await page.goto(`${base}/unit`)
    await page.waitForSelector('[data-test=pace-item] [data-test=needed]')
    await soon.match(() => page.locator('[data-test=pace]').innerText(), /工作日 \d+ \/ \d+/)
    await page.waitForSelector('[data-test=behind-row]')
    await page.locator('[data-test=behind]').scrollIntoViewIfNeeded()
    await picture(page, 'pace-unit')
    await page.locator('[data-test=behind-row] a').first().click()
    await page.waitForSelector('[data-test=pace-item] [data-test=ahead]')
    await page.setViewportSize(sizes.phone)
    await soon.equal(() => sideways(page), '')
    await page.locator('[data-test=pace]').scrollIntoViewIfNeeded()
    await picture(page, 'pace-person-phone')
    await page.setViewportSize(sizes.desktop)
  })

  it('complains about nothing', () => assert.deepEqual(supervisor.complaints, []))
})
