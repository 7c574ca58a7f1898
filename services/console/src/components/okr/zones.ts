// Where a score of 0 to 1 stands among the tenant's zones: the same colours as attainment.
import type { OkrSettings } from '@gen/goals/v1/okr_pb'
import { compare, parse, round, toText } from '@/format/decimal'

export type Zone = 'behind' | 'near' | 'met' | 'ahead'
export interface Zones { commit: string; target: string }
export const zonesOf = (settings: OkrSettings | undefined): Zones => ({ commit: settings?.commitScore || '0.3', target: settings?.targetScore || '0.7' })

export function zoneOf(score: string, zones: Zones): Zone {
  const value = parse(score)
  if (!value || compare(value, parse(zones.commit)!) < 0) return 'behind'
  if (compare(value, parse(zones.target)!) < 0) return 'near'
  return compare(value, parse('1')!) < 0 ? 'met' : 'ahead'
}
/** "0.562500" → "0.56"; two places are what a score is spoken of with. */
export const showScore = (score: string): string => {
  const value = parse(score)
  return value ? toText(round(value, 2)) : ''
}
