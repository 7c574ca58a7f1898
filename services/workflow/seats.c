/* seats.c - what decisions make of a task, and how the right to decide moves. */
#include "seats.h"

#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/words.h"
#include "life.h"

#define ONE WORKFLOW__SEAT_MODE__SEAT_MODE_ONE
#define ANY WORKFLOW__SEAT_MODE__SEAT_MODE_ANY
#define SEQUENCE WORKFLOW__SEAT_MODE__SEAT_MODE_SEQUENCE
#define WAITING WORKFLOW__SEAT_STATE__SEAT_STATE_WAITING
#define OPEN WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN
#define DONE WORKFLOW__SEAT_STATE__SEAT_STATE_DONE
#define LAPSED WORKFLOW__SEAT_STATE__SEAT_STATE_LAPSED
#define NOT_MADE WORKFLOW__SEAT_STATE__SEAT_STATE_UNSPECIFIED
#define TASK_OPEN WORKFLOW__TASK_STATE__TASK_STATE_OPEN
#define NO_TASK WORKFLOW__TASK_STATE__TASK_STATE_UNSPECIFIED
#define HELD_BY(name) WORKFLOW__HELD_BY__HELD_BY_##name

/* Steps whose legality was asked before: that they are refused is a bug. */
static void
seat_must(struct wf_seat *seat, enum wf_seat_event event)
{
    DC_ASSERT(wf_seat_step(&seat->state, event, NULL) == DC_OK);
}

static void
task_must(struct wf_task *task, enum wf_task_event event)
{
    DC_ASSERT(wf_task_step(&task->state, event, NULL) == DC_OK);
}

/* Asks whether the event is legal, and changes nothing. */
static enum dc_code
task_may(const struct wf_task *task, enum wf_task_event event, struct dc_error *error)
{
    Workflow__TaskState state = task->state;
    return wf_task_step(&state, event, error);
}

static bool
is_barred(const struct wf_task *task, int64_t person)
{
    return person == task->barred_id || person == task->barred_too_id;
}

/* What must hold of an open task, at the end of every function that changed one. */
static void
assert_sound(const struct wf_task *task)
{
    bool open = false;
    for (size_t i = 0; i < task->seat_count; i++) {
        const struct wf_seat *seat = &task->seats[i];
        open = open || seat->state == OPEN;
        DC_ASSERT(seat->owner_id > 0 && seat->holder_id > 0);
        DC_ASSERT(seat->state != NOT_MADE);
        DC_ASSERT((seat->state == DONE) == (seat->decided_by_id > 0));
    }
    DC_ASSERT(open == (task->state == TASK_OPEN));
}

static void
add_moved(uint32_t *moved, size_t index)
{
    if (moved) {
        *moved |= 1u << index;
    }
}

/* --- opening --------------------------------------------------------------------------- */

void
wf_task_open(struct wf_task *task, dc_time now)
{
    DC_ASSERT(task && task->seat_count >= 1 && task->seat_count <= WF_SEATS_MAX);
    DC_ASSERT(task->mode != ONE || task->seat_count == 1);
    task->state = NO_TASK;
    task->outcome = "";
    task->decided_at = 0;
    task_must(task, WF_TASK_OPEN);
    for (size_t i = 0; i < task->seat_count; i++) {
        struct wf_seat *seat = &task->seats[i];
        bool waits = task->mode == SEQUENCE && i > 0;
        seat->number = (int32_t)i + 1;
        seat->state = NOT_MADE;
        seat->outcome = seat->reason = "";
        seat->decided_by_id = 0;
        seat->decided_at = seat->due_at = 0;
        seat->opened_at = waits ? 0 : now;
        seat_must(seat, waits ? WF_SEAT_WAIT : WF_SEAT_OPEN);
    }
    assert_sound(task);
}

/* --- deciding -------------------------------------------------------------------------- */

