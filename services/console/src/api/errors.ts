// What went wrong, in the reader's language: the kind of failure from us, the detail from the service.
import { Code, ConnectError } from '@connectrpc/connect'
import { translate } from '@/i18n'

export interface Problem {
  code: Code
  title: string
  detail: string
}

export function problemOf(error: unknown): Problem {
  const failure = ConnectError.from(error)
  // fetch itself failed: no network, or the edge is away.
  const offline = failure.code === Code.Unknown && failure.cause instanceof TypeError
  const code = offline ? Code.Unavailable : failure.code
  return {
    code,
    title: translate(`error.${Code[code] ?? 'Unknown'}`),
    detail: offline ? '' : failure.rawMessage,
  }
}
