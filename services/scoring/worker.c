/*
 * worker.c - the tasks: working off what is to be computed.
 *
 * "score" takes what few people are touched by, in short transactions, so that a number follows a
 * record in tens of milliseconds. "rescore" takes what touches very many (a weight of everybody's
 * plan) as one pass per period, the periods that people look at now first. Both hold the row of the
 * period that they compute; whoever comes second takes another one. A replica more is a pair of
 * hands more.
 */
#include "scoring.h"
#include "store.h"

int32_t
scoring_utc_offset(const struct dc_step *step)
{
    const struct dc_config *config = dc_service_config(step->service);
    return (int32_t)dc_config_int(config, "time.utc_offset_minutes") * 60;
}

dc_date
scoring_today(const struct dc_step *step)
{
    return dc_date_of(step->now, scoring_utc_offset(step));
}

/* The picked period, computed; its transaction is the caller's. */
static enum dc_code
work_off(struct dc_step *step, const struct store_work *work, bool wide, struct dc_error *error)
{
    dc_date today = scoring_today(step);
    __attribute__((cleanup(pass_release))) struct pass pass = {
        .step = step,
        .arena = step->arena,
        .tenant_id = work->tenant_id,
        .period = work->period,
        .first_day = work->first_day,
        .last_day = work->last_day,
        .day = work->last_day < today ? work->last_day : today,
        .everybody = !work->begun};
    struct store_dirty dirty;
    DC_TRY(dc_db_set_tenant(step->db, work->tenant_id, error));
    /* What is to be computed is read before everything that it is computed from: whatever a row
     * here speaks of can be seen by then. */
    DC_TRY(store_load_dirty(&pass, wide, &dirty, error));
    DC_TRY(store_definitions(step, step->state, work->tenant_id, &pass.definitions, error));
    DC_TRY(store_add_tree_people(&pass, &dirty, error));
    DC_TRY(pass_run(&pass, error));
    return store_remove_dirty(&pass, &dirty, error);
}

/* One period. ret_more: there was one. */
static enum dc_code
one_period(struct dc_step *step, bool wide, bool *ret_more, struct dc_error *error)
{
    struct store_work work;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(store_pick(step, wide, scoring_today(step), &work, error));
    if (work.tenant_id == 0) {
        dc_step_rollback(step);
        return DC_OK;
    }
    DC_TRY(work_off(step, &work, wide, error));
    DC_TRY(dc_step_commit(step, error));
    *ret_more = true;
    return DC_OK;
}

static enum dc_code
expand(struct dc_step *step, bool *ret_wide, struct dc_error *error)
{
    int64_t rows = 0;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(store_expand(step, &rows, ret_wide, error));
    return dc_step_commit(step, error);
}

enum dc_code
scoring_score(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    bool wide = false;
    enum dc_code code = expand(step, &wide, error);
    if (code == DC_OK && wide) {
        dc_task_wake(step->service, "rescore");
    }
    if (code == DC_OK) {
        code = one_period(step, false, ret_more, error);
    }
    if (code != DC_OK) {
        dc_step_rollback(step);
    }
    return code;
}

enum dc_code
scoring_rescore(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    enum dc_code code = one_period(step, true, ret_more, error);
    if (code != DC_OK) {
        dc_step_rollback(step);
    }
    return code;
}

enum dc_code
scoring_turn_day(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    int64_t people = 0;
    *ret_more = false;
    enum dc_code code = dc_step_begin(step, 0, error);
    if (code == DC_OK) {
        code = store_turn_calendar(step, scoring_today(step), &people, error);
    }
    if (code == DC_OK) {
        code = dc_step_commit(step, error);
    }
    if (code != DC_OK) {
        dc_step_rollback(step);
    } else if (people > 0) {
        dc_task_wake(step->service, "score");
    }
    return code;
}
