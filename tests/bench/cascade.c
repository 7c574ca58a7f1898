/*
 * cascade.c - how long it takes to adjust the target of a whole group, beside the best single SQL
 * statement that writes the same rows.
 *
 *     cascade [PEOPLE [ROUNDS]]      100,000 people in 1,000 teams, 5 rounds
 *
 * Ours is the whole request as a worker does it: reading the tree, the exact cascade, versions,
 * targets, events in the outbox, commit. The peer multiplies every value by the same factor (no
 * largest remainder, no events) and writes versions and targets. Both on one database, in turns.
 */
#include "../../services/goals/stage_test.h"

enum { TEAMS = 1000, ROUNDS_MAX = 100 };

static int64_t sales;

/* Group 1, companies 1001.., departments 2001.., teams 10001..; people from 100001 on. */
static void
people_many(int64_t people)
{
    char sql[4096];
    snprintf(
        sql, sizeof sql,
        "SET search_path = goals; TRUNCATE org_unit, org_unit_tree, org_person, org_post;"
        "INSERT INTO org_unit SELECT 1, u, p, k, 'u' || u, 'u' || u, '2020-01-01', 'infinity', 1 "
        "FROM (SELECT 1 AS u, NULL::bigint AS p, 1 AS k"
        " UNION ALL SELECT 1001 + i, 1, 2 FROM generate_series(0, 9) i"
        " UNION ALL SELECT 2001 + i, 1001 + i / 10, 3 FROM generate_series(0, 99) i"
        " UNION ALL SELECT 10001 + i, 2001 + i / 10, 4 FROM generate_series(0, %d - 1) i) x;"
        "WITH RECURSIVE w AS (SELECT tenant_id, unit_id AS a, unit_id, 0 AS d FROM org_unit"
        "  UNION ALL SELECT w.tenant_id, w.a, u.unit_id, w.d + 1 FROM w JOIN org_unit u"
        "  ON u.tenant_id = w.tenant_id AND u.parent_id = w.unit_id)"
        " INSERT INTO org_unit_tree SELECT * FROM w;"
        "INSERT INTO org_person SELECT 1, 100001 + i, 'p' || i, 'p' || i, '', '', 'zh-CN', NULL, "
        "'2020-01-01', 'infinity', 1 FROM generate_series(0, %lld - 1) i;"
        "INSERT INTO org_post SELECT 1, 100001 + i, 1, 10001 + i %% %d, 'sales_rep', 1, true, "
        "'2020-01-01', 'infinity' FROM generate_series(0, %lld - 1) i",
        TEAMS, (long long)people, TEAMS, (long long)people);
    dc_test_pg_exec(stage.pg, sql);
    dc_test_pg_exec(stage.pg, "VACUUM ANALYZE");
}

static int64_t
set_group(void)
{
    install_library();
    sales = library.indicators[0]->id;
    return set_target(UNIT, GROUP, sales, "123456789012.34");
}

static double
seconds_since(int64_t start)
{
    return (double)(dc_monotonic() - start) / DC_SECOND;
}

static double
cascade(int64_t target)
{
    Goals__CascadeTargetRequest request = GOALS__CASCADE_TARGET_REQUEST__INIT;
    Goals__CascadeTargetResponse response = GOALS__CASCADE_TARGET_RESPONSE__INIT;
    request.target_id = target;
    request.reason = "bench";
    int64_t start = dc_monotonic();
    stage_must(CALL(supervisor, goals_cascade_target, &request, &response));
    double seconds = seconds_since(start);
    printf("bench cascade_new ours=%.3fs targets=%lld\n", seconds, (long long)response.changed);
    return seconds;
}

static double
adjust(int64_t target, int round, int64_t *ret_changed)
{
    char value[64];
    snprintf(value, sizeof value, "%lld.%02d", 123456789012ll + 1000003ll * (round + 1), round);
    Goals__AdjustTargetRequest request = GOALS__ADJUST_TARGET_REQUEST__INIT;
    Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    request.target_id = target;
    request.value = value;
    request.reason = "bench";
    request.effective_on = "2026-10-01";
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    int64_t start = dc_monotonic();
    enum dc_code code = CALL(supervisor, goals_adjust_target, &request, &response);
    double seconds = seconds_since(start);
    stage_must(code);
    if (strcmp(response.node->left_over, "0.00") != 0) {
        dc_test_die("the group's target does not add up: %s are left over",
                    response.node->left_over);
    }
    *ret_changed = response.changed;
    return seconds;
}