int32_t
wf_seat_of(const struct wf_task *task, int64_t person)
{
    DC_ASSERT(task);
    for (size_t i = 0; i < task->seat_count; i++) {
        if (task->seats[i].state == OPEN && task->seats[i].holder_id == person) {
            return task->seats[i].number;
        }
    }
    return 0;
}

static enum dc_code
check_reason(const char *reason, bool wanted, const char *what, struct dc_error *error)
{
    size_t length = dc_utf8_length(reason, strlen(reason));
    bool blank = reason[strspn(reason, " \t\r\n")] == '\0';
    if (wanted && blank) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "reason",
                             "%s needs a reason; allowed are 1 to %d characters", what,
                             WF_REASON_MAX);
    }
    if (length > WF_REASON_MAX) {
        return dc_fail_field(
            error, DC_INVALID_ARGUMENT, "reason",
            wanted ? DC_WORDS("%s has too long a reason; allowed are 1 to %d characters")
                   : DC_WORDS("%s has too long a reason; allowed are at most %d characters"),
            what, WF_REASON_MAX);
    }
    return DC_OK;
}

/* Nobody is asked any more. */
static void
lapse_rest(struct wf_task *task)
{
    for (size_t i = 0; i < task->seat_count; i++) {
        if (task->seats[i].state == OPEN || task->seats[i].state == WAITING) {
            seat_must(&task->seats[i], WF_SEAT_LAPSE);
        }
    }
}

static bool
is_left(const struct wf_task *task)
{
    for (size_t i = 0; i < task->seat_count; i++) {
        if (task->seats[i].state == OPEN || task->seats[i].state == WAITING) {
            return true;
        }
    }
    return false;
}

/* In a sequence: the first that waits, once none is open. */
static int32_t
open_next(struct wf_task *task, dc_time now)
{
    for (size_t i = 0; i < task->seat_count; i++) {
        struct wf_seat *seat = &task->seats[i];
        if (seat->state == OPEN) {
            return 0;
        }
        if (seat->state == WAITING) {
            seat_must(seat, WF_SEAT_OPEN);
            seat->opened_at = now;
            return seat->number;
        }
    }
    return 0;
}

enum dc_code
wf_task_decide(struct wf_task *task, const struct wf_decision *decision,
               struct wf_decided *ret_decided, struct dc_error *error)
{
    DC_ASSERT(task && decision && decision->outcome && decision->stage && ret_decided);
    const struct wf_outcome *outcome = decision->outcome;
    DC_ASSERT(outcome >= decision->stage->outcomes &&
              outcome < decision->stage->outcomes + decision->stage->outcome_count);
    DC_TRY(task_may(task, WF_TASK_DECIDE, error));
    int32_t number = wf_seat_of(task, decision->person_id);
    if (number == 0) {
        return dc_fail(error, DC_PERMISSION_DENIED,
                       "only who holds an open seat of the task decides it");
    }
    bool returns = outcome->kind == WF_RETURN;
    DC_TRY(check_reason(decision->reason, returns,
                        returns ? DC_WORDS("a return") : DC_WORDS("the decision"), error));

    for (size_t i = 0; i < task->seat_count; i++) {
        struct wf_seat *seat = &task->seats[i];
        if (seat->state == OPEN && seat->holder_id == decision->person_id) {
            seat_must(seat, WF_SEAT_DECIDE);
            seat->outcome = outcome->code;
            seat->reason = decision->reason;
            seat->decided_by_id = decision->person_id;
            seat->decided_at = decision->now;
            seat->due_at = decision->due_at;
        }
    }
    struct wf_decided decided = {.seat = number};
    bool together = task->mode != ONE && task->mode != ANY;
    bool approves = outcome->kind == WF_APPROVE || outcome->kind == WF_SUBMIT;
    decided.task = !together || !approves || !is_left(task);
    if (decided.task) {
        lapse_rest(task);
        task_must(task, WF_TASK_DECIDE);
        task->outcome = outcome->code;
        task->decided_at = decision->now;
    } else {
        task_must(task, WF_TASK_COUNT);
        decided.opened_seat = open_next(task, decision->now);
    }
    assert_sound(task);
    *ret_decided = decided;
    return DC_OK;
}

