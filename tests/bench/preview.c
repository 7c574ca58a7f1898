/*
 * preview.c - trying another weight in everybody's plan, and other targets for everybody: 100,000
 * people with 5 indicators each, until the answer is there. Nothing is written.
 *
 * Ours: the request Preview as a worker answers it, with the distribution before and after, the
 * largest changes, the means of units. The peer: one SQL statement over the same projections that
 * finds the same for the weight: totals by ratio rules, how many change, both distributions, the
 * largest 50 changes, the means of the units directly below. Both in turns on one cluster, median
 * of the rounds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "scoring_group.h"

enum { ROUNDS = 7 };

/* What the peer answers in one row: changed, the sum after, bins before and after, the largest
 * change. */
static const char *const peer_sql =
    "SET search_path = scoring; SET jit = off; SET work_mem = '256MB';"
    "WITH RECURSIVE above (unit_id, ancestor_id) AS ("
    "  SELECT unit_id, unit_id FROM place WHERE tenant_id = 1"
    "  UNION ALL SELECT a.unit_id, p.parent_id FROM above a"
    "  JOIN place p ON p.tenant_id = 1 AND p.unit_id = a.ancestor_id WHERE p.parent_id <> 0"
    "), person AS MATERIALIZED ("
    "  SELECT a.owner_id, o.unit_id, i.total, s.total AS before"
    "  FROM actual a JOIN target t USING (tenant_id, period, owner_kind, owner_id)"
    "  JOIN score s ON s.tenant_id = 1 AND s.period = '2026Q4' AND s.person_id = a.owner_id"
    "  JOIN org_post o ON o.tenant_id = 1 AND o.person_id = a.owner_id AND o.main"
    "       AND o.valid_from <= '2026-11-23' AND o.valid_to > '2026-11-23'"
    "  CROSS JOIN LATERAL (SELECT round(sum(score * w) / sum(w), 2) AS total"
    "      FROM (SELECT round(100 * least(1.2, greatest(0, n / d / v)), 2) AS score, w, n, v"
    "            FROM unnest(a.numerators, a.denominators, t.\"values\","
    "                        '{35,25,15,15,10}'::numeric[]) AS u (n, d, v, w)) s) i"
    "  WHERE a.tenant_id = 1 AND a.period = '2026Q4' AND a.owner_kind = 2"
    "), bins AS ("
    "  SELECT least(12, floor(total / 10)) AS bin, count(*) AS after FROM person GROUP BY 1"
    "), old_bins AS ("
    "  SELECT least(12, floor(before / 10)) AS bin, count(*) AS before FROM person GROUP BY 1"
    "), own AS ("
    "  SELECT unit_id, count(*) AS people, sum(total) AS total, sum(before) AS before,"
    "         count(*) FILTER (WHERE total <> before) AS changed FROM person GROUP BY unit_id"
    "), rolled AS ("
    "  SELECT a.ancestor_id, sum(people), sum(total) / sum(people) AS mean,"
    "         sum(before) / sum(people) AS mean_before, sum(changed) AS changed"
    "  FROM own JOIN above a USING (unit_id) GROUP BY a.ancestor_id"
    "), largest AS ("
    "  SELECT owner_id, total - before AS change FROM person WHERE total <> before"
    "  ORDER BY abs(total - before) DESC, owner_id LIMIT 50"
    ") SELECT (SELECT count(*) FROM person WHERE total <> before) || ' '"
    "      || (SELECT sum(total) FROM person) || ' '"
    "      || (SELECT string_agg(bin || ':' || after, ',' ORDER BY bin) FROM bins) || ' '"
    "      || (SELECT string_agg(bin || ':' || before, ',' ORDER BY bin) FROM old_bins) || ' '"
    "      || (SELECT max(abs(change)) FROM largest) || ' ' || (SELECT count(*) FROM rolled)";

static Scoring__PreviewResponse *
try_out(Scoring__Alternative **alternatives, size_t count)
{
    Kernel__Grant grant = KERNEL__GRANT__INIT, *grants[] = {&grant};
    Scoring__PreviewRequest request = SCORING__PREVIEW_REQUEST__INIT;
    ProtobufCMessage *response;
    grant.role = KERNEL__ROLE__ROLE_SUPERVISOR;
    grant.scope = KERNEL__SCOPE__SCOPE_GROUP;
    request.period = (char *)"2026Q4";
    request.alternatives = alternatives;
    request.n_alternatives = count;
    FIXTURE_OK(&f, fixture_call(&f, TENANT, 1, grants, 1, scoring_preview, &request.base,
                                &scoring__preview_response__descriptor, &response));
    return (Scoring__PreviewResponse *)response;
}

