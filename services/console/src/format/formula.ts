// A formula while it is written: what could stand at the caret, and where a fault is. The service reads it
// (docs/formulas.md); here is only what helps to write it.
export interface MeasureName { code: string; name: string }
export interface Choice {
  code: string
  label: string
  call: boolean   // written with parentheses
  empty: boolean  // of which nothing stands between
  typed: boolean  // it completes what stands before the caret
}

const functions = ['if', 'min', 'max', 'abs', 'round', 'coalesce', 'has', 'headcount', 'previous', 'last_year'] as const
const inRules = ['actual', 'target'] as const
const words = ['and', 'or', 'not'] as const
const empties: readonly string[] = ['headcount', 'actual', 'target']

const wordBefore = (text: string, caret: number) => /[a-z0-9_\u4e00-\u9fff]*$/.exec(text.slice(0, caret))?.[0] ?? ''

/** By the letters before the caret, in codes or in names; without letters everything, measures first. */
export function choicesAt(text: string, caret: number, measures: MeasureName[], condition: boolean, label: (name: string) => string): Choice[] {
  const typed = wordBefore(text, caret)
  const named = [...functions, ...(condition ? inRules : [])].map((code) => ({ code: code as string, label: label(code), call: true, empty: empties.includes(code), typed: typed !== '' }))
  const joined = condition ? words.map((code) => ({ code: code as string, label: label(code), call: false, empty: false, typed: typed !== '' })) : []
  const all: Choice[] = [...measures.map(({ code, name }) => ({ code, label: name, call: false, empty: false, typed: typed !== '' })), ...named, ...joined]
  return all.filter((one) => one.code !== typed && (one.code.includes(typed) || one.label.includes(typed)))
    .sort((a, b) => Number(b.code.startsWith(typed)) - Number(a.code.startsWith(typed)))
}

export function applyChoice(text: string, caret: number, choice: Choice): { text: string; caret: number } {
  const from = caret - wordBefore(text, caret).length
  const written = choice.call ? `${choice.code}()` : choice.code
  const at = from + written.length - (choice.call && !choice.empty ? 1 : 0)
  return { text: text.slice(0, from) + written + text.slice(caret), caret: at }
}

/** The text around a fault; columns count characters, from 1. At the end nothing is wrong but missing. */
export function splitAt(text: string, column: number, length: number): { before: string; wrong: string; after: string } {
  const characters = [...text]
  return { before: characters.slice(0, column - 1).join(''), wrong: characters.slice(column - 1, column - 1 + length).join(''), after: characters.slice(column - 1 + length).join('') }
}
