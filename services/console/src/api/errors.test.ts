import { describe, expect, it } from 'vitest'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { Code, ConnectError } from '@connectrpc/connect'
import { problemOf } from './errors'

/** As the gateway writes it. */
function refusal(field: string, sentence: string): ConnectError {
  const violation = new BinaryWriter().tag(1, 2).string(field).tag(2, 2).string(sentence).finish()
  const failure = new ConnectError(sentence, Code.InvalidArgument)
  failure.details = [{ type: 'google.rpc.BadRequest', value: new BinaryWriter().tag(1, 2).bytes(violation).finish() }]
  return failure
}

describe('a refusal', () => {
  it.each(['plan.items[0].steps.rows[1].from', 'x'.repeat(200)])('names the field at fault: %s', (field) => {
    expect(problemOf(refusal(field, 'above 0'))).toMatchObject({ field, detail: 'above 0', code: Code.InvalidArgument })
  })
  it('names none where the service did not', () => {
    expect(problemOf(new ConnectError('changed since', Code.Aborted)).field).toBe('')
    expect(problemOf(new Error('anything')).field).toBe('')
    const empty = new ConnectError('?', Code.InvalidArgument)
    empty.details = [{ type: 'google.rpc.BadRequest', value: new Uint8Array() }]
    expect(problemOf(empty).field).toBe('')
  })
})
