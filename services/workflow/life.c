/* life.c - the tables of transitions, the stepper, and LIFE.md printed from them. */
#include "life.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/words.h"

#define CYCLE(name) WORKFLOW__CYCLE_STATE__CYCLE_STATE_##name
#define TASK(name) WORKFLOW__TASK_STATE__TASK_STATE_##name
#define SEAT(name) WORKFLOW__SEAT_STATE__SEAT_STATE_##name

/* clang-format off */
static const char *const cycle_states[] = {
    [CYCLE(UNSPECIFIED)] = "none", [CYCLE(LAUNCHING)] = DC_WORDS("launching"), [CYCLE(RUNNING)] = DC_WORDS("running"),
    [CYCLE(CLOSED)] = DC_WORDS("closed"), [CYCLE(CANCELLED)] = DC_WORDS("cancelled"),
};
static const char *const cycle_events[] = {
    [WF_CYCLE_START] = DC_WORDS("start"), [WF_CYCLE_OPENED] = DC_WORDS("opened"), [WF_CYCLE_GO_ON] = DC_WORDS("go on"),
    [WF_CYCLE_MOVE] = DC_WORDS("move"), [WF_CYCLE_CLOSE] = DC_WORDS("close"), [WF_CYCLE_RESUME] = DC_WORDS("resume"),
    [WF_CYCLE_CANCEL] = DC_WORDS("cancel"),
};
static const struct wf_transition cycle_rows[] = {
    {CYCLE(UNSPECIFIED), WF_CYCLE_START, CYCLE(LAUNCHING), "A supervisor starts it, or a proposal does: the cases of its first track are being opened."},
    {CYCLE(LAUNCHING), WF_CYCLE_OPENED, CYCLE(RUNNING), "Every case of the track is there, with its first task."},
    {CYCLE(LAUNCHING), WF_CYCLE_CANCEL, CYCLE(CANCELLED), "It is called off while it is being opened; no more cases are."},
    {CYCLE(RUNNING), WF_CYCLE_GO_ON, CYCLE(LAUNCHING), "Every case of the track has ended, and there is a next track: its cases are being opened."},
    {CYCLE(RUNNING), WF_CYCLE_MOVE, CYCLE(RUNNING), "It goes on by another version of its definition."},
    {CYCLE(RUNNING), WF_CYCLE_CLOSE, CYCLE(CLOSED), "Every case of the last track has ended."},
    {CYCLE(RUNNING), WF_CYCLE_CANCEL, CYCLE(CANCELLED), "It is called off; open cases and tasks with it."},
    {CYCLE(CLOSED), WF_CYCLE_RESUME, CYCLE(RUNNING), "A decision of the last track was taken back; its case is open again."},
};

static const char *const stage_states[] = {
    [WF_STAGE_NONE] = "none", [WF_STAGE_WAITING] = DC_WORDS("waiting"), [WF_STAGE_OPEN] = DC_WORDS("open"),
    [WF_STAGE_CLOSED] = DC_WORDS("closed"),
};
static const char *const stage_events[] = {
    [WF_STAGE_PLAN] = DC_WORDS("plan"), [WF_STAGE_ENTER] = DC_WORDS("enter"), [WF_STAGE_CLOSE] = DC_WORDS("close"),
    [WF_STAGE_PASS] = DC_WORDS("pass"),
};
static const struct wf_transition stage_rows[] = {
    {WF_STAGE_NONE, WF_STAGE_PLAN, WF_STAGE_WAITING, "The cycle was started; nobody has come to this stage yet."},
    {WF_STAGE_WAITING, WF_STAGE_ENTER, WF_STAGE_OPEN, "The first case comes to it."},
    {WF_STAGE_WAITING, WF_STAGE_PASS, WF_STAGE_CLOSED, "The track ended and no case ever came to it."},
    {WF_STAGE_OPEN, WF_STAGE_ENTER, WF_STAGE_OPEN, "Another case comes to it, or one comes back."},
    {WF_STAGE_OPEN, WF_STAGE_CLOSE, WF_STAGE_CLOSED, "Every case has left it."},
    {WF_STAGE_CLOSED, WF_STAGE_ENTER, WF_STAGE_OPEN, "A case was returned to it, or a decision was taken back."},
};

