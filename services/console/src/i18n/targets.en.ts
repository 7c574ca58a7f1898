// Words about targets beyond the tree in English.
import type { targetsZh } from './targets.zh'
import type { Same } from './zh'

export const targetsEn: Same<typeof targetsZh> = {
  targets: {
    comma: ', ',
    actualsOf: 'By the actuals of',
    noActual: 'no data',
    lacking: '{names} ({count} in all) have no actual above 0 in that period. Say what they get:',
    lackingChoice: 'Those without actuals',
    without: {
      1: 'A target of 0',
      2: 'No part, as they are',
      3: 'The mean of the others',
    },
  },
}
