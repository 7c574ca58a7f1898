import { expect, test } from 'vitest'
import { applyChoice, choicesAt, splitAt } from './formula'

const measures = [{ code: 'sales_amount', name: '销售额' }, { code: 'sales_cost', name: '销售成本' }, { code: 'returns', name: '退货次数' }]
const codes = (text: string, condition = false) => choicesAt(text, text.length, measures, condition, (name) => name).map((one) => one.code)

test('letters before the caret choose by code and by Chinese name', () => {
  expect(codes('sales_amount / head')).toEqual(['headcount'])
  expect(codes('(销售')).toEqual(['sales_amount', 'sales_cost'])
  expect(codes('r')[0]).toBe('returns')
  expect(codes('').includes('last_year') && codes('').includes('returns')).toBe(true)
  expect(!codes('').includes('actual') && codes('', true).includes('actual') && codes('', true).includes('and')).toBe(true)
  expect(!codes('returns').includes('returns')).toBe(true)
})

test('a choice replaces what was typed and leaves the caret where one writes on', () => {
  const choice = (code: string) => choicesAt('', 0, measures, true, (name) => name).find((one) => one.code === code)!
  expect(applyChoice('1 + sal', 7, choice('sales_cost'))).toEqual({ text: '1 + sales_cost', caret: 14 })
  expect(applyChoice('mi / 2', 2, choice('min'))).toEqual({ text: 'min() / 2', caret: 4 })
  expect(applyChoice('a / he', 6, choice('headcount'))).toEqual({ text: 'a / headcount()', caret: 15 })
})

test('a fault is found by characters', () => {
  expect(splitAt('a + 客户 * 2', 5, 1)).toEqual({ before: 'a + ', wrong: '客', after: '户 * 2' })
  expect(splitAt('a + ', 5, 0)).toEqual({ before: 'a + ', wrong: '', after: '' })
})
