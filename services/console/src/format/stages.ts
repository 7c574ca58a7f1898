// A process definition as a drawing: stages one below the other, grouped into tracks (neighbours for
// the same kind of subject), outcomes as arrows to where they lead. Positions in rows, not pixels.
import type { Definition, OutcomeRule, StageRule } from '@gen/workflow/v1/workflow_pb'

export interface StageArrow {
  from: number // index of the stage
  /** Index of the stage that it leads to; the number of stages = the end; -1 = nowhere known. */
  to: number
  outcome: OutcomeRule
  kind: 'on' | 'back' | 'leap' | 'lost'
  /** Lane beside the stages, from 0, so that arrows that overlap do not cover each other. */
  lane: number
}
export interface StageDrawing {
  tracks: { from: number; to: number }[] // indices, inclusive
  arrows: StageArrow[]
  /** How many lanes there are on either side. */
  lanes: { back: number; leap: number }
}

type Drawn = Pick<Definition, 'stages'>

function trackOf(tracks: { from: number; to: number }[], index: number): { from: number; to: number } | undefined {
  return tracks.find((track) => index >= track.from && index <= track.to)
}

const kinds = (stage: Pick<StageRule, 'unitKinds'>) => [...stage.unitKinds].sort().join()

export function tracksOf(stages: Pick<StageRule, 'subject' | 'unitKinds'>[]): { from: number; to: number }[] {
  const out: { from: number; to: number }[] = []
  stages.forEach((stage, index) => {
    const before = stages[index - 1]
    if (before && before.subject === stage.subject && kinds(before) === kinds(stage)) out.at(-1)!.to = index
    else out.push({ from: index, to: index })
  })
  return out
}

/** "end" ends the case: the next track opens, or the cycle is over. */
function target(stages: StageRule[], tracks: { from: number; to: number }[], from: number, to: string): number {
  if (to === 'next' || to === '') return from + 1
  if (to === 'end') return (trackOf(tracks, from)?.to ?? stages.length - 1) + 1
  return stages.findIndex((stage) => stage.code === to)
}

export function drawStages({ stages }: Drawn): StageDrawing {
  const tracks = tracksOf(stages)
  const arrows = stages.flatMap((stage, from) =>
    stage.outcomes.map((outcome): StageArrow => {
      const to = target(stages, tracks, from, outcome.to)
      return { from, to, outcome, lane: 0, kind: to < 0 ? 'lost' : to === from + 1 ? 'on' : to <= from ? 'back' : 'leap' }
    }),
  )
  // The shortest arrows run closest to the stages.
  const beside = arrows.filter((arrow) => arrow.kind === 'back' || arrow.kind === 'leap')
  const taken: Record<'back' | 'leap', { low: number; high: number }[][]> = { back: [], leap: [] }
  for (const arrow of [...beside].sort((a, b) => Math.abs(a.to - a.from) - Math.abs(b.to - b.from))) {
    const [low, high] = [Math.min(arrow.from, arrow.to), Math.max(arrow.from, arrow.to)]
    let lane = 0
    const side = taken[arrow.kind === 'back' ? 'back' : 'leap']
    while (side[lane]?.some((one) => low <= one.high && high >= one.low)) lane++
    ;(side[lane] ??= []).push({ low, high })
    arrow.lane = lane
  }
  return { tracks, arrows, lanes: { back: taken.back.length, leap: taken.leap.length } }
}
