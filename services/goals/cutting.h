/*
 * cutting.h - what the policy of an act makes of a target's segments: RESTATE takes them away where
 * figures change, SEGMENT cuts.
 */
#ifndef DC_GOALS_CUTTING_H
#define DC_GOALS_CUTTING_H

#include "act.h"

/* The day must lie in the period; INVALID_ARGUMENT at effective_on, FAILED_PRECONDITION at policy when
 * the indicator is made of no records. For RESTATE: up to the last day. */
enum dc_code cutting_check(const struct act *act, struct dc_error *error) DC_MUST_CHECK;
/* Of the nodes that an act changes: the segments so far. Before figures are taken along. */
enum dc_code cutting_load(struct dc_step *step, struct act *act,
                          struct dc_error *error) DC_MUST_CHECK;
/* The figures of a node changed from `before`: its segments as they are to be. */
enum dc_code cutting_apply(struct dc_step *step, struct act *act, size_t at,
                           const struct segment *before, struct dc_error *error) DC_MUST_CHECK;
/* The figures of a node as they are now. */
struct segment cutting_figures(const struct store_target *target, struct dc_decimal value);
/* Writes those that differ. */
enum dc_code cutting_write(struct dc_step *step, const struct act *act,
                           struct dc_error *error) DC_MUST_CHECK;
/* As they are told and shown; in the arena. */
Goals__TargetSegment **cutting_message(struct dc_arena *arena, const struct segment *segments,
                                       size_t count, int decimals);

#endif
