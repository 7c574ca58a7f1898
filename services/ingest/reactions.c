/* What ingest learns from org, goals and workflow. */
#include <string.h>

#include "handlers.h"
#include "submission.h"

/* The step speaks for the event's tenant while `fn` runs. */
typedef enum dc_code tenant_fn(struct dc_step *step, const struct dc_delivery *delivery,
                               struct dc_error *error);
static enum dc_code
in_tenant(tenant_fn *fn, struct dc_step *step, const struct dc_delivery *delivery,
          struct dc_error *error)
{
    Kernel__Context context = *step->context;
    context.tenant_id = delivery->event->tenant_id;
    const Kernel__Context *before = step->context;
    step->context = &context;
    enum dc_code code = fn(step, delivery, error);
    step->context = before;
    return code;
}

/* --- org and goals ------------------------------------------------------------------------------
 */
static enum dc_code
refresh_paths(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    return store_refresh_paths(step, dc_date_of(delivery->event->at_us, ingest_utc_offset(step)),
                               error);
}

enum dc_code
ingest_on_units_changed(struct dc_step *step, const struct dc_delivery *delivery,
                        struct dc_error *error)
{
    DC_TRY(dc_access_on_units_changed(step, delivery, error));
    return in_tenant(refresh_paths, step, delivery, error);
}

static enum dc_code
keep_measures(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    const Goals__MeasuresDefined *defined = (const Goals__MeasuresDefined *)delivery->body;
    for (size_t i = 0; i < defined->n_measures; i++) {
        DC_TRY(store_measure(step, defined->measures[i], error));
    }
    return DC_OK;
}

enum dc_code
ingest_on_measures_defined(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    enum dc_code code = in_tenant(keep_measures, step, delivery, error);
    dc_wake_on_commit(step, "count");
    return code;
}

static enum dc_code
keep_targets(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    return store_targets(step, (const Goals__TargetsAdjusted *)delivery->body, error);
}

enum dc_code
ingest_on_targets_adjusted(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    return in_tenant(keep_targets, step, delivery, error);
}

/* --- workflow -----------------------------------------------------------------------------------
 */
static enum dc_code
keep_calendar(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    const Workflow__CalendarChanged *calendar = (const Workflow__CalendarChanged *)delivery->body;
    bool kept;
    DC_TRY(store_calendar(step, calendar, &kept, error));
    return kept ? store_touch_all(step, calendar->year, error) : DC_OK;
}

enum dc_code
ingest_on_calendar_changed(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    dc_wake_on_commit(step, "submissions");
    return in_tenant(keep_calendar, step, delivery, error);
}

/* Submit and approve let a submission go on. */
static bool
goes_on(const char *outcome_kind)
{
    return strcmp(outcome_kind, "submit") == 0 || strcmp(outcome_kind, "approve") == 0;
}

static bool
is_month(const char *text)
{
    struct dc_period period;
    return dc_period_parse(text, &period, NULL) == DC_OK && period.kind == DC_PERIOD_MONTH;
}

static bool
is_submission(const Workflow__Task *task)
{
    return task->subject_kind == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_UNIT &&
           strcmp(task->gate, "submission_complete") == 0 && is_month(task->period);
}

static enum dc_code
close_decided(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    const Workflow__TasksDecided *decided = (const Workflow__TasksDecided *)delivery->body;
    for (size_t i = 0; i < decided->n_tasks; i++) {
        const Workflow__Task *task = decided->tasks[i];
        if (is_submission(task) && task->state == WORKFLOW__TASK_STATE__TASK_STATE_DECIDED &&
            goes_on(task->outcome_kind)) {
            DC_TRY(submission_close(step, task->subject_id, task->period, error));
        }
    }
    return DC_OK;
}

enum dc_code
ingest_on_tasks_decided(struct dc_step *step, const struct dc_delivery *delivery,
                        struct dc_error *error)
{
    return in_tenant(close_decided, step, delivery, error);
}

static enum dc_code
reopen_withdrawn(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    const Workflow__TasksCancelled *cancelled = (const Workflow__TasksCancelled *)delivery->body;
    for (size_t i = 0; i < cancelled->n_tasks; i++) {
        const Workflow__Task *task = cancelled->tasks[i];
        if (is_submission(task) && task->state == WORKFLOW__TASK_STATE__TASK_STATE_WITHDRAWN) {
            DC_TRY(submission_reopen(step, task->subject_id, task->period, error));
        }
    }
    return DC_OK;
}

enum dc_code
ingest_on_tasks_cancelled(struct dc_step *step, const struct dc_delivery *delivery,
                          struct dc_error *error)
{
    return in_tenant(reopen_withdrawn, step, delivery, error);
}

/* A definition for nothing but the submission need not name the gate. */
static enum dc_code
close_ended(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    const Workflow__CasesEnded *ended = (const Workflow__CasesEnded *)delivery->body;
    for (size_t i = 0; i < ended->n_cases; i++) {
        const Workflow__Case *c = ended->cases[i];
        if (strcmp(c->purpose, "data_submission") == 0 &&
            c->subject_kind == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_UNIT &&
            goes_on(c->outcome_kind) && is_month(c->period)) {
            DC_TRY(submission_close(step, c->subject_id, c->period, error));
        }
    }
    return DC_OK;
}

enum dc_code
ingest_on_cases_ended(struct dc_step *step, const struct dc_delivery *delivery,
                      struct dc_error *error)
{
    return in_tenant(close_ended, step, delivery, error);
}
