// Scoring rules as a form holds them (docs/scoring-rules.md): what each asks for, and what is wrong.
// The service decides; this says it earlier, at the field.
import { create } from '@bufbuild/protobuf'
import { BelowFloor, LowerIsBetter, PlanItemSchema, RuleBasis, VetoComparison, type PlanItem } from '@gen/goals/v1/events_pb'
import { parseTyped, toText } from './decimal'
import { equal, fraction, less, one } from './fraction'

export const ruleKinds = ['ratio', 'linear', 'threePoint', 'steps', 'addDeduct', 'accrual', 'veto', 'band', 'rating', 'okr'] as const
export type RuleKind = (typeof ruleKinds)[number]

export interface RowDraft { from: string; points: string; slope: boolean }
/** A term with a condition counts it (1 while it holds) instead of an indicator; null: an indicator. */
export interface TermDraft { indicatorId: bigint; points: string; condition: string | null }
export interface RuleDraft {
  kind: RuleKind
  /** Numbers by "kind.field", so that trying another rule loses nothing. */
  texts: Record<string, string>
  basis: RuleBasis
  clamped: boolean
  marginal: boolean
  belowFloor: BelowFloor
  comparison: VetoComparison
  /** Of a veto, instead of a comparison with a value; null: a comparison. */
  condition: string | null
  lowerIsBetter: LowerIsBetter
  rows: RowDraft[]
  terms: TermDraft[]
  decimals: number
}

/** points; a share of the target or of full marks; a place on the axis of x; points for each 1 of x. */
export type FieldUnit = 'points' | 'share' | 'x' | 'perX'
export interface NumberField { name: string; unit: FieldUnit; most: bigint; least?: bigint; negative?: boolean; optional?: boolean; positive?: boolean; first: string }
const mostPoints = 1_000_000n
const mostX = 1_000_000_000_000n
const field = (name: string, unit: FieldUnit, first: string, rest: Partial<NumberField> = {}): NumberField =>
  ({ name, unit, first, most: unit === 'x' ? mostX : mostPoints, ...rest })
const positive = { positive: true }
const optional = { optional: true }
const negative = { negative: true }
const full = field('fullMarks', 'points', '100', positive)

interface RuleForm {
  fields: NumberField[] // in the order of the form, with what stands there first
  basis?: boolean       // x is the actual, or actual / target, as the rule says
  ofTarget?: boolean    // x is a share of the target; without this and `basis` x is the actual
  ordered?: [low: string, high: string, unlike?: 'low' | 'high'][] // not the other way round; nor alike, which the service says of that one
}
/** A rule is a row here, a formula in ruleScore.ts, and its words. */
export const ruleForms: Record<RuleKind, RuleForm> = {
  ratio: {
    fields: [full, field('lower', 'share', '0'), field('cap', 'share', '1.2', positive), field('threshold', 'share', '', optional)],
    ofTarget: true, ordered: [['lower', 'cap']],
  },
  linear: {
    fields: [full, field('floorRatio', 'share', '0.6', optional), field('lower', 'share', '0'), field('cap', 'share', '1.2', positive)],
    ofTarget: true, ordered: [['lower', 'cap']],
  },
  threePoint: {
    fields: [field('floorScore', 'points', '60'), full, field('capScore', 'points', '120'), field('floorRatio', 'share', '0.8', optional), field('stretchRatio', 'share', '1.2', optional)],
    ofTarget: true, ordered: [['floorScore', 'fullMarks'], ['fullMarks', 'capScore']],
  },
  steps: {
    fields: [field('lowest', 'points', '', { ...negative, ...optional }), field('highest', 'points', '', { ...negative, ...optional })],
    basis: true, ordered: [['lowest', 'highest']],
  },
  addDeduct: { fields: [field('start', 'points', '100', negative), field('lowest', 'points', '0', negative), field('highest', 'points', '100', negative)], ordered: [['lowest', 'highest']] },
  accrual: { fields: [field('step', 'x', '1', positive), field('points', 'points', '1', positive), field('cap', 'points', '10', positive)] },
  veto: { fields: [field('value', 'x', '0', negative), field('highest', 'points', '0')], basis: true },
  band: {
    fields: [full, field('lo', 'x', '0.9', negative), field('hi', 'x', '1.1', negative), field('slopeBelow', 'perX', '200', positive), field('slopeAbove', 'perX', '200', positive), field('lowest', 'points', '0')],
    basis: true, ordered: [['lo', 'hi'], ['lowest', 'fullMarks', 'low']],
  },
  rating: { fields: [full, field('scaleMin', 'points', '1', negative), field('scaleMax', 'points', '5', negative)], ordered: [['scaleMin', 'scaleMax', 'high']] },
  okr: { fields: [full, field('fullAt', 'x', '0.7', { ...positive, most: 1n }), field('cap', 'share', '1', { least: 1n })] },
}
export const rowPoints = field('points', 'points', '', negative)
export const kindOf = (item: PlanItem): RuleKind => ruleKinds.find((kind) => item[kind]) ?? 'ratio'
/** The name of a field or a rule in a refusal of the service: "three_point". */
export const wireName = (name: string) => name.replace(/[A-Z]/g, (letter) => '_' + letter.toLowerCase())
/** Does x of the rule count as a share of the target? */
export const ofTarget = (draft: RuleDraft) => (ruleForms[draft.kind].basis ? draft.basis === RuleBasis.RATIO : ruleForms[draft.kind].ofTarget === true)

