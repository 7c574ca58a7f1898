/*
 * rescore.c - one weight of everybody's plan changes: 100,000 people with 5 indicators each, until
 * every score, roll-up and rank is committed.
 *
 * Ours: the event PlanChanged, as the consumer applies it, and the work that follows, with its own
 * events in the outbox. The peer: one SQL statement that computes and stores the same from the same
 * projections into tables of the same shape (without the lists of the best, and without events).
 * Both in turns on one cluster, median of the rounds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "scoring_group.h"

enum { ROUNDS = 5 };

static const char *const peer_tables_sql =
    "SET search_path = scoring;"
    "CREATE TABLE peer_score (LIKE score INCLUDING ALL) WITH (fillfactor = 45);"
    "CREATE TABLE peer_unit (LIKE unit_score INCLUDING ALL) WITH (fillfactor = 45);"
    "INSERT INTO peer_score SELECT * FROM score; INSERT INTO peer_unit SELECT * FROM unit_score;"
    "ANALYZE peer_score; ANALYZE peer_unit;";

/* The best of several forms tried: items of a person in one lateral scan over zipped arrays, ranks
 * by a window, both updates as one statement. */
static const char *const peer_sql =
    "SET search_path = scoring; SET jit = off; SET work_mem = '256MB';"
    "WITH RECURSIVE above (unit_id, ancestor_id) AS ("
    "  SELECT unit_id, unit_id FROM place WHERE tenant_id = 1"
    "  UNION ALL SELECT a.unit_id, p.parent_id FROM above a"
    "  JOIN place p ON p.tenant_id = 1 AND p.unit_id = a.ancestor_id WHERE p.parent_id <> 0"
    "), weights AS ("
    "  SELECT array_agg(weight ORDER BY indicator_id) AS w FROM plan_item WHERE tenant_id = 1 AND "
    "  version = (SELECT max(version) FROM plan_version WHERE tenant_id = 1)"
    "), person AS MATERIALIZED ("
    "  SELECT a.owner_id, o.unit_id, i.scores, i.total, i.open,"
    "         rank() OVER (PARTITION BY o.unit_id ORDER BY i.total DESC) AS rank"
    "  FROM actual a JOIN target t USING (tenant_id, period, owner_kind, owner_id)"
    "  JOIN org_post o ON o.tenant_id = 1 AND o.person_id = a.owner_id AND o.main"
    "       AND o.valid_from <= '2026-11-23' AND o.valid_to > '2026-11-23'"
    "  CROSS JOIN weights"
    "  CROSS JOIN LATERAL (SELECT array_agg(score) AS scores,"
    "      round(sum(score * w) / sum(w), 2) AS total, count(*) FILTER (WHERE n < v) AS open"
    "      FROM (SELECT round(100 * least(1.2, greatest(0, n / d / v)), 2) AS score, w, n, v"
    "            FROM unnest(a.numerators, a.denominators, t.\"values\", weights.w)"
    "                 AS u (n, d, v, w)) s) i"
    "  WHERE a.tenant_id = 1 AND a.period = '2026Q4' AND a.owner_kind = 2"
    "), scores AS ("
    "  UPDATE peer_score s SET scores = p.scores, total = p.total, rank = p.rank,"
    "         open_items = p.open, scheme_id = s.scheme_id + 1, version = s.version + 1,"
    "         computed_at = now()"
    "  FROM person p WHERE s.tenant_id = 1 AND s.period = '2026Q4' AND s.person_id = p.owner_id"
    "), own AS ("
    "  SELECT unit_id, count(*) AS people, sum(total) AS total_sum, sum(open) AS open"
    "  FROM person GROUP BY unit_id"
    "), rolled AS ("
    "  SELECT a.ancestor_id AS unit_id, sum(people) AS people, sum(total_sum) AS total_sum,"
    "         sum(open) AS open FROM own JOIN above a USING (unit_id) GROUP BY a.ancestor_id"
    "), figures AS ("
    "  SELECT r.*, l.parent_id, a.numerators[1] AS actual, t.\"values\"[1] AS target,"
    "         rank() OVER (PARTITION BY l.parent_id"
    "                      ORDER BY round(100 * a.numerators[1] / t.\"values\"[1], 2) DESC) AS rank"
    "  FROM rolled r JOIN place l ON l.tenant_id = 1 AND l.unit_id = r.unit_id"
    "  JOIN actual a ON a.tenant_id = 1 AND a.period = '2026Q4' AND a.owner_kind = 1"
    "       AND a.owner_id = r.unit_id"
    "  JOIN target t ON t.tenant_id = 1 AND t.period = '2026Q4' AND t.owner_kind = 1"
    "       AND t.owner_id = r.unit_id)"
    "UPDATE peer_unit u SET people = g.people, total_sum = g.total_sum, open_items = g.open,"
    "       actual = g.actual, target = g.target,"
    "       attainment = round(100 * g.actual / g.target, 2), rank = g.rank,"
    "       version = u.version + 1, computed_at = now()"
    " FROM figures g WHERE u.tenant_id = 1 AND u.period = '2026Q4' AND u.unit_id = g.unit_id";

