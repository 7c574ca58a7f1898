import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { create, equals } from '@bufbuild/protobuf'
import { BelowFloor, LowerIsBetter, PlanItemSchema, RuleBasis, VetoComparison } from '@gen/goals/v1/events_pb'
import { equal, fraction, minus, over, rounded, type Fraction } from './fraction'
import { draftOf, itemOf, kindOf, ofTarget, ruleKinds, ruleProblems, type RuleDraft, type RuleKind } from './rules'
import { curveOf, samplesOf, scoreAt, tryRule } from './ruleScore'

// The words of tests/lib/rule_words.h, as a draft of a form.
const names: Record<string, string> = { F: 'fullMarks', B: 'floorScore', S: 'capScore', floor: 'floorRatio', stretch: 'stretchRatio', below: 'slopeBelow', above: 'slopeAbove', at: 'fullAt', min: 'scaleMin', max: 'scaleMax' }
const comparisons: Record<string, VetoComparison> = { '<': VetoComparison.BELOW, '<=': VetoComparison.AT_MOST, '>': VetoComparison.ABOVE, '>=': VetoComparison.AT_LEAST }

function draftFrom(kind: RuleKind, words: string, lower: boolean): RuleDraft {
  const draft = draftOf(null, lower)
  for (const key of Object.keys(draft.texts)) draft.texts[key] = ''
  Object.assign(draft, { kind, basis: RuleBasis.ACTUAL, clamped: false, rows: [], terms: [] })
  const set = (name: string, value: string) => { draft.texts[`${kind}.${name}`] = value }
  const parts = words.split(/\s+/).filter(Boolean)
  parts.forEach((part, at) => {
    const [key, value = ''] = part.split('=') as [string, string?]
    const row = /^(-?[\d.]*?)\.\.(-?[\d.]*?):(x?)(-?[\d.]*)$/.exec(part)
    if (row) draft.rows.push({ from: row[1]!, points: row[4]!, slope: row[3] === 'x' })
    else if (comparisons[part] !== undefined) { draft.comparison = comparisons[part]; set('value', parts[at + 1]!) }
    else if (kind === 'veto' && comparisons[parts[at - 1] ?? ''] !== undefined) return
    else if (/^-?[\d.]+$/.test(part)) draft.terms.push({ indicatorId: BigInt(draft.terms.length), points: part, condition: null })
    else if (key === 'of') draft.basis = value === 'ratio' ? RuleBasis.RATIO : RuleBasis.ACTUAL
    else if (key === 'places') draft.decimals = Number(value)
    else if (key === 'marginal') draft.marginal = true
    else if (key === 'below' && kind === 'threePoint') draft.belowFloor = value === 'keep' ? BelowFloor.FLOOR_SCORE : BelowFloor.ZERO
    else set(names[key] ?? key, value)
  })
  if (kind === 'linear') draft.clamped = draft.texts['linear.cap'] !== ''
  return draft
}
const wire = (kind: RuleKind) => kind.replace(/[A-Z]/g, (letter) => '_' + letter.toLowerCase())
const rows = (file: string) => readFileSync(`../../tests/cases/${file}.txt`, 'utf8').split('\n').filter((line) => line.trim() && !line.startsWith('#')).map((line) => line.split('|').map((cell) => cell.trim()))
const amount = (text: string): Fraction | null => {
  const [top, bottom = '1'] = text.split('/')
  const [a, b] = [fraction(top!), fraction(bottom)]
  return a && b && b.n !== 0n ? over(a, b) : null
}

interface Case { words: string; actual: string; target: string; floor: string; stretch: string; lower: boolean; how?: string; score: string; remark: string }
function casesOf(kind: RuleKind): Case[] {
  if (kind !== 'ratio') {
    return rows(`rule_${wire(kind)}`).map(([actual, target, floor, stretch, direction, words, , score, remark]) =>
      ({ actual, target, floor, stretch, lower: direction === 'lower', words, score, remark }) as Case)
  }
  return rows('rule_ratio').map(([actual, target, how, full, lower, cap, threshold, places, , score, remark]) =>
    ({ actual, target, floor: '-', stretch: '-', lower: how !== 'higher', how, words: `F=${full} lower=${lower} cap=${cap} places=${places}${threshold === '-' ? '' : ` threshold=${threshold}`}`, score, remark }) as Case)
}

