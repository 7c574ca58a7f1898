// The hub against a stream and a clock that the test turns by hand.
import { beforeEach, describe, expect, it } from 'vitest'
import { LiveHub, limits, type HubEffects, type LiveAnswer, type WatchSpec } from './liveHub'

class Clock {
  now = 0
  private next = 1
  private readonly due = new Map<number, { at: number; work: () => void }>()
  set(work: () => void, ms: number): number {
    this.due.set(this.next, { at: this.now + ms, work })
    return this.next++
  }
  clear(id: number): void {
    this.due.delete(id)
  }
  async pass(ms: number): Promise<void> {
    const end = this.now + ms
    for (;;) {
      const first = [...this.due].filter(([, one]) => one.at <= end).sort((a, b) => a[1].at - b[1].at)[0]
      if (!first) break
      this.now = first[1].at
      this.due.delete(first[0])
      first[1].work()
      await settled()
    }
    this.now = end
    await settled()
  }
}
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0))

class Stream {
  readonly ids: string[]
  closed = false
  private waiting: ((result: IteratorResult<LiveAnswer>) => void) | null = null
  private fail: ((error: Error) => void) | null = null
  constructor(readonly watches: (WatchSpec & { id: string })[], signal: AbortSignal) {
    this.ids = watches.map((one) => one.id)
    signal.addEventListener('abort', () => this.break())
  }
  say(answer: Partial<LiveAnswer>): void {
    this.waiting?.({ done: false, value: { id: '', answerJson: '{}', code: '', message: '', causedAtUs: 0n, ...answer } })
  }
  break(): void {
    this.closed = true
    this.fail?.(new Error('gone'))
  }
  [Symbol.asyncIterator](): AsyncIterator<LiveAnswer> {
    return { next: () => new Promise((resolve, reject) => { this.waiting = resolve; this.fail = reject }) }
  }
}

let clock: Clock
let streams: Stream[]
let hub: LiveHub
const effects = (): HubEffects => ({
  open: (watches, signal) => {
    const stream = new Stream(watches, signal)
    streams.push(stream)
    return stream
  },
  setTimeout: (work, ms) => clock.set(work, ms),
  clearTimeout: (id) => clock.clear(id),
  random: () => 0.5,
})
const query = () => {
  const seen = { answers: [] as string[], polls: 0 }
  const entry = {
    method: 'm', requestJson: '{}', events: ['a.B'], ownerIds: [],
    onAnswer: (answer: LiveAnswer) => seen.answers.push(answer.answerJson),
    poll: () => { seen.polls++ },
  }
  return { seen, entry }
}
const last = () => streams.at(-1)!

describe('the live hub', () => {
  beforeEach(() => {
    clock = new Clock()
    streams = []
    hub = new LiveHub(effects())
  })

  it('names all queries of a page in one stream and hands each its answer', async () => {
    const [a, b] = [query(), query()]
    hub.watch(a.entry)
    hub.watch(b.entry)
    await clock.pass(limits.settleMs)
    expect(streams).toHaveLength(1)
    expect(last().ids).toHaveLength(2)
    last().say({ id: last().ids[1]!, answerJson: '{"n":1}' })
    await settled()
    expect(hub.state.value).toBe('live')
    expect([a.seen.answers, b.seen.answers]).toEqual([[], ['{"n":1}']])
  })

  it('opens anew when the queries change, and ends with the last of them', async () => {
    const leave = hub.watch(query().entry)
    await clock.pass(limits.settleMs)
    const first = last()
    const leaveToo = hub.watch(query().entry)
    await clock.pass(limits.settleMs)
    expect(first.closed).toBe(true)
    expect(last().ids).toHaveLength(2)
    leave()
    leaveToo()
    await clock.pass(limits.settleMs)
    expect(last().closed).toBe(true)
    expect(hub.state.value).toBe('idle')
  })

  it('polls while the stream is down and comes back with growing pauses', async () => {
    const a = query()
    hub.watch(a.entry)
    await clock.pass(limits.settleMs)
    last().break()
    await settled()
    expect(hub.state.value).toBe('polling')
    for (const expected of [2, 3, 4]) {
      await clock.pass(limits.retryMinMs * 2 ** (expected - 2))
      expect(streams).toHaveLength(expected)
      last().break()
      await settled()
    }
    const before = a.seen.polls
    await clock.pass(limits.pollMs)
    expect(a.seen.polls).toBeGreaterThan(before)
    last().say({})
    await settled()
    expect(hub.state.value).toBe('live')
    const polls = a.seen.polls
    await clock.pass(limits.pollMs * 2)
    expect(a.seen.polls).toBe(polls)
  })

  it('asks outside the stream when the first answer stays out, and takes silence for death', async () => {
    const a = query()
    hub.watch(a.entry)
    await clock.pass(limits.firstAnswerMs)
    expect(a.seen.polls).toBe(1)
    await clock.pass(limits.silenceMs)
    expect(hub.state.value).toBe('polling')
    expect(streams[0]!.closed).toBe(true)
  })

  it('lets the stream go while the tab is out of sight', async () => {
    hub.watch(query().entry)
    await clock.pass(limits.settleMs)
    hub.pause(true)
    expect(streams[0]!.closed).toBe(true)
    await clock.pass(limits.pollMs * 3)
    expect(streams).toHaveLength(1)
    hub.pause(false)
    expect(streams).toHaveLength(2)
  })
})