/* --- taking back ----------------------------------------------------------------------- */

static void
reopen_seat(struct wf_seat *seat)
{
    seat_must(seat, WF_SEAT_REOPEN);
    seat->outcome = seat->reason = "";
    seat->decided_by_id = 0;
    seat->decided_at = seat->due_at = 0;
}

/* The seats that a person's taking back is about: in a sequence his last one, otherwise all that he
 * decided; of a decided task only where he chose what it was decided by. */
static uint32_t
taken_back(const struct wf_task *task, int64_t person)
{
    uint32_t seats = 0;
    for (size_t i = task->seat_count; i-- > 0;) {
        const struct wf_seat *seat = &task->seats[i];
        bool his = seat->state == DONE && seat->decided_by_id == person;
        bool counts = task->state == TASK_OPEN || dc_text_equal(seat->outcome, task->outcome);
        if (his && counts) {
            seats |= 1u << i;
            if (task->mode == SEQUENCE) {
                break;
            }
        }
    }
    return seats;
}

static enum dc_code
check_taking_back(const struct wf_task *task, uint32_t seats, bool acted_on, struct dc_error *error)
{
    if (seats == 0) {
        return dc_fail(error, DC_PERMISSION_DENIED, "only who decided takes a decision back");
    }
    bool later = acted_on && task->state != TASK_OPEN;
    for (size_t i = 0; task->mode == SEQUENCE && i < task->seat_count; i++) {
        later = later || (task->seats[i].state == DONE && 1u << i > seats);
    }
    if (later) {
        return dc_fail(error, DC_FAILED_PRECONDITION,
                       "somebody has acted on what followed this decision; it cannot be taken back "
                       "any more");
    }
    return DC_OK;
}

enum dc_code
wf_task_withdraw(struct wf_task *task, int64_t person, bool acted_on, const char *reason,
                 bool *ret_reopened, struct dc_error *error)
{
    DC_ASSERT(task && reason && ret_reopened);
    bool open = task->state == TASK_OPEN;
    DC_TRY(task_may(task, open ? WF_TASK_TAKE_BACK : WF_TASK_WITHDRAW, error));
    uint32_t seats = taken_back(task, person);
    DC_TRY(check_taking_back(task, seats, acted_on, error));
    DC_TRY(check_reason(reason, true, DC_WORDS("taking a decision back"), error));
    if (open) {
        task_must(task, WF_TASK_TAKE_BACK);
        for (size_t i = 0; i < task->seat_count; i++) {
            struct wf_seat *seat = &task->seats[i];
            if (task->mode == SEQUENCE && seat->state == OPEN) {
                seat_must(seat, WF_SEAT_SUSPEND);
                seat->opened_at = 0;
            }
        }
        for (size_t i = 0; i < task->seat_count; i++) {
            if (seats & 1u << i) {
                reopen_seat(&task->seats[i]);
            }
        }
    } else {
        task_must(task, WF_TASK_WITHDRAW);
    }
    assert_sound(task);
    *ret_reopened = open;
    return DC_OK;
}

/* A seat of the task that takes the place of another one: open, or in a sequence waiting. */
static void
make_again(const struct wf_task *task, struct wf_seat *seat, dc_time now)
{
    bool waits = task->mode == SEQUENCE;
    seat->outcome = seat->reason = "";
    seat->decided_by_id = 0;
    seat->decided_at = seat->due_at = 0;
    seat->state = NOT_MADE;
    seat_must(seat, waits ? WF_SEAT_WAIT : WF_SEAT_OPEN);
    seat->opened_at = waits ? 0 : now;
}

