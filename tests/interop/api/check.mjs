// Checks the documents made from proto/ with the validators that their own communities use:
//
//     check.mjs DIRECTORY
//
// They must have no mistake, say something of everything, and every event must have a real example
// that its schema accepts (the parser checks that).
import { Parser } from '@asyncapi/parser'
import { createConfig, lint } from '@redocly/openapi-core'
import Ajv from '@redocly/ajv/dist/2020.js'
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const directory = process.argv[2]
const read = (path) => readFileSync(path, 'utf8')
const open = JSON.parse(read(join(directory, 'openapi.json')))
const asyncText = read(join(directory, 'asyncapi.json'))
const async_ = JSON.parse(asyncText)

const tests = {
  async 'OpenAPI is valid'() {
    const config = await createConfig({ extends: ['spec'], rules: { 'security-defined': 'error', 'no-unused-components': 'error', 'no-invalid-schema-examples': 'error', 'operation-operationId-unique': 'error', 'operation-summary': 'error' } })
    const problems = await lint({ ref: join(directory, 'openapi.json'), config })
    assert.deepEqual(problems.map((problem) => `${problem.severity} ${problem.ruleId}: ${problem.message} ${problem.location[0]?.pointer}`), [])
  },
  async 'AsyncAPI is valid'() {
    const { document, diagnostics } = await new Parser().parse(asyncText)
    const problems = diagnostics.filter((one) => one.severity <= 1 && one.code !== 'asyncapi-latest-version')
    assert.deepEqual(problems.map((one) => `${one.code}: ${one.message} ${one.path.join('.')}`), [])
    assert.ok(document.operations().all().length > 30)
  },
  async 'what is for outside is there, and nothing else'() {
    const paths = Object.keys(open.paths)
    assert.ok(paths.includes('/dacheng.goals.v1.GoalService/AdjustTarget'))
    assert.ok(paths.length > 100, `${paths.length} requests`)
    assert.deepEqual(paths.filter((path) => /InternalService|dacheng\.(kernel|bus)\./.test(path)), [])
  },
  async 'comments are carried over'() {
    const described = Object.values(open.paths).filter(({ post }) => post.description).length
    assert.ok(described > 50, `${described} requests are described`)
    assert.match(async_.components.schemas['workflow.Cycle'].properties.period.description, /2026Q4/)
  },
  async 'every event has a comment and a real example'() {
    const without = Object.values(async_.components.messages).filter((message) => !message.examples || message.description === message.name).map((message) => message.name)
    assert.deepEqual(without, [], 'events without a comment or an example; see CONTRIBUTING.md, How to add an event')
  },
  // A field that was taken away or renamed makes an old example wrong.
  async 'examples fit their schemas'() {
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
    ajv.addSchema({ $id: 'api', components: async_.components })
    for (const message of Object.values(async_.components.messages)) {
      for (const { payload } of message.examples ?? []) {
        const fits = ajv.validate({ $ref: `api#/components/schemas/${message.name}` }, payload)
        assert.ok(fits, `${message.name}: ${ajv.errorsText()}`)
      }
    }
  },
  async 'the page is what proto/ and the examples say'() {
    assert.ok(existsSync('docs/events.md') && read('docs/events.md') === read(join(directory, 'events.md')), 'docs/events.md is stale: cp build/dev/api/events.md docs/ after `make console`, or `make events-page`')
  },
}

let failed = 0
for (const [name, test] of Object.entries(tests)) {
  try {
    await test()
  } catch (error) {
    failed++
    console.log(`FAILED: ${name}: ${String(error.stack ?? error).slice(0, 4000)}`)
  }
}
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