/* The same figures on both sides, or the comparison is none. */
static const char *const difference_sql =
    "SELECT (SELECT count(*) FROM scoring.score s JOIN scoring.peer_score p USING (tenant_id, "
    "period, person_id) WHERE (s.total, s.rank, s.scores, s.open_items) IS DISTINCT FROM "
    "(p.total, p.rank, p.scores, p.open_items)) + (SELECT count(*) FROM scoring.unit_score s JOIN "
    "scoring.peer_unit p USING (tenant_id, period, unit_id) WHERE (s.people, s.total_sum, "
    "s.open_items, s.rank, s.attainment) IS DISTINCT FROM (p.people, p.total_sum, p.open_items, "
    "p.rank, p.attainment))";

/* Milliseconds of a dashboard: the whole tenant's, a company's, a department's, a team's. */
static void
look(int64_t unit_id, const char *what)
{
    enum { LOOKS = 50 };
    Kernel__Grant grant = KERNEL__GRANT__INIT, *grants[] = {&grant};
    grant.role = KERNEL__ROLE__ROLE_DIRECTOR;
    grant.scope = KERNEL__SCOPE__SCOPE_UNIT_TREE;
    grant.unit_id = unit_id;
    Scoring__GetUnitRequest request = SCORING__GET_UNIT_REQUEST__INIT;
    request.unit_id = unit_id;
    request.period = (char *)"2026Q4";
    double took[LOOKS];
    for (int i = 0; i < LOOKS; i++) {
        ProtobufCMessage *response;
        int64_t begin = dc_monotonic();
        FIXTURE_OK(&f, fixture_call(&f, TENANT, 1, grants, 1, scoring_get_unit, &request.base,
                                    &scoring__get_unit_response__descriptor, &response));
        took[i] = (double)(dc_monotonic() - begin) / 1e3;
    }
    qsort(took, LOOKS, sizeof(double), by_size);
    printf("GetUnit of %s: p50 %.2f ms, worst %.2f ms\n", what, took[LOOKS / 2], took[LOOKS - 1]);
}

/* Milliseconds from the event of one changed total to its committed scores, ranks and roll-ups. */
static void
follow(void)
{
    enum { TIMES = 50 };
    double took[TIMES];
    for (int i = 0; i < TIMES; i++) {
        Ingest__Total total = INGEST__TOTAL__INIT, *list[] = {&total};
        Ingest__MeasuresChanged event = INGEST__MEASURES_CHANGED__INIT;
        char amount[32];
        snprintf(amount, sizeof(amount), "%d", 100000 + i * 997);
        total.measure_id = 1;
        total.owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
        total.owner_id = 1 + i * 1999 % people;
        total.period = (char *)"2026Q4";
        total.numerator = amount;
        total.denominator = (char *)"1";
        total.version = 100;
        event.totals = list;
        event.n_totals = 1;
        int64_t begin = dc_monotonic();
        fixture_deliver(&f, TENANT, scoring_on_measures_changed, &event.base);
        fixture_work(&f);
        took[i] = (double)(dc_monotonic() - begin) / 1e3;
    }
    qsort(took, TIMES, sizeof(double), by_size);
    printf("one total among %d people, event to commit: p50 %.2f ms, worst %.2f ms\n", people,
           took[TIMES / 2], took[TIMES - 1]);
}

/* The same plan with five rules: a ratio, a line from a floor, three points, marginal steps, a
 * band. */
static void
tell_mixed(int64_t version)
{
    struct group_plan made;
    Goals__LinearRule linear = GOALS__LINEAR_RULE__INIT;
    Goals__ThreePointRule points = GOALS__THREE_POINT_RULE__INIT;
    Goals__StepsRule steps = GOALS__STEPS_RULE__INIT;
    Goals__StepRow low = GOALS__STEP_ROW__INIT, high = GOALS__STEP_ROW__INIT,
                   *rows[] = {&low, &high};
    Goals__BandRule band = GOALS__BAND_RULE__INIT;
    make_plan(&made, version);
    linear.full_marks = points.full_marks = points.cap_score = band.full_marks = (char *)"100";
    linear.floor_ratio = points.floor_ratio = (char *)"0.5";
    linear.clamped = true;
    linear.lower = (char *)"0";
    linear.cap = (char *)"1.2";
    points.floor_score = (char *)"60";
    points.stretch_ratio = (char *)"1.2";
    points.below_floor = GOALS__BELOW_FLOOR__BELOW_FLOOR_ZERO;
    steps.basis = band.basis = GOALS__RULE_BASIS__RULE_BASIS_RATIO;
    steps.marginal = true;
    low.from = (char *)"0";
    low.to = high.from = (char *)"0.8";
    low.slope = (char *)"80";
    high.slope = (char *)"150";
    steps.rows = rows;
    steps.n_rows = 2;
    band.lo = (char *)"0.9";
    band.hi = (char *)"1.1";
    band.slope_below = band.slope_above = (char *)"100";
    band.lowest = (char *)"0";
    linear.decimals = points.decimals = steps.decimals = band.decimals = 2;
    for (int i = 1; i < 5; i++) {
        made.items[i].ratio = NULL;
    }
    made.items[1].linear = &linear;
    made.items[2].three_point = &points;
    made.items[3].steps = &steps;
    made.items[4].band = &band;
    tell_made(&made);
}