void
wf_task_reopen(const struct wf_task *withdrawn, int64_t person, struct wf_seat *seats,
               struct wf_task *ret_task, dc_time now)
{
    DC_ASSERT(withdrawn && seats && ret_task);
    DC_ASSERT(withdrawn->state == WORKFLOW__TASK_STATE__TASK_STATE_WITHDRAWN);
    struct wf_task task = *withdrawn;
    memcpy(seats, withdrawn->seats, withdrawn->seat_count * sizeof *seats);
    task.seats = seats;
    task.state = NO_TASK;
    task.outcome = "";
    task.decided_at = 0;
    task_must(&task, WF_TASK_OPEN);
    /* What it was decided by is looked up as if it were not withdrawn: the outcome is still there.
     */
    uint32_t again = taken_back(withdrawn, person);
    DC_ASSERT(again != 0);
    for (size_t i = 0; i < task.seat_count; i++) {
        if (seats[i].state != DONE || again & 1u << i) {
            make_again(&task, &seats[i], now);
        }
    }
    if (task.mode == SEQUENCE) {
        (void)open_next(&task, now);
    }
    assert_sound(&task);
    *ret_task = task;
}

/* --- moving the right to decide -------------------------------------------------------- */

void
wf_seat_give(struct wf_seat *seat, int64_t to)
{
    DC_ASSERT(seat && to > 0);
    seat->holder_id = to;
    seat->deputy_for_id = 0;
    seat->held_by = to == seat->owner_id       ? HELD_BY(OWNER)
                    : to == seat->raised_to_id ? HELD_BY(ESCALATION)
                                               : HELD_BY(TRANSFER);
}

enum dc_code
wf_task_transfer(struct wf_task *task, int64_t person, int64_t to, const char *reason,
                 uint32_t *ret_moved, struct dc_error *error)
{
    DC_ASSERT(task && to > 0 && reason);
    DC_TRY(task_may(task, WF_TASK_HAND_OVER, error));
    if (wf_seat_of(task, person) == 0) {
        return dc_fail(error, DC_PERMISSION_DENIED,
                       "only who holds an open seat of the task hands it to another one");
    }
    if (is_barred(task, to)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "to_person_id",
                             "the task is about this person, who cannot decide it himself");
    }
    for (size_t i = 0; i < task->seat_count; i++) {
        const struct wf_seat *seat = &task->seats[i];
        bool counts = seat->state == OPEN || seat->state == WAITING || seat->state == DONE;
        bool own = seat->state == OPEN && seat->holder_id == person;
        if (to == person || (counts && !own && seat->holder_id == to)) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "to_person_id",
                                 "this person has a seat in the task already; choose another one");
        }
    }
    DC_TRY(check_reason(reason, true, DC_WORDS("a transfer"), error));
    uint32_t moved = 0;
    task_must(task, WF_TASK_HAND_OVER);
    for (size_t i = 0; i < task->seat_count; i++) {
        struct wf_seat *seat = &task->seats[i];
        if (seat->state == OPEN && seat->holder_id == person) {
            seat_must(seat, WF_SEAT_TRANSFER);
            seat->raised_to_id = to == seat->owner_id ? 0 : seat->raised_to_id;
            wf_seat_give(seat, to);
            add_moved(&moved, i);
        }
    }
    assert_sound(task);
    if (ret_moved) {
        *ret_moved = moved;
    }
    return DC_OK;
}

/* Who is away on that day, and who decides for him; 0 = he is there. */
static int64_t
deputy_of(const struct wf_delegations *delegations, int64_t person, dc_date today)
{
    const struct wf_delegation *best = NULL;
    for (size_t i = 0; i < delegations->count; i++) {
        const struct wf_delegation *item = &delegations->items[i];
        bool counts = item->person_id == person && item->from <= today && today <= item->until;
        /* Of several the one that began last; then the higher number, so that the order in which
         * they are listed does not matter. */
        if (counts && (!best || item->from > best->from ||
                       (item->from == best->from && item->to_person_id > best->to_person_id))) {
            best = item;
        }
    }
    return best ? best->to_person_id : 0;
}

