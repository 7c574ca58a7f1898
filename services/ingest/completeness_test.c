/* Tests the check of a submission, what keeps a declaration, and the tables of states, by rows of
 * cases and by trying everything. */
#include "completeness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "submission_life.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

enum { DAYS_MAX = 400, PLACES_MAX = 20 };

struct given {
    struct completeness_facts facts;
    struct completeness_thresholds thresholds;
    struct completeness_day days[DAYS_MAX];
    struct completeness_exception exceptions[DAYS_MAX];
    struct completeness_team teams[PLACES_MAX];
    struct completeness_person people[PLACES_MAX];
};

static dc_date
day_of(const char *where, const char *text)
{
    char first[DC_DATE_TEXT];
    dc_date day = 0;
    snprintf(first, sizeof(first), "%s", text);
    if (dc_date_parse(first, &day, NULL) != DC_OK) {
        fail_msg("%s: %s is no date", where, text);
    }
    return day;
}

static void
put_day(struct given *given, dc_date on, const char *amount)
{
    size_t at = 0;
    while (at < given->facts.day_count && given->days[at].on < on) {
        at++;
    }
    bool there = at < given->facts.day_count && given->days[at].on == on;
    if (strcmp(amount, "-") == 0) {
        assert_true(there);
        memmove(&given->days[at], &given->days[at + 1],
                (--given->facts.day_count - at) * sizeof(given->days[0]));
        return;
    }
    if (!there) {
        assert_true(given->facts.day_count < DAYS_MAX);
        memmove(&given->days[at + 1], &given->days[at],
                (given->facts.day_count++ - at) * sizeof(given->days[0]));
    }
    given->days[at] = (struct completeness_day){.on = on, .records = 1};
    assert_int_equal(dc_decimal_parse(amount, &given->days[at].amount, NULL), DC_OK);
}

static void
read_days(const char *where, char *text, struct given *given)
{
    for (char *save, *token = strtok_r(text, " ", &save); token;
         token = strtok_r(NULL, " ", &save)) {
        const char *amount = strchr(token, '=');
        assert_non_null(amount);
        dc_date first = day_of(where, token), last = first;
        bool range = strncmp(token + 10, "..", 2) == 0;
        if (range) {
            last = day_of(where, token + 12);
        }
        for (dc_date day = first; day <= last; day++) {
            bool weekend = (day + 3) % 7 >= 5; /* 1970-01-01 was a Thursday */
            if (!range || !weekend) {
                put_day(given, day, amount + 1);
            }
        }
    }
}

static void
read_places(char *text, struct given *given)
{
    for (char *save, *token = strtok_r(text, " ", &save); token;
         token = strtok_r(NULL, " ", &save)) {
        bool present = strchr(token, '!') == NULL;
        if (*token == 't') {
            given->teams[given->facts.team_count++] = (struct completeness_team){
                .unit_id = atoi(token + 1), .name = "a team", .present = present};
        } else {
            given->people[given->facts.person_count++] =
                (struct completeness_person){.person_id = atoi(token + 1),
                                             .unit_id = atoi(strchr(token, '@') + 1),
                                             .name = "somebody",
                                             .unit_name = "a team",
                                             .present = present};
        }
    }
}

static void
read_case(const char *where, char **columns, struct given *given)
{
    struct completeness_facts *facts = &given->facts;
    char *today = strchr(columns[0], '@'), day_factor[20], period_factor[20], least[40],
         every[3] = "";
    assert_non_null(today);
    *today++ = '\0';
    *facts = (struct completeness_facts){.unit_id = 10,
                                         .unit_name = "A",
                                         .days = given->days,
                                         .exceptions = given->exceptions,
                                         .teams = given->teams,
                                         .people = given->people};
    assert_int_equal(dc_period_parse(columns[0], &facts->period, NULL), DC_OK);
    facts->whole = day_of(where, today) - 1;
    facts->whole = facts->whole < facts->period.last ? facts->whole : facts->period.last;
    assert_true(sscanf(columns[1], "%19s %19s %39s %2s", day_factor, period_factor, least, every) >=
                3);
    assert_int_equal(completeness_parse_factor(day_factor, "", &given->thresholds.day_factor, NULL),
                     DC_OK);
    assert_int_equal(
        completeness_parse_factor(period_factor, "", &given->thresholds.period_factor, NULL),
        DC_OK);
    assert_int_equal(completeness_parse_least(least, "", &given->thresholds.least_amount, NULL),
                     DC_OK);
    given->thresholds.every_day = strchr(every, 'd') != NULL;
    given->thresholds.every_person = strchr(every, 'p') != NULL;
    for (char *save, *token = strtok_r(columns[2], " ", &save); token;
         token = strtok_r(NULL, " ", &save)) {
        given->exceptions[facts->exception_count++] = (struct completeness_exception){
            .on = day_of(where, token + 1), .working = *token == '+'};
    }
    read_days(where, columns[3], given);
    read_places(columns[4], given);
}

