/* Tests the tables of transitions for what must hold of any life, and LIFE.md against them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "life.h"
#include "tests/lib/harness.h"

static void
test_rows_are_within_their_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < WF_LIVES; i++) {
        const struct wf_life *life = &wf_lives[i];
        for (size_t j = 0; j < life->row_count; j++) {
            const struct wf_transition *row = &life->rows[j];
            assert_true(row->from >= 0 && row->from < life->state_count);
            assert_true(row->to >= 1 && row->to < life->state_count);
            assert_true(row->event >= 0 && row->event < life->event_count);
            assert_true(strlen(row->sentence) > 10);
            for (size_t k = 0; k < j; k++) {
                bool same = life->rows[k].from == row->from && life->rows[k].event == row->event;
                assert_false(same); /* deterministic */
            }
        }
    }
}

static void
test_every_state_is_reached_and_every_event_happens(void **state)
{
    (void)state;
    for (size_t i = 0; i < WF_LIVES; i++) {
        const struct wf_life *life = &wf_lives[i];
        bool reached[16] = {true}, happens[16] = {0};
        for (int round = 0; round < life->state_count; round++) {
            for (size_t j = 0; j < life->row_count; j++) {
                const struct wf_transition *row = &life->rows[j];
                reached[row->to] = reached[row->to] || reached[row->from];
                happens[row->event] = true;
            }
        }
        for (int j = 0; j < life->state_count; j++) {
            if (!reached[j]) {
                fail_msg("%s: nothing leads to %s", life->name, life->states[j]);
            }
        }
        for (int j = 0; j < life->event_count; j++) {
            if (!happens[j]) {
                fail_msg("%s: %s never happens", life->name, life->events[j]);
            }
        }
    }
}

/* From every state some final state (or, for a stage, closed) can be reached: nothing is stuck. */
static void
test_nothing_is_stuck(void **state)
{
    (void)state;
    for (size_t i = 0; i < WF_LIVES; i++) {
        const struct wf_life *life = &wf_lives[i];
        bool stage = strcmp(life->name, "stage") == 0;
        bool ends[16] = {0};
        for (int j = 1; j < life->state_count; j++) {
            ends[j] = wf_state_is_final(life, j) || (stage && j == WF_STAGE_CLOSED);
        }
        for (int round = 0; round < life->state_count; round++) {
            for (size_t j = 0; j < life->row_count; j++) {
                ends[life->rows[j].from] = ends[life->rows[j].from] || ends[life->rows[j].to];
            }
        }
        for (int j = 0; j < life->state_count; j++) {
            if (!ends[j]) {
                fail_msg("%s: %s never ends", life->name, life->states[j]);
            }
        }
    }
}

static void
test_refusals_say_what_is_possible(void **state)
{
    (void)state;
    struct dc_error error = {0};
    Workflow__TaskState task = WORKFLOW__TASK_STATE__TASK_STATE_DECIDED;
    assert_int_equal(wf_task_step(&task, WF_TASK_DECIDE, &error), DC_FAILED_PRECONDITION);
    assert_string_equal(error.message, "a task that is decided cannot decide; it can: withdraw");
    assert_string_equal(error.message_zh, "任务为“已决定”，不能“决定”；可以：撤回");
    assert_int_equal(task, WORKFLOW__TASK_STATE__TASK_STATE_DECIDED);

    enum wf_case_state cancelled = WF_CASE_CANCELLED;
    assert_int_equal(wf_case_step(&cancelled, WF_CASE_RESUME, &error), DC_FAILED_PRECONDITION);
    assert_string_equal(error.message,
                        "a case that is cancelled cannot resume; nothing more happens to it");
    assert_string_equal(error.message_zh, "办理单为“已取消”，不能“恢复”；此后不再变化");

    Workflow__CycleState cycle = WORKFLOW__CYCLE_STATE__CYCLE_STATE_UNSPECIFIED;
    assert_int_equal(wf_cycle_step(&cycle, WF_CYCLE_CLOSE, &error), DC_FAILED_PRECONDITION);
    assert_string_equal(error.message, "a cycle that is not there cannot close; it can: start");
}

static void
test_a_cycle_from_start_to_close(void **state)
{
    (void)state;
    Workflow__CycleState cycle = WORKFLOW__CYCLE_STATE__CYCLE_STATE_UNSPECIFIED;
    static const enum wf_cycle_event way[] = {WF_CYCLE_START,  WF_CYCLE_OPENED, WF_CYCLE_GO_ON,
                                              WF_CYCLE_OPENED, WF_CYCLE_MOVE,   WF_CYCLE_CLOSE,
                                              WF_CYCLE_RESUME, WF_CYCLE_CLOSE};
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        assert_int_equal(wf_cycle_step(&cycle, way[i], NULL), DC_OK);
    }
    assert_int_equal(cycle, WORKFLOW__CYCLE_STATE__CYCLE_STATE_CLOSED);
    assert_int_equal(wf_cycle_step(&cycle, WF_CYCLE_CANCEL, NULL), DC_FAILED_PRECONDITION);

    enum wf_stage_state stage = WF_STAGE_NONE;
    assert_int_equal(wf_stage_step(&stage, WF_STAGE_PLAN, NULL), DC_OK);
    assert_int_equal(wf_stage_step(&stage, WF_STAGE_ENTER, NULL), DC_OK);
    assert_int_equal(wf_stage_step(&stage, WF_STAGE_CLOSE, NULL), DC_OK);
    assert_int_equal(wf_stage_step(&stage, WF_STAGE_PASS, NULL), DC_FAILED_PRECONDITION);
    assert_int_equal(stage, WF_STAGE_CLOSED);
}

static void
test_page(void **state)
{
    (void)state;
    static const char path[] = "services/workflow/LIFE.md";
    DC_AUTO_TEXT struct dc_text page = DC_TEXT_INIT;
    wf_life_write(&page);
    if (getenv("DC_TEST_WRITE")) {
        char whole[4096];
        snprintf(whole, sizeof whole, "%s/%s", dc_test_root(), path);
        dc_test_write_file(whole, page.data, page.length);
    }
    DC_AUTO_FREE char *there = dc_test_read_file(path, NULL);
    if (strcmp(there, dc_text_cstr(&page)) != 0) {
        fail_msg("%s is not what life.c says; write it anew: DC_TEST_WRITE=1 life_test", path);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_within_their_tables),
        cmocka_unit_test(test_every_state_is_reached_and_every_event_happens),
        cmocka_unit_test(test_nothing_is_stuck),
        cmocka_unit_test(test_refusals_say_what_is_possible),
        cmocka_unit_test(test_a_cycle_from_start_to_close),
        cmocka_unit_test(test_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
