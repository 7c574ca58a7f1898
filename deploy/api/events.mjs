// docs/events.md: every event with its comment, its fields and a real example; and how an example is
// chosen from what a deployment told.
import { shortName } from './contract.mjs'

const LIST_MOST = 1 // elements of a list that an example shows

export function shortened(value) {
  if (Array.isArray(value)) return value.slice(0, LIST_MOST).map(shortened)
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]))
  return value
}

function paths(value, at = '', found = new Set()) {
  if (value && typeof value === 'object') for (const [key, inner] of Object.entries(value)) paths(inner, Array.isArray(value) ? at : `${at}.${key}`, found)
  else found.add(at)
  return found
}

// Of events of one type: one that says as much as any, in the fewest letters.
export function best(events) {
  const scored = events.map((event) => {
    const cut = { ...event, body: shortened(event.body) }
    return { cut, says: paths(cut.body).size, letters: JSON.stringify(cut.body).length }
  })
  scored.sort((a, b) => b.says - a.says || a.letters - b.letters || Number(a.cut.overall) - Number(b.cut.overall))
  return scored[0]?.cut
}

const typeOf = (schema) => (schema.$ref ? shortName(`.${schema.$ref.split('/').at(-1)}`).split('.').at(-1) : schema.type === 'array' ? `list of ${typeOf(schema.items)}` : schema.format ? schema.format : schema.type)
const inLine = (text) => text.replace(/\s+/g, ' ').replace(/\|/g, '\\|')

export function eventsPage(contract, schemas, examples) {
  const lines = [
    '# The events', '',
    'Every event that a deployment tells, made from `proto/` and from what a deployment told while the tests ran (`make events-page`). An example is as `dacheng sub` prints it, with every list cut to its first element. How to hear them: [libdacheng](../common/client/README.md), [WIRE.md](../proto/WIRE.md), `dacheng sub`. The same as AsyncAPI: `/api/asyncapi.json` at the gateway.', '',
  ]
  let stream = ''
  for (const event of contract.events) {
    const subject = shortName(event.name)
    if (subject.split('.')[0] !== stream) {
      stream = subject.split('.')[0]
      lines.push(stream === 'kernel' ? '## In every stream' : `## ${stream}`, '')
    }
    lines.push(`### ${stream === 'kernel' ? subject.split('.')[1] : subject}`, '', event.comment.replace(/\s*\n\s*/g, ' ') || subject, '', '| field | | |', '| --- | --- | --- |')
    for (const [name, schema] of Object.entries(schemas[subject].properties)) lines.push(`| \`${name}\` | ${typeOf(schema)} | ${inLine(schema.description ?? '')} |`)
    lines.push('', '```json', JSON.stringify(examples.get(subject), null, 2), '```', '')
  }
  return lines.join('\n')
}
