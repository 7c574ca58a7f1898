// The one transport to the edge: Connect over the browser's fetch, with the session cookie.
//
// Commands carry an idempotency key, so that the second try of one that got no answer cannot do its
// work twice. Only this outermost caller tries again, and only where the edge said "unavailable".
import { Code, ConnectError, type Interceptor, type Transport } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-web'
import { currentLanguage } from '@/i18n'

const queryVerbs = /^(Get|List|Search|Verify|Explain|Watch|Preview$)/
const tries = 3

type Listener = () => void
let onUnauthenticated: Listener = () => {}
export function whenUnauthenticated(listener: Listener): void {
  onUnauthenticated = listener
}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const headers: Interceptor = (next) => (request) => {
  request.header.set('Accept-Language', currentLanguage())
  if (!queryVerbs.test(request.method.name)) request.header.set('Idempotency-Key', newKey())
  return next(request)
}

const signedOut: Interceptor = (next) => async (request) => {
  try {
    return await next(request)
  } catch (error) {
    const { code } = ConnectError.from(error)
    if (code === Code.Unauthenticated && request.method.name !== 'Login') onUnauthenticated()
    throw error
  }
}

const again: Interceptor = (next) => async (request) => {
  if (request.stream) return next(request)
  for (let tried = 1; ; tried++) {
    try {
      return await next(request)
    } catch (error) {
      if (ConnectError.from(error).code !== Code.Unavailable || tried >= tries) throw error
      await new Promise((resolve) => setTimeout(resolve, 200 * tried + Math.random() * 200))
      if (request.signal.aborted) throw error
    }
  }
}

export const transport: Transport = createConnectTransport({
  baseUrl: window.location.origin,
  interceptors: [headers, signedOut, again],
  defaultTimeoutMs: 30_000,
  fetch: (input, init) => fetch(input, { ...init, credentials: 'same-origin' }),
})
