// The lineage drawer is one for the whole console; any number may open it.
import { reactive } from 'vue'
import type { OwnerKind } from '@gen/goals/v1/events_pb'

export interface LineageSubject {
  ownerKind: OwnerKind
  ownerId: bigint
  ownerName: string
  period: string
  indicatorId: bigint // 0 = the total
}

export const lineage = reactive<{ open: boolean; trail: LineageSubject[] }>({ open: false, trail: [] })

export function openLineage(subject: LineageSubject): void {
  lineage.trail = [subject]
  lineage.open = true
}
export function deeperLineage(subject: LineageSubject): void {
  lineage.trail.push(subject)
}
export function backLineage(): void {
  lineage.trail.pop()
}
export function closeLineage(): void {
  lineage.open = false
}
