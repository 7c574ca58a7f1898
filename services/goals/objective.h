/*
 * objective.h - what objectives, key results, check-ins and the tenant's zones must be, and how an
 * objective lives. Pure: messages in, a refusal with the path of the field at fault or nothing out.
 */
#ifndef DC_GOALS_OBJECTIVE_H
#define DC_GOALS_OBJECTIVE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/time.h"

#include <dacheng/goals/v1/okr.pb-c.h>

enum {
    OBJECTIVE_KEY_RESULTS_MAX = 10,
    OBJECTIVE_MILESTONES_MAX = 10,
    OBJECTIVE_LINKS_MAX = 10,
    OBJECTIVE_OWNER_MAX = 20, /* of one owner and period, not cancelled */
};

enum dc_code objective_check_settings(const Goals__OkrSettings *settings,
                                      struct dc_error *error) DC_MUST_CHECK;

/* Everything of an objective that it says by itself. */
enum dc_code objective_check(const Goals__Objective *objective, struct dc_period *ret_period,
                             struct dc_error *error) DC_MUST_CHECK;
/* Against what it was: owner, period and the kinds of key results with check-ins stay. Key results
 * that are named by id must be its own. */
enum dc_code objective_check_change(const Goals__Objective *before, const Goals__Objective *after,
                                    struct dc_error *error) DC_MUST_CHECK;
/* May it be aligned to one of this period? Of the same, or of a longer one that holds it. */
bool objective_period_fits(const char *own, const char *other);

/* Check-ins on an objective as it stands. */
enum dc_code objective_check_in(const Goals__Objective *objective,
                                const Goals__CheckInRequest *request,
                                struct dc_error *error) DC_MUST_CHECK;

enum objective_act { OBJECTIVE_SAVE, OBJECTIVE_CONFIRM, OBJECTIVE_CANCEL, OBJECTIVE_CHECK_IN };
/* The state after an act; FAILED_PRECONDITION, with a sentence, when it is not to be done then. */
enum dc_code objective_next(Goals__ObjectiveState from, enum objective_act act,
                            Goals__ObjectiveState *ret_to, struct dc_error *error) DC_MUST_CHECK;

/* Marks what is overdue today: confirmed, the period runs, not at its end yet, and nobody checked
 * in for more than `days` days (since it was confirmed, at the soonest since the period began). */
void objective_mark_overdue(Goals__Objective *objective, dc_date today, int days,
                            int32_t utc_offset);

#endif
