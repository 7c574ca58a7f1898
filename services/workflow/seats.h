/*
 * seats.h - the seats of a task: who may decide, what a decision makes of the task, and how the
 * right to decide moves. Pure: a task as plain data in, the same changed; nothing is changed when
 * an error is returned.
 *
 * A seat has an owner, whose right it is, and a holder, who can decide now. The owner never
 * changes. What holds for every open task, whatever happened to it (seats_test.c tries all orders):
 * at least one seat is open, and every open seat has a holder, who can decide. A seat is decided
 * once.
 *
 * Modes. one: one seat. any 或签: the first decision is the task's. all 会签: when all seats chose
 * the approving outcome (the only one that is approve or submit), it is the task's; any other
 * outcome decides at once. sequence 依次: as all, one seat open at a time, in their order.
 * Seats that the task was decided without lapse.
 */
#ifndef DC_WORKFLOW_SEATS_H
#define DC_WORKFLOW_SEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"
#include "definition.h"

enum {
    WF_SEATS_MAX = 20,
    WF_REASON_MAX = 500,         /* characters */
    WF_DELEGATION_CHAIN_MAX = 10 /* deputies of deputies that are followed */
};

struct wf_seat {
    int32_t number; /* from 1 */
    int64_t owner_id;
    int64_t holder_id;
    int64_t deputy_for_id; /* person in whose place the holder decides by delegation; 0 = none. To
                              be stored: it is what leads back when the delegation ends */
    Workflow__HeldBy held_by;
    Workflow__SeatState state;
    const char *outcome; /* "" = not decided */
    const char *reason;
    int64_t decided_by_id; /* 0 = not decided */
    dc_time opened_at;     /* 0 = not yet its turn */
    dc_time decided_at;    /* 0 = not decided */
    dc_time due_at;        /* the deadline that it was decided under; 0 = not decided */
    int32_t rung;          /* of the ladder; 0 = not escalated */
    int64_t raised_to_id;  /* whom the ladder gave the right to; 0 = it did not move up, or is the
                              owner's again. It may have been handed on since */
    bool reminded;
};

struct wf_task {
    Workflow__TaskState state;
    Workflow__SeatMode mode;
    struct wf_seat *seats;
    size_t seat_count;
    const char *outcome; /* "" = not decided */
    dc_time decided_at;
    /* Who must not get the right to decide by delegation, transfer or escalation, since it is about
     * himself: the subject of a person's case (and of an approval, who proposed it); 0 = nobody.
     * Who owns a seat may hold it all the same (self review, or the last one left). */
    int64_t barred_id;
    int64_t barred_too_id;
};

/* A time of absence with its deputy; dates inclusive. */
struct wf_delegation {
    int64_t person_id;
    int64_t to_person_id;
    dc_date from;
    dc_date until;
};
struct wf_delegations {
    const struct wf_delegation *items; /* any order; only those that are not ended */
    size_t count;
};

/* Who decides in the place of `person` on that day: the end of the chain of deputies. A circle, a
 * chain longer than WF_DELEGATION_CHAIN_MAX, or one that ends at a barred person leads nowhere: the
 * last one before a barred person, and for a circle `person` himself. A barred person has no
 * deputy: what is about himself (his self review) he does himself. */
int64_t wf_deputy(const struct wf_delegations *delegations, int64_t person, dc_date today,
                  int64_t barred, int64_t barred_too);

/* --- opening --------------------------------------------------------------------------- */

/* Makes a task of seats that wf_choose gave (number, owner, holder, held_by, deputy_for set):
 * states and opening times by mode. At least one seat. */
void wf_task_open(struct wf_task *task, dc_time now);

/* --- deciding -------------------------------------------------------------------------- */

/* The lowest open seat that the person holds; 0 = none. */
int32_t wf_seat_of(const struct wf_task *task, int64_t person);

