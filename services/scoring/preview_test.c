/*
 * preview_test.c - trying plans and targets: the answer is what then really happens, nothing is
 * written, and nobody sees more than his scope.
 */
#include "words_test.h"

#include <string.h>

#include "tests/lib/cmocka.h"

enum { TENANT = 7, FIRST_PERSON = 100, PEOPLE = 40 };

static struct dc_test_pg *pg;
static struct dc_test_random randomness;

/* --- asking -------------------------------------------------------------------------------------
 */

static enum dc_code
ask(int64_t tenant, Kernel__Role role, Kernel__Scope scope, int64_t unit_id,
    const Scoring__PreviewRequest *request, Scoring__PreviewResponse **ret_response)
{
    Kernel__Grant grant = KERNEL__GRANT__INIT, *grants[] = {&grant};
    grant.role = role;
    grant.scope = scope;
    grant.unit_id = unit_id;
    return fixture_call(&f, tenant, 1, grants, 1, scoring_preview, &request->base,
                        &scoring__preview_response__descriptor, (ProtobufCMessage **)ret_response);
}
#define SUPERVISOR KERNEL__ROLE__ROLE_SUPERVISOR, KERNEL__SCOPE__SCOPE_GROUP, 0
#define DIRECTOR_A KERNEL__ROLE__ROLE_DIRECTOR, KERNEL__SCOPE__SCOPE_UNIT_TREE, 2

/* A request with one alternative of one plan or target. */
struct asked {
    Scoring__PreviewRequest request;
    Scoring__Alternative alternative, *alternatives[4];
    Goals__PlanChange plan, *plans[1];
    Goals__TargetChange targets[2], *target_list[2];
};

static void
begin(struct asked *asked)
{
    scoring__preview_request__init(&asked->request);
    scoring__alternative__init(&asked->alternative);
    goals__plan_change__init(&asked->plan);
    asked->request.period = (char *)"2026Q4";
    asked->request.limit = 200;
    for (size_t i = 0; i < 4; i++) {
        asked->alternatives[i] = &asked->alternative;
    }
    asked->request.alternatives = asked->alternatives;
    asked->request.n_alternatives = 1;
    asked->plans[0] = &asked->plan;
    asked->alternative.plans = asked->plans;
    asked->alternative.targets = asked->target_list;
    asked->target_list[0] = &asked->targets[0];
    asked->target_list[1] = &asked->targets[1];
}

static Goals__TargetChange *
add_target(struct asked *asked, int kind, int64_t owner, const char *value)
{
    Goals__TargetChange *change = &asked->targets[asked->alternative.n_targets++];
    goals__target_change__init(change);
    change->target_id = owner * 100 + SALES * 10 + kind;
    change->owner_kind = (Goals__OwnerKind)kind;
    change->owner_id = owner;
    change->indicator_id = SALES;
    change->value = (char *)value;
    change->expected_version = 1;
    return change;
}

static void
try_plan(struct asked *asked, struct plan_made *made, const struct plan_words *words_of)
{
    begin(asked);
    asked->plan.plan = make_plan(made, words_of);
    asked->alternative.n_plans = 1;
}

static const Scoring__PreviewPerson *
person(const Scoring__PreviewResponse *response, int64_t id)
{
    for (size_t i = 0; i < response->n_people; i++) {
        if (response->people[i]->person_id == id) {
            return response->people[i];
        }
    }
    return NULL;
}

/* --- the company --------------------------------------------------------------------------------
 */

static int
company(void **state)
{
    (void)state;
    words = dc_arena_new(0);
    tell_company(TENANT);
    /* The targets hang below each other, as goals would say. */
    dc_test_pg_exec(pg, "SET search_path = scoring; UPDATE indicator SET additive = true;"
                        "UPDATE target SET parent_ids[1] = CASE owner_id WHEN 1 THEN 0 WHEN 2 THEN "
                        "111 WHEN 3 THEN 111 WHEN 4 THEN 211 WHEN 102 THEN 311 ELSE 411 END "
                        "WHERE tenant_id = 7; UPDATE edition SET number = number + 1");
    fixture_work(&f);
    return 0;
}

static int
no_company(void **state)
{
    (void)state;
    dc_arena_free(words);
    return 0;
}

static const struct plan_words sales_alone = {.id = 1,
                                              .version = 1,
                                              .from = "2026-10-01",
                                              .position = "",
                                              .weights = {"40.00", "60.00"},
                                              .threshold = "0.85",
                                              .places = 1};

