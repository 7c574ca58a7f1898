// The parts of the generated services that a query needs to be named, sent and read.
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { create, fromJsonString, toJsonString } from '@bufbuild/protobuf'
import { transport } from './transport'

export type Query<I extends DescMessage, O extends DescMessage> = DescMethodUnary<I, O>

/** "dacheng.scoring.v1.ScoringService/GetPerson" */
export function methodName(method: Query<DescMessage, DescMessage>): string {
  return `${method.parent.typeName}/${method.name}`
}

export function requestText<I extends DescMessage>(method: Query<I, DescMessage>, request: MessageInitShape<I>): string {
  return toJsonString(method.input, create(method.input, request))
}

export function readAnswer<O extends DescMessage>(method: Query<DescMessage, O>, text: string): MessageShape<O> {
  return fromJsonString(method.output, text || '{}', { ignoreUnknownFields: true })
}

export function answerText<O extends DescMessage>(method: Query<DescMessage, O>, answer: MessageShape<O>): string {
  return toJsonString(method.output, answer)
}

export async function ask<I extends DescMessage, O extends DescMessage>(
  method: Query<I, O>, request: MessageInitShape<I>, signal?: AbortSignal,
): Promise<MessageShape<O>> {
  const response = await transport.unary(method, signal, undefined, undefined, request)
  return response.message
}