static void
write_finding(const struct completeness_finding *finding, char *text, size_t size)
{
    char day[DC_DATE_TEXT] = "", amount[DC_DECIMAL_TEXT], expected[DC_DECIMAL_TEXT];
    if (finding->on != COMPLETENESS_NO_DAY) {
        dc_date_format(finding->on, day);
    }
    switch (finding->kind) {
    case INGEST__FINDING_KIND__FINDING_KIND_TEAM_MISSING:
        snprintf(text, size, "t%d", (int)finding->unit_id);
        return;
    case INGEST__FINDING_KIND__FINDING_KIND_PERSON_MISSING:
        snprintf(text, size, "p%d", (int)finding->person_id);
        return;
    case INGEST__FINDING_KIND__FINDING_KIND_DAY_MISSING:
        snprintf(text, size, "%s", day);
        return;
    default:
        snprintf(text, size, "%s^%s/%s", day, dc_decimal_format_fixed(finding->amount, 2, amount),
                 dc_decimal_format_fixed(finding->expected, 2, expected));
    }
}

static void
run_case(const char *where, char **columns, size_t column_count, void *context)
{
    (void)context;
    static struct given given;
    struct completeness_finding *findings;
    struct dc_error error;
    size_t count;
    char got[2000] = "", one[200];
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    assert_int_equal(column_count, 6);
    read_case(where, columns, &given);
    if (completeness_check(&given.facts, &given.thresholds, arena, &findings, &count, &error) !=
        DC_OK) {
        fail_msg("%s: %s", where, error.message);
    }
    for (size_t i = 0; i < count; i++) {
        write_finding(&findings[i], one, sizeof(one));
        assert_non_null(findings[i].sentence_zh);
        assert_non_null(findings[i].sentence_en);
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? " " : "", one);
    }
    if (strcmp(count ? got : "-", columns[5]) != 0) {
        fail_msg("%s: %s", where, count ? got : "-");
    }
}

static void
test_cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/completeness.txt", run_case, NULL) > 30);
}

static void
test_what_keeps_a_declaration(void **state)
{
    (void)state;
    struct completeness_finding now = {.kind = INGEST__FINDING_KIND__FINDING_KIND_AMOUNT_JUMP,
                                       .amount = DC_DECIMAL_INT(500),
                                       .expected = DC_DECIMAL_INT(100)};
    const struct dc_decimal was = DC_DECIMAL_INT(450), expected = DC_DECIMAL_INT(100),
                            deviation = DC_DECIMAL_INT(350), least = DC_DECIMAL_INT(100);
    assert_true(completeness_still_holds(&now, was, expected, deviation, least));
    now.amount = DC_DECIMAL_INT(550); /* 100 further away */
    assert_false(completeness_still_holds(&now, was, expected, deviation, least));
    now.amount = DC_DECIMAL_INT(310); /* nearer */
    assert_true(completeness_still_holds(&now, was, expected, deviation, least));
    now.amount = DC_DECIMAL_INT(1); /* too little where it was too much */
    assert_false(completeness_still_holds(&now, was, expected, deviation, least));
    now.kind = INGEST__FINDING_KIND__FINDING_KIND_DAY_MISSING;
    assert_true(completeness_still_holds(&now, was, expected, deviation, least));
}

static void
test_thresholds_are_checked(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "1", "0.5", "-3", "1000.01", "3.001", "x", "3 "};
    struct dc_decimal value;
    struct dc_error error;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        assert_int_equal(completeness_parse_factor(wrong[i], "f", &value, &error),
                         DC_INVALID_ARGUMENT);
        assert_string_equal(error.field, "f");
    }
    assert_int_equal(completeness_parse_factor("1.01", "f", &value, &error), DC_OK);
    assert_int_equal(completeness_parse_factor("1000", "f", &value, &error), DC_OK);
    assert_int_equal(completeness_parse_least("-1", "f", &value, &error), DC_INVALID_ARGUMENT);
    assert_int_equal(completeness_parse_least("0.001", "f", &value, &error), DC_INVALID_ARGUMENT);
    assert_int_equal(completeness_parse_least("0", "f", &value, &error), DC_OK);
}

/* Whatever happens in whatever order: a submission is in a state of the contract, only a decision
 * closes it, and only taking that back opens it again; nothing is accepted that nobody declared. */
static void
test_any_order_of_events(void **state)
{
    (void)state;
    srand(3);
    for (int turn = 0; turn < 2000; turn++) {
        Ingest__SubmissionState submission = 0, next;
        Ingest__FindingState finding = INGEST__FINDING_STATE__FINDING_STATE_OPEN, then;
        bool closed = false, declared = false;
        for (int i = 0; i < 20; i++) {
            enum submission_event event = (enum submission_event)(rand() % 4);
            if (submission_next(submission, event, &next, NULL) == DC_OK) {
                closed = event == SUBMISSION_WENT_ON || (closed && event != SUBMISSION_TAKEN_BACK);
                submission = next;
            }
            assert_int_equal(closed,
                             submission == INGEST__SUBMISSION_STATE__SUBMISSION_STATE_CLOSED);
            enum finding_event act = (enum finding_event)(rand() % 3);
            if (finding_next(finding, act, &then, NULL) == DC_OK) {
                assert_true(act == FINDING_DECLARED || declared);
                declared = act != FINDING_REFUSED;
                finding = then;
            }
            assert_int_equal(declared, finding != INGEST__FINDING_STATE__FINDING_STATE_OPEN);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_what_keeps_a_declaration),
        cmocka_unit_test(test_thresholds_are_checked),
        cmocka_unit_test(test_any_order_of_events),
    };
    return cmocka_run_group_tests_name("completeness", tests, NULL, NULL);
}
