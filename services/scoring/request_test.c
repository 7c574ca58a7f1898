/*
 * request_test.c - the requests of this service: what they answer, and to whom.
 */
#include "words_test.h"

#include <string.h>

#include "tests/lib/cmocka.h"

enum { TENANT = 7 };

/* --- asking
 * ------------------------------------------------------------------------------------------- */

WHO(zhang, TENANT, 100, EMPLOYEE, SELF, 0);
WHO(director, TENANT, 200, DIRECTOR, UNIT_TREE, 2);
WHO(clerk, TENANT, 201, SUPERVISOR, UNIT, 2);
WHO(boss, TENANT, 202, BOSS, GROUP, 0);

static enum dc_code
get_person(const struct who *asker, int64_t person_id, Scoring__GetPersonResponse **ret_response)
{
    Scoring__GetPersonRequest request = SCORING__GET_PERSON_REQUEST__INIT;
    request.person_id = person_id;
    request.period = (char *)"2026Q4";
    return ask_as(fixture_call, asker, scoring_get_person, &request.base,
                  &scoring__get_person_response__descriptor, (ProtobufCMessage **)ret_response);
}

static enum dc_code
get_unit(const struct who *asker, int64_t unit_id, const char *period,
         Scoring__GetUnitResponse **ret_response)
{
    Scoring__GetUnitRequest request = SCORING__GET_UNIT_REQUEST__INIT;
    request.unit_id = unit_id;
    request.period = (char *)period;
    return ask_as(fixture_call, asker, scoring_get_unit, &request.base,
                  &scoring__get_unit_response__descriptor, (ProtobufCMessage **)ret_response);
}

static enum dc_code
list_ranking(const struct who *asker, int64_t unit_id, int limit, int offset, bool ascending,
             Scoring__ListRankingResponse **ret_response)
{
    Scoring__ListRankingRequest request = SCORING__LIST_RANKING_REQUEST__INIT;
    request.unit_id = unit_id;
    request.period = (char *)"2026Q4";
    request.limit = limit;
    request.offset = offset;
    request.ascending = ascending;
    return ask_as(fixture_call, asker, scoring_list_ranking, &request.base,
                  &scoring__list_ranking_response__descriptor, (ProtobufCMessage **)ret_response);
}

static enum dc_code
explain(const struct who *asker, int kind, int64_t owner, int64_t indicator,
        Scoring__ExplainResponse **ret_response)
{
    Scoring__ExplainRequest request = SCORING__EXPLAIN_REQUEST__INIT;
    request.owner_kind = (Goals__OwnerKind)kind;
    request.owner_id = owner;
    request.period = (char *)"2026Q4";
    request.indicator_id = indicator;
    return ask_as(fixture_call, asker, scoring_explain, &request.base,
                  &scoring__explain_response__descriptor, (ProtobufCMessage **)ret_response);
}

static enum dc_code
explain_person(const struct who *asker, int64_t person_id,
               Scoring__ExplainPersonResponse **ret_response)
{
    Scoring__ExplainPersonRequest request = SCORING__EXPLAIN_PERSON_REQUEST__INIT;
    request.person_id = person_id;
    request.period = (char *)"2026Q4";
    return ask_as(fixture_call, asker, scoring_explain_person, &request.base,
                  &scoring__explain_person_response__descriptor, (ProtobufCMessage **)ret_response);
}

/* --- what is answered
 * ----------------------------------------------------------------------------------- */

static void
zhang_san_reads_himself(void **state)
{
    (void)state;
    Scoring__GetPersonResponse *answer;
    FIXTURE_OK(&f, get_person(&zhang, 0, &answer));
    assert_string_equal(answer->person->actual, "400000");
    assert_string_equal(answer->person->target, "500000");
    assert_string_equal(answer->person->gap, "100000");
    assert_string_equal(answer->person->attainment, "80.00");
    assert_string_equal(answer->total, "80.00");
    assert_int_equal(answer->person->rank, 2);
    assert_int_equal(answer->unit_size, 2);
    assert_string_equal(answer->period, "2026Q4");
    assert_int_equal(answer->n_items, 2);
    assert_string_equal(answer->items[0]->score, "80.00");
    assert_string_equal(answer->items[0]->weight, "70.00");
    assert_true(answer->items[0]->primary);
    assert_string_equal(answer->items[1]->score, ""); /* no target: dropped */
    assert_string_equal(answer->items[1]->remark, "no_target");
}