/* The same through a saved sheet of one cell: everybody below follows. */
static double
save_sheet(void)
{
    Goals__CellChange cell = GOALS__CELL_CHANGE__INIT, *cells[] = {&cell};
    Goals__SaveCellsRequest request = GOALS__SAVE_CELLS_REQUEST__INIT;
    Goals__SaveCellsResponse response = GOALS__SAVE_CELLS_RESPONSE__INIT;
    cell.owner_kind = GOALS__OWNER_KIND__OWNER_KIND_UNIT;
    cell.owner_id = GROUP;
    cell.indicator_id = sales;
    cell.period = "2026Q4";
    cell.value = "123456000000.50";
    request.cells = cells;
    request.n_cells = 1;
    request.reason = "bench";
    request.effective_on = "2026-10-01";
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    int64_t start = dc_monotonic();
    enum dc_code code = CALL(supervisor, goals_save_cells, &request, &response);
    double seconds = seconds_since(start);
    stage_must(code);
    if (!response.saved) {
        dc_test_die("the sheet was not saved");
    }
    printf("bench cascade_sheet ours=%.3fs targets=%lld\n", seconds, (long long)response.changed);
    return seconds;
}

static double
peer(void)
{
    int64_t start = dc_monotonic();
    dc_test_pg_exec(stage.pg, "SET search_path = goals; BEGIN; "
                              "WITH changed AS (UPDATE target SET version = version + 1, "
                              "value = round(value * 1.0001, 2) WHERE tenant_id = 1 RETURNING *) "
                              "INSERT INTO target_version SELECT tenant_id, target_id, version, 0, "
                              "parent_id, pinned, value, floor, stretch FROM changed; COMMIT");
    return seconds_since(start);
}

static int
by_seconds(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The peer leaves sums that do not add up; what it wrote is undone by exact values from ours. */
static void
repair(void)
{
    dc_test_pg_exec(
        stage.pg, "SET search_path = goals; "
                  "UPDATE target t SET value = v.value, version = v.version FROM target_version v "
                  "WHERE v.tenant_id = t.tenant_id AND v.target_id = t.target_id AND "
                  "v.version = (SELECT max(w.version) FROM target_version w WHERE w.adjustment_id "
                  "> 0 AND w.tenant_id = t.tenant_id AND w.target_id = t.target_id); "
                  "DELETE FROM target_version WHERE adjustment_id = 0");
    dc_test_pg_exec(stage.pg, "VACUUM goals.target, goals.target_version");
}

int
main(int argc, char **argv)
{
    int64_t people = argc > 1 ? atoll(argv[1]) : 100000;
    int rounds = argc > 2 ? atoi(argv[2]) : 5;
    if (people < TEAMS || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "cascade [PEOPLE [ROUNDS]]: 1000 people and one round at least\n");
        return 2;
    }
    double ours[ROUNDS_MAX], theirs[ROUNDS_MAX];
    int64_t changed = 0;
    stage_open(NULL);
    people_many(people);
    int64_t target = set_group();
    cascade(target);
    dc_test_pg_exec(stage.pg, "VACUUM ANALYZE");
    for (int i = 0; i < rounds; i++) {
        dc_arena_reset(stage.thread.arena, 0);
        ours[i] = adjust(target, i, &changed);
        theirs[i] = peer();
        repair();
    }
    save_sheet();
    qsort(ours, (size_t)rounds, sizeof *ours, by_seconds);
    qsort(theirs, (size_t)rounds, sizeof *theirs, by_seconds);
    printf("bench cascade ours=%.3fs peer=%.3fs ratio=%.2f ours_range=%.3f..%.3f "
           "peer_range=%.3f..%.3f runs=%d targets=%lld\n",
           ours[rounds / 2], theirs[rounds / 2], theirs[rounds / 2] / ours[rounds / 2], ours[0],
           ours[rounds - 1], theirs[0], theirs[rounds - 1], rounds, (long long)changed);
    stage_down(NULL);
    return 0;
}
