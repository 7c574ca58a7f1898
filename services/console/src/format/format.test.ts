import { describe, expect, it } from 'vitest'
import { add, apportion, compare, divide, parse, parseTyped, round, subtract, sum, toText } from './decimal'
import { showBytes, showDecimal, showPercent, showShort } from './number'
import { asGrain, parsePeriod, periodEnd, periodsAround, shiftPeriod, showPeriod } from './period'
import { csvCell, csvText } from './csv'
import { showAgo, showDate, showDuration } from './time'
import { standingOf } from './attainment'

const d = (text: string) => parse(text)!
const texts = (all: ReturnType<typeof apportion>) => all?.map(toText)

describe('exact decimals', () => {
  it.each([
    ['400000.00', '400000.00'], ['-0.05', '-0.05'], ['+7', '7'], ['0', '0'],
    ['123456789012345678901234567890.12', '123456789012345678901234567890.12'],
  ])('reads %s', (text, expected) => expect(toText(d(text))).toBe(expected))
  it.each(['', 'abc', '1e5', '1.', '.5', '1,000', '--1', 'NaN'])('refuses %j', (text) => expect(parse(text)).toBeNull())
  it.each([
    ['1,000,000', '1000000'], [' 12 000.50 ', '12000.50'], ['１２３', '123'], ['.5', '0.5'], ['5.', '5'],
  ])('takes %j as typed', (text, expected) => expect(toText(parseTyped(text)!)).toBe(expected))
  it.each(['1e5', '12元', '', '-'])('does not take %j as typed', (text) => expect(parseTyped(text)).toBeNull())
  it('adds and subtracts without losing a cent', () => {
    expect(toText(add(d('0.1'), d('0.2')))).toBe('0.3')
    expect(toText(subtract(d('500000'), d('400000.01')))).toBe('99999.99')
    expect(toText(sum([d('33.33'), d('33.33'), d('33.34')]))).toBe('100.00')
  })
  it('compares across scales', () => {
    expect(compare(d('100.00'), d('100'))).toBe(0)
    expect(compare(d('-1'), d('0.01'))).toBe(-1)
  })
  it.each([['0.125', 2, '0.13'], ['-0.125', 2, '-0.13'], ['2.5', 0, '3'], ['1', 2, '1.00']])(
    'rounds %s at %i half-up', (text, places, expected) => expect(toText(round(d(text), places))).toBe(expected))
  it('divides, and says so when it cannot', () => {
    expect(toText(divide(d('2'), d('3'), 4)!)).toBe('0.6667')
    expect(divide(d('1'), d('0.00'), 2)).toBeNull()
  })
  it('apportions by largest remainder', () => {
    expect(texts(apportion(d('100.00'), [d('1'), d('1'), d('1')], 2))).toEqual(['33.34', '33.33', '33.33'])
    expect(texts(apportion(d('100'), [d('0.5'), d('0.25'), d('0.25')], 0))).toEqual(['50', '25', '25'])
    expect(apportion(d('100'), [d('0')], 2)).toBeNull()
    for (const n of [3, 7, 1000]) {
      const parts = apportion(d('33.33'), Array.from({ length: n }, () => d('1')), 2)!
      expect(toText(sum(parts))).toBe('33.33')
    }
  })
})

describe('numbers as shown', () => {
  it.each([
    ['400000.00', '400,000'], ['1234567.5', '1,234,567.5'], ['-1000', '\u22121,000'], ['999', '999'], ['', ''],
    ['9007199254740993.01', '9,007,199,254,740,993.01'],
  ])('%s is %s', (text, expected) => expect(showDecimal(text)).toBe(expected))
  it('signs and fixes places on demand', () => {
    expect(showDecimal('5', { signed: true })).toBe('+5')
    expect(showDecimal('0', { signed: true })).toBe('0')
    expect(showDecimal('1234.5', { decimals: 2 })).toBe('1,234.50')
  })
  it.each([['80.00', '80%'], ['120.5', '120.5%'], ['66.67', '66.67%'], ['100', '100%'], ['80.50', '80.5%'], ['', '']])(
    '%s percent is %s', (text, expected) => expect(showPercent(text)).toBe(expected))
  it('shortens for axes', () => {
    expect(showShort(20_000_000, 'zh-CN')).toBe('2,000万')
    expect(showShort(100_000_000, 'zh-CN')).toBe('1亿')
    expect(showShort(20_000_000, 'en')).toBe('20M')
    expect(showBytes(209715200n)).toBe('200 MB')
  })
  it.each([['', 'none'], ['84.99', 'behind'], ['85', 'near'], ['99.99', 'near'], ['100.00', 'met'], ['110', 'ahead']])(
    '%s stands %s', (text, expected) => expect(standingOf(text)).toBe(expected))
})

describe('periods', () => {
  it.each(['2026', '2026Q4', '2026-11'])('reads %s', (text) => expect(parsePeriod(text)).not.toBeNull())
  it.each(['2026Q5', '2026-13', '26', '2026-1', ''])('refuses %j', (text) => expect(parsePeriod(text)).toBeNull())
  it.each([
    ['2026Q4', 'zh-CN', '2026年第四季度'], ['2026Q4', 'en', 'Q4 2026'], ['2026-11', 'zh-CN', '2026年11月'],
    ['2026-11', 'en', 'Nov 2026'], ['2026', 'zh-CN', '2026年'],
  ])('%s in %s is %s', (text, language, expected) => expect(showPeriod(text, language)).toBe(expected))
  it.each([['2026Q4', 1, '2027Q1'], ['2026Q1', -1, '2025Q4'], ['2026-12', 1, '2027-01'], ['2026', -1, '2025']])(
    '%s %i later is %s', (text, by, expected) => expect(shiftPeriod(text, by)).toBe(expected))
  it('changes grain and finds the last day', () => {
    expect(asGrain('2026', 'quarter')).toBe('2026Q4')
    expect(asGrain('2026-05', 'quarter')).toBe('2026Q2')
    expect(asGrain('2026Q2', 'month')).toBe('2026-06')
    expect(periodEnd('2028-02')).toBe('2028-02-29')
    expect(periodEnd('2026Q4')).toBe('2026-12-31')
    expect(periodsAround('2026Q4', 'quarter')).toHaveLength(12)
  })
})

describe('times and tables', () => {
  it('speaks the language', () => {
    expect(showAgo(0n, 180_000, 'en')).toBe('3 minutes ago')
    expect(showAgo(0n, 180_000, 'zh-CN')).toBe('3分钟前')
    expect(showDate('2026-11-23', 'en')).toBe('Nov 23, 2026')
    expect(showDuration(3_725_000, 'en')).toBe('1 h 2 min')
  })
  it('quotes, and defuses formulas', () => {
    expect(csvCell('a,"b"')).toBe('"a,""b"""')
    expect(csvCell('=HYPERLINK("x")')).toBe('"\'=HYPERLINK(""x"")"')
    expect(csvCell('-12.50')).toBe('-12.50')
    expect(csvText(['a'], [['1']])).toBe('\ufeffa\r\n1\r\n')
  })
})
