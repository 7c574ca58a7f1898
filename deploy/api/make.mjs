// Makes the documents out of proto/:   make.mjs DESCRIPTOR_SET OUT_DIRECTORY VERSION
//   openapi.json, asyncapi.json    for the gateway to serve
//   events.md                      what docs/events.md has to be
// With `capture DIRECTORY` behind it instead: reads events, a line of JSON each as `dacheng replay`
// prints them, from standard input, and keeps an example of each type in DIRECTORY where it says
// more than the one that is there.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asyncapi } from './asyncapi.mjs'
import { readContract, schemasOf } from './contract.mjs'
import { best, eventsPage } from './events.mjs'
import { openapi } from './openapi.mjs'

const EXAMPLES = new URL('../../docs/events/', import.meta.url).pathname
const subjectOf = (event) => `${event.type === 'AccessRecorded' ? 'kernel' : event.stream}.${event.type}`

function examplesIn(directory) {
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.json')) : []
  return new Map(names.map((name) => [name.slice(0, -'.json'.length), JSON.parse(readFileSync(join(directory, name), 'utf8'))]))
}

function capture(directory) {
  const found = new Map()
  for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
    const event = JSON.parse(line)
    if (event.body === null) continue
    const subject = subjectOf(event)
    if (!found.has(subject)) found.set(subject, [])
    found.get(subject).push(event)
  }
  const kept = examplesIn(directory)
  mkdirSync(directory, { recursive: true })
  for (const [subject, events] of found) {
    const chosen = best([...(kept.has(subject) ? [kept.get(subject)] : []), ...events])
    writeFileSync(join(directory, `${subject}.json`), JSON.stringify(chosen, null, 2) + '\n')
  }
}

function make(descriptorSet, out, version) {
  const contract = readContract(readFileSync(descriptorSet))
  const examples = examplesIn(EXAMPLES)
  const async_ = asyncapi(contract, version, examples)
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'openapi.json'), JSON.stringify(openapi(contract, version), null, 1) + '\n')
  writeFileSync(join(out, 'asyncapi.json'), JSON.stringify(async_, null, 1) + '\n')
  writeFileSync(join(out, 'events.md'), eventsPage(contract, schemasOf(contract, contract.events.map((event) => `.${event.name}`)), examples))
}

const [first, ...rest] = process.argv.slice(2)
if (first === 'capture') capture(rest[0])
else make(first, ...rest)
