// What a split would give to each, before it is asked for. The service decides; this is the preview.
import { BasisRemark, SplitMethod, WithoutActuals, type SplitBasis } from '@gen/goals/v1/goals_pb'
import type { OwnerKind } from '@gen/goals/v1/events_pb'
import { apportion, divide, parse, parseTyped, subtract, sum, toText, zero, type Decimal } from './decimal'

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

/** By what each did in an earlier period; "" for those who are left as they are, or while it is not said
 * what those get who have no actual above zero. */
export function actualsPreview(rows: SplitRow[], basis: Map<string, SplitBasis>, without: WithoutActuals, whole: Decimal, decimals: number): string[] {
  const positive = rows.map((row) => {
    const one = basis.get(row.key)
    return one && one.remark === BasisRemark.UNSPECIFIED ? parse(one.actual) : null
  })
  const taking = rows.map((row) => !row.pinned)
  const given = positive.filter((actual, index) => actual && taking[index]) as Decimal[]
  if (given.length === 0 || (without === WithoutActuals.UNSPECIFIED && taking.some((takes, index) => takes && !positive[index]))) return rows.map(() => '')
  const mean = divide(sum(given), { units: BigInt(given.length), scale: 0 }, 6) ?? zero
  const parted = rows.map((_, index) => taking[index]! && (positive[index] !== null || without !== WithoutActuals.LEAVE))
  const shares = rows.map((_, index) => !parted[index] ? zero : (positive[index] ?? (without === WithoutActuals.MEAN ? mean : zero)))
  const kept = sum(rows.filter((row, index) => !parted[index] && row.before !== '').map((row) => parse(row.before) ?? zero))
  const rest = subtract(whole, kept)
  const parts = apportion(rest.units < 0n ? zero : rest, shares, decimals)
  return rows.map((row, index) => (parted[index] && parts ? toText(parts[index]!) : row.before))
}
