// What a rule that stands in a form would give: for its chart and its examples. The formulas are those of
// docs/scoring-rules.md, exact; tests/cases/rule_*.txt holds them to the service's.
import { BelowFloor, LowerIsBetter, VetoComparison } from '@gen/goals/v1/events_pb'
import { parseTyped, toText, type Decimal } from './decimal'
import { equal, fraction, held, less, make, minus, near, nought, one, over, plus, rounded, times, type Fraction } from './fraction'
import { ofTarget, ruleProblems, textOf, type RuleDraft, type RuleKind } from './rules'

/** null: it needs a target's own floor. */
export type Outcome = Fraction | 'veto' | 'pass' | null
interface Trial {
  draft: RuleDraft
  lower: boolean
  at(name: string): Fraction | null
  better(a: Fraction, b: Fraction): boolean
}

const two = make(2n, 1n)
const most = make(10n ** 12n, 1n) // of a score without a cap

function ratio({ draft, lower, at }: Trial, x: Fraction): Fraction {
  const [full, cap, threshold] = [at('fullMarks')!, at('cap')!, at('threshold')]
  const quotient = draft.lowerIsBetter === LowerIsBetter.QUOTIENT
  if (lower && quotient && x.n <= 0n) return times(full, cap)
  const share = !lower ? x : quotient ? over(one, x) : minus(two, x)
  return threshold && less(share, threshold) ? nought : times(full, held(share, at('lower'), cap))
}

function linear({ draft, lower, at }: Trial, x: Fraction): Fraction | null {
  const [full, floor] = [at('fullMarks')!, at('floorRatio')]
  if (!floor) return null
  if (equal(floor, one) || less(one, floor) !== lower) return nought
  const value = times(full, over(minus(x, floor), minus(one, floor)))
  return draft.clamped ? held(value, times(full, at('lower')!), times(full, at('cap')!)) : held(value, minus(nought, most), most)
}

function threePoint({ draft, at, better }: Trial, x: Fraction): Fraction | null {
  const [full, floor, stretch, low, high] = [at('fullMarks')!, at('floorRatio'), at('stretchRatio'), at('floorScore')!, at('capScore')!]
  if (!floor) return null
  if (better(floor, x)) return draft.belowFloor === BelowFloor.ZERO ? nought : low
  if (!better(x, one)) return plus(low, times(minus(full, low), over(minus(x, floor), minus(one, floor))))
  if (!stretch) return full
  return better(x, stretch) ? high : plus(full, times(minus(high, full), over(minus(x, one), minus(stretch, one))))
}

function steps({ draft, at }: Trial, given: Fraction): Fraction {
  const rows = draft.rows.map((row) => ({ from: fraction(row.from), points: fraction(row.points)!, slope: row.slope || draft.marginal }))
  const first = rows[0]!.from
  const x = first && less(given, first) ? first : given
  const index = Math.max(0, rows.findLastIndex((row) => !row.from || !less(x, row.from)))
  const row = rows[index]!
  const value = !draft.marginal ? (row.slope ? times(x, row.points) : row.points)
    : rows.slice(0, index + 1).reduce((sum, part, place) => plus(sum, times(minus(place < index ? rows[place + 1]!.from! : x, part.from!), part.points)), nought)
  return held(value, at('lowest'), at('highest'))
}

function veto({ draft, at }: Trial, x: Fraction): 'veto' | 'pass' {
  const value = at('value')!
  const holds = {
    [VetoComparison.UNSPECIFIED]: false, [VetoComparison.BELOW]: less(x, value), [VetoComparison.AT_MOST]: !less(value, x),
    [VetoComparison.ABOVE]: less(value, x), [VetoComparison.AT_LEAST]: !less(x, value),
  }[draft.comparison]
  return holds ? 'veto' : 'pass'
}

function band({ at }: Trial, x: Fraction): Fraction {
  const [lo, hi] = [at('lo')!, at('hi')!]
  const lost = less(x, lo) ? times(minus(lo, x), at('slopeBelow')!) : less(hi, x) ? times(minus(x, hi), at('slopeAbove')!) : nought
  return held(minus(at('fullMarks')!, lost), at('lowest'), null)
}

const formulas: Record<RuleKind, (trial: Trial, x: Fraction) => Outcome> = {
  ratio, linear, threePoint, steps, veto, band,
  // of its first term; the others counted 0 times
  addDeduct: ({ draft, at }, x) => held(plus(at('start')!, times(x, fraction(draft.terms[0]!.points)!)), at('lowest'), at('highest')),
  accrual: ({ at }, x) => {
    const count = over(x, at('step')!)
    return held(times(make(count.n < 0n ? 0n : count.n / count.d, 1n), at('points')!), nought, at('cap'))
  },
  rating: ({ at }, x) => times(at('fullMarks')!, held(over(minus(x, at('scaleMin')!), minus(at('scaleMax')!, at('scaleMin')!)), nought, one)),
  okr: ({ at }, x) => times(at('fullMarks')!, held(over(x, at('fullAt')!), nought, at('cap'))),
}

