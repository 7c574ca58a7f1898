// The cases of common/client/dacheng_test.c, by a client that knows proto/WIRE.md only:
//
//     cases.mjs STAGE_PROGRAM
//
// STAGE_PROGRAM --stage is a deployment that does what it is told (common/client/stage_test.h).
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { curveKeyPair } from 'zeromq'
import { keyOf, messages, Subscriber } from './client.mjs'

const PATIENCE_MS = 20000
const type = messages('proto')
const stage = spawn(process.argv[2], ['--stage'], { stdio: ['pipe', 'pipe', 'inherit'] })
const answers = createInterface({ input: stage.stdout })[Symbol.asyncIterator]()
const facts = JSON.parse((await answers.next()).value)
let told = 0

async function stageDo(words) {
  stage.stdin.write(`${words}\n`)
  assert.equal((await answers.next()).value, 'ok')
}

async function tell(count) {
  await stageDo(`tell ${count}`)
  told += count
}

async function until(condition, what) {
  for (const end = Date.now() + PATIENCE_MS; !condition(); ) {
    assert.ok(Date.now() < end, `${what()} within ${PATIENCE_MS} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const ours = { secretKey: keyOf(facts.key), publicKey: keyOf(facts.key.replace(/key$/, 'pub')) }

// A subscriber with what it heard: overall numbers, which must be dense, and troubles.
function subscriber(options = {}) {
  const heard = []
  const troubles = []
  const one = new Subscriber({
    addresses: [facts.bus], keys: ours, serverKeyFile: facts.server, type, stream: 'maker',
    onEvent: (event) => {
      const body = type('kernel.v1.AccessRecorded').decode(event.body)
      assert.equal(Number(body.personId), Number(event.overall))
      assert.equal(event.key, 'thing')
      heard.push(Number(event.overall))
    },
    onTrouble: (error) => troubles.push(error),
    ...options,
  })
  const heardUpTo = async (first, last) => {
    await until(() => heard.at(-1) >= last || heard.length > last - first, () => `${first}..${last}, but heard ${heard.length} up to ${heard.at(-1)}`)
    assert.deepEqual(heard, Array.from({ length: last - first + 1 }, (_, i) => first + i))
  }
  return { one, heard, troubles, heardUpTo }
}

const cases = {
  async live() {
    await tell(5)
    const { one, heardUpTo } = subscriber()
    await one.begin({})
    const before = told
    await tell(20)
    await heardUpTo(before + 1, told)
    return one
  },
  async 'from a number'() {
    await tell(5)
    const { one, heardUpTo } = subscriber()
    await one.begin({ number: 3 })
    await heardUpTo(3, told)
    return one
  },
  async 'from a time'() {
    await tell(3)
    const at = Date.now() * 1000
    await new Promise((resolve) => setTimeout(resolve, 2))
    const before = told
    await tell(4)
    const { one, heardUpTo } = subscriber()
    await one.begin({ atUs: at })
    await heardUpTo(before + 1, told)
    return one
  },
  // Its loop stands still while three times its credit is told.
  async 'falling behind'() {
    const { one, heardUpTo } = subscriber()
    let behinds = 0
    const behind = one.behind.bind(one)
    one.behind = () => { behinds++; behind() }
    await one.begin({})
    const before = told
    const give = one.links[0].say.bind(one.links[0])
    one.links[0].say = (kind, body) => (kind.credit ? undefined : give(kind, body))
    behinds = 0
    await tell(3000)
    await until(() => behinds > 0, () => 'a BEHIND')
    await heardUpTo(before + 1, told)
    return one
  },
  // One event is lost on the way: the next is not taken before the log has filled the gap.
  async gap() {
    const { one, heardUpTo } = subscriber()
    await one.begin({})
    const before = told
    await tell(1)
    await heardUpTo(before + 1, told)
    let lost = 0
    const heard = one.heard.bind(one)
    one.heard = (header, body) => (header.logged && lost++ === 0 ? undefined : heard(header, body))
    await tell(10)
    await heardUpTo(before + 1, told)
    assert.ok(lost > 0)
    return one
  },
  async 'bus restart'() {
    const { one, heardUpTo } = subscriber()
    await one.begin({})
    const before = told
    await stageDo('kill bus')
    await tell(20)
    await stageDo('start bus')
    await tell(20)
    await heardUpTo(before + 1, told)
    return one
  },
  async 'several buses'() {
    await stageDo('start twin')
    const { one, heardUpTo } = subscriber({ addresses: [facts.bus, facts.twin] })
    await one.begin({})
    await until(() => one.links.every((link) => link.welcomed), () => 'both')
    const before = told
    await tell(100)
    await stageDo('kill bus')
    await tell(100)
    await stageDo('start bus')
    await stageDo('kill twin')
    await tell(100)
    await heardUpTo(before + 1, told)
    return one
  },
  async 'a position ahead of the log'() {
    const { one, troubles } = subscriber()
    await one.begin({ number: 1 })
    await until(() => one.place.epoch > 0, () => 'the epoch')
    one.seek({ epoch: one.place.epoch, next: told + 1000 })
    await until(() => troubles.some((error) => error.code === 9), () => 'FAILED_PRECONDITION')
    return one
  },
  async 'wrong key'() {
    const { one, troubles } = subscriber({ keys: curveKeyPair() })
    await until(() => troubles.length > 0, () => 'a refusal')
    assert.equal(troubles[0].code, 16)
    assert.ok(one.links.every((link) => !link.welcomed))
    return one
  },
  async 'revoked key'() {
    const { one, troubles, heardUpTo } = subscriber()
    await one.begin({})
    const before = told
    await stageDo('forget subscriber')
    await until(() => troubles.some((error) => error.code === 16), () => 'UNAUTHENTICATED')
    await tell(10)
    await stageDo('admit subscriber')
    await heardUpTo(before + 1, told)
    return one
  },
}

let passed = 0
let failed = 0
for (const [name, run] of Object.entries(cases)) {
  try {
    const one = await run()
    one.close()
    passed++
  } catch (error) {
    failed++
    console.log(`FAILED: ${name}: ${error.stack ?? error}`)
  }
}
stage.stdin.end()
await new Promise((resolve) => stage.once('exit', resolve))
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
