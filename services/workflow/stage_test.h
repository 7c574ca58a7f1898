/*
 * stage_test.h - workflow on a stage of its own: a real PostgreSQL with the service's role and
 * row-level security, a small group of people, a clock that the test turns, and requests made by
 * them.
 *
 *     group (1)            1 supervisor, 9 boss; 10 vice president over it
 *     ├─ A (10)            2 director
 *     │  ├─ A1 (101)       3 lead, 4 张三, 5 李四
 *     │  └─ A2 (102)       6 王五
 *     ├─ B (11)            7 director
 *     │  └─ B1 (111)       8 赵六
 *     └─ C (12)            nobody
 *
 * Managers: 4, 5 → 3 → 2 → 10 → 9; 6 → 2; 8 → 7 → 10; 1 → 9. Tenant 2 has a group (201) and a
 * supervisor (20) of its own. It is Monday 2026-11-02, 09:00 in China, at the start of each test.
 */
#ifndef DC_WORKFLOW_STAGE_TEST_H
#define DC_WORKFLOW_STAGE_TEST_H

#include "handlers.h"
#include "service/access.h"
#include "tests/lib/stage.h"
#include "workflow_sql.h"

enum { GROUP = 1, A = 10, B = 11, C = 12, A1 = 101, A2 = 102, B1 = 111 };

WHO(supervisor, 1, 1, SUPERVISOR, GROUP, 0);
WHO(supervisor_of_a, 1, 1, SUPERVISOR, UNIT_TREE, A);
WHO(director_a, 1, 2, DIRECTOR, UNIT_TREE, A);
WHO(lead_a1, 1, 3, TEAM_LEAD, UNIT_TREE, A1);
WHO(zhang_san, 1, 4, EMPLOYEE, SELF, 0);
WHO(li_si, 1, 5, EMPLOYEE, SELF, 0);
WHO(wang_wu, 1, 6, EMPLOYEE, SELF, 0);
WHO(director_b, 1, 7, DIRECTOR, UNIT_TREE, B);
WHO(zhao_liu, 1, 8, EMPLOYEE, SELF, 0);
WHO(boss, 1, 9, BOSS, GROUP, 0);
WHO(vice_president, 1, 10, VICE_PRESIDENT, UNIT_TREE, GROUP);
WHO(auditor, 1, 11, AUDITOR, GROUP, 0);
WHO(system_admin, 1, 12, SYSTEM_ADMIN, GROUP, 0);
WHO(stranger, 2, 20, SUPERVISOR, GROUP, 0);

/* --- the group -----------------------------------------------------------------------------------
 */
static void
stage_people(void)
{
    dc_test_pg_exec(
        stage.pg,
        "SET search_path = workflow;"
        "TRUNCATE org_unit, org_unit_tree, org_person, org_post, org_grant;"
        "INSERT INTO org_unit SELECT t, u, nullif(p, 0), k, 'u' || u, n, '2020-01-01', 'infinity',"
        " 1 FROM (VALUES (1, 1, 0, 1, '集团'), (1, 10, 1, 3, 'A'), (1, 11, 1, 3, 'B'),"
        "  (1, 12, 1, 3, 'C'), (1, 101, 10, 4, 'A1'), (1, 102, 10, 4, 'A2'), (1, 111, 11, 4, 'B1'),"
        "  (2, 201, 0, 1, '别人')) AS x (t, u, p, k, n);"
        "INSERT INTO org_person SELECT t, p, 'p' || p, n, '', '', 'zh-CN', nullif(m, 0),"
        "  '2020-01-01', 'infinity', 1 FROM (VALUES (1, 1, '绩效主管', 9), (1, 2, '总监甲', 10),"
        "  (1, 3, '队长', 2), (1, 4, '张三', 3), (1, 5, '李四', 3), (1, 6, '王五', 2),"
        "  (1, 7, '总监乙', 10), (1, 8, '赵六', 7), (1, 9, '老板', 0), (1, 10, '副总', 9),"
        "  (2, 20, '外人', 0)) AS x (t, p, n, m);"
        "INSERT INTO org_post SELECT t, p, 1, u, r, 1, true, '2020-01-01', 'infinity'"
        " FROM (VALUES (1, 1, 1, 'hr'), (1, 2, 10, 'director'), (1, 3, 101, 'lead'),"
        "  (1, 4, 101, 'sales_rep'), (1, 5, 101, 'sales_rep'), (1, 6, 102, 'sales_rep'),"
        "  (1, 7, 11, 'director'), (1, 8, 111, 'sales_rep'), (1, 9, 1, 'boss'), (1, 10, 1, 'vp'),"
        "  (2, 20, 201, 'hr')) AS x (t, p, u, r);"
        "INSERT INTO org_grant VALUES (1, 1, 6, 5, 0), (1, 2, 3, 3, 10), (1, 7, 3, 3, 11),"
        "  (1, 3, 2, 3, 101), (1, 10, 4, 3, 1), (1, 9, 5, 5, 0), (2, 20, 6, 5, 0)");
    stage_tree();
}

/* --- the stage -----------------------------------------------------------------------------------
 */
static int
stage_open(void **state)
{
    (void)state;
    stage_up(&workflow_spec, stage_people);
    return 0;
}