/* Grade and coefficient beside the total, how a unit's people stand in grades, and why. */
static void
grades_are_shown_and_explained(void **state)
{
    (void)state;
    struct plan_words graded = everybody;
    graded.version = 50;
    graded.from = "2026-10-01";
    graded.grades = "A>=90:1.2 B>=80:1 C:0.8";
    tell_plan(TENANT, &graded);
    fixture_work(&f);
    Scoring__GetPersonResponse *person;
    Scoring__GetUnitResponse *unit;
    Scoring__ExplainResponse *why;
    FIXTURE_OK(&f, get_person(&zhang, 0, &person));
    assert_string_equal(person->person->grade, "B");
    assert_string_equal(person->person->coefficient, "1");
    FIXTURE_OK(&f, get_unit(&boss, 0, "2026Q4", &unit));
    assert_int_equal(unit->unit->n_grades, 3);
    assert_string_equal(unit->unit->grades[0]->grade, "A");
    assert_int_equal(unit->unit->grades[0]->people, 1);
    assert_string_equal(unit->unit->grades[0]->share, "33.33");
    assert_string_equal(unit->people[0]->grade, "A");
    assert_string_equal(unit->people[0]->coefficient, "1.2");
    FIXTURE_OK(&f, explain(&zhang, PERSON, 0, 0, &why));
    assert_string_equal(why->grade, "B");
    assert_string_equal(why->coefficient, "1");
    assert_string_equal(why->steps[1], "B: 80.00 ≥ 80");
    assert_string_equal(why->steps_zh[2], "等级 B：系数 1");
    assert_non_null(strstr(why->sentence_zh, "等级 B，系数 1"));
    assert_non_null(strstr(why->plan_reason, "for everybody), set"));
    assert_int_equal(why->plan->version, 50);
    graded.version = 51;
    graded.grades = NULL;
    tell_plan(TENANT, &graded);
    fixture_work(&f);
    FIXTURE_OK(&f, get_person(&zhang, 0, &person));
    assert_string_equal(person->person->grade, "");
    assert_string_equal(person->person->coefficient, "");
}

static void
boss_sees_the_departments(void **state)
{
    (void)state;
    Scoring__GetUnitResponse *answer;
    FIXTURE_OK(&f, get_unit(&boss, 0, "", &answer)); /* the root, this quarter */
    assert_int_equal(answer->unit->unit_id, 1);
    assert_string_equal(answer->period, "2026Q4");
    assert_int_equal(answer->n_children, 2);
    assert_string_equal(answer->children[0]->name, "U2");
    assert_string_equal(answer->children[0]->attainment, "120.00");
    assert_string_equal(answer->children[0]->gap, "0");
    assert_string_equal(answer->children[1]->attainment, "80.00");
    assert_string_equal(answer->children[1]->gap, "6000000");
    assert_int_equal(answer->people_total, 3);
    assert_int_equal(answer->n_people, 3);
    assert_int_equal(answer->people[0]->person_id, 101);
    assert_string_equal(answer->people[0]->total, "90.00");
    assert_int_equal(answer->unit->people, 3);
    assert_string_equal(answer->unit->mean_total, "56.67"); /* (80 + 90 + 0) / 3 */
    assert_int_equal(answer->unit->open_items, 3);
    assert_int_equal(answer->n_months, 12);
    assert_int_equal(answer->n_path, 0);
}

static void
director_sees_his_department(void **state)
{
    (void)state;
    Scoring__GetUnitResponse *answer;
    FIXTURE_OK(&f, get_unit(&director, 0, "2026Q4", &answer));
    assert_int_equal(answer->unit->unit_id, 2);
    assert_int_equal(answer->n_children, 1);
    assert_int_equal(answer->n_people, 2);
    assert_int_equal(answer->n_path, 0);          /* the company is beyond his reach, */
    assert_string_equal(answer->unit->share, ""); /* and so is what it sold */
    FIXTURE_OK(&f, get_unit(&director, 4, "2026Q4", &answer));
    assert_int_equal(answer->n_path, 1);
    assert_int_equal(answer->path[0]->unit_id, 2);
}

