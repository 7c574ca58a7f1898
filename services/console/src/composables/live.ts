// The hub of this tab, on the real stream.
import { liveClient } from '@/api/clients'
import { LiveHub } from './liveHub'

const hiddenMs = 60_000

export const hub = new LiveHub({
  open: (watches, signal) => liveClient.watch({ watches }, { signal, timeoutMs: 0 }),
  setTimeout: (work, ms) => window.setTimeout(work, ms),
  clearTimeout: (id) => window.clearTimeout(id),
  random: () => Math.random(),
})

let hiding = 0
document.addEventListener('visibilitychange', () => {
  window.clearTimeout(hiding)
  if (document.hidden) hiding = window.setTimeout(() => hub.pause(true), hiddenMs)
  else hub.pause(false)
})
