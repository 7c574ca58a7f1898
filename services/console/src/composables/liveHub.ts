// One stream for everything that a browser tab watches.
//
// Views register queries; the hub names all of them in one Watch call and hands each answer to the
// view that asked. When the set changes the stream is opened anew. When the stream fails, every query
// is polled until it stands again. A tab out of sight for a while lets its stream go.
import { ref, type Ref } from 'vue'

export type LiveState = 'idle' | 'connecting' | 'live' | 'polling'

export interface LiveAnswer {
  id: string
  answerJson: string
  code: string
  message: string
  causedAtUs: bigint
}
export interface WatchSpec {
  method: string
  requestJson: string
  events: string[]
  ownerIds: bigint[]
}
export interface WatchEntry extends WatchSpec {
  onAnswer(answer: LiveAnswer): void
  /** Asks once, outside the stream. */
  poll(): void
}
export interface HubEffects {
  open(watches: (WatchSpec & { id: string })[], signal: AbortSignal): AsyncIterable<LiveAnswer>
  setTimeout(work: () => void, ms: number): number
  clearTimeout(id: number): void
  random(): number
}

export const limits = {
  watches: 20,
  settleMs: 40, // views of one page register together
  firstAnswerMs: 1500, // then the query is asked outside the stream as well
  silenceMs: 40_000, // the edge says something every 15 s
  pollMs: 10_000,
  retryMinMs: 500,
  retryMaxMs: 30_000,
}

export class LiveHub {
  readonly state: Ref<LiveState> = ref('idle')
  private readonly entries = new Map<string, WatchEntry>()
  private readonly unanswered = new Set<string>()
  private nextId = 1
  private failures = 0
  private paused = false
  private stream: AbortController | null = null
  private timers: Record<'settle' | 'silence' | 'poll' | 'retry', number> = { settle: 0, silence: 0, poll: 0, retry: 0 }

  constructor(private readonly effects: HubEffects) {}

  watch(entry: WatchEntry): () => void {
    const id = `q${this.nextId++}`
    this.entries.set(id, entry)
    this.unanswered.add(id)
    this.settle()
    this.effects.setTimeout(() => {
      if (this.unanswered.has(id)) entry.poll()
    }, limits.firstAnswerMs)
    return () => {
      this.entries.delete(id)
      this.unanswered.delete(id)
      this.settle()
    }
  }

  /** Out of sight: the stream is let go; in sight again: opened anew, with fresh answers. */
  pause(paused: boolean): void {
    if (paused === this.paused) return
    this.paused = paused
    this.failures = 0
    this.reopen()
  }

  private arm(name: keyof LiveHub['timers'], work: () => void, ms: number): void {
    this.disarm(name)
    this.timers[name] = this.effects.setTimeout(() => {
      this.timers[name] = 0
      work()
    }, ms)
  }

  private disarm(name: keyof LiveHub['timers']): void {
    if (this.timers[name]) this.effects.clearTimeout(this.timers[name])
    this.timers[name] = 0
  }

  private settle(): void {
    this.arm('settle', () => this.reopen(), limits.settleMs)
  }

  private reopen(): void {
    this.stream?.abort()
    this.stream = null
    for (const name of ['silence', 'retry'] as const) this.disarm(name)
    if (this.entries.size === 0 || this.paused) {
      this.disarm('poll')
      this.state.value = 'idle'
      return
    }
    if (this.state.value === 'idle') this.state.value = 'connecting'
    void this.run()
  }

  private async run(): Promise<void> {
    const control = new AbortController()
    this.stream = control
    const watches = [...this.entries].slice(-limits.watches).map(([id, { method, requestJson, events, ownerIds }]) => ({
      id, method, requestJson, events, ownerIds,
    }))
    try {
      this.arm('silence', () => this.lost(control), limits.silenceMs)
      for await (const answer of this.effects.open(watches, control.signal)) {
        if (this.stream !== control) return
        this.failures = 0
        this.state.value = 'live'
        this.disarm('poll')
        this.arm('silence', () => this.lost(control), limits.silenceMs)
        this.deliver(answer)
      }
    } catch {
      // Whatever ended the stream: it is opened anew below.
    }
    if (this.stream === control) this.lost(control)
  }

  private deliver(answer: LiveAnswer): void {
    const entry = this.entries.get(answer.id)
    if (!entry) return
    this.unanswered.delete(answer.id)
    entry.onAnswer(answer)
  }

  private lost(control: AbortController): void {
    if (this.stream !== control) return
    this.stream = null
    control.abort()
    this.disarm('silence')
    this.state.value = 'polling'
    this.failures++
    if (!this.timers.poll) this.pollLater()
    const wait = Math.min(limits.retryMaxMs, limits.retryMinMs * 2 ** (this.failures - 1))
    this.arm('retry', () => this.reopen(), wait * (0.75 + this.effects.random() / 2))
  }

  private pollLater(): void {
    this.arm('poll', () => {
      for (const entry of this.entries.values()) entry.poll()
      this.pollLater()
    }, limits.pollMs)
  }
}