/* Before each test: nothing is defined, and everybody is in his place. */
static __attribute__((unused)) int
stage_clear(void **state)
{
    (void)state;
    dc_test_pg_exec(
        stage.pg, "SET search_path = workflow; TRUNCATE definition, calendar, calendar_day, cycle,"
                  " turn, process_case, task, seat, timer, history, tally, delegation, moved, "
                  "hand_over, replan,"
                  " submission RESTART IDENTITY");
    stage_people();
    dc_arena_reset(stage.thread.arena, 0);
    stage_forget(&stage.thread);
    stage_clock("2026-11-02 09:00:00");
    stage_deaf();
    return 0;
}

/* --- short forms ---------------------------------------------------------------------------------
 */
static __attribute__((unused)) void
define(const char *yaml)
{
    Workflow__SaveDefinitionRequest request = WORKFLOW__SAVE_DEFINITION_REQUEST__INIT;
    Workflow__SaveDefinitionResponse response = WORKFLOW__SAVE_DEFINITION_RESPONSE__INIT;
    request.yaml = (char *)yaml;
    request.reason = (char *)"test";
    stage_must(CALL(supervisor, workflow_save_definition, &request, &response));
    for (size_t i = 0; i < response.n_problems; i++) {
        dc_test_die("%d:%d: %s", response.problems[i]->line, response.problems[i]->column,
                    response.problems[i]->message);
    }
}

/* Started and launched; the id of the cycle. */
static __attribute__((unused)) int64_t
start_cycle(const char *definition, int64_t unit)
{
    Workflow__StartCycleRequest request = WORKFLOW__START_CYCLE_REQUEST__INIT;
    Workflow__StartCycleResponse response = WORKFLOW__START_CYCLE_RESPONSE__INIT;
    request.definition = (char *)definition;
    request.unit_id = unit;
    request.period = (char *)"2026-11";
    request.name = (char *)"2026年11月";
    stage_must(CALL(supervisor, workflow_start_cycle, &request, &response));
    int64_t id = response.cycle->id;
    stage_run(workflow_task_cycles);
    return id;
}

/* The open task of a subject; 0 when there is none. */
static __attribute__((unused)) int64_t
task_of(int64_t subject)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT coalesce(max(task_id), 0) FROM workflow.task WHERE tenant_id = 1 AND "
             "subject_id = %lld AND state = 1",
             (long long)subject);
    return stage_number(sql);
}

/* Who has the first seat of a task. */
static __attribute__((unused)) int64_t
holder_of(int64_t task)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT holder_id FROM workflow.seat WHERE task_id = %lld AND number = 1",
             (long long)task);
    return stage_number(sql);
}

static __attribute__((unused)) enum dc_code
decide(const struct who *who, int64_t task, const char *outcome, const char *reason,
       Workflow__Task **ret_task)
{
    Workflow__DecideTaskRequest request = WORKFLOW__DECIDE_TASK_REQUEST__INIT;
    Workflow__DecideTaskResponse response = WORKFLOW__DECIDE_TASK_RESPONSE__INIT;
    request.task_id = task;
    request.outcome = (char *)outcome;
    request.reason = (char *)reason;
    enum dc_code code = stage_call(who, workflow_decide_task, &request.base, &response.base);
    if (ret_task) {
        *ret_task = response.task;
    }
    return code;
}

static __attribute__((unused)) Workflow__GetTaskResponse *
get_task(const struct who *who, int64_t task)
{
    Workflow__GetTaskRequest request = WORKFLOW__GET_TASK_REQUEST__INIT;
    Workflow__GetTaskResponse *response = DC_NEW_MESSAGE(
        stage.thread.arena, Workflow__GetTaskResponse, workflow__get_task_response__init);
    request.task_id = task;
    stage_must(stage_call(who, workflow_get_task, &request.base, &response->base));
    return response;
}

/* Counts kept for boards equal a fresh count of the tasks; timers belong to open tasks; every open
 * task has an open seat; what is held is held by somebody who is there. */
static __attribute__((unused)) void
check_all(void)
{
    assert_int_equal(
        stage_number(
            "SELECT count(*) FROM (SELECT cycle_id, stage, unit_id, sum(done) d, sum(open) o,"
            " sum(overdue) v FROM workflow.tally GROUP BY 1, 2, 3) k FULL JOIN (SELECT"
            " cycle_id, stage, unit_id, count(*) FILTER (WHERE state = 2) d, count(*)"
            " FILTER (WHERE state = 1) o, count(*) FILTER (WHERE state = 1 AND overdue) v"
            " FROM workflow.task GROUP BY 1, 2, 3) t USING (cycle_id, stage, unit_id)"
            " WHERE (k.d, k.o, k.v) IS DISTINCT FROM (t.d, t.o, t.v)"),
        0);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.timer x LEFT JOIN workflow.task t"
                                  " USING (tenant_id, task_id) WHERE t.state IS DISTINCT FROM 1"),
                     0);
    assert_int_equal(
        stage_number("SELECT count(*) FROM workflow.task t WHERE state = 1 AND NOT EXISTS (SELECT"
                     " FROM workflow.seat s JOIN workflow.org_person p ON p.tenant_id ="
                     " s.tenant_id AND p.person_id = s.holder_id WHERE s.tenant_id = t.tenant_id"
                     " AND s.task_id = t.task_id AND s.state = 2)"),
        0);
    assert_int_equal(
        stage_number("SELECT count(*) FROM (SELECT case_id FROM workflow.task WHERE state = 1"
                     " GROUP BY case_id HAVING count(*) > 1) x"),
        0);
}

#endif