struct wf_decision {
    int64_t person_id;
    const struct wf_outcome *outcome; /* of the task's stage */
    const struct wf_stage *stage;
    const char *reason; /* "" = none; return needs one */
    dc_time now;
    dc_time due_at; /* of the task */
};
struct wf_decided {
    bool task;           /* the task is decided: outcome and decided_at are set */
    int32_t seat;        /* the seat that decided (the lowest, when he held several) */
    int32_t opened_seat; /* sequence: whose turn it is now; 0 = none. He has the stage's time from
                            now on: plan deadline and timers of the task anew */
};
/*
 * A person decides, with every open seat that he holds. Errors: FAILED_PRECONDITION (the task is
 * not open), PERMISSION_DENIED (he holds no open seat), INVALID_ARGUMENT (return without a reason,
 * a reason that is too long). The gate is the caller's to ask first (wf_gate_holds).
 */
enum dc_code wf_task_decide(struct wf_task *task, const struct wf_decision *decision,
                            struct wf_decided *ret_decided, struct dc_error *error) DC_MUST_CHECK;

/*
 * A person takes his decision back, with every seat that he decided (in a sequence: his last one;
 * of a decided task: where he chose what it was decided by). `acted_on`: somebody acted on what
 * followed (a later task of the case was decided, its track is over); then it stays. While the task
 * is open the seat opens again (*ret_reopened true). A decided task becomes WITHDRAWN
 * (*ret_reopened false): the caller opens a new task of the stage in its place, by wf_task_reopen.
 * Errors: FAILED_PRECONDITION, PERMISSION_DENIED (no seat of it was decided by him),
 * INVALID_ARGUMENT (no reason).
 */
enum dc_code wf_task_withdraw(struct wf_task *task, int64_t person, bool acted_on,
                              const char *reason, bool *ret_reopened,
                              struct dc_error *error) DC_MUST_CHECK;
/*
 * The task that takes the place of a withdrawn one (`person` took back): his seats are open
 * again, lapsed ones too (in a sequence they wait), what others decided stays decided; owners,
 * holders and rungs stay. `seats` has room for withdrawn->seat_count.
 */
void wf_task_reopen(const struct wf_task *withdrawn, int64_t person, struct wf_seat *seats,
                    struct wf_task *ret_task, dc_time now);

/* --- moving the right to decide -------------------------------------------------------- */

/* Puts a seat into the hands of a person, and says why he has it: it is his own, the ladder gave it
 * to him, or he got it by transfer. */
void wf_seat_give(struct wf_seat *seat, int64_t to);

/* Every function says what moved in `ret_moved` (may be NULL): bit (1 << (number - 1)) per seat. */

/* 转办: the person gives his open seats to another one, who may not be barred, nor sit in this task
 * already. `to` gets it as it is; call wf_task_delegate after it for when he is absent.
 * FAILED_PRECONDITION, PERMISSION_DENIED (he holds none), INVALID_ARGUMENT (field "to_person_id").
 */
enum dc_code wf_task_transfer(struct wf_task *task, int64_t person, int64_t to, const char *reason,
                              uint32_t *ret_moved, struct dc_error *error) DC_MUST_CHECK;

/*
 * 委托: puts every seat that is open or waiting where the delegations of today send it, from whom
 * it belongs to without them: there when a delegation begins, further along a chain, back when it
 * ended. The same again changes nothing. Not an error when the task is not open: nothing moves.
 */
void wf_task_delegate(struct wf_task *task, const struct wf_delegations *delegations, dc_date today,
                      uint32_t *ret_moved);

/*
 * 升级: rung `rung` of the ladder came due: `to` (0 = nobody was found) gets the right to decide
 * every open seat that he does not hold already; the owner stays on record. The rung is noted
 * in every open seat, also where nothing moved. A rung that is noted already, or is lower, does
 * nothing (a timer that fires twice). Not an error when the task is not open: nothing moves.
 * `to` is what wf_choose_rung gave; call wf_task_delegate after it for when he is absent.
 */
void wf_task_escalate(struct wf_task *task, int32_t rung, int64_t to, uint32_t *ret_moved);

/* The highest rung that the open seats have reached: what is left of the ladder is above it. */
int32_t wf_task_rung(const struct wf_task *task);

/* Open seats note that they were reminded. */
void wf_task_remind(struct wf_task *task);

/* The cycle was cancelled, or the case went another way: open and waiting seats lapse.
 * FAILED_PRECONDITION when it is not open. */
enum dc_code wf_task_cancel(struct wf_task *task, struct dc_error *error) DC_MUST_CHECK;

#endif
