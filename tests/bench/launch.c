/*
 * launch.c - how long it takes to start a cycle for a whole group, beside the best SQL that writes
 * the same rows.
 *
 *     launch [PEOPLE]      100,000 people in 1,000 teams
 *
 * Ours is what a supervisor waits for: the command, then the task "cycles" batch by batch: who
 * decides by the rules (manager, role up the tree), deadlines, seats, timers, counts, events in the
 * outbox. The peer writes cases, tasks, seats and timers in one transaction of four statements, the
 * managers joined, without events.
 */
#include "workflow_stage.h"

static const char REVIEW[] =
    "code: review\nname: 上级评价\nperiod: month\nstages:\n"
    "  - code: review\n    name: 评价\n    subject: person\n"
    "    who: [manager, {role: vice_president}]\n    due: {after: 10 days}\n"
    "    reminders:\n      - {before: 3 days, by: [sms]}\n      - {before: 1 days, by: [mail]}\n"
    "    escalation:\n      - {after: 0 days, to: {role: team_lead}}\n"
    "      - {after: 1 days, to: {role: vice_president}}\n"
    "    outcomes:\n      - {code: ok, name: 好, kind: submit}\n";

static void
peer(void)
{
    dc_test_pg_exec(
        stage.pg,
        "SET search_path = workflow; BEGIN;"
        "CREATE TEMP TABLE k ON COMMIT DROP AS WITH c AS (INSERT INTO process_case (tenant_id, "
        "cycle_id, track, subject_kind, subject_id, unit_id, stage, state, outcome, decided_by_id, "
        "reason, reference, link, fact_names, fact_values) SELECT 1, 999999, 0, 3, p.person_id, "
        "o.unit_id, 'review', 1, '', 0, '', '', '', '{}', '{}' FROM org_person p JOIN org_post o "
        "USING (tenant_id, person_id) JOIN org_unit_tree t ON t.tenant_id = 1 AND t.ancestor_id = "
        "1 "
        "AND t.unit_id = o.unit_id WHERE p.tenant_id = 1 RETURNING *) SELECT * FROM c;"
        "CREATE TEMP TABLE n ON COMMIT DROP AS WITH t AS (INSERT INTO task (tenant_id, case_id, "
        "cycle_id, stage, subject_kind, subject_id, unit_id, state, mode, opened_at, due_at, "
        "due_reason_zh, due_reason_en, outcome, version, guard_version, overdue, round, before_id) "
        "SELECT 1, case_id, cycle_id, stage, 3, subject_id, unit_id, 1, 1, now(), now(), "
        "'发起后 10 天', '10 days after opening', '', 1, 1, false, 1, 0 FROM k RETURNING *) SELECT "
        "* "
        "FROM t;"
        "INSERT INTO seat (tenant_id, task_id, number, owner_id, holder_id, deputy_for_id, "
        "held_by, "
        "state, outcome, reason, decided_by_id, opened_at, rung, reminders) SELECT 1, task_id, 1, "
        "coalesce(manager_id, 10), coalesce(manager_id, 10), 0, 1, 2, '', '', 0, now(), 0, 0 FROM "
        "n "
        "JOIN org_person p ON p.tenant_id = 1 AND p.person_id = n.subject_id;"
        "INSERT INTO timer (tenant_id, task_id, kind, step, due_at) SELECT 1, task_id, 1 + x / 2 * "
        "2, 1 + x % 2, now() FROM n, generate_series(0, 3) x; COMMIT");
}

int
main(int argc, char **argv)
{
    int64_t people = argc > 1 ? atoll(argv[1]) : 100000;
    if (people < TEAMS) {
        fprintf(stderr, "launch [PEOPLE]: 1000 at least\n");
        return 2;
    }
    stage_open(NULL);
    stage_clock("2026-11-02 09:00:00");
    people_many(people);
    define(REVIEW);
    Workflow__StartCycleRequest request = WORKFLOW__START_CYCLE_REQUEST__INIT;
    Workflow__StartCycleResponse response = WORKFLOW__START_CYCLE_RESPONSE__INIT;
    request.definition = (char *)"review";
    request.unit_id = GROUP;
    request.period = (char *)"2026-11";
    request.name = (char *)"bench";
    int64_t start = dc_monotonic();
    stage_must(CALL(supervisor, workflow_start_cycle, &request, &response));
    double command = seconds_since(start);
    while (piece(workflow_task_cycles)) {
    }
    double ours = seconds_since(start);
    int64_t tasks = stage_number("SELECT count(*) FROM workflow.task");
    int64_t timers = stage_number("SELECT count(*) FROM workflow.timer");
    if (tasks != people ||
        stage_number("SELECT count(DISTINCT subject_id) FROM workflow.task") != people) {
        dc_test_die("%lld tasks for %lld people", (long long)tasks, (long long)people);
    }
    start = dc_monotonic();
    peer();
    double theirs = seconds_since(start);
    printf("bench launch ours=%.2fs peer=%.2fs ratio=%.2f tasks=%lld tasks_per_s=%.0f "
           "command=%.3fs timers=%lld\n",
           ours, theirs, theirs / ours, (long long)tasks, (double)tasks / ours, command,
           (long long)timers);

    Workflow__GetBoardRequest board = WORKFLOW__GET_BOARD_REQUEST__INIT;
    Workflow__GetBoardResponse page = WORKFLOW__GET_BOARD_RESPONSE__INIT;
    Workflow__ListTasksRequest list = WORKFLOW__LIST_TASKS_REQUEST__INIT;
    Workflow__ListTasksResponse listed = WORKFLOW__LIST_TASKS_RESPONSE__INIT;
    double board_s = 0, list_s = 0;
    dc_test_pg_exec(stage.pg, "DELETE FROM workflow.timer USING workflow.task t WHERE "
                              "timer.task_id = t.task_id AND t.cycle_id = 999999");
    dc_test_pg_exec(stage.pg, "VACUUM ANALYZE");
    board.cycle_id = list.cycle_id = 1;
    for (int i = 0; i < 20; i++) { /* also with the plans that are made for any tenant */
        start = dc_monotonic();
        stage_must(CALL(supervisor, workflow_get_board, &board, &page));
        board_s = seconds_since(start) > board_s ? seconds_since(start) : board_s;
        start = dc_monotonic();
        stage_must(CALL(supervisor, workflow_list_tasks, &list, &listed));
        list_s = seconds_since(start) > list_s ? seconds_since(start) : list_s;
    }
    Workflow__PreviewCycleRequest preview = WORKFLOW__PREVIEW_CYCLE_REQUEST__INIT;
    Workflow__PreviewCycleResponse previewed = WORKFLOW__PREVIEW_CYCLE_RESPONSE__INIT;
    preview.definition = request.definition;
    preview.unit_id = GROUP;
    preview.period = request.period;
    start = dc_monotonic();
    stage_must(CALL(supervisor, workflow_preview_cycle, &preview, &previewed));
    printf("bench board tasks=%lld board_worst=%.1fms list_worst=%.1fms open=%lld preview=%.2fs\n",
           (long long)tasks, board_s * 1000, list_s * 1000, (long long)page.summary->open,
           seconds_since(start));
    stage_down(NULL);
    return 0;
}