/* A target of department A goes from 20 to 25 million: everybody below by a quarter. */
static void
a_target_goes_down(void **state)
{
    (void)state;
    struct asked asked;
    Scoring__PreviewResponse *answer;
    begin(&asked);
    add_target(&asked, UNIT, 2, "25000000");
    FIXTURE_OK(&f, ask(TENANT, SUPERVISOR, &asked.request, &answer));
    assert_int_equal(answer->outcomes[0]->changed, 2);
    assert_int_equal(answer->outcomes[0]->fallen, 2);
    assert_int_equal(answer->outcomes[0]->changed_targets, 4);
    assert_string_equal(answer->outcomes[0]->largest_loss, "-18");
    assert_string_equal(answer->outcomes[0]->largest_gain, "");
    assert_int_equal(answer->people_total, 2);
    /* Li Si, 450,000 of 625,000, loses most; Zhang San is at 400,000 of 625,000. */
    assert_int_equal(answer->people[0]->person_id, 101);
    assert_string_equal(answer->people[0]->before, "90.00");
    assert_string_equal(answer->people[0]->after[0], "72.00");
    assert_string_equal(answer->people[0]->change, "-18");
    assert_string_equal(answer->people[1]->before, "80.00");
    assert_string_equal(answer->people[1]->after[0], "64.00");
    assert_string_equal(answer->people[1]->unit_name, "U4");
    assert_int_equal(answer->before->bins[8], 1);
    assert_int_equal(answer->before->bins[9], 1);
    assert_int_equal(answer->outcomes[0]->totals->bins[6], 1);
    assert_int_equal(answer->outcomes[0]->totals->bins[7], 1);
    assert_string_equal(answer->bins[7], "70");
    /* The unit first, then those below it: A's own figures change, B's do not. */
    assert_int_equal(answer->n_units, 3);
    assert_int_equal(answer->units[0]->unit_id, 1);
    assert_int_equal(answer->units[0]->after[0]->changed, 2);
    assert_string_equal(answer->units[1]->before->target, "20000000");
    assert_string_equal(answer->units[1]->before->attainment, "120.00");
    assert_string_equal(answer->units[1]->after[0]->target, "25000000");
    assert_string_equal(answer->units[1]->after[0]->attainment, "96.00");
    assert_string_equal(answer->units[1]->before->mean, "85.00");
    assert_string_equal(answer->units[1]->after[0]->mean, "68.00");
    assert_int_equal(answer->units[2]->after[0]->changed, 0);
    assert_false(answer->state->scores_behind);
    assert_true(answer->state->scored_at_us > 0 && answer->state->edition > 0);
}

/* One after the other, as goals carries them out: the second starts from what the first made. */
static void
changes_follow_each_other(void **state)
{
    (void)state;
    struct asked asked;
    Scoring__PreviewResponse *answer;
    begin(&asked);
    add_target(&asked, UNIT, 2, "40000000"); /* Zhang San 1,000,000 */
    add_target(&asked, UNIT, 4, "5000000");  /* and back to 500,000 with his team */
    FIXTURE_OK(&f, ask(TENANT, SUPERVISOR, &asked.request, &answer));
    assert_int_equal(answer->outcomes[0]->changed, 0);
    assert_string_equal(answer->units[1]->after[0]->target, "40000000");
}

static void
what_goals_would_refuse(void **state)
{
    (void)state;
    struct asked asked;
    Scoring__PreviewResponse *answer;
    begin(&asked);
    Goals__TargetChange *change = add_target(&asked, PERSON, 100, "4800000");
    /* Zhang San and Li Si would come to more than their team. */
    assert_int_equal(ask(TENANT, SUPERVISOR, &asked.request, &answer), DC_FAILED_PRECONDITION);
    assert_string_equal(f.error.field, "alternatives[0].targets[0].allow_over_assignment");
    change->allow_over_assignment = true;
    FIXTURE_OK(&f, ask(TENANT, SUPERVISOR, &asked.request, &answer));
    change->allow_over_assignment = false;
    change->lift_parent = true; /* team, department and company go along */
    FIXTURE_OK(&f, ask(TENANT, SUPERVISOR, &asked.request, &answer));
    assert_int_equal(answer->outcomes[0]->changed_targets, 4);
    assert_string_equal(answer->units[0]->after[0]->target, "104300000");
    change->value = (char *)"0.001";
    assert_int_equal(ask(TENANT, SUPERVISOR, &asked.request, &answer), DC_INVALID_ARGUMENT);
    assert_string_equal(f.error.field, "alternatives[0].targets[0].value");
    change->target_id = 4711;
    assert_int_equal(ask(TENANT, SUPERVISOR, &asked.request, &answer), DC_NOT_FOUND);
    asked.request.n_alternatives = 0;
    assert_int_equal(ask(TENANT, SUPERVISOR, &asked.request, &answer), DC_INVALID_ARGUMENT);
}

