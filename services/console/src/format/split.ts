// What a split would give to each, before it is asked for. The service decides; this is the preview.
import { SplitMethod } from '@gen/goals/v1/goals_pb'
import type { OwnerKind } from '@gen/goals/v1/events_pb'
import { apportion, parse, parseTyped, subtract, sum, toText, zero, type Decimal } from './decimal'

export interface SplitRow {
  key: string
  ownerKind: OwnerKind
  ownerId: bigint
  name: string
  before: string
  pinned: boolean
  value: string // as typed
  share: string // as typed
}

/** In the rows' order; "" for those who are left as they are. */
export function splitPreview(rows: SplitRow[], method: SplitMethod, whole: Decimal, decimals: number, additive: boolean): string[] {
  if (method === SplitMethod.VALUE) {
    return rows.map((row) => {
      const typed = row.value ? parseTyped(row.value) : null
      return typed ? toText(typed) : ''
    })
  }
  if (!additive) return rows.map((row) => (method === SplitMethod.EVEN || row.share ? toText(whole) : ''))
  if (method === SplitMethod.SHARE) {
    const shares = rows.map((row) => (row.share ? (parseTyped(row.share) ?? zero) : zero))
    const parts = apportion(whole, shares, decimals)
    return rows.map((row, index) => (row.share && parts ? toText(parts[index]!) : ''))
  }
  // Evenly: what the pinned ones have is left to them, the rest is for the others alike.
  const pinned = rows.map((row) => row.pinned && row.before !== '')
  const kept = sum(rows.filter((_, index) => pinned[index]).map((row) => parse(row.before) ?? zero))
  const parts = apportion(subtract(whole, kept), rows.map((_, index) => ({ units: pinned[index] ? 0n : 1n, scale: 0 })), decimals)
  return rows.map((row, index) => (pinned[index] ? row.before : parts ? toText(parts[index]!) : ''))
}
