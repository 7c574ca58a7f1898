// proto/ as data: messages, enums, methods and events with their comments, and each message as a
// JSON Schema of its JSON form (https://protobuf.dev/programming-guides/json/).
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(new URL('../../services/console/package.json', import.meta.url))
const load = (name) => import(pathToFileURL(require.resolve(name)))
const { fromBinary } = await load('@bufbuild/protobuf')
const { FieldDescriptorProto_Label: Label, FieldDescriptorProto_Type: Type, FileDescriptorSetSchema } = await load('@bufbuild/protobuf/wkt')

// Fields of the descriptor messages, by which comments name their places.
const MESSAGE = 4, ENUM = 5, SERVICE = 6, FIELD = 2, VALUE = 2, METHOD = 2, NESTED = 3, NESTED_ENUM = 4

const INTERNAL = /^dacheng\.(kernel|bus)\.|InternalService$/
// Neither part of another message nor of a method, and yet no events.
const NO_EVENTS = new Set(['dacheng.bus.v1.Envelope', 'dacheng.kernel.v1.LogHeartbeat'])

const tidy = (text) => text.split('\n').map((line) => line.replace(/^ /, '').trimEnd()).join('\n').trim()

function commentsOf(file) {
  const found = new Map()
  for (const { path, leadingComments, trailingComments } of file.sourceCodeInfo?.location ?? []) {
    const text = [leadingComments, trailingComments].filter(Boolean).map(tidy).join('\n')
    if (text) found.set(path.join('.'), text)
  }
  return (...path) => found.get(path.join('.')) ?? ''
}

// goals.PlanChanged of dacheng.goals.v1.PlanChanged: the names of schemas, and of subjects.
export const shortName = (full) => full.replace(/^\.?dacheng\.([a-z]+)\.v\d+\./, '$1.')

function readMessage(contract, scope, message, comment, path, file) {
  const name = `${scope}.${message.name}`
  const maps = new Map()
  message.nestedType.forEach((nested, i) => {
    if (nested.options?.mapEntry) maps.set(`.${name}.${nested.name}`, nested.field.find((field) => field.name === 'value'))
    else readMessage(contract, name, nested, comment, [...path, NESTED, i], file)
  })
  message.enumType.forEach((values, i) => readEnum(contract, name, values, comment, [...path, NESTED_ENUM, i]))
  contract.messages.set(`.${name}`, {
    name, file, comment: comment(...path),
    fields: message.field.map((field, i) => ({
      name: field.jsonName, type: field.type, typeName: field.typeName, repeated: field.label === Label.REPEATED,
      map: maps.get(field.typeName), comment: comment(...path, FIELD, i),
    })),
  })
}

function readEnum(contract, scope, values, comment, path) {
  contract.enums.set(`.${scope}.${values.name}`, {
    name: `${scope}.${values.name}`, comment: comment(...path),
    values: values.value.map((value, i) => ({ name: value.name, comment: comment(...path, VALUE, i) })),
  })
}

export function readContract(bytes) {
  const contract = { messages: new Map(), enums: new Map(), services: [], events: [], files: new Map() }
  for (const file of fromBinary(FileDescriptorSetSchema, bytes).file) {
    const comment = commentsOf(file)
    contract.files.set(file.package, [contract.files.get(file.package), comment(12)].filter(Boolean).join('\n\n'))
    file.messageType.forEach((message, i) => readMessage(contract, file.package, message, comment, [MESSAGE, i], file.name))
    file.enumType.forEach((values, i) => readEnum(contract, file.package, values, comment, [ENUM, i]))
    file.service.forEach((service, i) => contract.services.push({
      name: `${file.package}.${service.name}`, comment: comment(SERVICE, i), internal: INTERNAL.test(`${file.package}.${service.name}`) || INTERNAL.test(service.name),
      methods: service.method.map((method, j) => ({
        name: method.name, input: method.inputType, output: method.outputType, streams: method.serverStreaming, comment: comment(SERVICE, i, METHOD, j),
      })),
    }))
  }
  const parts = new Set(NO_EVENTS)
  for (const { fields } of contract.messages.values()) for (const field of fields) parts.add(field.typeName)
  for (const { methods } of contract.services) for (const method of methods) parts.add(method.input).add(method.output)
  contract.events = [...contract.messages.entries()]
    .filter(([key, message]) => !parts.has(key) && !NO_EVENTS.has(message.name) && !message.name.startsWith('dacheng.testing.'))
    .map(([, message]) => message)
    .sort((a, b) => (shortName(a.name) < shortName(b.name) ? -1 : 1))
  return contract
}

// --- JSON Schema --------------------------------------------------------------------------------
const integer = (format, minimum) => ({ type: 'integer', format, ...(minimum === undefined ? {} : { minimum }) })
const SCALARS = {
  [Type.INT32]: integer('int32'), [Type.SINT32]: integer('int32'), [Type.SFIXED32]: integer('int32'),
  [Type.UINT32]: integer('int32', 0), [Type.FIXED32]: integer('int32', 0),
  [Type.INT64]: { type: 'string', format: 'int64', pattern: '^-?[0-9]+$' }, [Type.SINT64]: { type: 'string', format: 'int64', pattern: '^-?[0-9]+$' },
  [Type.SFIXED64]: { type: 'string', format: 'int64', pattern: '^-?[0-9]+$' },
  [Type.UINT64]: { type: 'string', format: 'uint64', pattern: '^[0-9]+$' }, [Type.FIXED64]: { type: 'string', format: 'uint64', pattern: '^[0-9]+$' },
  [Type.DOUBLE]: { type: 'number', format: 'double' }, [Type.FLOAT]: { type: 'number', format: 'float' },
  [Type.BOOL]: { type: 'boolean' }, [Type.STRING]: { type: 'string' }, [Type.BYTES]: { type: 'string', contentEncoding: 'base64' },
}

const ref = (typeName) => ({ $ref: `#/components/schemas/${shortName(typeName)}` })
const one = (field) => SCALARS[field.type] ?? ref(field.typeName)

function fieldSchema(field) {
  const schema = field.map ? { type: 'object', additionalProperties: one(field.map) } : field.repeated ? { type: 'array', items: one(field) } : { ...one(field) }
  return field.comment ? { ...schema, description: field.comment } : schema
}

// Everything that these types are made of, as components.schemas.
export function schemasOf(contract, typeNames) {
  const schemas = {}
  const add = (typeName) => {
    const name = shortName(typeName)
    if (name in schemas) return
    const values = contract.enums.get(typeName)
    if (values) {
      const told = values.values.filter((value) => value.comment).map((value) => `- \`${value.name}\`: ${value.comment.replace(/\n/g, ' ')}`)
      schemas[name] = { type: 'string', enum: values.values.map((value) => value.name), description: [values.comment, told.join('\n')].filter(Boolean).join('\n\n') || name }
      return
    }
    const message = contract.messages.get(typeName)
    schemas[name] = { type: 'object', additionalProperties: false, properties: Object.fromEntries(message.fields.map((field) => [field.name, fieldSchema(field)])) }
    if (message.comment) schemas[name].description = message.comment
    for (const { map, typeName } of message.fields) {
      const type = map ? map.typeName : typeName
      if (type) add(type)
    }
  }
  typeNames.forEach(add)
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)))
}
