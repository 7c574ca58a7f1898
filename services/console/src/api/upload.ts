// A file to ingest, in pieces that can be taken up again: after a failure we ask how far it came.
import { Code, ConnectError } from '@connectrpc/connect'
import type { Run } from '@gen/ingest/v1/events_pb'
import { ingestClient } from './clients'

export const pieceBytes = 4 * 1024 * 1024
const tries = 6

export interface UploadOptions {
  source: string
  allOrNothing: boolean
  onProgress(run: Run, sent: number): void
  signal: AbortSignal
}

class PieceRefused extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message)
  }
}

// XMLHttpRequest, because fetch does not tell how far an upload is.
function put(runId: bigint, offset: number, piece: Blob, signal: AbortSignal, onSent: (bytes: number) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', `/upload/${runId}?offset=${offset}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.upload.onprogress = (event) => onSent(event.loaded)
    request.onerror = () => reject(new PieceRefused(0, 'unavailable', ''))
    request.onabort = () => reject(new PieceRefused(0, 'canceled', ''))
    request.onload = () => {
      let answer: { offset?: string | number; code?: string; message?: string } = {}
      try {
        answer = JSON.parse(request.responseText)
      } catch {
        // Not from the edge itself; the status says enough.
      }
      if (request.status === 200) resolve(Number(answer.offset ?? offset + piece.size))
      else reject(new PieceRefused(request.status, answer.code ?? (request.status >= 500 ? 'unavailable' : 'unknown'), answer.message ?? ''))
    }
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(piece)
  })
}

const codes: Record<string, Code> = {
  invalid_argument: Code.InvalidArgument, permission_denied: Code.PermissionDenied, failed_precondition: Code.FailedPrecondition,
  unauthenticated: Code.Unauthenticated, not_found: Code.NotFound, resource_exhausted: Code.ResourceExhausted,
  unavailable: Code.Unavailable, canceled: Code.Canceled,
}

export async function upload(file: File, options: UploadOptions): Promise<Run> {
  const started = await ingestClient.startUpload({ source: options.source, name: file.name, size: BigInt(file.size), allOrNothing: options.allOrNothing })
  const run = started.run
  if (!run) throw new ConnectError('', Code.Internal)
  let offset = Number(started.offset)
  let failures = 0
  while (offset < file.size) {
    options.onProgress(run, offset)
    const at = offset
    try {
      offset = await put(run.id, at, file.slice(at, at + pieceBytes), options.signal, (sent) => options.onProgress(run, Math.min(file.size, at + sent)))
      failures = 0
    } catch (error) {
      const refused = error instanceof PieceRefused ? error : new PieceRefused(0, 'unavailable', '')
      const passing = refused.code === 'unavailable' || refused.code === 'failed_precondition' || refused.code === 'deadline_exceeded'
      if (options.signal.aborted || !passing || ++failures >= tries) {
        throw new ConnectError(refused.message, codes[refused.code] ?? Code.Unknown)
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(8000, 400 * 2 ** failures)))
      offset = Number((await ingestClient.getRun({ runId: run.id })).run?.bytesReceived ?? BigInt(at))
    }
  }
  options.onProgress(run, file.size)
  return (await ingestClient.finishUpload({ runId: run.id }, { timeoutMs: 300_000 })).run ?? run
}
