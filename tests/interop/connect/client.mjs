// The edge, asked by somebody else's Connect client: @connectrpc/connect-web, the one that the
// console uses, over JSON and over binary, with messages made from the .proto files at run time.
//
//     client.mjs DESCRIPTOR_SET STAGE_PROGRAM
//
// STAGE_PROGRAM --stage starts a bus, the edge, and services whose answers are known (see
// services/gateway/stage_test.h); a byte on its standard input is the number that a live page shows
// next.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import assert from 'node:assert/strict'

const require = createRequire(new URL('../../../services/console/package.json', import.meta.url))
const load = (name) => import(pathToFileURL(require.resolve(name)))
const { createFileRegistry, fromBinary } = await load('@bufbuild/protobuf')
const { FileDescriptorSetSchema } = await load('@bufbuild/protobuf/wkt')
const { createClient, ConnectError, Code } = await load('@connectrpc/connect')
const { createConnectTransport } = await load('@connectrpc/connect-web')

const [descriptorSet, program] = process.argv.slice(2)
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptorSet)))
const stage = spawn(program, ['--stage'], { stdio: ['pipe', 'pipe', 'inherit'] })
const address = await new Promise((resolve, reject) => {
  stage.stdout.once('data', (data) => resolve(data.toString().trim()))
  stage.once('exit', () => reject(new Error('the stage fell')))
})

let passed = 0
let failed = 0
async function test(name, body) {
  try {
    await body()
    passed++
  } catch (error) {
    failed++
    console.log(`FAILED: ${name}: ${error.stack ?? error}`)
  }
}

async function fails(work, code, words) {
  try {
    await work()
  } catch (error) {
    assert.ok(error instanceof ConnectError, String(error))
    assert.equal(Code[error.code], Code[code])
    assert.match(error.rawMessage, words)
    return error
  }
  assert.fail('it did not fail')
}

for (const useBinaryFormat of [false, true]) {
  const how = useBinaryFormat ? 'binary' : 'json'
  const as = (token) => createConnectTransport({
    baseUrl: `http://${address}`,
    useBinaryFormat,
    interceptors: [(next) => (request) => {
      if (token) request.header.set('Authorization', `Bearer ${token}`)
      return next(request)
    }],
  })
  const client = (name, token = 'bob') => createClient(registry.getService(name), as(token))
  const org = client('dacheng.org.v1.OrgService')

  await test(`${how}: a request is answered`, async () => {
    const { people } = await org.listPeople({ search: '张三 😀' })
    assert.equal(people[0].id, 9007199254740993n)
    assert.equal(people[0].name, '张三 😀')
  })
  await test(`${how}: every code arrives`, async () => {
    for (const name of ['NotFound', 'PermissionDenied', 'AlreadyExists', 'Aborted', 'Unavailable', 'ResourceExhausted',
      'FailedPrecondition', 'OutOfRange', 'Internal', 'DataLoss', 'Canceled', 'DeadlineExceeded', 'InvalidArgument']) {
      const wire = name.replace(/[A-Z]/g, (c, at) => (at ? '_' : '') + c.toLowerCase())
      const error = await fails(() => org.listPeople({ search: `fail:${wire}` }), Code[name], /as was asked/)
      assert.equal(error.details.length, 1)
      assert.equal(error.details[0].type, 'google.rpc.BadRequest')
    }
  })
  await test(`${how}: nobody is told to log in`, () =>
    fails(() => client('dacheng.org.v1.OrgService', '').listPeople({}), Code.Unauthenticated, /log in/))
  await test(`${how}: what is inside is not there`, () =>
    fails(() => client('dacheng.org.v1.OrgInternalService').resolve({ token: 'x' }), Code.Unimplemented, /no method/))
  await test(`${how}: time runs out`, () =>
    fails(() => org.listPeople({ search: 'slow' }, { timeoutMs: 300 }), Code.DeadlineExceeded, /./))
  await test(`${how}: login answers without the token`, async () => {
    const answer = await client('dacheng.org.v1.SessionService', '').login({ account: 'alice', password: 'right' })
    assert.equal(answer.token, '')
    assert.equal(answer.me.personId, 17n)
  })
  await test(`${how}: a live page`, async () => {
    const abort = new AbortController()
    const watch = {
      id: 'u', method: 'dacheng.scoring.v1.ScoringService/GetUnit', requestJson: '{"unitId":"7"}',
      events: ['scoring.ScoresChanged'], ownerIds: [7n],
    }
    stage.stdin.write('A') // 65
    const seen = []
    try {
      for await (const answer of client('dacheng.gateway.v1.LiveService').watch({ watches: [watch] }, { signal: abort.signal, timeoutMs: 15000 })) {
        if (answer.id !== 'u') continue
        assert.equal(answer.code, '')
        const { period } = JSON.parse(answer.answerJson)
        seen.push([period, answer.causedAtUs > 0n])
        if (period === '65') stage.stdin.write('B')
        if (period === '66') break
      }
    } finally {
      abort.abort()
    }
    assert.deepEqual(seen.at(-1), ['66', true])
  })
  await test(`${how}: a wrong live page`, async () => {
    await fails(async () => {
      for await (const answer of client('dacheng.gateway.v1.LiveService').watch({ watches: [] })) assert.fail(answer)
    }, Code.InvalidArgument, /1 to 20/)
  })
}

stage.stdin.end()
const status = await new Promise((resolve) => stage.once('exit', resolve))
if (status !== 0) failed++
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