const choices = ['basis', 'clamped', 'marginal', 'belowFloor', 'comparison', 'lowerIsBetter', 'decimals'] as const

export function draftOf(item: PlanItem | null, lower: boolean): RuleDraft {
  const texts = Object.fromEntries(ruleKinds.flatMap((kind) => ruleForms[kind].fields.map(({ name, first }) => [`${kind}.${name}`, first])))
  if (lower) Object.assign(texts, { 'linear.floorRatio': '1.4', 'threePoint.floorRatio': '1.2', 'threePoint.stretchRatio': '0.8' })
  const draft: RuleDraft = {
    kind: 'ratio', texts, basis: RuleBasis.RATIO, clamped: true, marginal: false, belowFloor: BelowFloor.ZERO, comparison: VetoComparison.ABOVE, condition: null,
    lowerIsBetter: lower ? LowerIsBetter.DIFFERENCE : LowerIsBetter.UNSPECIFIED,
    rows: [{ from: '0', points: '0', slope: false }, { from: '0.6', points: '60', slope: false }, { from: '1', points: '100', slope: false }],
    terms: [{ indicatorId: 0n, points: '-5', condition: null }], decimals: 2,
  }
  if (!item) return draft
  const kind = (draft.kind = kindOf(item))
  const rule = item[kind] as Record<string, unknown> | undefined
  if (!rule) return draft
  for (const { name } of ruleForms[kind].fields) texts[`${kind}.${name}`] = String(rule[name] ?? '')
  for (const name of choices) if (rule[name] !== undefined) Object.assign(draft, { [name]: rule[name] })
  if (kind === 'linear' && !draft.clamped) Object.assign(texts, { 'linear.lower': '0', 'linear.cap': '1.2' })
  if (item.steps) draft.rows = item.steps.rows.map((row) => ({ from: row.from, points: row.slope || row.score, slope: row.slope !== '' }))
  if (item.addDeduct) draft.terms = item.addDeduct.terms.map(({ indicatorId, points, condition }) => ({ indicatorId, points, condition: condition || null }))
  if (item.veto?.condition) Object.assign(draft, { condition: item.veto.condition, basis: RuleBasis.RATIO, comparison: VetoComparison.ABOVE })
  return draft
}

export const textOf = (draft: RuleDraft, name: string) => (draft.texts[`${draft.kind}.${name}`] ?? '').trim()
const plain = (typed: string) => {
  const value = parseTyped(typed)
  return value ? toText(value) : typed.trim()
}
/** The numbers that a form shows: unclamped, a linear rule has no bounds. */
export const shownFields = (draft: RuleDraft) => ruleForms[draft.kind].fields.filter(({ name }) => (draft.kind !== 'veto' || draft.condition === null || name !== 'value') && (draft.kind !== 'linear' || draft.clamped || (name !== 'lower' && name !== 'cap')))

export function itemOf(draft: RuleDraft, indicatorId: bigint, weight: string, lower: boolean): PlanItem {
  const { kind, marginal, decimals } = draft
  const numbers = Object.fromEntries(shownFields(draft).map(({ name }) => [name, plain(textOf(draft, name))]))
  const rule: Record<string, unknown> = kind === 'veto' ? numbers : { ...numbers, decimals }
  if (ruleForms[kind].basis) rule.basis = draft.basis
  if (kind === 'ratio') rule.lowerIsBetter = lower ? draft.lowerIsBetter || LowerIsBetter.DIFFERENCE : LowerIsBetter.UNSPECIFIED
  if (kind === 'linear') rule.clamped = draft.clamped
  if (kind === 'threePoint') rule.belowFloor = draft.belowFloor
  if (kind === 'veto') rule.comparison = draft.comparison
  if (kind === 'veto' && draft.condition !== null) Object.assign(rule, { condition: draft.condition.trim(), basis: RuleBasis.UNSPECIFIED, comparison: VetoComparison.UNSPECIFIED })
  if (kind === 'steps') {
    rule.marginal = marginal
    rule.rows = draft.rows.map((row, at) => ({
      from: plain(row.from), to: plain(draft.rows[at + 1]?.from ?? ''),
      ...(row.slope || marginal ? { slope: plain(row.points) } : { score: plain(row.points) }),
    }))
  }
  if (kind === 'addDeduct') rule.terms = draft.terms.map((term) => ({ indicatorId: term.condition === null ? term.indicatorId : 0n, points: plain(term.points), condition: term.condition?.trim() ?? '' }))
  return create(PlanItemSchema, { indicatorId, weight: kind === 'veto' ? '0.00' : weight, [kind]: rule })
}