/* What comes from a version that is not the live one is told, and so is what has no effect. */
static void
the_world_moved_on(void **state)
{
    (void)state;
    struct asked asked;
    struct plan_made made;
    struct plan_words later = sales_alone;
    Scoring__PreviewResponse *answer;
    begin(&asked);
    add_target(&asked, UNIT, 2, "25000000")->expected_version = 3;
    FIXTURE_OK(&f, ask(TENANT, SUPERVISOR, &asked.request, &answer));
    assert_int_equal(answer->outcomes[0]->n_moved_targets, 1);
    assert_int_equal(answer->outcomes[0]->n_moved_plan_ids, 0);
    later.from = "2027-01-01";
    later.version = 9;
    try_plan(&asked, &made, &later);
    FIXTURE_OK(&f, ask(TENANT, SUPERVISOR, &asked.request, &answer));
    assert_int_equal(answer->outcomes[0]->changed, 0);
    assert_int_equal(answer->outcomes[0]->idle_plan_ids[0], 1);
    assert_int_equal(answer->outcomes[0]->moved_plan_ids[0], 1);
}

static void
alternatives_side_by_side(void **state)
{
    (void)state;
    struct asked asked;
    struct plan_made made;
    Scoring__Alternative target = SCORING__ALTERNATIVE__INIT;
    Scoring__PreviewResponse *answer;
    try_plan(&asked, &made, &sales_alone);
    add_target(&asked, UNIT, 2, "25000000");
    target.targets = asked.alternative.targets;
    target.n_targets = 1;
    asked.alternative.n_targets = 0;
    asked.alternatives[1] = &target;
    asked.request.n_alternatives = 2;
    FIXTURE_OK(&f, ask(TENANT, SUPERVISOR, &asked.request, &answer));
    /* Below the threshold of 85 % nothing: 80 % is 0.0, 90 % stays, with one decimal. */
    assert_int_equal(answer->people_total, 1);
    assert_string_equal(person(answer, 100)->after[0], "0.0");
    assert_string_equal(person(answer, 100)->after[1], "64.00");
    asked.request.by = 1;
    asked.request.order = SCORING__PREVIEW_ORDER__PREVIEW_ORDER_GAIN;
    asked.request.limit = 1;
    asked.request.offset = 1;
    FIXTURE_OK(&f, ask(TENANT, SUPERVISOR, &asked.request, &answer));
    assert_int_equal(answer->people_total, 2);
    assert_int_equal(answer->n_people, 1);
    assert_int_equal(answer->people[0]->person_id, 101);
    asked.request.offset = 70;
    FIXTURE_OK(&f, ask(TENANT, SUPERVISOR, &asked.request, &answer));
    assert_int_equal(answer->n_people, 0);
}

/* Another table: grades, their coefficients and what they cost together. */
static void
grades_and_their_cost(void **state)
{
    (void)state;
    struct asked asked;
    struct plan_made made;
    struct plan_words graded = everybody;
    Scoring__PreviewResponse *answer;
    graded.grades = "A>=85:1.2 B>=75:1 C:0.8";
    try_plan(&asked, &made, &graded);
    FIXTURE_OK(&f, ask(TENANT, SUPERVISOR, &asked.request, &answer));
    assert_string_equal(answer->before->coefficient_sum, "");
    assert_int_equal(answer->outcomes[0]->changed, 3); /* nobody had a grade */
    assert_int_equal(answer->outcomes[0]->risen, 0);
    assert_int_equal(answer->outcomes[0]->promoted, 3);
    assert_string_equal(answer->outcomes[0]->totals->coefficient_sum, "3");
    assert_string_equal(answer->outcomes[0]->totals->coefficient_mean, "1.0000");
    assert_string_equal(answer->outcomes[0]->totals->grades[0]->grade, "A");
    assert_int_equal(answer->outcomes[0]->totals->grades[0]->people, 1);
    assert_string_equal(answer->outcomes[0]->totals->grades[1]->share, "33.33");
    assert_string_equal(person(answer, 100)->grade_before, "");
    assert_string_equal(person(answer, 100)->grade_after[0], "B");
    assert_string_equal(person(answer, 100)->change, "0");
}

/* --- who may ------------------------------------------------------------------------------------
 */

