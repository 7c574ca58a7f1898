// Words about pace and forecast in English.
import type { paceZh } from './pace.zh'
import type { Same } from './zh'

export const paceEn: Same<typeof paceZh> = {
  pace: {
    title: 'Pace and forecast',
    note: 'up to {day}, working day {elapsed} of {days}',
    share: '{share} expected',
    ahead: 'ahead by',
    behind: 'behind by',
    onPace: 'just on pace',
    needed: 'Needed each working day',
    neededNote: '{rate} a day so far',
    reached: 'reached',
    noDays: 'no working day is left',
    forecast: 'Forecast of the end',
    range: '{low} – {high}',
    rangeNote: 'from the last {months} months; four times of five it ends within; a forecast, no more',
    over: 'the period is over',
    too_little_data: 'too little data for a forecast',
    people: 'People below pace',
    peopleNote: '{total} of {all} · {share} expected',
    nobody: 'Nobody is below pace.',
    more: '{count} more',
  },
}
