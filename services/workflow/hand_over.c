/*
 * hand_over.c - the task "people": what somebody holds or owns goes to his deputy and back, or to
 * whom the rules find when he has left, at most FLOW_BATCH tasks in a transaction.
 *
 * How far it is stands in a row of hand_over for each person, which moves, and at the end goes
 * away, in the transaction of the tasks: a crash repeats nothing and leaves nothing out. A request
 * does the first piece itself, so that what most people have is moved when it answers. Whoever
 * works on tasks of a person has his row locked before he locks tasks. A minute later it is all
 * looked at once more, for tasks that a transaction was opening which had not seen the change.
 */
#include "handlers.h"

enum { SECOND_LOOK_US = 60 * DC_SECOND }; /* no transaction lasts as long */

static enum dc_code
load_piece(struct flow_work *work, const struct flow_piece *piece, struct flow_task **ret_tasks,
           size_t *ret_count, struct flow_progress *ret_progress, struct dc_error *error)
{
    int64_t *ids;
    size_t count;
    DC_TRY(flow_store_tasks_of_people(work, piece->people, piece->count, piece->after, FLOW_BATCH,
                                      &ids, &count, error));
    *ret_progress = (struct flow_progress){
        .more = count == FLOW_BATCH,
        .after = count > 0 ? ids[count - 1] : piece->after,
    };
    DC_TRY(flow_store_lock(work, ids, count, error));
    return flow_store_tasks(work, ids, count, ret_tasks, ret_count, error);
}

static enum dc_code
hand_over(struct flow_work *work, const struct flow_piece *piece,
          struct flow_progress *ret_progress, struct dc_error *error)
{
    struct flow_task *tasks;
    size_t count;
    DC_TRY(load_piece(work, piece, &tasks, &count, ret_progress, error));
    work->delegations_known = false; /* they may just have changed */
    return piece->anew
               ? flow_succeed(work, piece, tasks, count, &ret_progress->moved, error)
               : flow_send_to_deputies(work, piece, tasks, count, &ret_progress->moved, error);
}

enum dc_code
flow_delegate(struct flow_work *work, const int64_t *people, size_t count, int64_t by_person_id,
              const char *reason, int64_t *ret_moved, int64_t *ret_following,
              struct dc_error *error)
{
    struct flow_piece piece = {
        .people = people, .count = count, .by_person_id = by_person_id, .reason = reason};
    struct flow_progress progress;
    *ret_following = 0;
    DC_TRY(flow_store_hold_hand_over(work, people, count, error));
    DC_TRY(hand_over(work, &piece, &progress, error));
    *ret_moved = progress.moved;
    if (!progress.more) {
        piece.second_look = true;
        piece.not_before = work->step->now + SECOND_LOOK_US;
        return flow_store_save_hand_over(work, &piece, error);
    }
    piece.after = progress.after;
    DC_TRY(flow_store_save_hand_over(work, &piece, error));
    dc_wake_on_commit(work->step, "people");
    return flow_store_count_tasks_of_people(work, people, count, piece.after, ret_following, error);
}

/* --- the task ------------------------------------------------------------------------------------
 */
/* Who left, or lost a role, by now. */
static enum dc_code
begin_successions(struct flow_work *work, struct dc_error *error)
{
    int64_t *people;
    size_t count;
    DC_TRY(flow_store_take_moved(work, &people, &count, error));
    struct flow_piece piece = {
        .people = people,
        .count = count,
        .anew = true,
        .reason = "责任人变动，按规则改派 the person has changed; found anew by the rule"};
    return count > 0 ? flow_store_save_hand_over(work, &piece, error) : DC_OK;
}

/* Delegations that begin or end by now. */
static enum dc_code
turn_delegations(struct flow_work *work, struct dc_error *error)
{
    struct flow_delegation *items;
    size_t count;
    DC_TRY(flow_store_due_delegations(work, &items, &count, error));
    int64_t *people = DC_NEW_ARRAY(work->step->arena, int64_t, 2 * count + 1);
    for (size_t i = 0; i < count; i++) {
        people[2 * i] = items[i].message->person_id;
        people[2 * i + 1] = items[i].message->to_person_id;
        items[i].began = true;
        items[i].message->ended |= items[i].last_day < work->today;
        dc_time end = wf_calendar_instant(work->calendar, items[i].last_day, 1440);
        DC_TRY(
            flow_store_turn_delegation(work, &items[i], items[i].message->ended ? 0 : end, error));
    }
    struct flow_piece piece = {.people = people,
                               .count = 2 * count,
                               .reason = "委托开始或结束 a delegation began or ended"};
    return count > 0 ? flow_store_save_hand_over(work, &piece, error) : DC_OK;
}

/* What is to be done after a piece: more of them, a second look, or nothing. */
static enum dc_code
go_on(struct flow_work *work, struct flow_piece *piece, const struct flow_progress *progress,
      struct dc_error *error)
{
    if (progress->more) {
        piece->after = progress->after;
        return flow_store_move_hand_over(work, piece, error);
    }
    if (!piece->second_look) {
        piece->not_before = work->step->now + SECOND_LOOK_US;
        return flow_store_look_again(work, piece, error);
    }
    return flow_store_drop_hand_over(work, piece, error);
}

static enum dc_code
one_piece(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    struct flow_work work;
    struct flow_piece piece;
    struct flow_progress progress;
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(turn_delegations(&work, error));
    DC_TRY(begin_successions(&work, error));
    DC_TRY(flow_store_take_hand_over(&work, &piece, error));
    *ret_more = piece.count > 0;
    if (piece.count == 0) {
        return DC_OK;
    }
    DC_TRY(hand_over(&work, &piece, &progress, error));
    DC_TRY(go_on(&work, &piece, &progress, error));
    return flow_store_flush(&work, error);
}

enum dc_code
workflow_task_people(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    return flow_each_tenant(step, flow_store_tenants_moved, one_piece, ret_more, error);
}
