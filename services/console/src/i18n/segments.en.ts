// Words about targets that change within a period, in English.
import type { segmentsZh } from './segments.zh'
import type { Same } from './zh'

export const segmentsEn: Same<typeof segmentsZh> = {
  segment: {
    policy: 'How it counts',
    restate: 'Restate the period',
    restateText: 'The whole period is scored by the new target; cuts made before fall away.',
    cut: 'Cut the period',
    cutText: 'Cut at the date: the days before keep the old target, the new one holds from then on. Each segment is scored by itself, and the scores are weighted by working days.',
    on: 'Cut at',
    outside: 'The date must lie between {first} and {last}',
    first: 'The first day of the period: the same as restating it',
    becomes: '{from} to {to}: ',
    weights: 'Weights and rules of plans are not cut: the whole period is scored by the plan in force on its last day.',
    chip: 'cut',
    chipFrom: 'cut at {date}',
    hint: '{from} to {to}: target {value}',
    none: 'no target',
    estimated: 'For {count} people or units what was done in each segment is an estimate: the date has passed, and the preview spreads it over the working days so far. Once saved it is counted over the records.',
    current: 'Segments now',
  },
}
