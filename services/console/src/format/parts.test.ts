import { describe, expect, it } from 'vitest'
import { create } from '@bufbuild/protobuf'
import { IndicatorSchema, MeasureOf, MeasureSchema } from '@gen/goals/v1/events_pb'
import { readPasted } from '@/components/entries/paste'
import { showScore, zoneOf } from '@/components/okr/zones'
import { partsByIndicator, sumParts } from './parts'

const measures = [MeasureOf.SALES, MeasureOf.OKR, MeasureOf.HAND, MeasureOf.TASKS].map((of, at) => create(MeasureSchema, { id: BigInt(10 + at), of }))
const indicators = measures.map((one, at) => create(IndicatorSchema, { id: BigInt(at + 1), measureId: one.id }))
const parts = partsByIndicator(indicators, measures)

describe('parts of a score', () => {
  it('go by what a measure is made of', () => {
    expect([...parts.values()]).toEqual(['kpi', 'okr', 'kpi', 'kpi'])
  })
  it('are means by weight, exact, over what is scored', () => {
    const items = [
      { indicatorId: 1n, weight: '50.00', score: '80.00' }, { indicatorId: 3n, weight: '20.00', score: '100.00' },
      { indicatorId: 4n, weight: '10.00', score: '' }, { indicatorId: 2n, weight: '20.00', score: '33.33' },
    ]
    expect(sumParts(items, parts)).toEqual([{ part: 'kpi', weight: '80.00', score: '85.71' }, { part: 'okr', weight: '20.00', score: '33.33' }])
  })
  it('leave out a veto, and say when nothing is scored', () => {
    expect(sumParts([{ indicatorId: 1n, weight: '0.00', score: '' }, { indicatorId: 2n, weight: '100.00', score: '' }], parts)).toEqual([{ part: 'okr', weight: '100.00', score: '' }])
  })
})

describe('scores of OKR', () => {
  it('stand in zones, a boundary in the better one', () => {
    const zones = { commit: '0.3', target: '0.7' }
    expect(['0', '0.299999', '0.3', '0.69', '0.7', '0.999999', '1'].map((score) => zoneOf(score, zones))).toEqual(['behind', 'behind', 'near', 'near', 'met', 'met', 'ahead'])
    expect(['', '0', '0.5625', '0.565', '1'].map(showScore)).toEqual(['', '0.00', '0.56', '0.57', '1.00'])
  })
})

describe('pasted values', () => {
  it('are read by tabs or commas, with or without a head', () => {
    expect(readPasted('编码,数值,依据\nE1,2,a,b\n\nE2， ３ \n"E3","",撤回')).toEqual([{ code: 'E1', value: '2', note: 'a,b' }, { code: 'E2', value: '3', note: '' }, { code: 'E3', value: '', note: '撤回' }])
    expect(readPasted('E1\t1.5\t两 起, 属实\r\nE2\t\t')).toEqual([{ code: 'E1', value: '1.5', note: '两 起, 属实' }, { code: 'E2', value: '', note: '' }])
  })
})
