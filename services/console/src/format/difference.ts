// Two texts line by line: what went, what came, what stayed (longest common subsequence).
export interface DiffLine {
  kind: 'same' | 'gone' | 'new'
  before: number // line in the old text, 0 = none
  after: number
  text: string
}

const linesMax = 3000 // a definition has some hundred; beyond this the table would not fit

export function lineDiff(before: string, after: string): DiffLine[] {
  const a = before === '' ? [] : before.replace(/\n$/, '').split('\n')
  const b = after === '' ? [] : after.replace(/\n$/, '').split('\n')
  if (a.length > linesMax || b.length > linesMax) {
    return [
      ...a.map((text, index): DiffLine => ({ kind: 'gone', before: index + 1, after: 0, text })),
      ...b.map((text, index): DiffLine => ({ kind: 'new', before: 0, after: index + 1, text })),
    ]
  }
  const width = b.length + 1
  const common = new Uint16Array((a.length + 1) * width) // length of what is common from (i, j) on
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1]! + 1
        : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!)
    }
  }
  const out: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push({ kind: 'same', before: ++i, after: ++j, text: a[i - 1]! })
    } else if (i < a.length && (j >= b.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      out.push({ kind: 'gone', before: ++i, after: 0, text: a[i - 1]! })
    } else {
      out.push({ kind: 'new', before: 0, after: ++j, text: b[j - 1]! })
    }
  }
  return out
}

/** Only what changed, with `around` lines on either side; null stands for lines left out. */
export function changesOnly(lines: DiffLine[], around = 3): (DiffLine | null)[] {
  const near = lines.map((_, index) => lines.slice(Math.max(0, index - around), index + around + 1).some((one) => one.kind !== 'same'))
  const out: (DiffLine | null)[] = []
  lines.forEach((line, index) => {
    if (near[index]) out.push(line)
    else if (out.at(-1) !== null) out.push(null)
  })
  return out
}
