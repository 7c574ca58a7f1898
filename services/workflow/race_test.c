/*
 * Tests that whatever comes between, no task is lost, none is decided twice, and every open task
 * has somebody who can decide it: people decide, withdraw, transfer and delegate while timers fire
 * on another connection and cycles go on. Seeded ($DC_TEST_SEED); what the threads do to each other
 * is the machine's choice.
 */
#include <pthread.h>

#include "stage_test.h"

enum { PEOPLE = 120, ROUNDS = 400, DECIDERS = 2 };

static const char CHASE[] =
    "code: chase\nname: 追\nperiod: month\nstages:\n"
    "  - code: self\n    name: 自评\n    subject: person\n    mode: any\n"
    "    who: [self, manager]\n    due: {after: 2 days}\n"
    "    reminders:\n      - {before: 1 days, by: [mail]}\n"
    "    escalation:\n      - {after: 0 days, to: {role: director}}\n"
    "      - {after: 1 days, to: {role: vice_president}}\n"
    "    outcomes:\n      - {code: submit, name: 提交, kind: submit}\n"
    "  - code: review\n    name: 评价\n    subject: person\n    who: [manager]\n"
    "    due: {after: 2 days}\n    reminders:\n      - {before: 1 days}\n"
    "    escalation:\n      - {after: 0 days, to: {role: vice_president}}\n"
    "    outcomes:\n      - {code: ok, name: 好, kind: approve}\n"
    "      - {code: back, name: 退回, kind: return, to: self}\n";

static int
prepare(void **state)
{
    stage_clear(state);
    dc_test_pg_exec(
        stage.pg,
        "SET search_path = workflow;"
        "INSERT INTO org_person SELECT 1, 1000 + i, 'r' || i, 'r' || i, '', '', 'zh-CN', 3, "
        "'2020-01-01', 'infinity', 1 FROM generate_series(1, 120) i;"
        "INSERT INTO org_post SELECT 1, 1000 + i, 1, 101, 'rep', 1, true, '2020-01-01', 'infinity' "
        "FROM generate_series(1, 120) i");
    define(CHASE);
    return 0;
}

struct player {
    pthread_t thread;
    struct dc_thread own;
    struct dc_test_random random;
    int64_t decided, withdrawn; /* acts that were not refused */
    bool failed;
    char stage[20]; /* of the task that was picked */
};
static _Atomic bool over;

static enum dc_code
act(struct player *player, int64_t person, dc_handler *handler, const ProtobufCMessage *request,
    ProtobufCMessage *response)
{
    struct who he = {1, person, KERNEL__ROLE__ROLE_EMPLOYEE, KERNEL__SCOPE__SCOPE_SELF, 0};
    struct dc_error error;
    enum dc_code code = stage_call_on(&player->own, &he, handler, request, response, &error);
    if (code == DC_INTERNAL || code == DC_UNAVAILABLE) {
        fprintf(stderr, "%s\n", error.message);
        player->failed = true;
    }
    return code;
}

static int64_t
any_person(struct player *player)
{
    static const int64_t above[] = {2, 3, 10};
    return dc_test_random_below(&player->random, 3) == 0
               ? above[dc_test_random_below(&player->random, 3)]
               : 1001 + (int64_t)dc_test_random_below(&player->random, PEOPLE);
}

static void
decide_some(struct player *player, int64_t person, int64_t task)
{
    Workflow__DecideTaskRequest request = WORKFLOW__DECIDE_TASK_REQUEST__INIT;
    Workflow__DecideTaskResponse response = WORKFLOW__DECIDE_TASK_RESPONSE__INIT;
    request.task_id = task;
    request.outcome = (char *)(strcmp(player->stage, "self") == 0         ? "submit"
                               : dc_test_random_below(&player->random, 3) ? "ok"
                                                                          : "back");
    request.reason = (char *)"随机";
    player->decided +=
        act(player, person, workflow_decide_task, &request.base, &response.base) == DC_OK;
}

static void
withdraw_some(struct player *player, int64_t person, int64_t task)
{
    Workflow__WithdrawDecisionRequest request = WORKFLOW__WITHDRAW_DECISION_REQUEST__INIT;
    Workflow__WithdrawDecisionResponse response = WORKFLOW__WITHDRAW_DECISION_RESPONSE__INIT;
    request.task_id = task;
    request.reason = (char *)"随机";
    player->withdrawn +=
        act(player, person, workflow_withdraw_decision, &request.base, &response.base) == DC_OK;
}

