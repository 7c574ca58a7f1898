// The parts that a score is put together from, KPI, OKR and 360, by what an item's measure is made of.
import { MeasureOf, type Indicator, type Measure } from '@gen/goals/v1/events_pb'
import { add, divide, multiply, parse, toText, zero, type Decimal } from './decimal'

export type Part = 'kpi' | 'okr' | 'rating'
const RATING = 3 // of reviews
export const partOf = (of: MeasureOf): Part => (of === MeasureOf.OKR ? 'okr' : Number(of) === RATING ? 'rating' : 'kpi')

/** Of each indicator the part that it belongs to. */
export function partsByIndicator(indicators: Indicator[], measures: Measure[]): Map<bigint, Part> {
  const of = new Map(measures.map((one) => [one.id, one.of]))
  return new Map(indicators.map((one) => [one.id, partOf(of.get(one.measureId) ?? MeasureOf.SALES)]))
}

export interface PartSum { part: Part; weight: string; /** Mean of the scored items by weight, two places; "" without any. */ score: string }
/** In the order KPI, OKR, 360; only parts that have items. A veto has no weight and adds nothing. */
export function sumParts(items: { indicatorId: bigint; weight: string; score?: string }[], parts: Map<bigint, Part>): PartSum[] {
  const sums = new Map<Part, { weight: Decimal; scored: Decimal; points: Decimal; count: number }>()
  for (const item of items) {
    const weight = parse(item.weight) ?? zero
    if (weight.units === 0n) continue
    const part = parts.get(item.indicatorId) ?? 'kpi'
    const sum = sums.get(part) ?? { weight: zero, scored: zero, points: zero, count: 0 }
    const score = parse(item.score ?? '')
    sum.weight = add(sum.weight, weight)
    if (score) {
      sum.scored = add(sum.scored, weight)
      sum.points = add(sum.points, multiply(score, weight))
    }
    sums.set(part, sum)
  }
  return (['kpi', 'okr', 'rating'] as const).flatMap((part) => {
    const sum = sums.get(part)
    if (!sum) return []
    const mean = sum.scored.units === 0n ? null : divide(sum.points, sum.scored, 2)
    return [{ part, weight: toText(sum.weight), score: mean ? toText(mean) : '' }]
  })
}
