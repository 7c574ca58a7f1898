// What replicas tell of themselves, summed up by service: what operators look at first.
import type { ReplicaHealth } from '@gen/gateway/v1/operations_pb'
import type { StatusResponse } from '@gen/bus/v1/bus_pb'

/** A replica that has told nothing for so long (three times what it should) hangs or is gone. */
export const silentMs = 15_000n

export type State = 'good' | 'warn' | 'bad'
export interface ServiceHealth {
  service: string
  replicas: ReplicaHealth[]
  /** Heard lately. */
  alive: number
  ready: number
  lagEvents: bigint
  lagMs: bigint
  /** The stream that is furthest behind. */
  lagStream: string
  stopped: number
  parked: bigint
  unnumbered: bigint
  unnumberedMs: bigint
  busy: number
  workers: number
  queued: number
  /** A second, since the answer before; null: not known yet. */
  requestRate: number | null
  /** Share of requests that failed for reasons of ours. */
  failureShare: number | null
  state: State
}

export interface Counted { atMs: number; byInstance: Map<string, { requests: bigint; failures: bigint }> }

export function countOf(replicas: ReplicaHealth[], atMs: number): Counted {
  const alive = replicas.filter((replica) => replica.health && replica.silentMs < silentMs)
  return { atMs, byInstance: new Map(alive.map(({ health }) => [health!.instance, { requests: health!.requests, failures: health!.failures }])) }
}

function ratesOf(replicas: ReplicaHealth[], before: Counted | null, now: Counted) {
  let requests = 0n
  let failures = 0n
  let known = false
  for (const { health } of replicas) {
    const earlier = before?.byInstance.get(health!.instance)
    const later = now.byInstance.get(health!.instance)
    if (!earlier || !later || later.requests < earlier.requests) continue
    known = true
    requests += later.requests - earlier.requests
    failures += later.failures - earlier.failures
  }
  const seconds = before ? (now.atMs - before.atMs) / 1000 : 0
  if (!known || seconds <= 0) return { requestRate: null, failureShare: null }
  return { requestRate: Number(requests) / seconds, failureShare: requests > 0n ? Number(failures) / Number(requests) : 0 }
}

const most = (values: bigint[]) => values.reduce((a, b) => (b > a ? b : a), 0n)

function stateOf(one: Omit<ServiceHealth, 'state'>): State {
  if (one.alive === 0 || one.stopped > 0 || one.lagMs > 600_000n || one.unnumberedMs > 30_000n) return 'bad'
  if (one.ready < one.replicas.length || one.parked > 0n || one.lagMs > 60_000n || (one.failureShare ?? 0) > 0.05) return 'warn'
  return 'good'
}

export function byService(replicas: ReplicaHealth[], buses: StatusResponse[], before: Counted | null, now: Counted): ServiceHealth[] {
  const names = [...new Set(replicas.flatMap(({ health }) => (health ? [health.service] : [])))]
  return names.map((service) => {
    const mine = replicas.filter(({ health }) => health?.service === service)
    const alive = mine.filter((replica) => replica.silentMs < silentMs)
    const lags = alive.flatMap(({ health }) => health!.lags)
    const worst = lags.reduce((a, b) => (!a || b.lagMs > a.lagMs ? b : a), lags[0])
    const one = {
      service,
      replicas: mine,
      alive: alive.length,
      ready: alive.filter(({ health }) => health!.ready).length,
      lagEvents: lags.reduce((sum, lag) => sum + lag.events, 0n),
      lagMs: worst?.lagMs ?? 0n,
      lagStream: worst && worst.lagMs > 0n ? worst.stream : '',
      stopped: lags.reduce((sum, lag) => sum + lag.stopped, 0),
      parked: most(alive.map(({ health }) => health!.parked)),
      unnumbered: most(alive.map(({ health }) => health!.unnumbered)),
      unnumberedMs: most(alive.map(({ health }) => health!.unnumberedMs)),
      busy: alive.reduce((sum, { health }) => sum + health!.workersBusy, 0),
      workers: alive.reduce((sum, { health }) => sum + health!.workers, 0),
      queued: buses.flatMap((bus) => bus.services).filter((s) => s.service === service).reduce((sum, s) => sum + s.queued, 0),
      ...ratesOf(alive, before, now),
    }
    return { ...one, state: stateOf(one) }
  })
}