/* The same figures on both sides, or the comparison is none. */
static void
compare(const Scoring__PreviewResponse *ours, const char *theirs)
{
    char text[64];
    const Scoring__PreviewOutcome *outcome = ours->outcomes[0];
    snprintf(text, sizeof(text), "%d %s ", outcome->changed, outcome->totals->sum);
    if (strncmp(theirs, text, strlen(text)) != 0) {
        dc_test_die("ours: %s, the peer's: %s", text, theirs);
    }
}

static double
seconds_of(Scoring__Alternative **alternatives, size_t count)
{
    int64_t begin = dc_monotonic();
    (void)try_out(alternatives, count);
    return (double)(dc_monotonic() - begin) / 1e6;
}

/* Everybody's sales target goes from one value to another, down from the group's. */
static const char hang_targets_sql[] =
    "SET search_path = scoring;"
    "UPDATE indicator SET additive = true;"
    "UPDATE target SET target_ids = ARRAY[owner_kind * 1000000 + owner_id, 2, 3, 4, 5],"
    " parent_ids = ARRAY[CASE WHEN owner_kind = 2 THEN 1000000 + %3$d + 1 + (owner_id - 1) / 20"
    "   WHEN owner_id = 1 THEN 0 WHEN owner_id <= %2$d THEN 1000001"
    "   WHEN owner_id <= %3$d THEN 1000000 + 2 + (owner_id - %2$d - 1) / 10"
    "   ELSE 1000000 + %2$d + 1 + (owner_id - %3$d - 1) / 10 END, 0, 0, 0, 0],"
    " \"values\"[1] = 500000.00 * CASE WHEN owner_kind = 2 THEN 1 WHEN owner_id = 1 THEN %1$d"
    "   WHEN owner_id <= %2$d THEN 2000 WHEN owner_id <= %3$d THEN 200 ELSE 20 END;"
    "UPDATE edition SET number = number + 1; ANALYZE target";

static int64_t
peak_memory(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[200];
    int64_t kilobytes = 0;
    while (status && fgets(line, sizeof(line), status)) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            kilobytes = atoll(line + 6);
        }
    }
    if (status) {
        fclose(status);
    }
    return kilobytes / 1024;
}

static double
median(double *seconds)
{
    qsort(seconds, ROUNDS, sizeof(double), by_size);
    return seconds[ROUNDS / 2];
}

int
main(void)
{
    struct dc_test_pg *pg;
    dc_test_pg_start(&pg);
    fixture_open(&f, pg);
    make_group(pg);
    tell_plan(1);
    fixture_work(&f);
    dc_test_pg_exec(pg, "VACUUM ANALYZE scoring.score");

    struct group_plan made;
    Goals__PlanChange plan = GOALS__PLAN_CHANGE__INIT, *plans[] = {&plan};
    Goals__TargetChange target = GOALS__TARGET_CHANGE__INIT, *targets[] = {&target};
    Scoring__Alternative weight = SCORING__ALTERNATIVE__INIT, cascade = SCORING__ALTERNATIVE__INIT;
    Scoring__Alternative *four[] = {&weight, &weight, &weight, &weight}, *down[] = {&cascade};
    make_plan(&made, 5);
    made.plan.version = 1;
    plan.plan = &made.plan;
    weight.plans = plans;
    weight.n_plans = 1;
    double ours[ROUNDS], peer[ROUNDS], all_four[ROUNDS], targets_too[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        int64_t begin = dc_monotonic();
        Scoring__PreviewResponse *response = try_out(four, 1);
        ours[round] = (double)(dc_monotonic() - begin) / 1e6;
        begin = dc_monotonic();
        char *theirs = dc_test_pg_value(pg, peer_sql);
        peer[round] = (double)(dc_monotonic() - begin) / 1e6;
        compare(response, theirs);
        free(theirs);
        all_four[round] = seconds_of(four, 4);
    }
    exec_sized(pg, hang_targets_sql);
    target.target_id = 1000001;
    target.owner_kind = GOALS__OWNER_KIND__OWNER_KIND_UNIT;
    target.owner_id = 1;
    target.indicator_id = 1;
    target.value = (char *)"55000000000";
    cascade.targets = targets;
    cascade.n_targets = 1;
    for (int round = 0; round < ROUNDS; round++) {
        targets_too[round] = seconds_of(down, 1);
    }
    double a = median(ours), b = median(peer);
    printf("bench preview ours=%.3fs peer=%.3fs ratio=%.2f spread=%.3f..%.3fs peer_spread="
           "%.3f..%.3fs people=%d indicators=5\n",
           a, b, b / a, ours[0], ours[ROUNDS - 1], peer[0], peer[ROUNDS - 1], people);
    printf("four alternatives side by side: %.3f s; a target of the whole group taken down to "
           "everybody: %.3f s; memory at most %lld MiB\n",
           median(all_four), median(targets_too), (long long)peak_memory());
    fixture_close(&f);
    dc_test_pg_stop(pg);
    return 0;
}
