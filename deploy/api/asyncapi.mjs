// The events of proto/ as AsyncAPI 3.0, with the examples of docs/events/.
import { schemasOf, shortName } from './contract.mjs'

const own = (name) => name.replace(/[^A-Za-z0-9]/g, '_')

export function asyncapi(contract, version, examples) {
  const channels = {}, messages = {}, operations = {}
  for (const event of contract.events) {
    const subject = shortName(event.name)
    const everywhere = subject.startsWith('kernel.') // told in every stream
    const address = everywhere ? `{stream}.${subject.split('.')[1]}` : subject
    const example = examples.get(subject)
    messages[subject] = {
      name: subject, title: subject.split('.')[1], summary: (event.comment || subject).split('\n')[0], description: event.comment || subject,
      contentType: 'application/json',
      headers: { $ref: '#/components/schemas/Headers' },
      payload: { $ref: `#/components/schemas/${subject}` },
      ...(example ? { examples: [{ name: 'recorded', headers: headersOf(example), payload: example.body }] } : {}),
    }
    channels[own(subject)] = {
      address, title: subject, messages: { event: { $ref: `#/components/messages/${subject}` } },
      ...(everywhere ? { parameters: { stream: { description: 'Every service tells it in its own stream.' } } } : {}),
    }
    operations[`tell_${own(subject)}`] = { action: 'send', channel: { $ref: `#/channels/${own(subject)}` }, summary: `${address} is told.` }
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Dacheng 达成: events', version, license: { name: 'All rights reserved' }, contact: { name: 'the operators of this deployment' },
      tags: [...new Set(contract.events.map((event) => shortName(event.name).split('.')[0]))].map((name) => ({ name })),
      description: 'Every event that subscribers may hear, made from the .proto files, whose comments these are. On the bus an event is a packed dacheng.kernel.v1.Event whose body is the packed message (proto/WIRE.md, libdacheng); `dacheng sub` prints it as the JSON shown here: headers and, as "body", the payload. Events only ever change compatibly.',
    },
    servers: { bus: { host: 'bus:7100', protocol: 'zmtp', protocolVersion: '3.1', description: 'One ROUTER; CURVE decides who is let in. See proto/WIRE.md.' } },
    defaultContentType: 'application/json',
    channels,
    operations,
    components: { messages, schemas: { Headers: headers, ...schemasOf(contract, contract.events.map((event) => `.${event.name}`)) } },
  }
}

const text = { type: 'string' }
const number = { type: 'string', format: 'int64', pattern: '^[0-9]+$' }
const headers = {
  type: 'object',
  description: 'What is known of every event. (stream, epoch, partition, number) is its identity; order is kept for each key.',
  properties: {
    stream: text, type: text, epoch: number, overall: number, partition: { type: 'integer', minimum: 0, maximum: 15 }, number, tenantId: number,
    key: text, at: { type: 'string', format: 'date-time' }, actor: text, cause: text,
  },
}

function headersOf({ body, ...rest }) {
  return rest
}
