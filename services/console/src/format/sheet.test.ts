import { describe, expect, it } from 'vitest'
import { toText } from './decimal'
import { readBlock, readCell, sameValue, sumWith, writeBlock } from './sheet'

describe('the sheet of targets', () => {
  it.each([
    ['1,000', 2, { kind: 'value', text: '1000' }], ['１２.50', 2, { kind: 'value', text: '12.50' }],
    ['12.500', 2, { kind: 'value', text: '12.50' }], ['12.505', 2, { kind: 'wrong', why: 'fine' }],
    ['-1', 2, { kind: 'wrong', why: 'negative' }], ['n/a', 0, { kind: 'wrong', why: 'number' }],
    ['1000000000000000', 0, { kind: 'value', text: '1000000000000000' }],
    ['1000000000000000.01', 2, { kind: 'wrong', why: 'large' }], ['  ', 2, { kind: 'none' }],
  ])('reads %j', (text, decimals, expected) => expect(readCell(text, decimals)).toEqual(expected))
  it('reads a block as Excel copies it', () => {
    expect(readBlock('1\t2\r\n3\t4\r\n')).toEqual([['1', '2'], ['3', '4']])
    expect(readBlock('"a\tb"\t"say ""x"""\n\t')).toEqual([['a\tb', 'say "x"'], ['', '']])
    expect(readBlock('7')).toEqual([['7']])
    expect(readBlock(writeBlock([['1', ''], ['', '2']]))).toEqual([['1', ''], ['', '2']])
  })
  it('knows the same number', () => {
    expect(sameValue('100', '100.00')).toBe(true)
    expect(sameValue('', '0')).toBe(false)
  })
  it('moves a sum by what its children became', () => {
    expect(toText(sumWith('60.00', [{ before: '10.00', after: '12.5' }, { before: '', after: '7' }]))).toBe('69.50')
    expect(toText(sumWith('', []))).toBe('0')
  })
})
