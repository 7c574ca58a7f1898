/*
 * explain_told.h - where an actual comes from that is made of no records: objectives with their key
 * results and check-ins, or a value that somebody entered. In Chinese and English.
 */
#ifndef SCORING_EXPLAIN_TOLD_H
#define SCORING_EXPLAIN_TOLD_H

#include "explain_rule.h"

#include <dacheng/goals/v1/okr_events.pb-c.h>

/* Steps above those of the rule; does nothing of an actual that was told without either. */
void explain_told(struct explanation *explanation, const Goals__ActualTold *told);
/* The key results that a measure feeds. */
Goals__KeyResult **explain_fed(struct dc_arena *arena, const Goals__ActualTold *told,
                               size_t *ret_count);
/* The rule of OKR: V / full_at, and the score. */
void explain_okr_rule(struct explanation *explanation, const Scoring__Item *item,
                      const struct rule *rule, const struct rule_input *input);

#endif