static const char *const case_states[] = {
    [WF_CASE_NONE] = "none", [WF_CASE_OPEN] = DC_WORDS("open"), [WF_CASE_ENDED] = DC_WORDS("ended"),
    [WF_CASE_CANCELLED] = DC_WORDS("cancelled"),
};
static const char *const case_events[] = {
    [WF_CASE_START] = DC_WORDS("start"), [WF_CASE_ADVANCE] = DC_WORDS("advance"), [WF_CASE_END] = DC_WORDS("end"),
    [WF_CASE_RESUME] = DC_WORDS("resume"), [WF_CASE_CANCEL] = DC_WORDS("cancel"),
};
static const struct wf_transition case_rows[] = {
    {WF_CASE_NONE, WF_CASE_START, WF_CASE_OPEN, "Its track opens: the first stage that is not passed over gets a task."},
    {WF_CASE_NONE, WF_CASE_END, WF_CASE_ENDED, "Every stage of the track is passed over: there is nothing to decide."},
    {WF_CASE_OPEN, WF_CASE_ADVANCE, WF_CASE_OPEN, "A task was decided, and its outcome leads to a stage of the track."},
    {WF_CASE_OPEN, WF_CASE_END, WF_CASE_ENDED, "A task was decided, and its outcome leads to the end."},
    {WF_CASE_OPEN, WF_CASE_CANCEL, WF_CASE_CANCELLED, "Its cycle was called off."},
    {WF_CASE_ENDED, WF_CASE_RESUME, WF_CASE_OPEN, "The decision that ended it was taken back."},
};

static const char *const task_states[] = {
    [TASK(UNSPECIFIED)] = "none", [TASK(OPEN)] = DC_WORDS("open"), [TASK(DECIDED)] = DC_WORDS("decided"),
    [TASK(WITHDRAWN)] = DC_WORDS("withdrawn"), [TASK(CANCELLED)] = DC_WORDS("cancelled"),
};
static const char *const task_events[] = {
    [WF_TASK_OPEN] = DC_WORDS("open"), [WF_TASK_REMIND] = DC_WORDS("remind"), [WF_TASK_HAND_OVER] = DC_WORDS("hand over"),
    [WF_TASK_ESCALATE] = DC_WORDS("escalate"), [WF_TASK_COUNT] = DC_WORDS("count"), [WF_TASK_TAKE_BACK] = DC_WORDS("take back"),
    [WF_TASK_DECIDE] = DC_WORDS("decide"), [WF_TASK_WITHDRAW] = DC_WORDS("withdraw"), [WF_TASK_CANCEL] = DC_WORDS("cancel"),
};
static const struct wf_transition task_rows[] = {
    {TASK(UNSPECIFIED), WF_TASK_OPEN, TASK(OPEN), "A case comes to its stage: seats are made, the deadline is set."},
    {TASK(OPEN), WF_TASK_REMIND, TASK(OPEN), "A reminder is due, or somebody presses 催办."},
    {TASK(OPEN), WF_TASK_HAND_OVER, TASK(OPEN), "Delegation 委托 or transfer 转办: another one holds a seat."},
    {TASK(OPEN), WF_TASK_ESCALATE, TASK(OPEN), "The deadline passed 升级: the right to decide moves up the ladder."},
    {TASK(OPEN), WF_TASK_COUNT, TASK(OPEN), "A seat decided, and others have to as well."},
    {TASK(OPEN), WF_TASK_TAKE_BACK, TASK(OPEN), "A seat took its decision back before the others had decided."},
    {TASK(OPEN), WF_TASK_DECIDE, TASK(DECIDED), "The decision of a seat is the task's."},
    {TASK(OPEN), WF_TASK_CANCEL, TASK(CANCELLED), "Its cycle was called off, or a decision before it was taken back."},
    {TASK(DECIDED), WF_TASK_WITHDRAW, TASK(WITHDRAWN), "Its decision was taken back 撤回; a new task takes its place."},
};

