/*
 * succession.c - seats whose holder is away, or gone. Delegations send seats to deputies and back;
 * who has left, or has lost the role by which he had the right, is succeeded by whom the rule finds
 * now. Every open task has somebody who can decide it.
 */
#include "handlers.h"

#include <string.h>

/* Tasks that were moved, and which of their seats (a bit each). */
struct moves {
    struct flow_task *tasks;
    uint32_t *seats;
    size_t count;
};

static void
add_move(struct moves *moves, const struct flow_task *task, uint32_t seats)
{
    if (seats) {
        moves->tasks[moves->count] = *task;
        moves->seats[moves->count++] = seats;
    }
}

static void
write_lines(struct flow_work *work, const struct flow_piece *piece, struct flow_task *task,
            uint32_t seats)
{
    for (size_t i = 0; i < task->rule.seat_count; i++) {
        if (seats & 1u << i) {
            flow_line(work, task,
                      &(struct flow_line){.what = piece->anew ? "transferred" : "delegated",
                                          .person_id = piece->by_person_id,
                                          .for_person_id = task->rule.seats[i].holder_id,
                                          .owner_id = task->rule.seats[i].owner_id,
                                          .reason = piece->reason});
        }
    }
}

/* Saves tasks that were moved, with a line for each seat and an event. */
static enum dc_code
save_moved(struct flow_work *work, const struct flow_piece *piece, const struct moves *moves,
           struct dc_error *error)
{
    struct flow_task **each = DC_NEW_ARRAY(work->step->arena, struct flow_task *, moves->count + 1);
    for (size_t i = 0; i < moves->count; i++) {
        each[i] = &moves->tasks[i];
        write_lines(work, piece, each[i], moves->seats[i]);
    }
    struct flow_tell tell = {
        .told = FLOW_HANDED_OVER, .reason = piece->reason, .by_person_id = piece->by_person_id};
    DC_TRY(flow_store_save(work, moves->tasks, moves->count, true, error));
    return flow_tell_tasks(work, each, moves->count, &tell, error);
}

enum dc_code
flow_send_to_deputies(struct flow_work *work, const struct flow_piece *piece,
                      struct flow_task *tasks, size_t count, int64_t *ret_moved,
                      struct dc_error *error)
{
    struct moves moves = {tasks, DC_NEW_ARRAY(work->step->arena, uint32_t, count + 1), 0};
    DC_TRY(flow_delegations(work, error));
    for (size_t i = 0; i < count; i++) {
        uint32_t seats = 0;
        wf_task_delegate(&tasks[i].rule, &work->delegations, work->today, &seats);
        add_move(&moves, &tasks[i], seats);
    }
    *ret_moved = (int64_t)moves.count;
    return save_moved(work, piece, &moves, error);
}

/* --- who has left, or has lost his role ----------------------------------------------------------
 */
struct found {
    struct wf_candidates *candidates; /* of the stage's rules */
    struct wf_candidates rung;        /* of the rung that was reached */
    int64_t above_id;                 /* whom that means, never 0 */
    struct wf_chosen chosen;          /* who would sit there now */
    int64_t fallback_id;
};

static bool
contains(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

static bool
is_candidate(const struct wf_candidates *candidates, size_t count, int64_t person)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < candidates[i].count; j++) {
            if (candidates[i].items[j].person_id == person) {
                return true;
            }
        }
    }
    return false;
}

/* Whom the rule finds now and who does not sit here yet; else whoever it finds. */
static int64_t
successor(const struct wf_task *task, const struct wf_chosen *chosen)
{
    for (size_t i = 0; i < chosen->count; i++) {
        bool sits = false;
        for (size_t j = 0; j < task->seat_count; j++) {
            sits |= task->seats[j].owner_id == chosen->seats[i].owner_id;
        }
        if (!sits) {
            return chosen->seats[i].owner_id;
        }
    }
    return chosen->seats[0].owner_id;
}

struct leavers {
    const int64_t *people; /* who moved */
    size_t count;
    const int64_t *employed; /* those of them who are still here */
    size_t employed_count;
};

static bool
is_gone(const struct leavers *leavers, int64_t person)
{
    return contains(leavers->people, leavers->count, person) &&
           !contains(leavers->employed, leavers->employed_count, person);
}

/* Whom the ladder means now: who has it already, if he still is meant. */
static int64_t
above(const struct wf_seat *seat, const struct found *found)
{
    return is_candidate(&found->rung, 1, seat->raised_to_id) ? seat->raised_to_id : found->above_id;
}

/* Does he still have the right by which he holds it, or owns it? */
static bool
fits(const struct flow_task *task, const struct wf_seat *seat, int64_t person,
     const struct found *found, const struct leavers *leavers)
{
    if (!contains(leavers->people, leavers->count, person)) {
        return true;
    }
    if (is_gone(leavers, person)) {
        return false;
    }
    if (person == seat->owner_id) {
        return is_candidate(found->candidates, task->stage_rule->who_count, person) ||
               (found->chosen.fell_back && person == found->fallback_id);
    }
    return person != seat->raised_to_id || is_candidate(&found->rung, 1, person);
}