static void
within_scope(void **state)
{
    (void)state;
    struct asked asked;
    struct plan_made made;
    Scoring__PreviewResponse *answer;
    begin(&asked);
    add_target(&asked, UNIT, 2, "25000000");
    FIXTURE_OK(&f, ask(TENANT, DIRECTOR_A, &asked.request, &answer));
    assert_int_equal(answer->unit_id, 2); /* the highest within his reach */
    assert_int_equal(answer->before->people, 2);
    assert_int_equal(answer->n_units, 2);
    asked.request.unit_id = 1;
    assert_int_equal(ask(TENANT, DIRECTOR_A, &asked.request, &answer), DC_PERMISSION_DENIED);
    begin(&asked);
    add_target(&asked, UNIT, 3, "25000000");
    assert_int_equal(ask(TENANT, DIRECTOR_A, &asked.request, &answer), DC_PERMISSION_DENIED);
    begin(&asked);
    add_target(&asked, PERSON, 102, "100");
    assert_int_equal(ask(TENANT, DIRECTOR_A, &asked.request, &answer), DC_PERMISSION_DENIED);
    try_plan(&asked, &made, &sales_alone);
    assert_int_equal(ask(TENANT, DIRECTOR_A, &asked.request, &answer), DC_PERMISSION_DENIED);
    /* A supervisor of department B tries the plan of everybody: he sees it on his own alone. */
    FIXTURE_OK(&f, ask(TENANT, KERNEL__ROLE__ROLE_SUPERVISOR, KERNEL__SCOPE__SCOPE_UNIT_TREE, 3,
                       &asked.request, &answer));
    assert_int_equal(answer->unit_id, 3);
    assert_null(person(answer, 100));
    static const Kernel__Role blind[] = {
        KERNEL__ROLE__ROLE_EMPLOYEE,       KERNEL__ROLE__ROLE_BOSS,
        KERNEL__ROLE__ROLE_VICE_PRESIDENT, KERNEL__ROLE__ROLE_AUDITOR,
        KERNEL__ROLE__ROLE_SYSTEM_ADMIN,   KERNEL__ROLE__ROLE_INTEGRATOR};
    for (size_t i = 0; i < sizeof(blind) / sizeof(blind[0]); i++) {
        assert_int_equal(
            ask(TENANT, blind[i], KERNEL__SCOPE__SCOPE_GROUP, 0, &asked.request, &answer),
            DC_PERMISSION_DENIED);
    }
    /* Of another tenant there is nothing: neither the plan nor a unit. */
    assert_int_not_equal(ask(TENANT + 1, SUPERVISOR, &asked.request, &answer), DC_OK);
}

/* --- what then happens --------------------------------------------------------------------------
 */

static int64_t
below(uint64_t bound)
{
    return (int64_t)dc_test_random_below(&randomness, bound);
}

/* Every row that the tenant has, with the transaction that wrote it. */
static char *
everything(int64_t tenant)
{
    char sql[600];
    snprintf(sql, sizeof(sql),
             "SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (SELECT s::text || s.xmin AS t FROM "
             "scoring.score s WHERE tenant_id = %lld UNION ALL SELECT u::text || u.xmin FROM "
             "scoring.unit_score u WHERE tenant_id = %lld UNION ALL SELECT d::text FROM "
             "scoring.dirty d UNION ALL SELECT count(*)::text FROM scoring.outbox UNION ALL "
             "SELECT count(*)::text FROM scoring.scheme) x",
             (long long)tenant, (long long)tenant);
    return dc_test_pg_value(pg, sql);
}

static struct plan_words
any_plan(int64_t id)
{
    static const char *const positions[] = {"sales_rep", "manager", ""};
    bool more = below(2);
    return (struct plan_words){
        .id = id,
        .version = 1,
        .from = below(4) ? "2026-02-01" : "2026-11-01",
        .position = positions[below(3)],
        .unit_id = below(3) == 0 ? 1 + below(8) : 0,
        .weights = {"40.00", more ? "25.00" : NULL, "20.00", more ? "15.00" : "40.00"},
        .zero = below(2),
        .quotient = below(2),
        .threshold = below(2) ? "0.6" : "",
        .places = (int)below(4)};
}

static void
any_group(int64_t tenant)
{
    static const char *const positions[] = {"sales_rep", "manager", ""};
    tell_definitions(tenant, 1);
    for (int64_t unit = 1; unit <= 8; unit++) {
        tell_unit_at(tenant, unit, unit / 2, "2020-01-01", 1);
    }
    for (int64_t plan = 1; plan <= 3; plan++) {
        struct plan_words made = any_plan(plan);
        tell_plan(tenant, &made);
    }
    for (int64_t who = FIRST_PERSON; who < FIRST_PERSON + PEOPLE; who++) {
        tell_person_at(tenant, who, 1 + below(8), positions[below(3)], "2020-01-01", 1);
        for (int64_t indicator = 1; indicator <= 4; indicator++) {
            if (below(6)) {
                tell_target(tenant, PERSON, who, indicator, "2026Q4",
                            text("%lld", (long long)(1 + below(90))), 1);
            }
            if (below(6)) {
                tell_total(tenant, PERSON, who, 10 + indicator, "2026Q4",
                           text("%lld.%02lld", (long long)below(120), (long long)below(100)),
                           indicator == 3 ? text("%lld", (long long)below(90)) : "1", 1);
            }
        }
    }
    fixture_work(&f);
}