// --- what is wrong, by the path of the field ---------------------------------------------------------
export interface RuleProblem {
  key: 'condition' | 'number' | 'positive' | 'below' | 'above' | 'order' | 'ascending' | 'terms' | 'notZero' | 'twice'
  values: Record<string, string>
}
type Bounds = Pick<NumberField, 'most' | 'least' | 'negative' | 'optional' | 'positive'>

function numberProblem(typed: string, bounds: Bounds): RuleProblem | null {
  if (!typed.trim() && bounds.optional) return null
  const value = parseTyped(typed)
  const most = value ? bounds.most * 10n ** BigInt(value.scale) : 0n
  const within = value && value.scale <= 6 && value.units <= most && value.units >= (bounds.negative ? -most : (bounds.least ?? 0n) * 10n ** BigInt(value.scale))
  if (!within) return { key: 'number', values: { low: String(bounds.negative ? -bounds.most : (bounds.least ?? 0n)), high: String(bounds.most) } }
  return bounds.positive && value.units === 0n ? { key: 'positive', values: {} } : null
}

function rowProblems(draft: RuleDraft, say: (path: string, problem: RuleProblem | null) => void): void {
  draft.rows.forEach((row, at) => {
    const path = `rows[${at}].from`
    say(path, numberProblem(row.from, { most: mostX, negative: true, optional: at === 0 && !draft.marginal }))
    say(`rows[${at}].points`, numberProblem(row.points, rowPoints))
    const [before, here] = [fraction(draft.rows[at - 1]?.from ?? ''), fraction(row.from)]
    if (before && here && !less(before, here)) say(path, { key: 'ascending', values: { other: draft.rows[at - 1]!.from } })
  })
}

function termProblems(draft: RuleDraft, own: bigint, say: (path: string, problem: RuleProblem | null) => void): void {
  if (draft.terms.length === 0) say('terms', { key: 'terms', values: {} })
  const which = draft.terms.map((term) => term.condition?.trim() ?? (term.indicatorId || own))
  draft.terms.forEach((term, at) => {
    if (term.condition?.trim() === '') say(`terms[${at}].condition`, { key: 'condition', values: {} })
    say(`terms[${at}].points`, numberProblem(term.points, rowPoints))
    if (parseTyped(term.points)?.units === 0n) say(`terms[${at}].points`, { key: 'notZero', values: {} })
    if (which.indexOf(which[at]!) < at) say(`terms[${at}].indicator_id`, { key: 'twice', values: {} })
  })
}

/** Paths as the service says them behind "plan.items[n].<rule>."; a row's value is its "points". */
export function ruleProblems(draft: RuleDraft, lower: boolean, own = 0n): Record<string, RuleProblem> {
  const found: Record<string, RuleProblem> = {}
  const say = (path: string, problem: RuleProblem | null) => { if (problem && !found[path]) found[path] = problem }
  const shown = shownFields(draft)
  for (const one of shown) say(wireName(one.name), numberProblem(textOf(draft, one.name), one))
  for (const [low, high, unlike] of ruleForms[draft.kind].ordered ?? []) {
    const [a, b] = [fraction(textOf(draft, low)), fraction(textOf(draft, high))]
    const wrong = shown.some(({ name }) => name === high) && a && b && (less(b, a) || (unlike && equal(a, b)))
    if (wrong) say(wireName(unlike === 'low' ? low : high), { key: 'order', values: { low: textOf(draft, low), high: textOf(draft, high) } })
  }
  const share = (name: string, better: boolean) => {
    const value = fraction(textOf(draft, name))
    const above = better !== lower
    if (value && (above ? !less(one, value) : !less(value, one))) say(wireName(name), { key: above ? 'above' : 'below', values: {} })
  }
  if (shown.some(({ name }) => name === 'floorRatio')) share('floorRatio', false)
  if (shown.some(({ name }) => name === 'stretchRatio')) share('stretchRatio', true)
  if (draft.kind === 'veto' && draft.condition?.trim() === '') say('condition', { key: 'condition', values: {} })
  if (draft.kind === 'steps') rowProblems(draft, say)
  if (draft.kind === 'addDeduct') termProblems(draft, own, say)
  return found
}