static void
nobody_reads_past_his_scope(void **state)
{
    (void)state;
    Scoring__GetPersonResponse *person;
    Scoring__GetUnitResponse *unit;
    Scoring__ListRankingResponse *ranking;
    Scoring__ExplainResponse *lineage;
    assert_int_equal(get_person(&zhang, 101, &person), DC_PERMISSION_DENIED);
    assert_int_equal(get_unit(&zhang, 4, "2026Q4", &unit), DC_PERMISSION_DENIED);
    assert_int_equal(get_unit(&zhang, 0, "2026Q4", &unit), DC_PERMISSION_DENIED);
    assert_int_equal(explain(&zhang, PERSON, 101, SALES, &lineage), DC_PERMISSION_DENIED);
    assert_int_equal(explain(&zhang, UNIT, 1, SALES, &lineage), DC_PERMISSION_DENIED);
    FIXTURE_OK(&f, get_person(&director, 100, &person));
    assert_int_equal(get_person(&director, 102, &person), DC_PERMISSION_DENIED);
    assert_int_equal(get_unit(&director, 1, "2026Q4", &unit), DC_PERMISSION_DENIED);
    assert_int_equal(list_ranking(&director, 3, 10, 0, false, &ranking), DC_PERMISSION_DENIED);
    /* Of what does not exist he hears the same. */
    assert_int_equal(get_unit(&director, 999, "2026Q4", &unit), DC_PERMISSION_DENIED);
    assert_int_equal(get_person(&director, 999, &person), DC_PERMISSION_DENIED);
    /* One unit without those below: no children, nobody from below. */
    FIXTURE_OK(&f, get_unit(&clerk, 2, "2026Q4", &unit));
    assert_int_equal(unit->n_children, 0);
    assert_int_equal(unit->n_people, 0);
    static const Kernel__Role blind[] = {
        KERNEL__ROLE__ROLE_INTEGRATOR, KERNEL__ROLE__ROLE_OPERATIONS,
        KERNEL__ROLE__ROLE_SYSTEM_ADMIN, KERNEL__ROLE__ROLE_SECURITY_ADMIN,
        KERNEL__ROLE__ROLE_AUDITOR};
    for (size_t i = 0; i < sizeof(blind) / sizeof(blind[0]); i++) {
        struct who asker = {TENANT, 300, blind[i], KERNEL__SCOPE__SCOPE_GROUP, 0};
        assert_int_equal(get_person(&asker, 100, &person), DC_PERMISSION_DENIED);
        assert_int_equal(get_unit(&asker, 1, "2026Q4", &unit), DC_PERMISSION_DENIED);
        assert_int_equal(list_ranking(&asker, 1, 10, 0, false, &ranking), DC_PERMISSION_DENIED);
        assert_int_equal(explain(&asker, PERSON, 100, SALES, &lineage), DC_PERMISSION_DENIED);
    }
}

/* The boss of another tenant asks for the same ids. */
static void
another_tenant_reads_nothing(void **state)
{
    (void)state;
    Scoring__GetPersonRequest person = SCORING__GET_PERSON_REQUEST__INIT;
    Scoring__GetUnitRequest unit = SCORING__GET_UNIT_REQUEST__INIT;
    ProtobufCMessage *answer;
    struct who other = boss;
    other.tenant = TENANT + 1;
    person.person_id = 100;
    unit.unit_id = 2;
    assert_int_equal(ask_as(fixture_call, &other, scoring_get_person, &person.base,
                            &scoring__get_person_response__descriptor, &answer),
                     DC_NOT_FOUND);
    assert_int_equal(ask_as(fixture_call, &other, scoring_get_unit, &unit.base,
                            &scoring__get_unit_response__descriptor, &answer),
                     DC_NOT_FOUND);
}