/* The totals of all people, "" for none, by person. */
static char **
totals_of(int64_t tenant)
{
    char sql[400];
    snprintf(sql, sizeof(sql),
             "SELECT string_agg(coalesce(round(s.total, 6)::text, ''), ',' ORDER BY w) FROM "
             "generate_series(%d, %d) w LEFT JOIN scoring.score s ON s.tenant_id = %lld AND "
             "s.period = '2026Q4' AND s.person_id = w",
             FIRST_PERSON, FIRST_PERSON + PEOPLE - 1, (long long)tenant);
    char *all = dc_test_pg_value(pg, sql), *rest = all;
    char **totals = dc_arena_alloc(words, PEOPLE * sizeof(char *));
    for (int i = 0; i < PEOPLE; i++) {
        totals[i] = dc_arena_strdup(words, strsep(&rest, ","));
    }
    free(all);
    return totals;
}

/* Who is listed has the total that was foretold, and whoever is not has the one that he had. */
static void
assert_as_foretold(const Scoring__PreviewResponse *answer, char **before, char **after)
{
    for (int i = 0; i < PEOPLE; i++) {
        const Scoring__PreviewPerson *line = person(answer, FIRST_PERSON + i);
        struct dc_decimal foretold, really;
        const char *said = line ? line->after[0] : before[i];
        assert_int_equal(said[0] == '\0', after[i][0] == '\0');
        if (said[0]) {
            FIXTURE_OK(&f, dc_decimal_parse(said, &foretold, &f.error));
            FIXTURE_OK(&f, dc_decimal_parse(after[i], &really, &f.error));
            assert_true(dc_decimal_cmp(foretold, really) == 0);
        }
    }
}

/* Random plans: who is listed changes just so, and everybody else stays. */
static void
it_happens_as_foretold(void **state)
{
    (void)state;
    enum { FIRST = 5000, ROUNDS = 5 };
    int changed = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t tenant = FIRST + round;
        struct plan_made made;
        struct asked asked;
        Scoring__PreviewResponse *answer;
        randomness.state = dc_test_seed() + (uint64_t)round * 1000;
        any_group(tenant);
        char **before = totals_of(tenant);
        struct plan_words next = any_plan(1 + below(3));
        char *untouched = everything(tenant);
        try_plan(&asked, &made, &next);
        FIXTURE_OK(&f, ask(tenant, SUPERVISOR, &asked.request, &answer));
        char *still = everything(tenant);
        assert_string_equal(untouched, still);
        changed += answer->outcomes[0]->changed;
        assert_int_equal(answer->outcomes[0]->changed, answer->people_total);

        /* The answer lives until the next step: it is taken along. */
        size_t size = protobuf_c_message_get_packed_size(&answer->base);
        uint8_t *kept = dc_arena_alloc(words, size + 1);
        protobuf_c_message_pack(&answer->base, kept);
        next.version = 2;
        tell_plan(tenant, &next);
        fixture_work(&f);
        answer = (Scoring__PreviewResponse *)protobuf_c_message_unpack(
            &scoring__preview_response__descriptor, dc_arena_allocator(words), size, kept);
        assert_as_foretold(answer, before, totals_of(tenant));
        free(untouched);
        free(still);
    }
    assert_true(changed > 20); /* or nothing was tried */
}

int
main(void)
{
    dc_test_pg_start(&pg);
    fixture_open(&f, pg);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_target_goes_down, company, no_company),
        cmocka_unit_test_setup_teardown(changes_follow_each_other, company, no_company),
        cmocka_unit_test_setup_teardown(what_goals_would_refuse, company, no_company),
        cmocka_unit_test_setup_teardown(the_world_moved_on, company, no_company),
        cmocka_unit_test_setup_teardown(alternatives_side_by_side, company, no_company),
        cmocka_unit_test_setup_teardown(grades_and_their_cost, company, no_company),
        cmocka_unit_test_setup_teardown(within_scope, company, no_company),
        cmocka_unit_test_setup_teardown(it_happens_as_foretold, company, no_company),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_close(&f);
    dc_test_pg_stop(pg);
    return failed;
}