/* Totals stream in, 500 an event as ingest tells them: people scored a second until all is
 * committed. */
static void
stream(void)
{
    enum { EVENTS = 60, TOTALS = 500 };
    Ingest__Total totals[TOTALS], *list[TOTALS];
    char amounts[TOTALS][32];
    size_t pieces = 0;
    int64_t begin = dc_monotonic();
    for (int e = 0; e < EVENTS; e++) {
        Ingest__MeasuresChanged event = INGEST__MEASURES_CHANGED__INIT;
        for (int i = 0; i < TOTALS; i++) {
            ingest__total__init(&totals[i]);
            snprintf(amounts[i], sizeof(amounts[i]), "%d", 100000 + e * TOTALS + i);
            totals[i].measure_id = 1 + i % 5;
            totals[i].owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
            totals[i].owner_id = 1 + ((int64_t)e * TOTALS + i) * 37 % people;
            totals[i].period = (char *)"2026Q4";
            totals[i].numerator = amounts[i];
            totals[i].denominator = (char *)"1";
            totals[i].version = 1000 + e;
            list[i] = &totals[i];
        }
        event.totals = list;
        event.n_totals = TOTALS;
        fixture_deliver(&f, TENANT, scoring_on_measures_changed, &event.base);
        pieces += fixture_work(&f);
    }
    double took = (double)(dc_monotonic() - begin) / 1e6;
    printf("bench incremental ours=%.0f scores/s people=%d pieces=%zu took=%.2fs\n",
           EVENTS * TOTALS / took, EVENTS * TOTALS, pieces, took);
}

int
main(void)
{
    struct dc_test_pg *pg;
    dc_test_pg_start(&pg);
    fixture_open(&f, pg);
    make_group(pg);
    tell_plan(1);
    int64_t begin = dc_monotonic();
    fixture_work(&f);
    printf("first scores of %d people: %.2f s\n", people, (double)(dc_monotonic() - begin) / 1e6);
    dc_test_pg_exec(pg, peer_tables_sql);

    double ours[ROUNDS], peer[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        dc_test_pg_exec(pg, "VACUUM ANALYZE scoring.score");
        dc_test_pg_exec(pg, "VACUUM ANALYZE scoring.peer_score");
        begin = dc_monotonic();
        tell_plan(2 + round);
        fixture_work(&f);
        ours[round] = (double)(dc_monotonic() - begin) / 1e6;
        begin = dc_monotonic();
        dc_test_pg_exec(pg, peer_sql);
        peer[round] = (double)(dc_monotonic() - begin) / 1e6;
        char *differences = dc_test_pg_value(pg, difference_sql);
        if (differences[0] != '0') {
            dc_test_die("%s rows differ between ours and the peer's", differences);
        }
        free(differences);
    }
    qsort(ours, ROUNDS, sizeof(double), by_size);
    qsort(peer, ROUNDS, sizeof(double), by_size);
    printf("bench rescore ours=%.3fs peer=%.3fs ratio=%.2f spread=%.3f..%.3fs peer_spread="
           "%.3f..%.3fs people=%d indicators=5\n",
           ours[ROUNDS / 2], peer[ROUNDS / 2], peer[ROUNDS / 2] / ours[ROUNDS / 2], ours[0],
           ours[ROUNDS - 1], peer[0], peer[ROUNDS - 1], people);
    double mixed[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        dc_test_pg_exec(pg, "VACUUM ANALYZE scoring.score");
        begin = dc_monotonic();
        tell_mixed(20 + round);
        fixture_work(&f);
        mixed[round] = (double)(dc_monotonic() - begin) / 1e6;
    }
    qsort(mixed, ROUNDS, sizeof(double), by_size);
    printf(
        "bench rescore_mixed ours=%.3fs peer=%.3fs ratio=%.2f spread=%.3f..%.3fs (the peer: ratios "
        "only)\n",
        mixed[ROUNDS / 2], peer[ROUNDS / 2], peer[ROUNDS / 2] / mixed[ROUNDS / 2], mixed[0],
        mixed[ROUNDS - 1]);
    look(1, "everybody");
    look(2, "2,000 people");
    look(last_company + 1, "200 people");
    look(last_department + 1, "20 people");
    follow();
    stream();
    fixture_close(&f);
    dc_test_pg_stop(pg);
    return 0;
}
