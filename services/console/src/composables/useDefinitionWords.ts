// Measures, rules and scopes in plain words.
import { LowerIsBetter, MeasureKind, MeasureOf, type Filter, type Measure, type Plan, type RatioRule } from '@gen/goals/v1/events_pb'
import { divide, parse, toText } from '@/format/decimal'
import { showDecimal, showPercent } from '@/format/number'
import { useWords } from './useWords'

/** "1.2" as a ratio is "120%". */
function ratioPercent(text: string): string {
  const value = parse(text)
  const percent = value && divide({ units: value.units * 100n, scale: value.scale }, parse('1')!, Math.max(0, value.scale - 2))
  return percent ? showPercent(toText(percent)) : ''
}

export function useDefinitionWords() {
  const { t, english } = useWords()
  const join = (parts: string[]) => parts.filter(Boolean).join(english.value ? '; ' : '；')

  function filter(one: Filter): string {
    return t(one.exclude ? 'measure.notIn' : 'measure.in', { dimension: t(`field.${one.dimension}`), values: one.values.join(english.value ? ', ' : '、') })
  }
  function measure(one: Measure, nameOf?: (id: bigint) => string): string {
    if (one.of === MeasureOf.OKR || one.of === MeasureOf.HAND) return t(`madeOf.${one.of}`)
    if (one.of === MeasureOf.FORMULA) return one.formula
    const field = one.field ? t(`field.${one.field}`) : ''
    let what: string
    if (one.kind === MeasureKind.RATIO) {
      what = nameOf ? t('measure.ratioOf', { top: nameOf(one.numeratorId), bottom: nameOf(one.denominatorId) }) : t('measure.words.5', { field })
    } else {
      what = t(`measure.words.${one.kind}`, { field })
    }
    return join([what, one.repeatOnly ? t('measure.repeatOnly') : '', one.firstOnly ? t('measure.firstOnly') : '', ...one.filters.map(filter)])
  }
  function rule(one: RatioRule): string {
    const lower = one.lowerIsBetter === LowerIsBetter.DIFFERENCE ? t('plan.lowerDifference')
      : one.lowerIsBetter === LowerIsBetter.QUOTIENT ? t('plan.lowerQuotient') : ''
    return join([
      t('plan.ruleRatio', { full: showDecimal(one.fullMarks) }), lower,
      one.cap ? t('plan.ruleCap', { cap: ratioPercent(one.cap) }) : '',
      parse(one.lower)?.units ? t('plan.ruleLower', { lower: ratioPercent(one.lower) }) : '',
      one.threshold ? t('plan.ruleThreshold', { threshold: ratioPercent(one.threshold) }) : '',
      t('plan.ruleDecimals', { decimals: one.decimals }),
    ])
  }
  function scope(plan: Plan, unitName: (id: bigint) => string, personName: (id: bigint) => string): string {
    const { position = '', unitId = 0n, personId = 0n } = plan.scope ?? {}
    if (personId) return t('plan.forPerson', { name: personName(personId) })
    const parts = [unitId ? t('plan.forUnit', { name: unitName(unitId) }) : '', position ? t('plan.forPosition', { name: position }) : '']
    return parts.filter(Boolean).join(' · ') || t('plan.forAll')
  }
  return { measure, rule, scope, filter, ratioPercent }
}
