// Facts that a decision is about, in the order in which a person weighs them, and how each is read.
import type { Fact } from '@gen/workflow/v1/events_pb'
import { parse } from './decimal'
import { showDecimal, showPercent } from './number'

export interface ShownFact {
  name: string
  text: string
  /** The figure that a change is judged by. */
  leading: boolean
}

const order = ['old_value', 'new_value', 'difference', 'raise_percent']

/** Known names first, then as told. Percent by its name's end; other decimals grouped. */
export function shownFacts(facts: Pick<Fact, 'name' | 'value'>[]): ShownFact[] {
  const rank = (name: string) => (order.indexOf(name) + order.length + 1) % (order.length + 1)
  return facts
    .map((fact, index) => ({ fact, index }))
    .sort((a, b) => rank(a.fact.name) - rank(b.fact.name) || a.index - b.index)
    .map(({ fact }) => ({
      name: fact.name,
      text: !parse(fact.value) || /(^|_)(id|code|period)$/.test(fact.name) ? fact.value
        : fact.name.endsWith('_percent') ? showPercent(fact.value) : showDecimal(fact.value),
      leading: order.includes(fact.name),
    }))
}