int64_t
wf_deputy(const struct wf_delegations *delegations, int64_t person, dc_date today, int64_t barred,
          int64_t barred_too)
{
    DC_ASSERT(delegations);
    if (person == barred || person == barred_too) {
        return person; /* what is about himself he does himself */
    }
    int64_t last = person;
    for (int length = 0; length < WF_DELEGATION_CHAIN_MAX; length++) {
        int64_t next = deputy_of(delegations, last, today);
        if (next == 0 || next == barred || next == barred_too) {
            return last;
        }
        if (next == person) {
            return person;
        }
        last = next;
    }
    return person; /* a circle further on, or longer than anybody means it */
}

void
wf_task_delegate(struct wf_task *task, const struct wf_delegations *delegations, dc_date today,
                 uint32_t *ret_moved)
{
    DC_ASSERT(task && delegations);
    uint32_t moved = 0;
    for (size_t i = 0; task->state == TASK_OPEN && i < task->seat_count; i++) {
        struct wf_seat *seat = &task->seats[i];
        if (seat->state != OPEN && seat->state != WAITING) {
            continue;
        }
        int64_t of = seat->deputy_for_id ? seat->deputy_for_id : seat->holder_id;
        int64_t holder = wf_deputy(delegations, of, today, task->barred_id, task->barred_too_id);
        if (holder == seat->holder_id) {
            continue;
        }
        seat_must(seat, WF_SEAT_DELEGATE);
        wf_seat_give(seat, holder);
        if (holder != of) {
            seat->deputy_for_id = of;
            seat->held_by = HELD_BY(DELEGATION);
        }
        add_moved(&moved, i);
    }
    if (moved) {
        task_must(task, WF_TASK_HAND_OVER);
        assert_sound(task);
    }
    if (ret_moved) {
        *ret_moved = moved;
    }
}

void
wf_task_escalate(struct wf_task *task, int32_t rung, int64_t to, uint32_t *ret_moved)
{
    DC_ASSERT(task && rung >= 1 && to >= 0);
    uint32_t moved = 0;
    bool noted = false;
    for (size_t i = 0; task->state == TASK_OPEN && i < task->seat_count; i++) {
        struct wf_seat *seat = &task->seats[i];
        if (seat->state != OPEN || seat->rung >= rung) {
            continue;
        }
        seat_must(seat, WF_SEAT_ESCALATE);
        seat->rung = rung;
        noted = true;
        if (to != 0 && to != seat->holder_id) {
            seat->raised_to_id = to == seat->owner_id ? 0 : to;
            wf_seat_give(seat, to);
            add_moved(&moved, i);
        }
    }
    if (noted) {
        task_must(task, WF_TASK_ESCALATE);
        assert_sound(task);
    }
    if (ret_moved) {
        *ret_moved = moved;
    }
}

int32_t
wf_task_rung(const struct wf_task *task)
{
    DC_ASSERT(task);
    int32_t rung = 0;
    for (size_t i = 0; i < task->seat_count; i++) {
        const struct wf_seat *seat = &task->seats[i];
        rung = seat->state == OPEN && seat->rung > rung ? seat->rung : rung;
    }
    return rung;
}

void
wf_task_remind(struct wf_task *task)
{
    DC_ASSERT(task);
    for (size_t i = 0; task->state == TASK_OPEN && i < task->seat_count; i++) {
        task->seats[i].reminded = task->seats[i].reminded || task->seats[i].state == OPEN;
    }
}

enum dc_code
wf_task_cancel(struct wf_task *task, struct dc_error *error)
{
    DC_ASSERT(task);
    DC_TRY(wf_task_step(&task->state, WF_TASK_CANCEL, error));
    lapse_rest(task);
    assert_sound(task);
    return DC_OK;
}
