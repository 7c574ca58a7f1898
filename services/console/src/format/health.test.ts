import { expect, test } from 'vitest'
import { create } from '@bufbuild/protobuf'
import { ReplicaHealthSchema } from '@gen/gateway/v1/operations_pb'
import { StatusResponseSchema } from '@gen/bus/v1/bus_pb'
import { byService, countOf } from './health'

const replica = (service: string, instance: string, more: object = {}, silentMs = 0n) =>
  create(ReplicaHealthSchema, { silentMs, health: { service, instance, ready: true, workers: 4, ...more } })

test('replicas are summed up by service', () => {
  const replicas = [
    replica('goals', 'goals-1', { workersBusy: 1, lags: [{ stream: 'org', events: 2n, lagMs: 10n }, { stream: 'ingest', events: 5n, lagMs: 300n }] }),
    replica('goals', 'goals-2', { workersBusy: 2, lags: [{ stream: 'org', events: 1n, lagMs: 20n }] }),
    replica('audit', 'audit-1', { parked: 3n }),
  ]
  const bus = create(StatusResponseSchema, { services: [{ service: 'goals', queued: 7 }] })
  const [goals, audit] = byService(replicas, [bus, bus], null, countOf(replicas, 0))
  expect([goals!.alive, goals!.ready, goals!.lagEvents, goals!.lagMs, goals!.lagStream]).toEqual([2, 2, 8n, 300n, 'ingest'])
  expect([goals!.busy, goals!.workers, goals!.queued, goals!.state, goals!.requestRate]).toEqual([3, 8, 14, 'good', null])
  expect([audit!.parked, audit!.state]).toEqual([3n, 'warn'])
})

test('rates are of the time between two answers', () => {
  const before = countOf([replica('goals', 'goals-1', { requests: 100n, failures: 1n })], 1000)
  const replicas = [replica('goals', 'goals-1', { requests: 140n, failures: 11n }), replica('goals', 'goals-2', { requests: 9000n })]
  const [goals] = byService(replicas, [], before, countOf(replicas, 5000))
  expect(goals!.requestRate).toEqual(10)
  expect(goals!.failureShare).toEqual(0.25)
  expect(goals!.state).toEqual('warn')
  const again = [replica('goals', 'goals-1', { requests: 5n })] // it was started again meanwhile
  expect(byService(again, [], before, countOf(again, 5000))[0]!.requestRate).toEqual(null)
})

test('silence, stopped partitions and events without a number are bad', () => {
  const state = (one: ReturnType<typeof replica>) => byService([one], [], null, countOf([one], 0))[0]!.state
  expect(state(replica('goals', 'goals-1', {}, 15_000n))).toEqual('bad')
  expect(state(replica('goals', 'goals-1', { lags: [{ stream: 'org', stopped: 1 }] }))).toEqual('bad')
  expect(state(replica('goals', 'goals-1', { unnumberedMs: 31_000n }))).toEqual('bad')
  expect(state(replica('goals', 'goals-1', { ready: false }))).toEqual('warn')
})
