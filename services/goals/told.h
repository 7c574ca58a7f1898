/*
 * told.h - telling the values of measures that are made of no records: what owners' objectives came
 * to, and what somebody entered. Absolute values with a version each, in ActualsTold events.
 */
#ifndef DC_GOALS_TOLD_H
#define DC_GOALS_TOLD_H

#include "store_okr.h"

/* Collects what is told, into events of at most half a mebibyte each. */
struct told;
struct told *told_new(struct dc_step *step);
void told_add(struct told *told, Goals__ActualTold *actual);
void told_end(struct told *told);

/* What the objectives of an owner came to; the owner's period is locked. Without a measure of OKR
 * nobody can be scored by it, and nothing is told. */
enum dc_code told_okr(struct dc_step *step, Goals__OwnerKind kind, int64_t owner_id,
                      const char *period, struct dc_error *error) DC_MUST_CHECK;
/* Of everybody: a measure of OKR is there now. */
enum dc_code told_okr_of_everybody(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
/* Totals that feed key results of these owners have changed: what they come to, and each of their
 * confirmed objectives. */
enum dc_code told_okr_fed(struct dc_step *step, const struct store_okr_owner *owners, size_t count,
                          struct dc_error *error) DC_MUST_CHECK;

#endif
