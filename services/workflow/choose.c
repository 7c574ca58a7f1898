/* choose.c - making seats of the persons that rules mean. */
#include "choose.h"

#include <string.h>

#include "base/assert.h"

#define ONE WORKFLOW__SEAT_MODE__SEAT_MODE_ONE
#define ANY WORKFLOW__SEAT_MODE__SEAT_MODE_ANY
#define SEQUENCE WORKFLOW__SEAT_MODE__SEAT_MODE_SEQUENCE

/* `self` and `starter` mean exactly that person. */
static bool
may_be_barred(const struct wf_who *who)
{
    return who->kind != WF_WHO_SELF && who->kind != WF_WHO_STARTER;
}

static bool
is_barred(const struct wf_choice *choice, int64_t person)
{
    return person == choice->barred_id || person == choice->barred_too_id;
}

static void
add_seat(struct wf_chosen *chosen, const struct wf_choice *choice, int64_t owner)
{
    for (size_t i = 0; i < chosen->count; i++) {
        if (chosen->seats[i].owner_id == owner) {
            return;
        }
    }
    if (chosen->count == WF_SEATS_MAX) {
        chosen->cut = true;
        return;
    }
    int64_t holder = wf_deputy(&choice->delegations, owner, choice->today, choice->barred_id,
                               choice->barred_too_id);
    bool away = holder != owner;
    chosen->seats[chosen->count] = (struct wf_seat){
        .number = (int32_t)chosen->count + 1,
        .owner_id = owner,
        .holder_id = holder,
        .deputy_for_id = away ? owner : 0,
        .held_by = away ? WORKFLOW__HELD_BY__HELD_BY_DELEGATION : WORKFLOW__HELD_BY__HELD_BY_OWNER,
        .outcome = "",
        .reason = "",
    };
    chosen->count++;
}

/* Seats for the nearest level with somebody who is not barred: all of it, or the first person.
 * false: there is nobody. */
static bool
add_level(struct wf_chosen *chosen, const struct wf_choice *choice, const struct wf_who *who,
          const struct wf_candidates *candidates, bool all)
{
    bool found = false;
    int32_t level = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        const struct wf_candidate *candidate = &candidates->items[i];
        DC_ASSERT(candidate->person_id > 0);
        if (may_be_barred(who) && is_barred(choice, candidate->person_id)) {
            continue;
        }
        if (found && (!all || candidate->level != level)) {
            break;
        }
        found = true;
        level = candidate->level;
        add_seat(chosen, choice, candidate->person_id);
    }
    return found;
}

static void
fall_back(struct wf_chosen *chosen, const struct wf_choice *choice)
{
    chosen->fell_back = true;
    add_seat(chosen, choice, choice->fallback_id);
}

void
wf_choose_seats(const struct wf_stage *stage, const struct wf_candidates *candidates,
                const struct wf_choice *choice, struct wf_chosen *ret_chosen)
{
    DC_ASSERT(stage && candidates && choice && ret_chosen && choice->fallback_id > 0);
    memset(ret_chosen, 0, sizeof *ret_chosen);
    bool all = stage->mode != ONE && stage->mode != SEQUENCE;
    bool each = stage->mode != ONE && stage->mode != ANY; /* nobody may be missing */
    for (size_t i = 0; i < stage->who_count; i++) {
        if (!add_level(ret_chosen, choice, &stage->who[i], &candidates[i], all)) {
            ret_chosen->nobody |= 1u << i;
            if (each) {
                fall_back(ret_chosen, choice);
            }
        } else if (stage->mode == ONE) {
            break;
        }
    }
    if (ret_chosen->count == 0) {
        fall_back(ret_chosen, choice);
    }
}

static bool
sits_in(const struct wf_task *task, int64_t person)
{
    for (size_t i = 0; i < task->seat_count; i++) {
        const struct wf_seat *seat = &task->seats[i];
        bool open = seat->state == WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN;
        if (open && (seat->owner_id == person || seat->holder_id == person)) {
            return true;
        }
    }
    return false;
}

int64_t
wf_choose_rung(const struct wf_candidates *candidates, const struct wf_task *task,
               const struct wf_choice *choice)
{
    DC_ASSERT(candidates && task && choice && choice->fallback_id > 0);
    for (size_t i = 0; i < candidates->count; i++) {
        int64_t person = candidates->items[i].person_id;
        if (!is_barred(choice, person) && !sits_in(task, person)) {
            return person;
        }
    }
    int64_t last = choice->fallback_id;
    return is_barred(choice, last) || sits_in(task, last) ? 0 : last;
}
