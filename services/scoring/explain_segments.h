/*
 * explain_segments.h - a target whose period is cut, written out: what each segment asks for, what was
 * done in it, its score, and the mean by working days.
 */
#ifndef SCORING_EXPLAIN_SEGMENTS_H
#define SCORING_EXPLAIN_SEGMENTS_H

#include "explain_rule.h"
#include "score.h"

/* What the segments of the indicator's target come to for the period; nothing of one that is not cut. */
void explain_cut_target(struct explanation *explanation, const struct facts *facts,
                        const struct indicator *indicator);
/* An item that is scored in segments (facts_rule_segments). */
void explain_segments(struct explanation *explanation, const Scoring__Item *item,
                      const struct plan_item *plan_item, enum rule_missing missing,
                      const struct facts *facts, const struct indicator *indicator,
                      const struct definitions *definitions);

#endif