/** What the form says of a case; undefined: the case is about something that a form does not try. */
function tried(kind: RuleKind, one: Case): string | undefined {
  const draft = draftFrom(kind, one.words, one.lower)
  if (one.how === 'quotient') draft.lowerIsBetter = LowerIsBetter.QUOTIENT
  const [actual, target] = [amount(one.actual.split(' ')[0]!), amount(one.target)]
  if (!actual || (kind === 'addDeduct' && one.actual.split(' ').slice(1).some((count) => count !== '0'))) return undefined
  if (ofTarget(draft) && (!target || target.n <= 0n)) return undefined
  for (const [name, own] of [['floorRatio', one.floor], ['stretchRatio', one.stretch]] as const) {
    if (own === '-' || !ofTarget(draft)) continue
    const share = over(amount(own)!, target!)
    const text = rounded(share, 6)
    if (!equal(fraction(text)!, share)) return undefined
    draft.texts[`${kind}.${name}`] = text
  }
  if (Object.keys(ruleProblems(draft, one.lower, 0n)).length > 0) return undefined // e.g. a floor at the target
  const outcome = scoreAt(draft, ofTarget(draft) ? over(actual, target!) : actual, one.lower)
  return outcome === null ? undefined : typeof outcome === 'string' ? outcome : rounded(outcome, draft.decimals)
}

describe('what a form says a rule gives', () => {
  it.each(ruleKinds)('%s: is what the service gives, row by row', (kind) => {
    let count = 0
    for (const one of casesOf(kind)) {
      const said = tried(kind, one)
      if (said === undefined) continue
      count++
      if (kind === 'veto') expect(said, JSON.stringify(one)).toBe(one.remark === 'vetoed' ? 'veto' : 'pass')
      else expect(minus(fraction(said)!, fraction(one.score)!).n, `${JSON.stringify(one)} gives ${said}`).toBe(0n)
    }
    expect(count).toBeGreaterThan(8)
  })
})

describe('the form of a rule', () => {
  it.each(ruleKinds)('%s: begins with values that are allowed, and has a curve', (kind) => {
    for (const lower of [false, true]) {
      const draft = { ...draftOf(null, lower), kind }
      expect(ruleProblems(draft, lower)).toEqual({})
      expect(curveOf(draft, lower)!.points.length).toBeGreaterThan(100)
      for (const x of samplesOf(draft)) expect(tryRule(draft, x, lower)).not.toBeNull()
    }
  })
  it.each(ruleKinds)('%s: writes what it read, and reads what it wrote', (kind) => {
    for (const lower of [false, true]) {
      const item = itemOf({ ...draftOf(null, lower), kind }, 7n, '40.00', lower)
      expect(kindOf(item)).toBe(kind)
      expect(item.weight).toBe(kind === 'veto' ? '0.00' : '40.00')
      expect(equals(PlanItemSchema, itemOf(draftOf(item, lower), 7n, '40.00', lower), item)).toBe(true)
      expect(ruleKinds.filter((other) => item[other])).toEqual([kind])
    }
  })
  it('keeps rows that have a slope, an open beginning and no highest', () => {
    const item = create(PlanItemSchema, { indicatorId: 1n, weight: '10.00', steps: { basis: RuleBasis.ACTUAL, rows: [{ to: '5', score: '1' }, { from: '5', slope: '2' }], decimals: 3 } })
    expect(equals(PlanItemSchema, itemOf(draftOf(item, false), 1n, '10.00', false), item)).toBe(true)
  })
})

describe('what a form refuses', () => {
  const paths: Record<string, string> = { score: 'points', slope: 'points' }
  it('is what the service refuses, at the same field', () => {
    let [taken, refused] = [0, 0]
    for (const [rule, direction, words, field] of rows('plan_rules')) {
      const kind = ruleKinds.find((one) => wire(one) === rule)
      // what a form cannot say at all: no choice made, rows with holes, a score in marginal rows, a retired indicator, seven places
      if (!kind || /nothing|places=|none/.test(words!) || ['veto.comparison', 'linear.lower'].includes(field!) || /\.(to|indicator_id)$|^steps\.rows\[1\]\.from$/.test(field!) || (kind === 'steps' && words === 'of=ratio') || field === 'rating' || /^marginal=1.*:\d/.test(words!)) continue
      const draft = draftFrom(kind, words!, direction === 'lower')
      const found = Object.keys(ruleProblems(draft, direction === 'lower', 99n))
      if (field === '-') {
        taken++
        expect(found, words).toEqual([])
      } else {
        const path = field!.slice(rule!.length + 1).replace(/(score|slope)$/, (last) => (field!.includes('rows[') ? paths[last]! : last))
        refused++
        expect(found, `${rule} ${words}`).toContain(path)
      }
    }
    expect(taken).toBeGreaterThan(8)
    expect(refused).toBeGreaterThan(15)
  })
  it('counts an indicator once', () => {
    const draft = { ...draftOf(null, false), kind: 'addDeduct' as const, terms: [{ indicatorId: 0n, points: '1', condition: null }, { indicatorId: 4n, points: '2', condition: null }] }
    expect(ruleProblems(draft, false, 4n)).toMatchObject({ 'terms[1].indicator_id': { key: 'twice' } })
    expect(ruleProblems(draft, false, 5n)).toEqual({})
  })
})
