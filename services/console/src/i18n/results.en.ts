// Words about results in English: grades, calibration, publication, objections.
import type { resultsZh } from './results.zh'

export const resultsEn: typeof resultsZh = {
  results: {
    grade: 'Grade',
    coefficient: 'Coefficient',
    coefficientIs: 'coefficient {coefficient}',
    gradeTable: 'Grade table',
    distribution: 'Grades',
    share: 'Share',
    people: '{count} people',
    atLeast: '≥ {bound}',
    below: '< {bound}',
    from: 'Total from',
    rest: 'the rest',
    addGrade: 'Add a grade',
    noGrades: 'No grades',
    forced: 'Forced distribution',
    poolLevel: 'Pools: levels below (0 = one pool)',
    minPool: 'Smallest pool',
    poolsAre: 'Pools are the units {level} levels below what is calibrated; fewer than {minimum} people go together with what is above',
    tableHint: 'From best to last, each row beginning below the one before; the last one takes all that is left. When several plans score a person, the most specific one that has a table counts.',
    exportRanking: 'Export ranking',
    unit: 'Unit',
    live: 'Live figures, not published yet',
  },
}
