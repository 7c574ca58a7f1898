// Scoring rules in plain words: of a plan's item, of a form's fields, and of what is wrong with them.
import type { PlanItem } from '@gen/goals/v1/events_pb'
import { parse } from '@/format/decimal'
import { showDecimal } from '@/format/number'
import { kindOf, ofTarget, type NumberField, type RuleDraft, type RuleKind, type RuleProblem } from '@/format/rules'
import { useDefinitionWords } from './useDefinitionWords'
import { useWords } from './useWords'

export function useRuleWords() {
  const { t, english, unitName } = useWords()
  const definitions = useDefinitionWords()
  const share = definitions.ratioPercent
  const join = (...parts: string[]) => parts.filter(Boolean).join(english.value ? '; ' : '；')
  const range = (low: string, high: string) => (low || high ? t('rule.words.range', { low: low || '–', high: high || '–' }) : '')

  const said: Record<RuleKind, (item: PlanItem) => string> = {
    ratio: ({ ratio }) => definitions.rule(ratio!),
    linear: ({ linear }) => join(
      t('rule.words.linear', { full: linear!.fullMarks }), linear!.floorRatio && t('rule.words.floorRatio', { share: share(linear!.floorRatio) }),
      linear!.clamped ? range(share(linear!.lower), share(linear!.cap)) : t('rule.words.unclamped')),
    threePoint: ({ threePoint }) => join(
      t('rule.words.threePoint', { low: threePoint!.floorScore, full: threePoint!.fullMarks, high: threePoint!.capScore }),
      threePoint!.floorRatio && t('rule.words.floorRatio', { share: share(threePoint!.floorRatio) }),
      threePoint!.stretchRatio && t('rule.words.stretchRatio', { share: share(threePoint!.stretchRatio) })),
    steps: ({ steps }) => join(t(`rule.words.${steps!.marginal ? 'marginal' : 'steps'}`, { count: steps!.rows.length }), t(`rule.basis.${steps!.basis}`), range(steps!.lowest, steps!.highest)),
    addDeduct: ({ addDeduct }) => t('rule.words.addDeduct', { start: addDeduct!.start, count: addDeduct!.terms.length, lowest: addDeduct!.lowest, highest: addDeduct!.highest }),
    accrual: ({ accrual }) => t('rule.words.accrual', { step: accrual!.step, points: accrual!.points, cap: accrual!.cap }),
    veto: ({ veto }) => veto!.condition ? t('rule.words.vetoCondition', { condition: veto!.condition, highest: veto!.highest || veto!.highestGrade }) : t('rule.words.veto', { basis: t(`rule.basis.${veto!.basis}`), comparison: t(`rule.comparisons.${veto!.comparison}`), value: veto!.value, highest: veto!.highest }),
    rating: ({ rating }) => t('rule.words.rating', { full: rating!.fullMarks, low: rating!.scaleMin, high: rating!.scaleMax }),
    okr: ({ okr }) => t('rule.words.okr', { full: okr!.fullMarks, at: okr!.fullAt, cap: share(okr!.cap) }),
    band: ({ band }) => t('rule.words.band', { basis: t(`rule.basis.${band!.basis}`), lo: band!.lo, hi: band!.hi, full: band!.fullMarks }),
  }
  function item(one: PlanItem): string {
    const kind = kindOf(one)
    return one[kind] ? join(kind === 'ratio' || kind === 'veto' ? '' : t(`rule.kinds.${kind}`), said[kind](one)) : ''
  }

  /** What stands behind a number: points, the indicator's unit, a share and how many percent it is. */
  function unit(draft: RuleDraft, field: NumberField, typed: string, unitOfMeasure: string): string {
    const x = ofTarget(draft) ? t('rule.units.ofTarget') : unitName(unitOfMeasure)
    if (field.unit === 'points') return t('rule.units.points')
    if (field.unit === 'perX') return t('rule.units.perOne')
    if (field.unit === 'share') return parse(typed) ? `= ${share(typed)}` : t('rule.units.share')
    return ofTarget(draft) && parse(typed) ? `= ${share(typed)}` : x
  }
  function allowed(field: NumberField): string {
    const high = showDecimal(String(field.most))
    const low = showDecimal(String(field.negative ? -field.most : (field.least ?? 0n)))
    const within = field.positive ? t('rule.allowed.positive', { high }) : t('rule.allowed.number', { low, high })
    return field.optional ? t('rule.allowed.empty', { range: within }) : within
  }
  const problem = (one: RuleProblem) => t(`rule.problems.${one.key}`, one.values)
  return { item, unit, allowed, problem }
}
