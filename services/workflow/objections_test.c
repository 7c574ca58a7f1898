/* Tests objections to results: taken up once, decided only with a stated correction, a second stage
 * by what it changes, and ended where they were withdrawn. */
#include "stage_test.h"

#include <dacheng/scoring/v1/objections_events.pb-c.h>

static struct flow_shipped *shipped;

static int
prepare(void **state)
{
    char folder[600];
    stage_clear(state);
    snprintf(folder, sizeof(folder), "%s/deploy", dc_test_root());
    MUST(flow_shipped_read(folder, &shipped, &stage.error));
    dc_service_set_shared(&stage.service, shipped);
    return 0;
}

static int
tidy(void **state)
{
    (void)state;
    dc_service_set_shared(&stage.service, NULL);
    flow_shipped_free(shipped);
    return 0;
}

/* 张三 objects to his sales; number 0: nothing is stated yet. */
static void
tell(dc_reaction_fn *reaction, int number, const char *coefficient_change,
     Scoring__ObjectionState state)
{
    Scoring__Correction correction = SCORING__CORRECTION__INIT;
    Scoring__Objection objection = SCORING__OBJECTION__INIT;
    Scoring__ObjectionRaised event = SCORING__OBJECTION_RAISED__INIT; /* all three are alike */
    correction.number = number;
    correction.score = (char *)"90.00";
    correction.coefficient_change = (char *)coefficient_change;
    objection.id = 7;
    objection.person_id = objection.author_person_id = 4;
    objection.unit_id = A1;
    objection.person_name = (char *)"张三";
    objection.indicator_name = (char *)"销售额";
    objection.period = (char *)"2026Q4";
    objection.reason = (char *)"漏记一单";
    objection.author = (char *)"zhangsan";
    objection.state = state;
    objection.correction = number ? &correction : NULL;
    event.objection = &objection;
    stage_tell(1, reaction, &event.base);
}

#define OPEN SCORING__OBJECTION_STATE__OBJECTION_STATE_OPEN

static void
a_correction_has_to_be_stated_first(void **state)
{
    (void)state;
    tell(workflow_on_objection_raised, 0, "", OPEN);
    tell(workflow_on_objection_raised, 0, "", OPEN);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.process_case"), 1);
    int64_t task = task_of(4);
    assert_int_equal(holder_of(task), 1);
    Workflow__GetTaskResponse *page = get_task(&supervisor, task);
    assert_string_equal(page->link, "/results/objections/7");
    assert_false(page->gate->open);
    REFUSED(decide(&supervisor, task, "correct", "", NULL), DC_FAILED_PRECONDITION, "");
    REFUSED(decide(&zhang_san, task, "correct", "", NULL), DC_PERMISSION_DENIED, "");
    tell(workflow_on_correction_stated, 1, "0", OPEN);
    page = get_task(&supervisor, task);
    assert_true(page->gate->open);
    /* Who looked at it before another one was stated is told to look again. */
    int64_t seen = page->task->version;
    tell(workflow_on_correction_stated, 2, "0", OPEN);
    Workflow__DecideTaskRequest request = WORKFLOW__DECIDE_TASK_REQUEST__INIT;
    Workflow__DecideTaskResponse response = WORKFLOW__DECIDE_TASK_RESPONSE__INIT;
    request.task_id = task;
    request.outcome = (char *)"correct";
    request.version = seen;
    REFUSED(stage_call(&supervisor, workflow_decide_task, &request.base, &response.base),
            DC_ABORTED, "version");
    stage_deaf();
    MUST(decide(&supervisor, task, "correct", "核实", NULL));
    assert_int_equal(task_of(4), 0); /* the coefficient stays: nobody else is asked */
    Workflow__CasesEnded *ended =
        (Workflow__CasesEnded *)stage_hear(&workflow__cases_ended__descriptor);
    assert_string_equal(ended->cases[0]->reference, "scoring/objection/7");
    assert_string_equal(ended->cases[0]->outcome_kind, "approve");
    const char *number = "";
    for (size_t i = 0; i < ended->cases[0]->n_facts; i++) {
        if (strcmp(ended->cases[0]->facts[i]->name, "correction") == 0) {
            number = ended->cases[0]->facts[i]->value;
        }
    }
    assert_string_equal(number, "2");
    tell(workflow_on_correction_stated, 3, "0", OPEN); /* too late: nothing is open */
    check_all();
}

static void
another_coefficient_asks_the_vice_president(void **state)
{
    (void)state;
    tell(workflow_on_objection_raised, 0, "", OPEN);
    tell(workflow_on_correction_stated, 1, "0.4", OPEN);
    MUST(decide(&supervisor, task_of(4), "correct", "", NULL));
    assert_int_equal(holder_of(task_of(4)), 10);
    MUST(decide(&vice_president, task_of(4), "again", "再看看", NULL));
    assert_int_equal(holder_of(task_of(4)), 1);
    MUST(decide(&supervisor, task_of(4), "uphold", "维持", NULL));
    assert_int_equal(task_of(4), 0);
    check_all();
}

static void
withdrawn_there_is_cancelled_here(void **state)
{
    (void)state;
    tell(workflow_on_objection_raised, 0, "", OPEN);
    tell(workflow_on_objection_settled, 0, "",
         SCORING__OBJECTION_STATE__OBJECTION_STATE_UPHELD);
    assert_true(task_of(4) > 0);
    tell(workflow_on_objection_settled, 0, "",
         SCORING__OBJECTION_STATE__OBJECTION_STATE_WITHDRAWN);
    stage_run(workflow_task_cycles);
    assert_int_equal(task_of(4), 0);
    tell(workflow_on_objection_settled, 0, "",
         SCORING__OBJECTION_STATE__OBJECTION_STATE_WITHDRAWN);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_correction_has_to_be_stated_first, prepare, tidy),
        cmocka_unit_test_setup_teardown(another_coefficient_asks_the_vice_president, prepare, tidy),
        cmocka_unit_test_setup_teardown(withdrawn_there_is_cancelled_here, prepare, tidy),
    };
    return cmocka_run_group_tests_name("objections", tests, stage_open, stage_down);
}
