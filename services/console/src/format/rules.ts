// The scoring rules that a plan's item may have (docs/scoring-rules.md); exactly one is set.
import type { PlanItem } from '@gen/goals/v1/events_pb'

export const ruleKinds = ['ratio', 'linear', 'threePoint', 'steps', 'addDeduct', 'accrual', 'veto', 'band', 'rating', 'okr'] as const
export type RuleKind = (typeof ruleKinds)[number]
export const kindOf = (item: PlanItem): RuleKind => ruleKinds.find((kind) => item[kind]) ?? 'ratio'
