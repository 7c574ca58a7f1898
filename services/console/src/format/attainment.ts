// One judgement of attainment for the whole console: which colour and which words a percentage gets.
import { compare, parse } from './decimal'

export type Standing = 'none' | 'behind' | 'near' | 'met' | 'ahead'

const hundred = parse('100')!
const near = parse('85')!
const ahead = parse('110')!

/** From percent text: below 85 behind, below 100 near, below 110 met, then ahead. */
export function standingOf(attainment: string): Standing {
  const value = parse(attainment)
  if (!value) return 'none'
  if (compare(value, near) < 0) return 'behind'
  if (compare(value, hundred) < 0) return 'near'
  return compare(value, ahead) < 0 ? 'met' : 'ahead'
}
