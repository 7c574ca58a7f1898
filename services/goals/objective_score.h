/*
 * objective_score.h - what key results, objectives and owners come to, 0 to 1: pure, exact by GMP.
 *
 * A key result goes by straight lines through its points (okr_events.proto); an objective is the
 * mean of its key results by their weights, an owner the mean of his confirmed objectives by
 * theirs. Nothing is rounded on the way. What is not checked in yet stands at its start, and so does
 * what is fed no data. The messages were checked (objective.h).
 */
#ifndef DC_GOALS_OBJECTIVE_SCORE_H
#define DC_GOALS_OBJECTIVE_SCORE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/decimal.h"

#include <dacheng/goals/v1/okr_events.pb-c.h>

/* A key result at a value, rounded to six places, as text. */
char *objective_score_at(struct dc_arena *arena, const Goals__KeyResult *key_result,
                         const char *value);
/* Fills the scores of the objective and of its key results. */
void objective_score_show(struct dc_arena *arena, Goals__Objective *objective);

/* What the confirmed ones among an owner's objectives come to. Without one: 0 / 0, no data. Both
 * parts are below 10^18, as every receiver keeps them; a fraction that does not fit is replaced by
 * one on the same side of every fraction with up to 23 digits below the line. */
struct dc_ratio objective_score_owner(Goals__Objective *const *objectives, size_t count);
/* The same rounded, as text; "" without one. */
char *objective_score_owner_shown(struct dc_arena *arena, Goals__Objective *const *objectives,
                                  size_t count);

/* The fraction that stands for n / d (d > 0) within what is told; for tests. */
struct dc_ratio objective_score_fit(const char *numerator, const char *denominator);

#endif
