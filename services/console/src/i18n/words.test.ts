import { describe, expect, it } from 'vitest'
import { en } from './en'
import { zh } from './zh'

const sources = import.meta.glob<string>(['../**/*.vue', '../**/*.ts', '!../**/*.test.ts'], { query: '?raw', import: 'default', eager: true })
const find = (words: object, key: string): unknown => key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], words)

/** Keys as t('a.b') names them whole, and the beginnings of those that t(`a.b.${c}`) makes. */
function used(text: string): { key: string; whole: boolean }[] {
  return [
    ...[...text.matchAll(/\b(?:t|translate)\('([\w.]+)'/g)].map((match) => ({ key: match[1]!, whole: true })),
    ...[...text.matchAll(/\bt\(`([\w.]+)\.\$\{/g)].map((match) => ({ key: match[1]!, whole: false })),
    ...[...text.matchAll(/\bt\([^()'`]*\? '([\w.]+)' : '([\w.]+)'/g)].flatMap((match) => [match[1]!, match[2]!].map((key) => ({ key, whole: true }))),
  ]
}

describe('words', () => {
  it('are there for every key that the sources name', () => {
    const missing = Object.entries(sources).flatMap(([file, text]) =>
      used(text).filter(({ key, whole }) => (whole ? typeof find(zh, key) !== 'string' : typeof find(zh, key) !== 'object')).map(({ key }) => `${file}: ${key}`))
    expect(missing).toEqual([])
    expect(Object.keys(sources).length).toBeGreaterThan(100)
  })
  it('name the same values in both languages', () => {
    const wrong: string[] = []
    const compare = (chinese: object, english: object, path: string) => {
      for (const [key, value] of Object.entries(chinese)) {
        const other = (english as Record<string, unknown>)[key]
        if (typeof value === 'object') compare(value as object, other as object, `${path}${key}.`)
        else {
          const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort().join()
          if (names(String(value)) !== names(String(other)) && names(String(other)).split(',').some((name) => name && !names(String(value)).includes(name))) wrong.push(path + key)
        }
      }
    }
    compare(zh, en, '')
    expect(wrong).toEqual([])
  })
})