/* Puts a seat right; deputies come and go by wf_task_delegate. True when something changed. On
 * record it stays whose right it was, once it has moved up, whoever it was handed to from there. */
static bool
succeed(const struct flow_task *task, struct wf_seat *seat, const struct found *found,
        const struct leavers *leavers)
{
    int64_t holder = seat->deputy_for_id ? seat->deputy_for_id : seat->holder_id;
    if (seat->raised_to_id == 0 && !fits(task, seat, seat->owner_id, found, leavers)) {
        seat->owner_id = successor(&task->rule, &found->chosen);
        wf_seat_give(seat, seat->owner_id);
        return true;
    }
    if (holder == seat->owner_id || fits(task, seat, holder, found, leavers)) {
        return false;
    }
    if (seat->raised_to_id != 0) {
        int64_t to = above(seat, found);
        seat->raised_to_id = to == seat->owner_id ? 0 : to;
        wf_seat_give(seat, to);
        return to != holder;
    }
    wf_seat_give(seat, seat->owner_id);
    return true;
}

/* Asks the rules of every task anew, in one query. */
static enum dc_code
find_all(struct flow_work *work, const struct flow_task *tasks, size_t count,
         struct found *ret_found, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    size_t asks = 0, k = 0;
    int64_t *starters = DC_NEW_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        starters[i] = tasks[i].starter_id;
        asks += tasks[i].stage_rule->who_count + 1;
    }
    struct flow_ask *ask = DC_NEW_ARRAY(arena, struct flow_ask, asks + 1);
    struct wf_candidates *all = DC_NEW_ARRAY(arena, struct wf_candidates, asks + 1);
    for (size_t i = 0; i < count; i++) {
        const struct wf_stage *stage = tasks[i].stage_rule;
        int32_t rung = wf_task_rung(&tasks[i].rule);
        ret_found[i].candidates = all + k;
        for (size_t j = 0; j < stage->who_count; j++) {
            ask[k++] = flow_ask_of(&tasks[i], &stage->who[j]);
        }
        bool climbed = rung > 0 && (size_t)rung <= stage->rung_count;
        ask[k++] = flow_ask_of(&tasks[i], climbed ? &stage->rungs[rung - 1].to : &stage->who[0]);
    }
    struct flow_fallbacks fallbacks;
    DC_TRY(flow_store_candidates(work, ask, asks, all, error));
    DC_TRY(flow_store_fallbacks(work, starters, count, &fallbacks, error));
    for (size_t i = 0; i < count; i++) {
        const struct flow_task *task = &tasks[i];
        struct wf_choice choice = {
            .fallback_id =
                flow_fallback(&fallbacks, task->starter_id, task->approval, task->rule.barred_id),
            .barred_id = task->rule.barred_id,
            .barred_too_id = task->rule.barred_too_id,
            .today = work->today};
        ret_found[i].fallback_id = choice.fallback_id;
        ret_found[i].rung = ret_found[i].candidates[task->stage_rule->who_count];
        int64_t next = wf_choose_rung(&ret_found[i].rung, &task->rule, &choice);
        ret_found[i].above_id = next ? next : choice.fallback_id;
        wf_choose_seats(task->stage_rule, ret_found[i].candidates, &choice, &ret_found[i].chosen);
    }
    return DC_OK;
}

enum dc_code
flow_succeed(struct flow_work *work, const struct flow_piece *piece, struct flow_task *tasks,
             size_t count, int64_t *ret_moved, struct dc_error *error)
{
    struct leavers leavers = {.people = piece->people, .count = piece->count};
    int64_t *employed;
    struct moves moves = {tasks, DC_NEW_ARRAY(work->step->arena, uint32_t, count + 1), 0};
    size_t known = 0;
    DC_TRY(flow_store_employed(work, piece->people, piece->count, &employed,
                               &leavers.employed_count, error));
    leavers.employed = employed;
    for (size_t i = 0; i < count; i++) {
        if (tasks[i].stage_rule) {
            tasks[known++] = tasks[i];
        }
    }
    struct found *found = DC_NEW_ARRAY(work->step->arena, struct found, known + 1);
    DC_TRY(find_all(work, tasks, known, found, error));
    DC_TRY(flow_delegations(work, error));
    for (size_t i = 0; i < known; i++) {
        uint32_t changed = 0, delegated = 0;
        for (size_t j = 0; j < tasks[i].rule.seat_count; j++) {
            struct wf_seat *seat = &tasks[i].rule.seats[j];
            if (seat->state == WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN ||
                seat->state == WORKFLOW__SEAT_STATE__SEAT_STATE_WAITING) {
                bool moved = succeed(&tasks[i], seat, &found[i], &leavers);
                changed |= moved ? 1u << j : 0;
            }
        }
        wf_task_delegate(&tasks[i].rule, &work->delegations, work->today, &delegated);
        add_move(&moves, &tasks[i], changed | delegated);
    }
    *ret_moved = (int64_t)moves.count;
    return save_moved(work, piece, &moves, error);
}