static void
ranking_in_pages(void **state)
{
    (void)state;
    Scoring__ListRankingResponse *answer;
    FIXTURE_OK(&f, list_ranking(&boss, 1, 2, 0, false, &answer));
    assert_int_equal(answer->total, 3);
    assert_int_equal(answer->n_people, 2);
    assert_int_equal(answer->people[0]->person_id, 101);
    assert_int_equal(answer->people[1]->rank, 2);
    FIXTURE_OK(&f, list_ranking(&boss, 1, 2, 2, false, &answer));
    assert_int_equal(answer->n_people, 1);
    assert_int_equal(answer->people[0]->rank, 3);
    FIXTURE_OK(&f, list_ranking(&boss, 1, 2, 0, true, &answer)); /* the last first */
    assert_int_equal(answer->people[0]->person_id, 102);
    assert_int_equal(answer->people[0]->rank, 3);
    FIXTURE_OK(&f, list_ranking(&boss, 1, 2, 70, false, &answer));
    assert_int_equal(answer->n_people, 0);
    assert_int_equal(answer->total, 3);
    assert_int_equal(list_ranking(&boss, 1, 501, 0, false, &answer), DC_INVALID_ARGUMENT);
    assert_int_equal(list_ranking(&boss, 1, -1, 0, false, &answer), DC_INVALID_ARGUMENT);
    assert_int_equal(list_ranking(&boss, 1, 10, -1, false, &answer), DC_INVALID_ARGUMENT);
    assert_int_equal(list_ranking(&boss, 999, 10, 0, false, &answer), DC_NOT_FOUND);
}

static void
lineage_of_a_score(void **state)
{
    (void)state;
    Scoring__ExplainResponse *answer;
    FIXTURE_OK(&f, explain(&zhang, PERSON, 0, SALES, &answer));
    assert_string_equal(answer->sentence_zh,
                        "得分 80.00：完成 400,000，目标 500,000；达到 500,000 即为 100.00");
    assert_string_equal(answer->sentence_en,
                        "Score 80.00: 400,000 of 500,000; reaching 500,000 is 100.00");
    assert_int_equal(answer->n_steps, 2);
    assert_string_equal(answer->steps[0], "400000 / 500000 = 0.8");
    assert_string_equal(answer->steps[1], "100 × 0.8 = 80.00");
    assert_int_equal(answer->plan->version, 1);
    assert_string_equal(answer->plan_item->weight, "70.00");
    assert_non_null(strstr(answer->plan_reason, "everybody"));
    assert_non_null(strstr(answer->plan_reason, "wang"));
    assert_int_equal(answer->measure->id, 11);
    assert_int_equal(answer->records, 3);
    assert_string_equal(answer->target->value, "500000");
    assert_string_equal(answer->target_author, "wang");
    assert_string_equal(answer->target_reason, "new year");

    FIXTURE_OK(&f, explain(&zhang, PERSON, 100, 0, &answer));
    assert_int_equal(answer->n_items, 2);
    assert_string_equal(answer->steps[0], "(80.00 × 70.00) / (70.00) = 80.00");

    FIXTURE_OK(&f, explain(&boss, UNIT, 2, SALES, &answer));
    assert_string_equal(answer->sentence_zh, "完成率 120.00%：完成 24,000,000，目标 20,000,000");
    assert_int_equal(explain(&boss, PERSON, 100, 99, &answer), DC_NOT_FOUND);
    assert_int_equal(explain(&boss, 0, 100, 1, &answer), DC_INVALID_ARGUMENT);
}

