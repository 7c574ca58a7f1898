/*
 * objections.h - what is kept of objections (store_objection.c). Everything lives in the step's
 * arena.
 */
#ifndef SCORING_OBJECTIONS_H
#define SCORING_OBJECTIONS_H

#include "correction.h"
#include "objection.h"
#include "scoring.h"

#include <dacheng/scoring/v1/objections.pb-c.h>

struct objection_filter {
    int64_t id;         /* 0 = any */
    const char *period; /* "" = all */
    int state;          /* 0 = all */
    int64_t person_id;  /* 0 = all */
    const struct dc_access_reach *reach;
    int64_t limit, offset;
};
struct objection_list {
    Scoring__Objection **objections;
    size_t count;
    int32_t total, open;
};
enum dc_code store_objections(struct dc_step *step, const struct objection_filter *filter,
                              struct objection_list *ret_list,
                              struct dc_error *error) DC_MUST_CHECK;
/* NOT_FOUND: there is none. */
enum dc_code store_objection(struct dc_step *step, int64_t id, Scoring__Objection **ret_objection,
                             struct dc_error *error) DC_MUST_CHECK;
/* All that were stated of one, newest first; number > 0: that one. */
enum dc_code store_corrections(struct dc_step *step, int64_t id, int32_t number,
                               Scoring__Correction ***ret_corrections, size_t *ret_count,
                               struct dc_error *error) DC_MUST_CHECK;

struct new_objection {
    const char *period;
    int64_t person_id, indicator_id, version;
    const char *reason;
    struct maybe wished_value, wished_score;
};
/* *ret_id 0: the line has an open objection. */
enum dc_code store_add_objection(struct dc_step *step, const struct new_objection *objection,
                                 int64_t *ret_id, struct dc_error *error) DC_MUST_CHECK;

struct held_objection {
    int64_t id; /* 0: there is none */
    Scoring__ObjectionState state;
    int64_t person_id, indicator_id;
    const char *period;
    int32_t correction;
    /* what it is saved with */
    const char *outcome_reason;
    int64_t decided_by_id, new_version;
};
enum dc_code store_hold_objection(struct dc_step *step, int64_t id,
                                  struct held_objection *ret_objection,
                                  struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_save_objection(struct dc_step *step, const struct held_objection *objection,
                                  struct dc_error *error) DC_MUST_CHECK;
/* As the next number of the objection's. */
enum dc_code store_add_correction(struct dc_step *step, struct held_objection *objection,
                                  const Scoring__Correction *correction, int places,
                                  int line_places, struct dc_error *error) DC_MUST_CHECK;

/* A result in full, for correcting it; version 0 in it: there is none. */
enum dc_code store_published(struct dc_step *step, const char *period, int64_t person_id,
                             int64_t version, struct published *ret_published,
                             struct dc_error *error) DC_MUST_CHECK;
/* The next version of it. */
enum dc_code store_add_corrected(struct dc_step *step, const struct held_objection *objection,
                                 const struct published *before,
                                 const struct correction *correction,
                                 const struct corrected *corrected,
                                 struct dc_error *error) DC_MUST_CHECK;

#endif
