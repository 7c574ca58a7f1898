// The requests of proto/ as OpenAPI 3.1: what the gateway answers to POST with JSON.
import { schemasOf, shortName } from './contract.mjs'

const CODES = {
  400: 'invalid_argument, failed_precondition, out_of_range', 401: 'unauthenticated', 403: 'permission_denied', 404: 'not_found',
  409: 'already_exists, aborted', 429: 'resource_exhausted', 503: 'unavailable', 504: 'deadline_exceeded',
}

const firstSentence = (text) => text.replace(/\s+/g, ' ').split(/(?<=[.;])\s/)[0].slice(0, 120)
const failure = { $ref: '#/components/responses/Failure' }

// What a request is for stands at its rpc, or at its message.
function operation(contract, service, method) {
  const [, owner] = service.name.split('.')
  const about = method.comment || contract.messages.get(method.input).comment
  return {
    operationId: `${owner}_${service.name.split('.').at(-1)}_${method.name}`,
    tags: [shortName(service.name)],
    summary: firstSentence(about) || method.name,
    ...(about ? { description: about } : {}),
    ...(method.name === 'Login' ? { security: [] } : {}),
    parameters: [{ $ref: '#/components/parameters/IdempotencyKey' }, { $ref: '#/components/parameters/Timeout' }],
    requestBody: { required: true, content: { [method.streams ? 'application/connect+json' : 'application/json']: { schema: { $ref: `#/components/schemas/${shortName(method.input)}` } } } },
    responses: {
      200: {
        description: method.streams ? 'A stream of messages in the envelopes of the Connect protocol.' : 'Done.',
        content: { [method.streams ? 'application/connect+json' : 'application/json']: { schema: { $ref: `#/components/schemas/${shortName(method.output)}` } } },
      },
      ...Object.fromEntries(Object.keys(CODES).map((status) => [status, failure])),
    },
  }
}

export function openapi(contract, version) {
  const services = contract.services.filter((service) => !service.internal).sort((a, b) => (a.name < b.name ? -1 : 1))
  const paths = {}
  for (const service of services) for (const method of service.methods) paths[`/${service.name}/${method.name}`] = { post: operation(contract, service, method) }
  const types = services.flatMap((service) => service.methods.flatMap((method) => [method.input, method.output]))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Dacheng 达成', version, license: { name: 'All rights reserved', identifier: 'LicenseRef-Dacheng' },
      description: 'Every request that the gateway answers, in JSON: the Connect protocol, unary. Made from the .proto files, whose comments these are. Whole numbers of 64 bits and decimals are texts; fields at their default (0, "", empty, false) are left out. What is not known by name is refused.',
    },
    servers: [{ url: '/', description: 'The gateway that serves this file.' }],
    security: [{ bearer: [] }, { cookie: [] }],
    tags: services.map((service) => ({ name: shortName(service.name), description: service.comment || contract.files.get(service.name.split('.').slice(0, 3).join('.')) || service.name })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A token of OrgService/CreateToken, for programs.' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'dacheng_session', description: 'The session of a browser, from SessionService/Login.' },
      },
      parameters: {
        IdempotencyKey: { name: 'Idempotency-Key', in: 'header', description: 'A command with the same key is carried out once, and answered the same.', schema: { type: 'string', minLength: 1, maxLength: 200 } },
        Timeout: { name: 'Connect-Timeout-Ms', in: 'header', description: 'How long the answer may take, in milliseconds.', schema: { type: 'integer', minimum: 1, maximum: 600000 } },
      },
      responses: {
        Failure: {
          description: `What was refused, and why. The status says the code: ${Object.entries(CODES).map(([status, codes]) => `${status} ${codes}`).join('; ')}.`,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
        },
      },
      schemas: {
        Failure: {
          type: 'object', required: ['code'],
          properties: {
            code: { type: 'string', description: 'A canonical RPC code: invalid_argument, not_found, …' },
            message: { type: 'string', description: 'What, where, and what is allowed; in the language of Accept-Language.' },
            details: { type: 'array', items: { type: 'object', properties: { type: { type: 'string' }, value: { type: 'string', contentEncoding: 'base64' } } } },
          },
        },
        ...schemasOf(contract, types),
      },
    },
  }
}