/** Of a rule without problems: the outcome at x, a share of the target (`ofTarget`) or an actual. */
export function scoreAt(draft: RuleDraft, x: Fraction, lower: boolean): Outcome {
  // What a condition makes of it cannot be told from x alone.
  if (draft.kind === 'veto' ? draft.condition !== null : draft.kind === 'addDeduct' && draft.terms.some((term) => term.condition !== null)) return null
  const at = (name: string) => fraction(textOf(draft, name))
  return formulas[draft.kind]({ draft, lower, at, better: (a, b) => (lower ? less(a, b) : less(b, a)) }, x)
}

/** The score as text, "veto" or "pass"; null: nothing can be said. */
export function tryRule(draft: RuleDraft, typed: string, lower: boolean): string | null {
  const x = fraction(typed)
  if (!x || Object.keys(ruleProblems(draft, lower)).length > 0) return null
  const outcome = scoreAt(draft, x, lower)
  return typeof outcome === 'string' || outcome === null ? outcome : rounded(outcome, draft.decimals)
}

/** Values of x at which the rule turns or jumps. */
function edges(draft: RuleDraft): string[] {
  if (draft.kind === 'steps') return draft.rows.map((row) => row.from)
  const names: Partial<Record<RuleKind, string[]>> = {
    ratio: ['threshold', 'cap'], linear: ['floorRatio'], threePoint: ['floorRatio', 'stretchRatio'], band: ['lo', 'hi'], accrual: ['step'], veto: ['value'], rating: ['scaleMin', 'scaleMax'], okr: ['fullAt'],
  }
  return (names[draft.kind] ?? []).map((name) => textOf(draft, name))
}

/** Where a look is worth while: around the target, or around the edges of the rule. */
export function samplesOf(draft: RuleDraft): string[] {
  if (ofTarget(draft)) return ['0.6', '0.8', '1', '1.2']
  if (draft.kind === 'addDeduct') return ['0', '1', '5']
  if (draft.kind === 'okr') return ['0.3', '0.7', '1']
  const numbers = edges(draft).map(parseTyped).filter((value): value is Decimal => value !== null)
  const last = numbers.at(-1)
  if (last) numbers.push({ units: last.units * 2n + (last.units === 0n ? 1n : 0n), scale: last.scale })
  return [...new Set(numbers.map(toText))].slice(0, 5)
}

export interface Curve { from: number; to: number; points: [x: number, y: number][] }

/** The score over x for a chart, with both sides of a jump; a veto is 1 where it holds. Null: no curve. */
export function curveOf(draft: RuleDraft, lower: boolean): Curve | null {
  if (Object.keys(ruleProblems(draft, lower)).length > 0) return null
  const marks = edges(draft).map(fraction).filter((value): value is Fraction => value !== null)
  const low = marks.reduce((a, b) => (less(b, a) ? b : a), nought)
  let high = marks.reduce((a, b) => (less(a, b) ? b : a), ofTarget(draft) ? one : nought)
  if (draft.kind === 'accrual') high = times(high, make(12n, 1n))
  if (draft.kind === 'addDeduct') high = make(10n, 1n)
  if (!less(low, high)) high = plus(low, make(2n, 1n))
  const span = times(minus(high, low), make(5n, 4n))
  const tiny = over(span, make(100_000n, 1n))
  const xs = Array.from({ length: 121 }, (_, index) => plus(low, times(span, make(BigInt(index), 120n))))
  for (const mark of marks) xs.push(minus(mark, tiny), mark, plus(mark, tiny))
  if (draft.kind === 'accrual') {
    const step = fraction(textOf(draft, 'step'))!
    for (let count = 1n; count <= 15n; count++) xs.push(minus(times(step, make(count, 1n)), tiny), times(step, make(count, 1n)))
  }
  const end = plus(low, span)
  const points: [number, number][] = []
  for (const x of xs.filter((value) => !less(value, low) && !less(end, value)).sort((a, b) => (less(a, b) ? -1 : 1))) {
    const outcome = scoreAt(draft, x, lower)
    if (outcome === null) return null
    points.push([near(x), outcome === 'veto' ? 1 : outcome === 'pass' ? 0 : near(outcome)])
  }
  return { from: near(low), to: near(end), points }
}
