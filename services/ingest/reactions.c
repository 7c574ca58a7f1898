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
        Goals__MeasureOf of = defined->measures[i]->of;
        /* The others have no records. */
        if (of == GOALS__MEASURE_OF__MEASURE_OF_SALES ||
            of == GOALS__MEASURE_OF__MEASURE_OF_TASKS) {
            DC_TRY(store_measure(step, defined->measures[i], error));
        }
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
    const Goals__TargetsAdjusted *adjusted = (const Goals__TargetsAdjusted *)delivery->body;
    bool cut;
    DC_TRY(store_targets(step, adjusted, error));
    DC_TRY(store_add_spans(step, adjusted, &cut, error));
    if (cut) {
        dc_wake_on_commit(step, "count");
    }
    return DC_OK;
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

/* Submit and approve let a submission go on. Decisions from before kinds were told have the code of
 * their outcome alone. */
static bool
goes_on(const char *outcome_kind, const char *outcome)
{
    const char *kind = *outcome_kind ? outcome_kind : outcome;
    return strcmp(kind, "submit") == 0 || strcmp(kind, "approve") == 0;
}

static bool
is_submission(const Workflow__Task *task)
{
    return task->subject_kind == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_UNIT &&
           (strcmp(task->gate, "submission_complete") == 0 ||
            (*task->gate == '\0' && strcmp(task->stage, "data_submission") == 0));
}

/* Data is submitted by months: what a quarter's decision is about are all of its months that have
 * begun. */
typedef enum dc_code month_fn(struct dc_step *step, int64_t unit_id, const char *period,
                              struct dc_error *error);
static enum dc_code
each_month(month_fn *fn, struct dc_step *step, int64_t unit_id, const char *period,
           struct dc_error *error)
{
    struct dc_period whole;
    if (dc_period_parse(period, &whole, NULL) != DC_OK) {
        return DC_OK; /* of no time that has records */
    }
    dc_date today = dc_date_of(step->now, ingest_utc_offset(step));
    struct dc_period month = dc_period_containing(DC_PERIOD_MONTH, whole.first);
    for (; month.first <= whole.last && month.first <= today; month = dc_period_next(&month)) {
        char text[DC_PERIOD_TEXT];
        dc_period_format(&month, text);
        DC_TRY(fn(step, unit_id, dc_arena_strdup(step->arena, text), error));
    }
    return DC_OK;
}

static enum dc_code
hear_decided(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    const Workflow__TasksDecided *decided = (const Workflow__TasksDecided *)delivery->body;
    for (size_t i = 0; i < decided->n_tasks; i++) {
        const Workflow__Task *task = decided->tasks[i];
        if (is_submission(task) && task->state == WORKFLOW__TASK_STATE__TASK_STATE_DECIDED &&
            goes_on(task->outcome_kind, task->outcome)) {
            DC_TRY(each_month(submission_close, step, task->subject_id, task->period, error));
        }
    }
    return ingest_keep_decided(step, decided->tasks, decided->n_tasks, error);
}

enum dc_code
ingest_on_tasks_decided(struct dc_step *step, const struct dc_delivery *delivery,
                        struct dc_error *error)
{
    return in_tenant(hear_decided, step, delivery, error);
}

static enum dc_code
hear_cancelled(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    const Workflow__TasksCancelled *cancelled = (const Workflow__TasksCancelled *)delivery->body;
    for (size_t i = 0; i < cancelled->n_tasks; i++) {
        const Workflow__Task *task = cancelled->tasks[i];
        if (is_submission(task) && task->state == WORKFLOW__TASK_STATE__TASK_STATE_WITHDRAWN) {
            DC_TRY(each_month(submission_reopen, step, task->subject_id, task->period, error));
        }
    }
    return ingest_drop_withdrawn(step, cancelled->tasks, cancelled->n_tasks, error);
}

enum dc_code
ingest_on_tasks_cancelled(struct dc_step *step, const struct dc_delivery *delivery,
                          struct dc_error *error)
{
    return in_tenant(hear_cancelled, step, delivery, error);
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
            goes_on(c->outcome_kind, c->outcome)) {
            DC_TRY(each_month(submission_close, step, c->subject_id, c->period, error));
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
