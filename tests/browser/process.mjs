// The process as people see it: a cycle is started, a director confirms on his phone, another lets it
// lapse, the vice president decides, and the board moves on the supervisor's open page.
//
//   CLOCK_URL   POST to it turns every service's clock ahead: {"seconds": 86400}
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { base, closeAll, enter, live, login, open, picture, sideways, sizes, soon, until, value } from './browser.mjs'

let supervisor, phoneA, phoneVp
let cyclePath, pathA, pathB
let dueAt // milliseconds, as the page says it
const board = async (page) => {
  const [done, opened, overdue, completion] = await Promise.all(['board-done', 'board-open', 'board-overdue', 'completion'].map((test) => value(page, test)))
  return { done: Number(done), open: Number(opened), overdue: Number(overdue), completion }
}
const choose = async (page, test, text) => {
  await page.click(`[data-test=${test}]`)
  await page.locator('.el-select-dropdown__item:visible', { hasText: text }).first().click()
}
async function turnClock(seconds) {
  const answer = await fetch(process.env.CLOCK_URL, { method: 'POST', body: JSON.stringify({ seconds }) })
  assert.equal(answer.status, 200, await answer.text())
}

const loggedOut = (page, path) => until('the session is over', async () => {
  await page.goto(`${base}${path}`)
  await page.waitForSelector('input[name=account], [data-test=account]')
  return new URL(page.url()).pathname === '/login'
}, 60)

before(async () => {
  supervisor = await login('supervisor')
  phoneVp = await login('vp', 'phone') // his one-time password would be over by the time that he is needed
})
after(closeAll)

