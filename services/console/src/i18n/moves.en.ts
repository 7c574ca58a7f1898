// Words about moves during a period in English.
import type { movesZh } from './moves.zh'
import type { Same } from './zh'

export const movesEn: Same<typeof movesZh> = {
  moves: {
    lead: 'People or units that moved within the period, while their targets are still part of the old unit\'s. Decide one by one or many at once; what is moved back, over or decided disappears by itself.',
    waiting: '{count} moves want a decision about their targets',
    handle: 'Decide',
    none: 'No move wants a decision.',
    person: 'Who',
    way: 'Move',
    on: 'since',
    chosen: '{count} chosen',
    all: 'All',
    choice: { 1: 'Stay with the old unit', 2: 'Go along', 3: 'Split by working days' },
    text: {
      1: 'It stays part of the old unit\'s target; no figure changes.',
      2: 'It goes to the new unit for the whole period: targets above it in the old place become less by it, those in the new place more, up to where both meet.',
      3: 'It counts to the old unit until the move and to the new one from then on: targets above are cut on that day, so each side answers for its working days.',
    },
    cannot: '{count} of the chosen cannot be done so: take them out, or choose otherwise',
    usual: 'Make this the usual choice',
    isUsual: 'usual',
    usualSaved: 'This is the usual choice now',
    effect: 'Targets above that change',
    nothing: 'No target changes.',
    from: 'from {date}',
    problems: '{count} cannot be done so',
    decide: 'Decide',
    decided: '{count} decided, {changed} targets changed',
    records: 'Records from before the move count to the unit of their time, and scores keep the tree of their time.',
    more: '{count} more',
    own: 'Its own target stays as it is',
  },
}
