/*
 * objection.h - the life of an objection 申诉 to one line of a published result. Pure.
 *
 * The table in objection.c is the only place that knows which act leads where; docs/results.md shows
 * the diagram that objection_write_diagram makes of it.
 */
#ifndef SCORING_OBJECTION_H
#define SCORING_OBJECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

#include <dacheng/scoring/v1/objections_events.pb-c.h>

enum objection_act {
    OBJECTION_STATE_CORRECTION, /* what it is to be is stated */
    OBJECTION_WITHDRAW,
    OBJECTION_UPHOLD,  /* decided: the result stays */
    OBJECTION_CORRECT, /* decided: the stated correction is carried out */
    OBJECTION_ACTS,
};

/* FAILED_PRECONDITION with a sentence: not from this state. `*state` changes only on success. */
enum dc_code objection_step(Scoring__ObjectionState *state, enum objection_act act,
                            struct dc_error *error) DC_MUST_CHECK;
/* Is the line frozen? */
bool objection_is_open(Scoring__ObjectionState state);

/* FAILED_PRECONDITION, naming the last day, when that has passed. */
enum dc_code objection_check_day(dc_date today, dc_date last, struct dc_error *error) DC_MUST_CHECK;

/* What an ended approval means: its outcome's kind, and whether a correction was before it. */
enum objection_act objection_act_of(const char *outcome_kind, bool stated);

/* The table as a Mermaid state diagram. */
void objection_write_diagram(struct dc_text *text);

#endif