static const char *const seat_states[] = {
    [SEAT(UNSPECIFIED)] = "none", [SEAT(WAITING)] = DC_WORDS("waiting"), [SEAT(OPEN)] = DC_WORDS("open"),
    [SEAT(DONE)] = DC_WORDS("done"), [SEAT(LAPSED)] = DC_WORDS("lapsed"),
};
static const char *const seat_events[] = {
    [WF_SEAT_WAIT] = DC_WORDS("wait"), [WF_SEAT_OPEN] = DC_WORDS("open"), [WF_SEAT_DELEGATE] = DC_WORDS("delegate"),
    [WF_SEAT_TRANSFER] = DC_WORDS("transfer"), [WF_SEAT_ESCALATE] = DC_WORDS("escalate"), [WF_SEAT_DECIDE] = DC_WORDS("decide"),
    [WF_SEAT_REOPEN] = DC_WORDS("reopen"), [WF_SEAT_SUSPEND] = DC_WORDS("suspend"), [WF_SEAT_LAPSE] = DC_WORDS("lapse"),
};
static const struct wf_transition seat_rows[] = {
    {SEAT(UNSPECIFIED), WF_SEAT_WAIT, SEAT(WAITING), "In a sequence, behind others."},
    {SEAT(UNSPECIFIED), WF_SEAT_OPEN, SEAT(OPEN), "Its holder can decide from the start."},
    {SEAT(WAITING), WF_SEAT_OPEN, SEAT(OPEN), "The one before it decided."},
    {SEAT(WAITING), WF_SEAT_DELEGATE, SEAT(WAITING), "Its holder is away, or back: a deputy 委托."},
    {SEAT(WAITING), WF_SEAT_LAPSE, SEAT(LAPSED), "The task ended before its turn came."},
    {SEAT(OPEN), WF_SEAT_DELEGATE, SEAT(OPEN), "Its holder is away, or back: a deputy 委托."},
    {SEAT(OPEN), WF_SEAT_TRANSFER, SEAT(OPEN), "Its holder gave it to another one 转办."},
    {SEAT(OPEN), WF_SEAT_ESCALATE, SEAT(OPEN), "The deadline passed: the next one up the ladder holds it 升级."},
    {SEAT(OPEN), WF_SEAT_DECIDE, SEAT(DONE), "Its holder decided."},
    {SEAT(OPEN), WF_SEAT_SUSPEND, SEAT(WAITING), "In a sequence: the one before took its decision back."},
    {SEAT(OPEN), WF_SEAT_LAPSE, SEAT(LAPSED), "The task ended without it."},
    {SEAT(DONE), WF_SEAT_REOPEN, SEAT(OPEN), "Its decision was taken back while the task was open 撤回."},
};
/* clang-format on */

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define LIFE(kind, zh, text)                                                                       \
    {                                                                                              \
        .name = #kind, .name_zh = zh, .sentence = text, .states = kind##_states,                   \
        .state_count = COUNT(kind##_states), .events = kind##_events,                              \
        .event_count = COUNT(kind##_events), .rows = kind##_rows, .row_count = COUNT(kind##_rows), \
    }

enum { CYCLE_LIFE, STAGE_LIFE, CASE_LIFE, TASK_LIFE, SEAT_LIFE };
const struct wf_life wf_lives[WF_LIVES] = {
    [CYCLE_LIFE] =
        LIFE(cycle, "周期", "One run of a definition, for a tree of units and a period."),
    [STAGE_LIFE] = LIFE(stage, "阶段", "A stage of a cycle, over all its cases."),
    [CASE_LIFE] = LIFE(case, "办理单", "The way of one subject through the stages of a track."),
    [TASK_LIFE] = LIFE(task, "任务", "What a case waits for in a stage: a decision."),
    [SEAT_LIFE] = LIFE(seat, "席位", "Somebody's right to decide a task."),
};

/* --- the stepper ----------------------------------------------------------------------- */

static const char *
chinese(const char *english)
{
    const char *zh = dc_words_find(english);
    return zh ? zh : english;
}

static enum dc_code
refuse(const struct wf_life *life, int state, int event, struct dc_error *error)
{
    DC_AUTO_TEXT struct dc_text en = DC_TEXT_INIT, zh = DC_TEXT_INIT;
    const char *is = state == 0 ? DC_WORDS("not there") : life->states[state];
    const char *asked = life->events[event];
    size_t allowed = 0;
    dc_text_printf(&en, "a %s that is %s cannot %s; ", life->name, is, asked);
    dc_text_printf(&zh, "%s为“%s”，不能“%s”；", life->name_zh, chinese(is), chinese(asked));
    for (size_t i = 0; i < life->row_count; i++) {
        if (life->rows[i].from == state) {
            const char *can = life->events[life->rows[i].event];
            dc_text_printf(&en, "%s%s", allowed ? ", " : "it can: ", can);
            dc_text_printf(&zh, "%s%s", allowed ? "、" : "可以：", chinese(can));
            allowed++;
        }
    }
    dc_text_add(&en, allowed ? "" : "nothing more happens to it");
    dc_text_add(&zh, allowed ? "" : "此后不再变化");
    return dc_fail_with(error, DC_FAILED_PRECONDITION, "", dc_text_cstr(&en), dc_text_cstr(&zh));
}

static enum dc_code
step(const struct wf_life *life, int state, int event, int *ret_state, struct dc_error *error)
{
    DC_ASSERT(state >= 0 && state < life->state_count && event >= 0 && event < life->event_count);
    for (size_t i = 0; i < life->row_count; i++) {
        if (life->rows[i].from == state && life->rows[i].event == event) {
            *ret_state = life->rows[i].to;
            return DC_OK;
        }
    }
    return refuse(life, state, event, error);
}

enum dc_code
wf_cycle_step(Workflow__CycleState *state, enum wf_cycle_event event, struct dc_error *error)
{
    int to;
    DC_TRY(step(&wf_lives[CYCLE_LIFE], (int)*state, (int)event, &to, error));
    *state = (Workflow__CycleState)to;
    return DC_OK;
}

enum dc_code
wf_stage_step(enum wf_stage_state *state, enum wf_stage_event event, struct dc_error *error)
{
    int to;
    DC_TRY(step(&wf_lives[STAGE_LIFE], (int)*state, (int)event, &to, error));
    *state = (enum wf_stage_state)to;
    return DC_OK;
}

enum dc_code
wf_case_step(enum wf_case_state *state, enum wf_case_event event, struct dc_error *error)
{
    int to;
    DC_TRY(step(&wf_lives[CASE_LIFE], (int)*state, (int)event, &to, error));
    *state = (enum wf_case_state)to;
    return DC_OK;
}

enum dc_code
wf_task_step(Workflow__TaskState *state, enum wf_task_event event, struct dc_error *error)
{
    int to;
    DC_TRY(step(&wf_lives[TASK_LIFE], (int)*state, (int)event, &to, error));
    *state = (Workflow__TaskState)to;
    return DC_OK;
}

enum dc_code
wf_seat_step(Workflow__SeatState *state, enum wf_seat_event event, struct dc_error *error)
{
    int to;
    DC_TRY(step(&wf_lives[SEAT_LIFE], (int)*state, (int)event, &to, error));
    *state = (Workflow__SeatState)to;
    return DC_OK;
}

bool
wf_state_is_final(const struct wf_life *life, int state)
{
    DC_ASSERT(life && state >= 0 && state < life->state_count);
    for (size_t i = 0; i < life->row_count; i++) {
        if (life->rows[i].from == state) {
            return false;
        }
    }
    return true;
}

/* --- LIFE.md --------------------------------------------------------------------------- */

static void
write_diagram(const struct wf_life *life, struct dc_text *text)
{
    dc_text_add(text, "```mermaid\nstateDiagram-v2\n");
    for (size_t i = 0; i < life->row_count; i++) {
        const struct wf_transition *row = &life->rows[i];
        dc_text_printf(text, "    %s --> %s: %s\n",
                       row->from == 0 ? "[*]" : life->states[row->from], life->states[row->to],
                       life->events[row->event]);
    }
    for (int state = 1; state < life->state_count; state++) {
        if (wf_state_is_final(life, state)) {
            dc_text_printf(text, "    %s --> [*]\n", life->states[state]);
        }
    }
    dc_text_add(text, "```\n\n");
}

static void
write_table(const struct wf_life *life, struct dc_text *text)
{
    dc_text_add(text, "| from | event | to | |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < life->row_count; i++) {
        const struct wf_transition *row = &life->rows[i];
        dc_text_printf(text, "| %s | %s | %s | %s |\n",
                       row->from == 0 ? "–" : life->states[row->from], life->events[row->event],
                       life->states[row->to], row->sentence);
    }
}

void
wf_life_write(struct dc_text *text)
{
    DC_ASSERT(text);
    dc_text_add(text,
                "# The life of things in workflow\n\n"
                "Printed from the tables in `life.c`; the stepper there alone changes states. "
                "After a change, `DC_TEST_WRITE=1 build/dev/test/services/workflow/life_test` "
                "writes this page anew.\n");
    for (size_t i = 0; i < WF_LIVES; i++) {
        const struct wf_life *life = &wf_lives[i];
        char initial = (char)(life->name[0] - 'a' + 'A');
        dc_text_printf(text, "\n## %c%s %s\n\n%s\n\n", initial, life->name + 1, life->name_zh,
                       life->sentence);
        write_diagram(life, text);
        write_table(life, text);
    }
}
