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
    onlyThis: 'This unit only',
    keys: 'Arrows move, typing changes; paste a block from Excel; Ctrl+Z takes a step back',
    allowed: '(allowed: {from} to {to})',
    periodsLeft: 'In time',
    withMonths: 'With its months',
    levels: 'Levels',
    levelsOf: '{levels} levels',
    levelsAll: 'All levels',
    wholeTree: 'The whole tree',
    rows: '{rows} rows × {columns} columns',
    saveTitle: 'Save the changes',
    edited: '{count} cells changed',
    undo: 'One step back',
    undoAll: 'Undo all',
    overNow: 'Children come to more than the target in {count} places:',
    preview: 'Preview',
    saveAll: 'Save all',
    follow: 'Those below that are neither changed nor pinned go along in proportion',
    refused: 'Nothing was saved: {count} cells cannot be taken',
    loseEdits: '{count} changed cells are not saved and would be lost.',
    lose: 'Lose them',
    previewText: '{count} targets would change, {following} of them because they follow. Nothing is saved yet.',
    follows: 'follows',
    fresh: 'new',
    wrong: {
      number: 'Not a number',
      negative: 'Not below 0',
      fine: 'At most {decimals} decimals',
      large: 'Not above 1000000000000000',
    },
  },
}