static void
transfer_some(struct player *player, int64_t person, int64_t task)
{
    Workflow__TransferTaskRequest request = WORKFLOW__TRANSFER_TASK_REQUEST__INIT;
    Workflow__TransferTaskResponse response = WORKFLOW__TRANSFER_TASK_RESPONSE__INIT;
    request.task_id = task;
    request.to_person_id = any_person(player);
    request.reason = (char *)"随机";
    (void)act(player, person, workflow_transfer_task, &request.base, &response.base);
}

/* A task that the person may act on, his own or any. */
static int64_t
some_task(struct player *player, int64_t person, bool decided)
{
    Workflow__ListMyTasksRequest request = WORKFLOW__LIST_MY_TASKS_REQUEST__INIT;
    Workflow__ListMyTasksResponse response = WORKFLOW__LIST_MY_TASKS_RESPONSE__INIT;
    request.decided = decided;
    request.limit = 200;
    if (act(player, person, workflow_list_my_tasks, &request.base, &response.base) != DC_OK ||
        response.n_tasks == 0) {
        return 1 + (int64_t)dc_test_random_below(&player->random, 3 * PEOPLE);
    }
    const Workflow__Task *task =
        response.tasks[dc_test_random_below(&player->random, response.n_tasks)];
    snprintf(player->stage, sizeof(player->stage), "%s", task->stage);
    return task->id;
}

static void *
play(void *argument)
{
    struct player *player = argument;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t person = any_person(player);
        dc_arena_reset(player->own.arena, 0);
        switch (dc_test_random_below(&player->random, 8)) {
        case 0:
            withdraw_some(player, person, some_task(player, person, true));
            break;
        case 1:
            transfer_some(player, person, some_task(player, person, false));
            break;
        default:
            decide_some(player, person, some_task(player, person, false));
        }
    }
    return NULL;
}

/* The service by itself, on a connection of its own, with the clock going ten minutes a round. */
static void *
serve(void *argument)
{
    struct player *player = argument;
    static enum dc_code (*const tasks[])(struct dc_step *, bool *, struct dc_error *) = {
        workflow_task_timers, workflow_task_cycles, workflow_task_people};
    dc_time now = stage.now;
    while (!over) {
        for (size_t i = 0; i < 3; i++) {
            struct dc_step step;
            struct dc_error error = {0};
            bool more = false;
            dc_arena_reset(player->own.arena, 0);
            dc_step_init(&step, &player->own, "test", now);
            enum dc_code code = tasks[i](&step, &more, &error);
            if (code != DC_OK) {
                dc_step_rollback(&step);
            }
            if (code != DC_OK && code != DC_ABORTED) {
                fprintf(stderr, "%s: %s\n", dc_code_wire_name(code), error.message);
                player->failed = true;
            }
        }
        now += (dc_time)600 * DC_SECOND;
    }
    return NULL;
}

static void
whatever_comes_between(void **state)
{
    (void)state;
    struct player players[DECIDERS + 1] = {0};
    start_cycle("chase", A1);
    for (int i = 0; i <= DECIDERS; i++) {
        stage_connect(&players[i].own);
        players[i].random = (struct dc_test_random){dc_test_seed() + (uint64_t)i};
    }
    over = false;
    for (int i = 0; i <= DECIDERS; i++) {
        assert_int_equal(
            pthread_create(&players[i].thread, NULL, i < DECIDERS ? play : serve, &players[i]), 0);
    }
    int64_t decided = 0, withdrawn = 0;
    for (int i = 0; i <= DECIDERS; i++) {
        over = i == DECIDERS;
        pthread_join(players[i].thread, NULL);
        assert_false(players[i].failed);
        stage_disconnect(&players[i].own);
        decided += players[i].decided;
        withdrawn += players[i].withdrawn;
    }
    assert_true(decided > 50 && withdrawn > 0);
    check_all();
    /* Each act that was acknowledged is in the record once. */
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.history WHERE what = 'decided'"),
                     decided);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.history WHERE what = 'withdrawn'"),
                     withdrawn);
    /* No task was decided twice; a case that goes on has one open task, one that ended has none. */
    assert_int_equal(
        stage_number("SELECT count(*) FROM (SELECT task_id FROM workflow.history WHERE "
                     "what = 'decided' GROUP BY task_id HAVING count(*) > 1) x"),
        0);
    assert_int_equal(
        stage_number("SELECT count(*) FROM workflow.process_case k WHERE (state = 1) <> EXISTS "
                     "(SELECT FROM workflow.task t WHERE t.case_id = k.case_id AND t.state = 1)"),
        0);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.process_case"), PEOPLE + 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup(whatever_comes_between, prepare)};
    return cmocka_run_group_tests_name("race", tests, stage_open, stage_down);
}
