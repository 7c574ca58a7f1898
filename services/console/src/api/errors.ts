// What went wrong, in the reader's language: the kind of failure from us, the detail from the service.
import { BinaryReader } from '@bufbuild/protobuf/wire'
import { Code, ConnectError } from '@connectrpc/connect'
import { translate } from '@/i18n'

export interface Problem {
  code: Code
  title: string
  detail: string
  /** Path of the field at fault, "plan.items[0].steps.rows[1].from", or "". */
  field: string
}

/** google.rpc.BadRequest {field_violations = 1 {field = 1, description = 2}}: the first field. */
function fieldOf(failure: ConnectError): string {
  const detail = failure.details.find((one) => 'type' in one && one.type === 'google.rpc.BadRequest')
  if (!detail || !('value' in detail) || !(detail.value instanceof Uint8Array)) return ''
  const outer = new BinaryReader(detail.value)
  if (outer.len === 0 || outer.tag()[0] !== 1) return ''
  const inner = new BinaryReader(outer.bytes())
  return inner.len > 0 && inner.tag()[0] === 1 ? inner.string() : ''
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
    field: fieldOf(failure),
  }
}
