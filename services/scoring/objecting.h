/*
 * objecting.h - what the requests about objections and what is heard of their approvals share.
 */
#ifndef SCORING_OBJECTING_H
#define SCORING_OBJECTING_H

#include "objections.h"

/* "objection/<id>": of its events. */
const char *objecting_key(struct dc_step *step, int64_t id);
/* Writes what became of a held objection, and tells it. */
enum dc_code objecting_settle(struct dc_step *step, const struct held_objection *objection,
                              Scoring__Objection **ret_objection,
                              struct dc_error *error) DC_MUST_CHECK;

#endif
