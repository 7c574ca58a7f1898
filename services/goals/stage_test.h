/*
 * stage_test.h - goals on a stage of its own: a real PostgreSQL with the service's role and
 * row-level security, a small group of people, and requests made by them.
 *
 *     group (1)
 *     ├─ A (10)    director 2              persons: 1 supervisor and 9 boss in the group,
 *     │  ├─ A1 (101)   lead 3, 张三 4, 李四 5        2 director of A, 7 director of B
 *     │  └─ A2 (102)   王五 6
 *     ├─ B (11)    director 7
 *     │  └─ B1 (111)   赵六 8
 *     └─ C (12)    nobody
 *
 * Tenant 2 has a group (201) and a person (20) of its own. It is 2026-11-23 in China.
 */
#ifndef DC_GOALS_STAGE_TEST_H
#define DC_GOALS_STAGE_TEST_H

#include "goals.h"
#include "goals_sql.h"
#include "service/access.h"
#include "store.h"
#include "tests/lib/stage.h"

#define UNIT GOALS__OWNER_KIND__OWNER_KIND_UNIT
#define PERSON GOALS__OWNER_KIND__OWNER_KIND_PERSON

enum { GROUP = 1, A = 10, B = 11, C = 12, A1 = 101, A2 = 102, B1 = 111 };

WHO(supervisor, 1, 1, SUPERVISOR, GROUP, 0);
WHO(supervisor_of_a, 1, 1, SUPERVISOR, UNIT_TREE, A);
WHO(director_a, 1, 2, DIRECTOR, UNIT_TREE, A);
WHO(lead_a1, 1, 3, TEAM_LEAD, UNIT_TREE, A1);
WHO(zhang_san, 1, 4, EMPLOYEE, SELF, 0);
WHO(director_b, 1, 7, DIRECTOR, UNIT_TREE, B);
WHO(boss, 1, 9, BOSS, GROUP, 0);
WHO(vice_president, 1, 9, VICE_PRESIDENT, UNIT_TREE, A);
WHO(auditor, 1, 9, AUDITOR, GROUP, 0);
WHO(integrator, 1, 9, INTEGRATOR, GROUP, 0);
WHO(system_admin, 1, 9, SYSTEM_ADMIN, GROUP, 0);
WHO(stranger, 2, 20, SUPERVISOR, GROUP, 0);

/* --- the group ----------------------------------------------------------------------------------
 */

static void
stage_people(void)
{
    dc_test_pg_exec(
        stage.pg,
        "SET search_path = goals;"
        "INSERT INTO org_unit SELECT t, u, nullif(p, 0), k, 'u' || u, n, '2020-01-01', 'infinity', "
        "1"
        " FROM (VALUES (1, 1, 0, 1, '集团'), (1, 10, 1, 3, 'A'), (1, 11, 1, 3, 'B'),"
        "  (1, 12, 1, 3, 'C'), (1, 101, 10, 4, 'A1'), (1, 102, 10, 4, 'A2'), (1, 111, 11, 4, 'B1'),"
        "  (2, 201, 0, 1, '别人')) AS x (t, u, p, k, n);"
        "INSERT INTO org_person SELECT t, p, 'p' || p, n, '', '', 'zh-CN', NULL, '2020-01-01',"
        "  'infinity', 1 FROM (VALUES (1, 1, '绩效主管'), (1, 2, '总监甲'), (1, 3, '队长'),"
        "  (1, 4, '张三'), (1, 5, '李四'), (1, 6, '王五'), (1, 7, '总监乙'), (1, 8, '赵六'),"
        "  (1, 9, '老板'), (2, 20, '外人')) AS x (t, p, n);"
        "INSERT INTO org_post SELECT t, p, 1, u, r, 1, true, '2020-01-01', 'infinity'"
        " FROM (VALUES (1, 1, 1, 'hr'), (1, 2, 10, 'director'), (1, 3, 101, 'lead'),"
        "  (1, 4, 101, 'sales_rep'), (1, 5, 101, 'sales_rep'), (1, 6, 102, 'sales_rep'),"
        "  (1, 7, 11, 'director'), (1, 8, 111, 'sales_rep'), (1, 9, 1, 'boss'),"
        "  (2, 20, 201, 'hr')) AS x (t, p, u, r)");
    stage_tree();
}

/* --- the stage ----------------------------------------------------------------------------------
 */