describe('the process in the browser', () => {
  it('shows what a cycle would bring before it is started', async () => {
    const { page } = supervisor
    await page.goto(`${base}/cycles`)
    await page.click('[data-test=start-cycle]')
    await choose(page, 'definition', '目标确认')
    await page.click('[data-test=preview-button]')
    await page.waitForSelector('[data-test=preview-stage]')
    await soon.match(() => page.locator('[data-test=preview]').innerText(), /工作日/)
    await picture(page, 'cycle-preview')
  })

  it('starts it, and its board is live', async () => {
    const { page } = supervisor
    await page.locator('.el-dialog').getByRole('button', { name: /发起（/ }).click()
    await page.waitForURL(/\/cycles\/\d+$/)
    cyclePath = new URL(page.url()).pathname
    await live(page)
    const seen = await until('all tasks are handed out', async () => {
      const now = await board(page)
      return now.open >= 5 && (await page.locator('[data-test=board][data-state="2"]').count()) === 1 && now
    }, 60)
    assert.equal(seen.done, 0)
    const tasks = page.locator('[data-test=board-task]')
    const linkOf = (name) => tasks.filter({ hasText: name }).locator('a').first().getAttribute('href')
    pathA = await until('the task of department A', () => linkOf('华东销售部'))
    pathB = await until('the task of department B', () => linkOf('华南销售部'))
    await picture(page, 'cycle-board')
  })

  it('leads a link in a message through the log-in, a one-time password even, to the very task', async () => {
    phoneA = await open('phone')
    const { page } = phoneA
    await page.goto(`${base}${pathA}`)
    await page.waitForURL(/\/login\?to=/)
    await enter(page, 'director.a', pathA)
    assert.equal(new URL(page.url()).pathname, pathA)
    await page.waitForSelector('[data-test=outcomes]')
    await soon.match(() => page.locator('[data-test=title]').innerText(), /华东销售部/)
    await soon.match(() => page.locator('[data-test=due-reason]').innerText(), /工作日/)
    const [, year, month, day, time] = /截止 (\d+)\/(\d+)\/(\d+) (\d+:\d+)/.exec(await page.locator('[data-test=task]').innerText())
    dueAt = Date.parse(`${year}-${month}-${day}T${time}+08:00`)
    // The numbers that the decision needs are on the page.
    await page.waitForSelector('[data-test=task-targets] [data-test=target-value]')
    await soon.equal(() => sideways(page), '')
    await picture(page, 'task-phone')
  })

  it('confirms with one tap and a confirmation, and the supervisor\'s open page moves', async () => {
    const before = await board(supervisor.page)
    const { page } = phoneA
    await page.click('[data-test=outcome-approve]')
    await page.waitForSelector('.el-dialog.sheet [data-test=confirm]')
    await picture(page, 'task-phone-confirm')
    await page.click('.el-dialog.sheet [data-test=confirm]')
    await page.waitForSelector('[data-test=task][data-state="2"]')
    const now = await until('the board moves', async () => { const seen = await board(supervisor.page); return seen.done === before.done + 1 && seen })
    assert.equal(now.open, before.open - 1)
    assert.notEqual(now.completion, before.completion)
    const history = await page.locator('[data-test=history]').innerText()
    assert.match(history, /王建国/)
    assert.match(history, /确认/)
    // He may think again as long as nobody has acted on it.
    await page.waitForSelector('[data-test=withdraw]')
  })

  it('tells nobody but the one concerned what waits', async () => {
    const { page } = phoneA
    await page.goto(`${base}/tasks`)
    await until('nothing waits for him', async () => (await page.locator('[data-test=task-card]').count()) === 0 && (await page.locator('.panel .empty').count()) === 1)
    await soon.equal(() => page.locator('[data-test=tasks-open]').count(), 0)
    await page.goto(`${base}${pathB}`)
    await until('another\'s task is not his', async () => (await page.locator('[data-test=problem], [data-test=task]').count()) > 0)
    await soon.equal(() => page.locator('[data-test=outcomes]').count(), 0)
  })

  it('hands a task over, and the other sees it come', async () => {
    const { page } = supervisor
    const other = phoneVp.page
    await live(other)
    await soon.equal(() => other.locator('[data-test=tasks-open]').count(), 0)
    await page.locator('[data-test=board-task]', { hasText: '西部销售部' }).locator('a').click()
    await page.click('[data-test=transfer]')
    const dialog = page.locator('.el-dialog.sheet')
    await dialog.locator('[data-test=person-picker]').click()
    await page.keyboard.type('赵志强')
    await page.locator('.el-select-dropdown__item:visible', { hasText: '赵志强' }).first().click()
    await dialog.locator('textarea[name=reason]').fill('浏览器测试')
    await dialog.locator('[data-test=confirm]').click()
    await until('it is his on his open page', async () => (await other.locator('[data-test=tasks-open]').innerText()) === '1')
    await other.click('[data-test=tasks-bell]')
    await other.locator('[data-test=task-card] a').click()
    await soon.match(() => other.locator('[data-test=yours]').innerText(), /周敏/)
    await other.click('[data-test=outcome-approve]')
    await other.click('.el-dialog.sheet [data-test=confirm]')
    await until('it is off his page', async () => (await other.locator('[data-test=tasks-open]').count()) === 0)
  })

  it('says at once what waits, and approves many together', async () => {
    const { page } = supervisor
    // Where nobody leads a department, its task has come to who started the cycle.
    await page.goto(`${base}/`)
    await page.click('[data-test=waiting]')
    const cards = page.locator('[data-test=task-card]')
    await cards.first().waitFor()
    const count = await cards.count()
    assert.ok(count > 1)
    await page.click('[data-test=pick-all]')
    await page.click('[data-test=bulk]')
    await page.waitForSelector('.el-dialog.sheet .part .chip.good')
    await picture(page, 'bulk')
    await page.click('.el-dialog.sheet [data-test=confirm]')
    await until(`all ${count} are decided`, async () => (await cards.count()) === 0)
    await soon.equal(() => page.locator('[data-test=task-badge]').count(), 0)
    await page.goto(`${base}${cyclePath}`)
    await live(page)
    await until('one task is left', async () => (await board(page)).open === 1)
  })

  it('urges those who are late to answer, once', async () => {
    const { page } = supervisor
    await page.click('[data-test=urge-all]')
    await page.click('.el-dialog.sheet [data-test=confirm]')
    await page.waitForSelector('.el-message--success')
  })

  it('moves what lapsed to the vice president, with the right to decide', async () => {
    await turnClock(Math.ceil((dueAt - Date.now()) / 1000) + 3600)
    // Sessions have ended meanwhile: people log in anew, and come back to where they were.
    await loggedOut(supervisor.page, cyclePath)
    await enter(supervisor.page, 'supervisor', cyclePath)
    await live(supervisor.page)
    await until('the board says who is late', async () => (await board(supervisor.page)).overdue >= 1, 90)
    const { page } = phoneVp
    await loggedOut(page, '/tasks')
    await enter(page, 'vp', '/tasks')
    await until('his badge', async () => Number(await page.locator('[data-test=tasks-open]').innerText()) >= 1, 60)
    assert.equal(new URL(page.url()).pathname, '/tasks')
    const card = page.locator('[data-test=task-card]', { hasText: '华南销售部' })
    await card.waitFor()
    await soon.match(() => card.innerText(), /陈丽华/)
    await soon.match(() => card.innerText(), /逾期/)
    await soon.equal(() => sideways(page), '')
    await picture(page, 'vp-tasks')
    await card.locator('a').click()
    await page.waitForSelector('[data-test=yours]')
    await soon.match(() => page.locator('[data-test=yours]').innerText(), /陈丽华/)
    await picture(page, 'vp-task')
  })

  it('lets him decide there at once, on record whose right it was, and the board moves', async () => {
    const before = await board(supervisor.page)
    const { page } = phoneVp
    await page.click('[data-test=outcome-approve]')
    await page.click('.el-dialog.sheet [data-test=confirm]')
    await page.waitForSelector('[data-test=task][data-state="2"]')
    await until('the board moves', async () => (await board(supervisor.page)).done === before.done + 1)
    await page.waitForSelector('[data-test=history] [data-what=decided]')
    assert.equal(await page.locator('[data-test=history] [data-what=escalated]').count() >= 1, true)
    const decided = await page.locator('[data-test=history] [data-what=decided]').last().innerText()
    assert.match(decided, /陈丽华/)
    await until('with its last task the cycle closes by itself', async () => (await supervisor.page.locator('[data-test=board][data-state="3"]').count()) === 1, 60)
    assert.equal((await board(supervisor.page)).completion.replace(/\.0+$/, ''), '100')
    await picture(supervisor.page, 'cycle-board-moved')
  })

  it('keeps account of the delay, and hands it out as a table', async () => {
    const { page } = supervisor
    await page.goto(`${base}${cyclePath}?view=ledger`)
    const late = page.locator('[data-test=ledger-row][data-name=陈丽华]')
    await late.waitFor()
    const download = page.waitForEvent('download')
    await page.click('[data-test=ledger-csv]')
    const text = readFileSync(await (await download).path(), 'utf8')
    assert.ok(text.startsWith('\ufeff'))
    assert.match(text, /陈丽华/)
    assert.match(text, /王建国/)
    await picture(page, 'ledger')
  })

  it('says what a department\'s data misses, and takes back a proposal', async () => {
    const { page } = supervisor
    await page.goto(`${base}/submissions`)
    await page.locator('[data-test=submission-row]', { hasText: '华东销售部' }).locator('button').click()
    await page.click('[data-test=check]')
    await until('it is checked', async () => ['1', '2'].includes(await page.locator('[data-test=submission-row]', { hasText: '华东销售部' }).getAttribute('data-state')), 60)
    if (await page.locator('[data-test=submission-row]', { hasText: '华东销售部' }).getAttribute('data-state') === '1') await page.waitForSelector('[data-test=finding]')
    await picture(page, 'submissions')
    await page.goto(`${base}/goals`)
    await page.locator('[data-test=goal-row] [data-test=propose]').last().click()
    const dialog = page.locator('.el-dialog')
    const now = Number((await dialog.locator('[data-value]').first().getAttribute('data-value')))
    await dialog.locator('input[name=value]').fill(String(now + 1000000))
    await dialog.locator('textarea[name=reason]').fill('浏览器测试')
    await dialog.getByText(/保持合计一致|so that sums stay/).click()
    await dialog.locator('[data-test=save]').click()
    const proposal = await page.locator('[data-test=proposal][data-state="1"]').getAttribute('data-id')
    await page.waitForSelector('[data-test=goal-row] [data-test=proposed]')
    await picture(page, 'proposal')
    await page.locator('[data-test=proposal] button').click()
    await page.locator('.el-message-box__btns .el-button--primary').click()
    await until('none is open', async () => (await page.locator('[data-test=proposal]').count()) === 0)
    // Where a message about it leads to.
    await page.goto(`${base}/goals?proposal=${proposal}`)
    await page.locator(`[data-test=proposal].wanted[data-id="${proposal}"][data-state="4"]`).waitFor()
  })

  it('writes a definition by form and by text, and says where a mistake is', async () => {
    const { page } = supervisor
    await page.goto(`${base}/processes?code=goal_confirmation`)
    await page.waitForSelector('[data-test=diagram]')
    await picture(page, 'process-diagram')
    await page.click('[data-test=edit-process]')
    const chip = page.locator('[data-test=check][data-settled=true]')
    await chip.waitFor()
    const text = page.locator('textarea[data-test=yaml]')
    const given = await text.inputValue()
    await text.fill(given.replace('{role: director}', '{role: directer}'))
    await page.locator('[data-test=check]:not([data-problems="0"])').waitFor()
    await soon.match(() => page.locator('[data-test=problems]').innerText(), /\d+:\d+/)
    await text.fill(given)
    await page.locator('[data-test=check][data-problems="0"][data-settled=true]').waitFor()
    await page.locator('[data-test=editor-view]').getByText('表单').click()
    await page.locator('[data-test=form-name]').fill('目标确认（改）')
    await until('the text follows the form', async () => (await text.inputValue()).includes('目标确认（改）'))
    await page.locator('[data-test=editor] input[name=reason]').fill('浏览器测试')
    await page.click('[data-test=editor] [data-test=save]')
    await page.waitForSelector('[data-test=edit-process]')
    await until('the list has it', async () => (await page.locator('[data-test=definition-row][data-code=goal_confirmation]').innerText()).includes('（改）'))
    await page.getByRole('tab', { name: '版本' }).click()
    await page.waitForSelector('[data-test=diff] .new')
    await picture(page, 'process-diff')
  })

  it('shows the calendar, submissions and delegations, in English too, on a phone and on a projector', async () => {
    const { page } = supervisor
    await page.click('[data-test=language]')
    for (const [name, size] of Object.entries(sizes)) {
      await page.setViewportSize(size)
      for (const [path, there] of [['/calendar', '[data-test=calendar] .day'], ['/submissions', '.panel:not([aria-busy])'], ['/delegations', '[data-test=delegate-to]'], ['/cycles?view=all', '[data-test=cycle-row]'], [cyclePath, '[data-test=board]'], ['/processes', '[data-test=diagram]'], ['/tasks', '.panel'], ['/inbox', '[data-test=channel]']]) {
        await page.goto(`${base}${path}`)
        await page.waitForSelector(there)
        await soon.equal(() => sideways(page), '', `${path} on a ${name} scrolls sideways`)
      }
    }
    const words = await page.locator('nav').first().innerText()
    assert.equal(/[\u4e00-\u9fff]/.test(words.replace(/达成[^\n]*/g, '')), false)
  })

  it('complained of nothing', () => {
    for (const window of [supervisor, phoneA, phoneVp]) assert.deepEqual(window.complaints, [])
  })
})