/* All at once is what opening one line after the other says. */
static void
lineage_of_a_person(void **state)
{
    (void)state;
    Scoring__ExplainPersonResponse *answer, *whole;
    Scoring__ExplainResponse *one;
    uint8_t kept[16384]; /* an answer lives until the next request */
    FIXTURE_OK(&f, explain_person(&zhang, 0, &answer));
    assert_true(protobuf_c_message_get_packed_size(&answer->base) <= sizeof kept);
    whole = scoring__explain_person_response__unpack(
        NULL, protobuf_c_message_pack(&answer->base, kept), kept);
    assert_string_equal(whole->person->total, "80.00");
    assert_string_equal(whole->period, "2026Q4");
    FIXTURE_OK(&f, explain(&zhang, PERSON, 100, 0, &one));
    assert_true(protobuf_c_message_get_packed_size(&one->base) ==
                protobuf_c_message_get_packed_size(&whole->total->base));
    assert_string_equal(whole->total->steps[0], one->steps[0]);
    assert_int_equal(whole->n_lines, whole->total->n_items);
    for (size_t i = 0; i < whole->n_lines; i++) {
        uint8_t here[4096], there[4096];
        FIXTURE_OK(&f, explain(&zhang, PERSON, 100, whole->lines[i]->item->indicator_id, &one));
        size_t size = protobuf_c_message_get_packed_size(&one->base);
        assert_true(size <= sizeof here);
        assert_int_equal(protobuf_c_message_get_packed_size(&whole->lines[i]->base), size);
        protobuf_c_message_pack(&one->base, there);
        protobuf_c_message_pack(&whole->lines[i]->base, here);
        assert_memory_equal(here, there, size);
    }
    const Scoring__ExplainResponse *sales = whole->lines[0];
    assert_non_null(strstr(sales->plan_reason_zh, "权重 70.00% 来自方案"));
    assert_non_null(strstr(sales->plan_reason_zh, "适用于全体人员"));
    assert_non_null(strstr(sales->plan_reason_zh, "wang"));
    assert_non_null(strstr(sales->plan_reason_zh, "原因：because"));
    assert_true(sales->target_at_us > 0);
    assert_true(sales->target_effective_on[0] != '\0');

    scoring__explain_person_response__free_unpacked(whole, NULL);

    FIXTURE_OK(&f, explain_person(&boss, 100, &answer));
    assert_int_equal(answer->n_lines, 2);
    assert_int_equal(explain_person(&zhang, 101, &answer), DC_PERMISSION_DENIED);
    assert_int_equal(explain_person(&boss, 999999, &answer), DC_NOT_FOUND);
}

static void
periods_and_bad_ones(void **state)
{
    (void)state;
    Scoring__ListPeriodsRequest request = SCORING__LIST_PERIODS_REQUEST__INIT;
    Scoring__ListPeriodsResponse *answer;
    FIXTURE_OK(&f,
               ask_as(fixture_call, &zhang, scoring_list_periods, &request.base,
                      &scoring__list_periods_response__descriptor, (ProtobufCMessage **)&answer));
    assert_int_equal(answer->n_periods, 1);
    assert_string_equal(answer->periods[0], "2026Q4");
    assert_string_equal(answer->current, "2026Q4");
    Scoring__GetUnitResponse *unit;
    assert_int_equal(get_unit(&boss, 1, "2026Q5", &unit), DC_INVALID_ARGUMENT);
    assert_int_equal(get_unit(&boss, 1, "'; DROP TABLE score", &unit), DC_INVALID_ARGUMENT);
    /* A period that nobody told of: names, and no figures. */
    FIXTURE_OK(&f, get_unit(&boss, 1, "2031", &unit));
    assert_string_equal(unit->unit->actual, "");
    assert_int_equal(unit->n_children, 2);
    assert_int_equal(unit->n_people, 0);
}

static int
set_up(void **state)
{
    (void)state;
    words_up();
    tell_company(TENANT);
    fixture_work(&f);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zhang_san_reads_himself),
        cmocka_unit_test(boss_sees_the_departments),
        cmocka_unit_test(director_sees_his_department),
        cmocka_unit_test(nobody_reads_past_his_scope),
        cmocka_unit_test(another_tenant_reads_nothing),
        cmocka_unit_test(ranking_in_pages),
        cmocka_unit_test(lineage_of_a_score),
        cmocka_unit_test(lineage_of_a_person),
        cmocka_unit_test(periods_and_bad_ones),
        cmocka_unit_test(grades_are_shown_and_explained),
    };
    return cmocka_run_group_tests_name("request", tests, set_up, words_down);
}