static int
stage_open(void **state)
{
    static const struct dc_statement *const statements[] = {goals_statements, NULL};
    static const struct dc_service_spec spec = {.name = "goals",
                                                .statements = statements,
                                                .migrations = goals_migrations,
                                                .publishes = true};
    (void)state;
    stage_up(&spec, stage_people);
    stage_clock("2026-11-23 18:00:00");
    return 0;
}

/* Before each test: nothing is defined, and everybody is in his place. */
static __attribute__((unused)) int
stage_clear(void **state)
{
    (void)state;
    dc_test_pg_exec(stage.pg,
                    "SET search_path = goals; TRUNCATE measure, measure_filter, indicator, plan, "
                    "plan_version, plan_item, sheet, target, adjustment, target_version, proposal, "
                    "actual, total, season_profile, target_division, "
                    "target_segment, move_stay, move_settings, "
                    "objective, objective_version, objective_link, check_in, okr_result, "
                    "key_result_feed, fed_value, check_in_timer, "
                    "okr_settings, hand_value, draft; "
                    "UPDATE org_post SET unit_id = 101 WHERE person_id = 5; "
                    "DELETE FROM org_post WHERE ordinal > 1; "
                    "UPDATE org_post SET valid_to = 'infinity'; "
                    "UPDATE org_unit SET parent_id = 10, valid_from = '2020-01-01' WHERE unit_id = 102");
    dc_arena_reset(stage.thread.arena, 0);
    return 0;
}

/* --- short forms --------------------------------------------------------------------------------
 */

static Goals__InstallLibraryResponse library;

static __attribute__((unused)) void
install_library(void)
{
    Goals__InstallLibraryRequest request = GOALS__INSTALL_LIBRARY_REQUEST__INIT;
    goals__install_library_response__init(&library);
    MUST(CALL(supervisor, goals_install_library, &request, &library));
}

/* An indicator of the library that was just installed. */
static __attribute__((unused)) const Goals__Indicator *
in_library(const char *code)
{
    for (size_t i = 0; i < library.n_indicators; i++) {
        if (strcmp(library.indicators[i]->code, code) == 0) {
            return library.indicators[i];
        }
    }
    dc_test_die("the library has no %s", code);
}

/* For the fourth quarter; the id of the target. */
static __attribute__((unused)) int64_t
set_target(Goals__OwnerKind kind, int64_t owner, int64_t indicator, const char *value)
{
    Goals__SetTargetRequest request = GOALS__SET_TARGET_REQUEST__INIT;
    Goals__SetTargetResponse response = GOALS__SET_TARGET_RESPONSE__INIT;
    request.owner_kind = kind;
    request.owner_id = owner;
    request.indicator_id = indicator;
    request.period = "2026Q4";
    request.value = (char *)value;
    request.reason = "目标";
    MUST(CALL(supervisor, goals_set_target, &request, &response));
    return response.node->target->id;
}

static __attribute__((unused)) int64_t
value_of_target(int64_t target)
{
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT value::bigint FROM goals.target WHERE target_id = %lld",
             (long long)target);
    return stage_number(sql);
}

/* What is defined, as somebody sees it. */
static __attribute__((unused)) Goals__ListDefinitionsResponse
definitions_of(const struct who *who)
{
    Goals__ListDefinitionsRequest request = GOALS__LIST_DEFINITIONS_REQUEST__INIT;
    Goals__ListDefinitionsResponse response = GOALS__LIST_DEFINITIONS_RESPONSE__INIT;
    MUST(CALL(*who, goals_list_definitions, &request, &response));
    return response;
}

static __attribute__((unused)) Goals__Measure *
measure(const char *code)
{
    Goals__ListDefinitionsResponse all = definitions_of(&supervisor);
    for (size_t i = 0; i < all.n_measures; i++) {
        if (strcmp(all.measures[i]->code, code) == 0) {
            return all.measures[i];
        }
    }
    dc_test_die("no measure %s", code);
}

/* Two columns of a sheet for the fourth quarter. */
static __attribute__((unused)) Goals__SheetColumn **
two_columns(int64_t indicator, int64_t other)
{
    static Goals__SheetColumn first, second, *columns[] = {&first, &second};
    goals__sheet_column__init(&first);
    goals__sheet_column__init(&second);
    first.indicator_id = indicator;
    second.indicator_id = other;
    first.period = second.period = "2026Q4";
    return columns;
}

#endif
