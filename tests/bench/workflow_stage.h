/* workflow_stage.h - what the benches of workflow share: a group of many people, on the stage of
 * the service's own tests. */
#ifndef DC_TESTS_BENCH_WORKFLOW_STAGE_H
#define DC_TESTS_BENCH_WORKFLOW_STAGE_H

#include "../../services/workflow/stage_test.h"

enum { TEAMS = 1000 };

/* Group 1, companies 1001.., departments 2001.., teams 10001.. each with a lead; people from 100001
 * on, whose manager is the lead of their team; a supervisor, a boss and a vice president. */
static void
people_many(int64_t people)
{
    char sql[4096];
    snprintf(
        sql, sizeof sql,
        "SET search_path = workflow; TRUNCATE org_unit, org_unit_tree, org_person, org_post, "
        "org_grant;"
        "INSERT INTO org_unit SELECT 1, u, p, k, 'u' || u, 'u' || u, '2020-01-01', 'infinity', 1 "
        "FROM (SELECT 1 AS u, NULL::bigint AS p, 1 AS k"
        " UNION ALL SELECT 1001 + i, 1, 2 FROM generate_series(0, 9) i"
        " UNION ALL SELECT 2001 + i, 1001 + i / 10, 3 FROM generate_series(0, 99) i"
        " UNION ALL SELECT 10001 + i, 2001 + i / 10, 4 FROM generate_series(0, %d - 1) i) x;"
        "WITH RECURSIVE w AS (SELECT tenant_id, unit_id AS a, unit_id, 0 AS d FROM org_unit"
        "  UNION ALL SELECT w.tenant_id, w.a, u.unit_id, w.d + 1 FROM w JOIN org_unit u"
        "  ON u.tenant_id = w.tenant_id AND u.parent_id = w.unit_id)"
        " INSERT INTO org_unit_tree SELECT * FROM w;"
        "INSERT INTO org_person SELECT 1, 100001 + i, 'p' || i, 'p' || i, '', '', 'zh-CN', "
        "CASE WHEN i >= %d THEN 100001 + i %% %d END, '2020-01-01', 'infinity', 1 "
        "FROM generate_series(0, %lld - 1) i;"
        "INSERT INTO org_post SELECT 1, 100001 + i, 1, 10001 + i %% %d, 'sales_rep', 1, true, "
        "'2020-01-01', 'infinity' FROM generate_series(0, %lld - 1) i;"
        "INSERT INTO org_person SELECT 1, p, 's' || p, 's' || p, '', '', 'zh-CN', NULL, "
        "'2020-01-01', 'infinity', 1 FROM unnest(ARRAY[1, 9, 10]) p;"
        "INSERT INTO org_grant SELECT 1, 100001 + i, 2, 3, 10001 + i FROM generate_series(0, %d - "
        "1) i;"
        "INSERT INTO org_grant VALUES (1, 1, 6, 5, 0), (1, 9, 5, 5, 0), (1, 10, 4, 3, 1)",
        TEAMS, TEAMS, TEAMS, (long long)people, TEAMS, (long long)people, TEAMS);
    dc_test_pg_exec(stage.pg, sql);
    dc_test_pg_exec(stage.pg, "VACUUM ANALYZE");
}

static double
seconds_since(int64_t start)
{
    return (double)(dc_monotonic() - start) / DC_SECOND;
}

/* One piece of a task of the service; whether there is more. */
static bool piece(enum dc_code (*task)(struct dc_step *, bool *, struct dc_error *))
{
    struct dc_step step;
    bool more = false;
    dc_arena_reset(stage.thread.arena, 0);
    dc_step_init(&step, &stage.thread, "bench", stage.now);
    stage_must(task(&step, &more, &stage.error));
    return more;
}

#endif
