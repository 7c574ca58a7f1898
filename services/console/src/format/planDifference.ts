// Two versions of a plan beside each other, item by item.
import type { Plan, PlanItem } from '@gen/goals/v1/events_pb'

export interface ItemDifference {
  indicatorId: bigint
  before?: PlanItem
  after?: PlanItem
}

/** In the order of the later version, then what it has no more. */
export function itemsBeside(before: Plan, after: Plan): ItemDifference[] {
  const had = (id: bigint) => before.items.find((item) => item.indicatorId === id)
  const kept = after.items.map((item) => ({ indicatorId: item.indicatorId, before: had(item.indicatorId), after: item }))
  const gone = before.items.filter((item) => !after.items.some((other) => other.indicatorId === item.indicatorId))
  return [...kept, ...gone.map((item) => ({ indicatorId: item.indicatorId, before: item }))]
}
