/*
 * life.h - the life of cycles, stages, cases, tasks and seats, as tables of transitions. Pure.
 *
 * A row says: from this state, by this event, to that state, in a sentence. The steppers alone
 * change states; what is not in a table does not happen. LIFE.md is printed from the tables
 * (life_test.c fails when they differ).
 *
 * The states of cycles, tasks and seats are those of the contract (events.proto); state 0,
 * UNSPECIFIED, is "not there yet". So are the states of stages and cases, which the contract does
 * not tell.
 */
#ifndef DC_WORKFLOW_LIFE_H
#define DC_WORKFLOW_LIFE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

#include <dacheng/workflow/v1/events.pb-c.h>

/* A case 办理单: the way of one subject through a track. Numbers are stored. */
enum wf_case_state { WF_CASE_NONE, WF_CASE_OPEN, WF_CASE_ENDED, WF_CASE_CANCELLED };
/* A stage of a cycle, over all its cases. Numbers are stored. */
enum wf_stage_state { WF_STAGE_NONE, WF_STAGE_WAITING, WF_STAGE_OPEN, WF_STAGE_CLOSED };

enum wf_cycle_event {
    WF_CYCLE_START,  /* a person starts it: its first track is being opened */
    WF_CYCLE_OPENED, /* every case of the track is there */
    WF_CYCLE_GO_ON,  /* every case of the track ended, and there is another track */
    WF_CYCLE_MOVE,   /* to another version of its definition */
    WF_CYCLE_CLOSE,  /* every case of the last track ended */
    WF_CYCLE_RESUME, /* a decision was taken back, a case of the last track is open again */
    WF_CYCLE_CANCEL,
};
enum wf_stage_event {
    WF_STAGE_PLAN,  /* its track is not open yet, or nobody has come to it */
    WF_STAGE_ENTER, /* a case comes to it */
    WF_STAGE_CLOSE, /* every case of the track has left it for good */
    WF_STAGE_PASS,  /* the track ended and no case ever came to it */
};
enum wf_case_event {
    WF_CASE_START,
    WF_CASE_ADVANCE, /* a task was decided, another stage is entered (or the same again) */
    WF_CASE_END,
    WF_CASE_RESUME, /* the decision that ended it was taken back */
    WF_CASE_CANCEL,
};
enum wf_task_event {
    WF_TASK_OPEN,
    WF_TASK_REMIND,    /* by a timer or by hand */
    WF_TASK_HAND_OVER, /* delegation, transfer, and back */
    WF_TASK_ESCALATE,
    WF_TASK_COUNT,     /* a seat decided, and the task is not decided by it */
    WF_TASK_TAKE_BACK, /* a seat took its decision back while the task was open */
    WF_TASK_DECIDE,
    WF_TASK_WITHDRAW, /* its decision was taken back; a new task takes its place */
    WF_TASK_CANCEL,
};
enum wf_seat_event {
    WF_SEAT_WAIT,     /* made, and not yet its turn */
    WF_SEAT_OPEN,     /* made, or its turn came */
    WF_SEAT_DELEGATE, /* to the holder's deputy, or back */
    WF_SEAT_TRANSFER,
    WF_SEAT_ESCALATE,
    WF_SEAT_DECIDE,
    WF_SEAT_REOPEN,  /* its decision was taken back */
    WF_SEAT_SUSPEND, /* in a sequence: the one before took its decision back */
    WF_SEAT_LAPSE,   /* the task was decided without it, or ended otherwise */
};

/*
 * The steppers. The state changes on success only. Errors: FAILED_PRECONDITION, with a sentence
 * that says what the thing is and what can be done with it now.
 */
enum dc_code wf_cycle_step(Workflow__CycleState *state, enum wf_cycle_event event,
                           struct dc_error *error) DC_MUST_CHECK;
enum dc_code wf_stage_step(enum wf_stage_state *state, enum wf_stage_event event,
                           struct dc_error *error) DC_MUST_CHECK;
enum dc_code wf_case_step(enum wf_case_state *state, enum wf_case_event event,
                          struct dc_error *error) DC_MUST_CHECK;
enum dc_code wf_task_step(Workflow__TaskState *state, enum wf_task_event event,
                          struct dc_error *error) DC_MUST_CHECK;
enum dc_code wf_seat_step(Workflow__SeatState *state, enum wf_seat_event event,
                          struct dc_error *error) DC_MUST_CHECK;

/* --- the tables, for tests and pages --------------------------------------------------- */
struct wf_transition {
    int from;
    int event;
    int to;
    const char *sentence;
};
struct wf_life {
    const char *name;    /* "task" */
    const char *name_zh; /* "任务" */
    const char *sentence;
    const char *const *states; /* names; [0] is "not there" */
    int state_count;
    const char *const *events;
    int event_count;
    const struct wf_transition *rows;
    size_t row_count;
};
enum { WF_LIVES = 5 };
extern const struct wf_life wf_lives[WF_LIVES]; /* cycle, stage, case, task, seat */

/* No row leaves it. */
bool wf_state_is_final(const struct wf_life *life, int state);
/* The whole of LIFE.md: per life a Mermaid state diagram and a table. */
void wf_life_write(struct dc_text *text);

#endif
