// A supervisor subscribes a receiver, sees what it would not take, and has it tried again.
import { after, before, describe, it } from 'node:test'
import { base, closeAll, login, picture, sideways, sizes, soon } from './browser.mjs'

const receiver = process.env.RECEIVER
let supervisor
before(async () => { supervisor = await login('supervisor') })
after(closeAll)

describe('webhooks in the browser', () => {
  it('are refused with a sentence when the address is none', async () => {
    const { page } = supervisor
    await page.goto(`${base}/webhooks`)
    await page.fill('input[name=name]', '薪酬系统')
    await page.fill('input[name=url]', 'ftp://payroll')
    await page.locator('[data-test=patterns] input').fill('workflow.>')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.locator('[data-test=save]').click()
    await soon.match(() => page.locator('.panel').first().innerText(), /应为以 https:\/\/ 开头的地址/)
  })

  it('are saved, and tell their secret once', async () => {
    const { page } = supervisor
    await page.fill('input[name=url]', `${receiver}/hook`)
    await page.locator('[data-test=save]').click()
    await soon.match(() => page.locator('[data-test=secret] code').innerText(), /^whsec_/)
    await soon.equal(() => page.locator('[data-test=webhook]').count(), 1)
    await soon.match(() => page.locator('[data-test=webhook]').innerText(), /薪酬系统[\s\S]*整个集团 · workflow\.>/)
  })

  it('show what the receiver would not take, and try it again', async () => {
    const { page } = supervisor
    await page.goto(`${base}/cycles`)
    await page.evaluate(async () => {
      const call = (path, body) => fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).then((answer) => answer.json())
      const year = new Date().getFullYear() + 1
      const { calendar } = await call('/dacheng.workflow.v1.WorkflowService/GetCalendar', { year })
      await call('/dacheng.workflow.v1.WorkflowService/SaveCalendar', { calendar: { ...calendar, days: [{ date: `${year}-03-03`, name: '司庆' }] }, year, reason: '司庆' })
    })
    await page.goto(`${base}/webhooks`)
    const one = page.locator('[data-test=webhook]').first()
    await soon.match(() => one.locator('[data-test=parked]').innerText(), /workflow\.CalendarChanged[\s\S]*HTTP 400/)
    await picture(page, 'webhooks')
    await fetch(`${receiver}/open`, { method: 'POST' })
    await one.locator('[data-test=retry]').click()
    await soon.match(() => one.innerText(), /已送达 1，等待 0，搁置 0/)
    await soon.equal(() => page.locator('[data-test=parked]').count(), 0)
  })

  it('fit a phone, are in English too, and are removed', async () => {
    const { page } = supervisor
    await page.setViewportSize(sizes.phone)
    await soon.equal(() => sideways(page), '')
    await picture(page, 'webhooks-phone')
    await page.setViewportSize(sizes.desktop)
    await page.locator('[data-test=remove]').click()
    await page.locator('.el-message-box .el-button--primary').click()
    await soon.equal(() => page.locator('[data-test=webhook]').count(), 0)
  })
})
