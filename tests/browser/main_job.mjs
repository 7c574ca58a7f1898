// The main job as people see it (issue's steps 1 to 5), each in a window of his own: what a record
// brings moves on the pages that others have open, without reloading.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { base, bring, closeAll, live, login, open, picture, sizes, soon, until, value } from './browser.mjs'

const number = (text) => Number(text ?? 'NaN')
let zhang, boss, director, supervisor
const person = 'E1101' // 张三
const key = `browser-${Date.now()}`

const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10)

before(async () => {
  zhang = await login('zhangsan')
  boss = await login('boss')
  director = await login('director.a')
  supervisor = await login('supervisor')
})
after(closeAll)

describe('the main job in the browser', () => {
  it('refuses a wrong password with a sentence, and sends a stranger to the log-in page', async () => {
    const window = await open()
    await window.page.goto(`${base}/goals`)
    await window.page.waitForURL(/\/login\?to=/)
    await window.page.fill('input[name=account]', 'zhangsan')
    await window.page.fill('input[name=password]', 'certainly not this')
    await window.page.click('button[type=submit]')
    await window.page.getByText('账号或密码不正确').waitFor()
    await picture(window.page, 'login')
    await window.close()
  })

  it('shows 张三 what he has done, his target, and what is still to go', async () => {
    const { page } = zhang
    await page.goto(`${base}/me`)
    await live(page)
    const [actual, target, attainment, gap] = [number(await value(page, 'actual')), number(await value(page, 'target')), number(await value(page, 'attainment')), number(await value(page, 'gap'))]
    assert.equal(target, 500000)
    assert.ok(actual > 0)
    assert.equal(gap, target - actual)
    assert.ok(Math.abs(attainment - (actual / target) * 100) < 0.01)
    await picture(page, 'me')
  })

  it('opens a number down to the records it was made of, and a record to its versions', async () => {
    const { page } = zhang
    await page.locator('[data-test=actual]').first().click()
    await page.waitForSelector('[data-test=sentence]')
    await soon.match(() => page.locator('[data-test=sentence]').innerText(), /500,000/)
    await page.locator('[data-test=record-row] button').first().click()
    await page.waitForSelector('[data-test=record-versions] li')
    await picture(page, 'lineage')
    await page.keyboard.press('Escape')
  })

  it('shows the boss the departments by rank, A ahead of B', async () => {
    const { page } = boss
    await page.goto(`${base}/boss`)
    await live(page)
    const codes = await until('departments', async () => {
      const all = await page.locator('[data-test=unit-row]').evaluateAll((rows) => rows.map((row) => row.dataset.code))
      return all.length > 0 && all
    })
    // The tree may begin with a company; then its departments are one step below.
    if (!codes.includes('A')) {
      await page.locator('[data-test=unit-row] a').first().click()
      await page.waitForSelector('[data-test=unit-row][data-code=A]')
    }
    const shown = await page.locator('[data-test=unit-row]').evaluateAll((rows) => rows.map((row) => row.dataset.code))
    assert.ok(shown.indexOf('A') < shown.indexOf('B'), `ranked ${shown}`)
    await picture(page, 'boss')
  })

  it('moves the numbers on the open pages of others when a record comes in', async () => {
    await director.page.goto(`${base}/`)
    await live(director.page)
    for (const window of [zhang, boss]) await live(window.page)
    const mine = number(await value(zhang.page, 'actual'))
    const whole = number(await value(boss.page, 'actual'))
    const unit = number(await value(director.page, 'actual'))
    await bring(supervisor.page, `${key}.csv`, [`${key},1234.56,1000,浏览器测试,P1,${person},${today},`])
    await until('张三 sees it', async () => number(await value(zhang.page, 'actual')) === Math.round((mine + 1234.56) * 100) / 100)
    await until('the director sees it', async () => Math.abs(number(await value(director.page, 'actual')) - unit - 1234.56) < 0.005)
    await until('the boss sees it', async () => Math.abs(number(await value(boss.page, 'actual')) - whole - 1234.56) < 0.005)
    await picture(zhang.page, 'me-moved')
    await picture(director.page, 'unit')
    // Corrected, the record replaces what it said before; reversed, it counts no more.
    await bring(supervisor.page, `${key}-corrected.csv`, [`${key},2000.00,1000,浏览器测试,P1,${person},${today},`])
    await until('the correction', async () => number(await value(zhang.page, 'actual')) === Math.round((mine + 2000) * 100) / 100)
    await bring(supervisor.page, `${key}-reversed.csv`, [`${key},2000.00,1000,浏览器测试,P1,${person},${today},true`])
    await until('the reversal', async () => number(await value(zhang.page, 'actual')) === mine)
  })

  it('lists every rejected row with line, column and reason', async () => {
    const { page } = supervisor
    await bring(page, `${key}-bad.csv`, [`${key}-bad,12x,,c,p,${person},${today},`, `${key}-bad2,5,,c,p,NOBODY-AT-ALL,${today},`])
    await until('two rows', async () => (await page.locator('[data-test=rejected-row]').count()) === 2)
    const first = await page.locator('[data-test=rejected-row]').first().innerText()
    assert.match(first, /12x/)
    assert.match(first, /amount|金额/)
    await picture(page, 'import')
  })

  it('adjusts a target down the tree, and tells the people concerned', async () => {
    const { page } = supervisor
    await page.goto(`${base}/goals`)
    await page.waitForSelector('[data-test=goal-row]')
    // Opens one unit after the other until 张三 is on the page.
    const mine = page.locator(`[data-test=goal-row][data-code=${person}]`)
    for (const code of ['CO', 'A', 'A1']) {
      const fold = page.locator(`[data-test=goal-row][data-code="${code}"] button.fold[aria-expanded=false]`)
      if (await page.locator(`[data-test=goal-row][data-code="${code}"]`).count() === 0) await page.waitForSelector(`[data-test=goal-row][data-code="${code}"]`).catch(() => {})
      if (await fold.count()) await fold.click()
    }
    await mine.waitFor()
    await picture(page, 'goals')
    const unread = number((await zhang.page.locator('[data-test=unread]').count()) ? await zhang.page.locator('[data-test=unread]').innerText() : '0')
    const before = number(await mine.locator('[data-value]').first().getAttribute('data-value'))
    for (const wanted of [before + 50000, before]) {
      await mine.locator('[data-test=set]').click()
      const dialog = page.locator('.el-dialog')
      await dialog.locator('input[name=value]').fill(String(wanted))
      await dialog.locator('textarea[name=reason]').fill('浏览器测试')
      await dialog.getByText(/保持合计一致|so that sums stay/).click()
      await dialog.locator('[data-test=save]').click()
      await until('the tree has the new value', async () => number(await mine.locator('[data-value]').first().getAttribute('data-value')) === wanted)
      await until('张三 sees his new target', async () => number(await value(zhang.page, 'target')) === wanted)
      await dialog.waitFor({ state: 'hidden' })
    }
    await until('张三 was told', async () => (await zhang.page.locator('[data-test=unread]').count()) > 0 && number(await zhang.page.locator('[data-test=unread]').innerText()) > unread)
  })

  it('checks the sum of a split as it is typed, and refuses what was not said', async () => {
    const { page } = supervisor
    await page.locator('[data-test=goal-row][data-code=A] [data-test=split]').click()
    const dialog = page.locator('.el-dialog')
    await dialog.locator('[data-test=split-row]').first().waitFor()
    await dialog.locator('[data-test=split-row] input[inputmode=decimal]').first().fill('999,999,999')
    await dialog.locator('input[name=reason]').fill('浏览器测试')
    await dialog.locator('[data-test=allow-over]').waitFor()
    await soon.ok(() => dialog.locator('[data-test=save]').isDisabled())
    await picture(page, 'split')
    await page.keyboard.press('Escape')
  })

  it('keeps the sum of weights at 100 while one is changed', async () => {
    const { page } = supervisor
    await page.goto(`${base}/plans`)
    await page.locator('[data-test=change-weights]').click()
    const dialog = page.locator('.el-dialog')
    await dialog.locator('[data-test=weight-row] input').nth(1).fill('40')
    assert.equal((await dialog.locator('[data-test=weights-sum]').innerText()).trim(), '100%')
    await picture(page, 'weights')
    await page.keyboard.press('Escape')
  })

  it('offers nobody what his role does not cover', async () => {
    await zhang.page.goto(`${base}/boss`)
    await zhang.page.waitForSelector('[data-test=no-access]')
    await soon.equal(() => zhang.page.locator('nav a[href="/audit"], nav a[href="/goals"], nav a[href="/org"]').count(), 0)
    const auditor = await login('auditor')
    await auditor.page.waitForSelector('[data-test=audit-row]')
    await auditor.page.click('[data-test=verify]')
    await auditor.page.waitForSelector('[data-test=verdict].good')
    await picture(auditor.page, 'audit')
    await soon.equal(() => auditor.page.locator('nav a[href="/boss"], nav a[href^="/unit"], nav a[href="/me"]').count(), 0)
    assert.deepEqual(auditor.complaints, [])
    await auditor.close()
    for (const account of ['operations', 'sysadmin', 'secadmin']) {
      const window = await login(account)
      await window.page.waitForSelector('table.grid, ul.tree, .panel .empty')
      await picture(window.page, account)
      assert.deepEqual(window.complaints, [])
      await window.close()
    }
  })

  it('speaks English all over, and fits a phone and a projector', async () => {
    await boss.page.click('[data-test=language]')
    for (const [name, size] of Object.entries(sizes)) {
      await boss.page.setViewportSize(size)
      await boss.page.goto(`${base}/boss`)
      await boss.page.waitForSelector('[data-test=unit-row]')
      assert.ok(await boss.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${name} scrolls sideways: ${await boss.page.evaluate(() => [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1 && !one.closest('.table-scroll')).slice(0, 4).map((one) => `${one.tagName}.${one.className}`).join(' '))}`)
      await picture(boss.page, `boss-${name}-en`)
    }
    assert.equal(await boss.page.locator('nav').first().innerText().then((text) => /[\u4e00-\u9fff]/.test(text.replace(/达成[^\n]*/g, ''))), false)
  })

  it('complained of nothing', () => {
    for (const window of [zhang, boss, director, supervisor]) assert.deepEqual(window.complaints, [])
  })
})
