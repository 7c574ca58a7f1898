// Reviews as people see them: results released and read, a round started after its preview, peers
// named on the phone and approved, a rating given with the thumb.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { base, closeAll, login, picture, sideways, sizes, soon, until } from './browser.mjs'

let supervisor, zhangsan, lead, roundPath
const choose = async (page, test, text) => {
  await page.click(`[data-test=${test}]`)
  await page.locator('.el-select-dropdown__item:visible', { hasText: text }).first().click()
}
const confirm = (page) => page.locator('.el-message-box__btns .el-button--primary').click()
const narrow = async (page, name) => {
  await page.setViewportSize(sizes.phone)
  await soon.equal(() => sideways(page), '', `${name} is too wide`)
  await picture(page, name)
}

before(async () => {
  supervisor = await login('supervisor')
  zhangsan = await login('zhangsan', 'phone')
  lead = await login('lead.a1')
})
after(closeAll)

describe('reviews in the browser', () => {
  it('shows the supervisor the results, and releases them', async () => {
    const { page } = supervisor
    await page.goto(`${base}/reviews`)
    await page.locator('[data-test=round]', { hasText: '2025 年度 360' }).getByRole('link').first().click()
    await page.waitForSelector('[data-test=result][data-person=张三]')
    await page.click('[data-test=release-round]')
    await confirm(page)
    await page.waitForSelector('[data-test=round-state]:has-text("已公布")')
    await picture(page, 'review-results')
  })

  it('shows a person his own, by group, with shuffled comments and no names', async () => {
    const { page } = zhangsan
    await page.goto(`${base}/reviews`)
    await page.click('[data-test=my-result]')
    await page.waitForSelector('[data-test=bars]')
    await soon.equal(() => page.locator('[data-test=total]').innerText(), '4.03') // (40 * 23/5 + 30 * 49/15) / 70
    const text = await page.locator('main').innerText()
    assert.match(text, /同级（3 人）/)
    assert.match(text, /跨部门沟通再主动一些/)
    for (const name of ['孔强', '谢芳', '孟平']) assert.ok(!text.includes(name), `${name} is named`)
    await narrow(page, 'review-result-phone')
    await page.setViewportSize(sizes.desktop)
    await picture(page, 'review-result')
    await page.setViewportSize(sizes.phone)
  })

  it('previews a round before it is started', async () => {
    const { page } = supervisor
    await page.goto(`${base}/reviews`)
    await page.click('[data-test=start-round]')
    await choose(page, 'form', '标准 360')
    await choose(page, 'unit', '华东一组 (A1)')
    await choose(page, 'peer-choice', '本人提名')
    await page.fill('input[name=name]', '本年 360')
    await page.click('[data-test=look]')
    await page.waitForSelector('[data-test=preview]')
    await soon.match(() => page.locator('[data-test=preview]').innerText(), /被评价 10 人/)
    await picture(page, 'review-preview')
    await page.click('[data-test=go]')
    await page.waitForURL(/\/reviews\/round\/\d+$/)
    roundPath = new URL(page.url()).pathname
    await page.waitForSelector('[data-test=subjects]')
  })

  it('lets a person name peers on the phone, and his manager approve them', async () => {
    const { page } = zhangsan
    await page.goto(base + roundPath)
    await page.click('[data-test=subject][data-person=张三]')
    await page.waitForSelector('[data-test=raters]')
    await page.click('[data-test=candidates]')
    for (const name of ['孔强', '谢芳', '孟平']) await page.locator('.el-select-dropdown__item:visible', { hasText: name }).first().click()
    await page.keyboard.press('Escape')
    await page.click('[data-test=name-raters]')
    await page.waitForSelector('[data-test=rater][data-person=孔强][data-state="1"]')
    await narrow(page, 'review-name-phone')

    await lead.page.goto(base + roundPath)
    await lead.page.click('[data-test=subject][data-person=张三]')
    for (const name of ['孔强', '谢芳', '孟平']) {
      await lead.page.click(`[data-test=rater][data-person=${name}] [data-test=approve]`)
      await lead.page.waitForSelector(`[data-test=rater][data-person=${name}][data-state="2"]`)
    }
    await picture(lead.page, 'review-approve')
  })

  it('opens it, and a task leads to the ratings', async () => {
    await supervisor.page.goto(base + roundPath)
    await supervisor.page.click('[data-test=open-round]')
    await confirm(supervisor.page)
    await supervisor.page.waitForSelector('[data-test=close-round]')
    await picture(supervisor.page, 'review-round')
    const { page } = zhangsan
    await until('the task', async () => {
      await page.goto(`${base}/tasks`)
      await page.waitForSelector('[data-test=title]')
      return (await page.locator('[data-test=task-card][data-stage=give_ratings]').count()) > 0
    }, 30)
    await page.locator('[data-test=task-card][data-stage=give_ratings] a').first().click()
    await page.waitForSelector('[data-test=task]')
    await narrow(page, 'review-task-phone')
    await page.click('[data-test=go-rate]')
    await page.waitForSelector('[data-test=my-rating]')
    await narrow(page, 'review-give-phone')
  })

  it('takes a rating by the thumb, as a draft and whole', async () => {
    const { page } = zhangsan
    await page.click('[data-test=my-rating][data-person=张三]')
    await page.waitForSelector('[data-test=question]')
    await soon.equal(() => page.locator('[data-test=submit-rating]').isDisabled(), true)
    const questions = page.locator('[data-test=question]:has([role=radiogroup])')
    await questions.nth(0).locator('[data-test=level-4]').click()
    await questions.nth(1).locator('[data-test=pass]').click()
    await narrow(page, 'review-rating-phone')
    await page.click('[data-test=save-draft]')
    await page.reload()
    await page.waitForSelector('[data-test=level-4][aria-checked=true]')
    const count = await questions.count()
    for (let at = 2; at < count; at++) await questions.nth(at).locator('[data-test=level-5]').click()
    await page.click('[data-test=submit-rating]')
    await page.waitForURL(/\/reviews\/give/)
    await page.waitForSelector('[data-test=my-rating][data-person=张三][data-state="3"]')
    await supervisor.page.goto(base + roundPath)
    await until('the progress moves', async () => /[1-9]\d* \/ \d+/.test(await supervisor.page.locator('[data-test=progress]').innerText()))
  })

  it('changes a form as a new version', async () => {
    const { page } = supervisor
    await page.goto(`${base}/reviews/forms`)
    await page.click('[data-test=form][data-code=standard_360]')
    await page.waitForSelector('[data-test=save-form]')
    await picture(page, 'review-form')
    await page.fill('input[name=form-name]', '标准 360 评价（修订）')
    await page.click('[data-test=save-form]')
    await page.locator('[data-test=forms]', { hasText: '第 2 版' }).waitFor()
    await narrow(page, 'review-forms-phone')
    await page.setViewportSize(sizes.desktop)
  })

  it('complains about nothing', async () => {
    for (const window of [supervisor, zhangsan, lead]) assert.deepEqual(window.complaints, [])
  })
})
