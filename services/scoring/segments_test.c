/*
 * segments_test.c - targets whose period is cut: scores by rows of text and by properties; and as others
 * tell it, in any order, shown, explained and tried.
 */
#include "words_test.h"

#include <string.h>

#include "base/segment.h"
#include "rule_read.h"
#include "tests/lib/cmocka.h"

static struct dc_decimal
number(const char *words_of)
{
    struct dc_decimal value;
    if (dc_decimal_parse(words_of, &value, NULL) != DC_OK) {
        dc_test_die("%s is no number", words_of);
    }
    return value;
}

/* --- rows of text -------------------------------------------------------------------------------
 */

static struct dc_decimal
optional(const char *words_of)
{
    return words_of && strcmp(words_of, "-") != 0 ? number(words_of) : DC_DECIMAL_INT(-1);
}

/* "100/60/-:8/10:30" */
static struct facts_segment
segment_of(char *words_of)
{
    char *target = strsep(&words_of, ":"), *actual = strsep(&words_of, ":");
    struct facts_segment segment = {.indicator_id = 1, .told = true, .days = atoi(words_of)};
    segment.target = number(strsep(&target, "/"));
    segment.floor = optional(strsep(&target, "/"));
    segment.stretch = optional(strsep(&target, "/"));
    if (strcmp(actual, "-") != 0) {
        segment.actual.numerator = number(strsep(&actual, "/"));
        segment.actual.denominator = actual ? number(actual) : DC_DECIMAL_INT(1);
    }
    return segment;
}

/* "100 1.2 - 2": F, cap, threshold, places */
static struct rule
ratio_of(char *words_of, const char *direction)
{
    struct rule rule = {.kind = RATIO_RULE};
    rule.ratio.full_marks = number(strsep(&words_of, " "));
    rule.ratio.cap = number(strsep(&words_of, " "));
    const char *threshold = strsep(&words_of, " ");
    rule.ratio.has_threshold = strcmp(threshold, "-") != 0;
    rule.ratio.threshold = rule.ratio.has_threshold ? number(threshold) : DC_DECIMAL_ZERO;
    rule.ratio.lower_better =
        strcmp(direction, "quotient") == 0 ? QUOTIENT_INVERSE : QUOTIENT_DIFFERENCE;
    rule.decimals = atoi(words_of);
    return rule;
}

static void
row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    if (count != 7 && count != 8) {
        dc_test_die("%s: %zu columns", where, count);
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct rule rule;
    struct dc_error error;
    if (strcmp(column[0], "ratio") == 0) {
        rule = ratio_of(column[1], column[2]);
    } else if (rule_read(rule_words(arena, column[0], column[1]), arena, &rule, &error) != DC_OK) {
        dc_test_die("%s: %s", where, error.message);
    }
    struct indicator indicator = {.id = 1,
                                  .lower_is_better = strcmp(column[2], "higher") != 0,
                                  .additive = strcmp(column[4], "adds") == 0};
    struct facts_segment segments[SEGMENTS_MAX];
    struct facts facts = {.segments = segments};
    for (char *one, *rest = column[5]; (one = strsep(&rest, " "));) {
        segments[facts.segment_count++] = segment_of(one);
    }
    struct rule_segment parts[SEGMENTS_MAX];
    size_t part_count;
    assert_true(facts_rule_segments(&facts, &indicator, &rule, parts, &part_count));
    struct rule_score got =
        rule_score_segments(&rule, strcmp(column[3], "zero") == 0 ? RULE_ZERO : RULE_DROP, parts,
                            part_count, NULL);
    char buffer[DC_DECIMAL_TEXT];
    const char *score = got.scored ? dc_decimal_format(got.score, buffer) : "-";
    const char *remark = rule_remark_code(rule_remark_letter(got.remark));
    if (strcmp(score, column[6]) != 0 || strcmp(remark, count > 7 ? column[7] : "") != 0) {
        fail_msg("%s: got %s %s", where, score, remark);
    }
}

static void
scores_by_rows(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/segment_scores.txt", row, NULL) >= 15);
}

/* --- properties ---------------------------------------------------------------------------------
 */

static const struct rule plain = {.kind = RATIO_RULE,
                                  .decimals = 6,
                                  .ratio = {.full_marks = {100000000}, .cap = {1000000000}}};

/* A period that is cut into parts with the same figures, in each of which as much was done as its days
 * are worth, scores as the whole does: exactly, whatever does not end. */
static void
an_even_cut_changes_nothing(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    struct indicator indicator = {.id = 1, .additive = true};
    for (int round = 0; round < 3000; round++) {
        struct facts_segment segments[4] = {0};
        struct facts facts = {.segments = segments,
                              .segment_count = 2 + dc_test_random_below(&random, 3)};
        struct dc_decimal target = {1 + (__int128)dc_test_random_below(&random, 900000000000)};
        struct dc_decimal each = {(__int128)dc_test_random_below(&random, 9000000000)};
        int64_t days = 0;
        for (size_t i = 0; i < facts.segment_count; i++) {
            int64_t own = 1 + (int64_t)dc_test_random_below(&random, 30);
            segments[i] = (struct facts_segment){.indicator_id = 1,
                                                 .days = own,
                                                 .target = target,
                                                 .floor = DC_DECIMAL_INT(-1),
                                                 .stretch = DC_DECIMAL_INT(-1),
                                                 .told = true,
                                                 .actual = {{each.units * own}, DC_DECIMAL_INT(1)}};
            days += own;
        }
        struct rule_segment parts[SEGMENTS_MAX];
        size_t count;
        assert_true(facts_rule_segments(&facts, &indicator, &plain, parts, &count));
        struct rule_score got = rule_score_segments(&plain, RULE_DROP, parts, count, NULL);
        struct rule_input whole = {.has_target = true,
                                   .target = target,
                                   .actual = {{each.units * days}, DC_DECIMAL_INT(1)}};
        struct rule_score wanted = rule_score_item(&plain, RULE_DROP, &whole);
        assert_int_equal(dc_decimal_cmp(got.score, wanted.score), 0);
    }
}

/* More done in any segment is never a worse score; and the mean lies between its parts. */
static void
more_is_never_worse(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    for (int round = 0; round < 3000; round++) {
        struct rule_segment parts[3];
        struct rule_score scores[3];
        size_t count = 2 + dc_test_random_below(&random, 2);
        for (size_t i = 0; i < count; i++) {
            parts[i] = (struct rule_segment){
                .days = 1 + (int64_t)dc_test_random_below(&random, 40),
                .input = {.has_target = true,
                          .target = {1 + (__int128)dc_test_random_below(&random, 1000000)},
                          .actual = {{(__int128)dc_test_random_below(&random, 1000000)},
                                     DC_DECIMAL_INT(1)}}};
        }
        struct rule_score before = rule_score_segments(&plain, RULE_ZERO, parts, count, scores);
        struct dc_decimal low = scores[0].score, high = scores[0].score;
        for (size_t i = 1; i < count; i++) {
            low = dc_decimal_min(low, scores[i].score);
            high = dc_decimal_max(high, scores[i].score);
        }
        assert_true(dc_decimal_cmp(low, before.score) <= 0 &&
                    dc_decimal_cmp(before.score, high) <= 0);
        parts[dc_test_random_below(&random, (uint32_t)count)].input.actual.numerator.units +=
            (__int128)dc_test_random_below(&random, 100000);
        struct rule_score after = rule_score_segments(&plain, RULE_ZERO, parts, count, NULL);
        assert_true(dc_decimal_cmp(before.score, after.score) <= 0);
    }
}

/* --- as others tell it --------------------------------------------------------------------------
 */

WHO(boss, 0, 202, BOSS, GROUP, 0);

/* A target of 2026Q4, cut at 2026-11-16: `values` "500000 700000". Until it 32 working days, from it on
 * 34 (Monday to Friday). */
static void
tell_cut(int64_t tenant, int kind, int64_t owner, const char *first, const char *second,
         int64_t version)
{
    Goals__TargetSegment parts[2] = {GOALS__TARGET_SEGMENT__INIT, GOALS__TARGET_SEGMENT__INIT};
    Goals__TargetSegment *part_list[] = {&parts[0], &parts[1]};
    Goals__Target target = GOALS__TARGET__INIT, *list[] = {&target};
    Goals__TargetsAdjusted event = GOALS__TARGETS_ADJUSTED__INIT;
    parts[0].from = (char *)"2026-10-01";
    parts[0].to = (char *)"2026-11-15";
    parts[0].value = (char *)first;
    parts[1].from = (char *)"2026-11-16";
    parts[1].to = (char *)"2026-12-31";
    parts[1].value = target.value = (char *)second;
    target.id = owner * 100 + SALES * 10 + kind;
    target.owner_kind = (Goals__OwnerKind)kind;
    target.owner_id = owner;
    target.indicator_id = SALES;
    target.period = (char *)"2026Q4";
    target.version = version;
    target.segments = part_list;
    target.n_segments = 2;
    event.adjustment_id = version;
    event.effective_on = (char *)"2026-11-16";
    event.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT;
    event.period = (char *)"2026Q4";
    event.indicator_id = SALES;
    event.targets = list;
    event.n_targets = 1;
    fixture_deliver(&f, tenant, scoring_on_targets_adjusted, &event.base);
}

static void
tell_done(int64_t tenant, int kind, int64_t owner, bool second, const char *amount, int64_t version)
{
    Ingest__Total total = INGEST__TOTAL__INIT;
    Ingest__SegmentTotal segment = INGEST__SEGMENT_TOTAL__INIT, *list[] = {&segment};
    Ingest__MeasuresChanged event = INGEST__MEASURES_CHANGED__INIT;
    total.measure_id = 11;
    total.owner_kind = (Goals__OwnerKind)kind;
    total.owner_id = owner;
    total.numerator = (char *)amount;
    total.denominator = (char *)"1";
    total.version = version;
    segment.total = &total;
    segment.from = (char *)(second ? "2026-11-16" : "2026-10-01");
    segment.to = (char *)(second ? "2026-12-31" : "2026-11-15");
    event.segment_totals = list;
    event.n_segment_totals = 1;
    fixture_deliver(&f, tenant, scoring_on_measures_changed, &event.base);
}

static Scoring__GetPersonResponse *
person(int64_t tenant, int64_t id)
{
    struct who asker = boss;
    Scoring__GetPersonRequest request = SCORING__GET_PERSON_REQUEST__INIT;
    Scoring__GetPersonResponse *response;
    asker.tenant = tenant;
    request.person_id = id;
    request.period = (char *)"2026Q4";
    fixture_work(&f);
    FIXTURE_OK(&f, ask_as(fixture_call, &asker, scoring_get_person, &request.base,
                          &scoring__get_person_response__descriptor,
                          (ProtobufCMessage **)&response));
    return response;
}

static Scoring__ExplainResponse *
explain(int64_t tenant, int kind, int64_t owner)
{
    struct who asker = boss;
    Scoring__ExplainRequest request = SCORING__EXPLAIN_REQUEST__INIT;
    Scoring__ExplainResponse *response;
    asker.tenant = tenant;
    request.owner_kind = (Goals__OwnerKind)kind;
    request.owner_id = owner;
    request.indicator_id = SALES;
    request.period = (char *)"2026Q4";
    FIXTURE_OK(&f, ask_as(fixture_call, &asker, scoring_explain, &request.base,
                          &scoring__explain_response__descriptor, (ProtobufCMessage **)&response));
    return response;
}

/* Shares of 500,000 and 700,000 by 32 and 34 of 66 days: 242,424.24 and 360,606.06. Done: 200,000 and
 * 200,000. (82.5 * 32 + 55.4621.. * 34) / 66 = 68.5714.. */
static void
tell_zhang(int64_t tenant, const char *order)
{
    for (const char *step = order; *step; step++) {
        switch (*step) {
        case 'c':
            tell_cut(tenant, PERSON, 100, "500000", "700000", 3);
            break;
        case 'o': /* as it was before, told late or again */
            tell_target(tenant, PERSON, 100, SALES, "2026Q4", "500000", 2);
            break;
        case '1':
            tell_done(tenant, PERSON, 100, false, "200000", 5);
            break;
        case '2':
            tell_done(tenant, PERSON, 100, true, "200000", 5);
            break;
        case 'x': /* an older count never wins */
            tell_done(tenant, PERSON, 100, true, "999", 4);
            break;
        }
    }
}

static void
any_order_comes_to_the_same(void **state)
{
    (void)state;
    static const char *const orders[] = {"c12", "12c", "1c2", "oc12", "c1o2", "21xoc", "co12x", "c12oc"};
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        int64_t tenant = 100 + (int64_t)i;
        tell_company(tenant);
        fixture_work(&f);
        tell_zhang(tenant, orders[i]);
        Scoring__GetPersonResponse *zhang = person(tenant, 100);
        assert_string_equal(zhang->items[0]->score, "68.57");
        assert_string_equal(zhang->items[0]->remark, "segments");
        assert_string_equal(zhang->items[0]->target, "603030.30303");
        assert_string_equal(zhang->total, "68.57"); /* nothing else has a target */
    }
}

static void
until_it_is_counted_the_whole_counts(void **state)
{
    (void)state;
    tell_company(1);
    fixture_work(&f);
    tell_zhang(1, "c1");
    Scoring__GetPersonResponse *zhang = person(1, 100);
    assert_string_equal(zhang->items[0]->score, "66.33"); /* 400,000 of 603,030.30 */
    assert_string_equal(zhang->items[0]->remark, "");
    tell_zhang(1, "2");
    assert_string_equal(person(1, 100)->items[0]->score, "68.57");
}

static bool
says(char *const *steps, size_t count, const char *part)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(steps[i], part)) {
            return true;
        }
    }
    return false;
}
#define assert_says(steps, part)                                                                   \
    do {                                                                                           \
        if (!says(explained->steps, explained->n_##steps, part)) {                                 \
            fail_msg("nothing says %s", part);                                                     \
        }                                                                                          \
    } while (0)

static void
both_segments_are_written_out(void **state)
{
    (void)state;
    tell_company(2);
    tell_zhang(2, "c12");
    fixture_work(&f);
    Scoring__ExplainResponse *explained = explain(2, PERSON, 100);
    assert_non_null(strstr(explained->sentence_zh, "得分 68.57：目标在期间内调整，分 2 段计分"));
    assert_non_null(strstr(explained->sentence_en, "Score 68.57: the target changed"));
    assert_says(steps_zh, "第 1 段：2026-10-01 至 2026-11-15，32 个工作日（全期 66 个）");
    assert_says(steps_zh, "本段目标：500,000 × 32 / 66 ≈ 242,424.242424");
    assert_says(steps_zh, "200000 / 242424.242424 = 0.825");
    assert_says(steps_zh, "第 2 段：2026-11-16 至 2026-12-31，34 个工作日");
    assert_says(steps_zh, "本段得分：55.46");
    assert_says(steps_zh, "(82.50 × 32 + 55.46 × 34) / 66 = 68.57");
    assert_says(steps, "the mean by working days: (82.50 × 32 + 55.46 × 34) / 66 = 68.57");
    /* A unit has no score; its target is the sum of the segments' shares. */
    tell_cut(2, UNIT, 4, "5000000", "6000000", 2);
    fixture_work(&f);
    explained = explain(2, UNIT, 4);
    assert_says(steps_zh, "(5,000,000 × 32 + 6,000,000 × 34) / 66 ≈ 5,515,151.515152");
    assert_string_equal(explained->item->target, "5515151.515152");
}

static void
a_calendar_changes_the_weights(void **state)
{
    (void)state;
    tell_company(3);
    tell_zhang(3, "c12");
    assert_string_equal(person(3, 100)->items[0]->score, "68.57");
    /* The first two working days of October are holidays: 30 and 34 of 64. */
    Workflow__CalendarDay days[2] = {WORKFLOW__CALENDAR_DAY__INIT, WORKFLOW__CALENDAR_DAY__INIT};
    Workflow__CalendarDay *list[] = {&days[0], &days[1]};
    Workflow__CalendarChanged event = WORKFLOW__CALENDAR_CHANGED__INIT;
    days[0].date = (char *)"2026-10-01";
    days[1].date = (char *)"2026-10-02";
    event.year = 2026;
    event.version = 2;
    event.days = list;
    event.n_days = 2;
    fixture_deliver(&f, 3, scoring_on_calendar_changed, &event.base);
    /* 200,000 of 234,375 is 85.333..; of 371,875 53.7815..: (85.33.. * 30 + 53.78.. * 34) / 64 */
    assert_string_equal(person(3, 100)->items[0]->score, "68.57");
    assert_string_equal(person(3, 100)->items[0]->target, "606250");
}

static void
restating_takes_the_cut_away(void **state)
{
    (void)state;
    tell_company(4);
    tell_zhang(4, "c12");
    assert_string_equal(person(4, 100)->items[0]->score, "68.57");
    tell_target(4, PERSON, 100, SALES, "2026Q4", "800000", 4);
    Scoring__GetPersonResponse *zhang = person(4, 100);
    assert_string_equal(zhang->items[0]->score, "50.00");
    assert_string_equal(zhang->items[0]->target, "800000");
    tell_zhang(4, "c"); /* late: it never wins */
    assert_string_equal(person(4, 100)->items[0]->score, "50.00");
}

static void
records_that_come_late_count_in_their_segment(void **state)
{
    (void)state;
    tell_company(5);
    tell_zhang(5, "c12");
    person(5, 100);
    tell_done(5, PERSON, 100, false, "100000", 9); /* a refund of October */
    tell_total(5, PERSON, 100, 11, "2026Q4", "300000", "1", 9);
    /* (41.25 * 32 + 55.4621.. * 34) / 66 */
    assert_string_equal(person(5, 100)->items[0]->score, "48.57");
}

/* --- preview ------------------------------------------------------------------------------------
 */

WHO(supervisor, 0, 203, SUPERVISOR, GROUP, 0);

static enum dc_code
try_cut(int64_t tenant, const char *day, Scoring__PreviewResponse **ret_response)
{
    struct who asker = supervisor;
    Goals__TargetChange change = GOALS__TARGET_CHANGE__INIT, *changes[] = {&change};
    Scoring__Alternative alternative = SCORING__ALTERNATIVE__INIT, *alternatives[] = {&alternative};
    Scoring__PreviewRequest request = SCORING__PREVIEW_REQUEST__INIT;
    asker.tenant = tenant;
    change.target_id = 100 * 100 + SALES * 10 + PERSON;
    change.owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    change.owner_id = 100;
    change.indicator_id = SALES;
    change.value = (char *)"700000";
    change.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT;
    change.effective_on = (char *)day;
    alternative.targets = changes;
    alternative.n_targets = 1;
    request.period = (char *)"2026Q4";
    request.alternatives = alternatives;
    request.n_alternatives = 1;
    return ask_as(fixture_call, &asker, scoring_preview, &request.base,
                  &scoring__preview_response__descriptor, (ProtobufCMessage **)ret_response);
}

static void
a_cut_can_be_tried(void **state)
{
    (void)state;
    Scoring__PreviewResponse *tried;
    tell_company(6);
    fixture_work(&f);
    /* From tomorrow on (2026-11-24: 38 and 28 of 66 days): all that was done was done before. 400,000 of
     * 287,878.78 is more than the cap; nothing yet of 296,969.69: 120 * 38 / 66. */
    FIXTURE_OK(&f, try_cut(6, "2026-11-24", &tried));
    assert_int_equal(tried->outcomes[0]->estimated, 0);
    assert_int_equal(tried->people_total, 1);
    assert_string_equal(tried->people[0]->before, "80.00");
    assert_string_equal(tried->people[0]->after[0], "69.09");
    /* From a day that is over on: how much was done in which segment is spread over 32 and 6 days. */
    FIXTURE_OK(&f, try_cut(6, "2026-11-16", &tried));
    assert_int_equal(tried->outcomes[0]->estimated, 1);
    /* 400,000 * 32 / 38 of 242,424.24 is past the cap; 400,000 * 6 / 38 of 360,606.06 is 17.5144..:
     * (120 * 32 + 17.5144.. * 34) / 66 */
    assert_string_equal(tried->people[0]->after[0], "67.20");
    /* The whole period is no cut. */
    FIXTURE_OK(&f, try_cut(6, "2026-10-01", &tried));
    assert_string_equal(tried->people[0]->after[0], "57.14");
    assert_int_equal(try_cut(6, "2027-01-01", &tried), DC_INVALID_ARGUMENT);
    assert_string_equal(f.error.field, "alternatives[0].targets[0].effective_on");
    assert_string_equal(person(6, 100)->items[0]->score, "80.00"); /* nothing was written */
}

/* Once it was cut there the real figures are known, and the preview uses them. */
static void
a_counted_cut_is_tried_by_its_figures(void **state)
{
    (void)state;
    Scoring__PreviewResponse *tried;
    tell_company(7);
    tell_cut(7, PERSON, 100, "500000", "600000", 3);
    tell_zhang(7, "12");
    fixture_work(&f);
    FIXTURE_OK(&f, try_cut(7, "2026-11-16", &tried));
    assert_int_equal(tried->outcomes[0]->estimated, 0);
    assert_string_equal(tried->people[0]->after[0], "68.57");
}

static int
up(void **state)
{
    (void)state;
    words_up();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_by_rows),
        cmocka_unit_test(an_even_cut_changes_nothing),
        cmocka_unit_test(more_is_never_worse),
        cmocka_unit_test(any_order_comes_to_the_same),
        cmocka_unit_test(until_it_is_counted_the_whole_counts),
        cmocka_unit_test(both_segments_are_written_out),
        cmocka_unit_test(a_calendar_changes_the_weights),
        cmocka_unit_test(restating_takes_the_cut_away),
        cmocka_unit_test(records_that_come_late_count_in_their_segment),
        cmocka_unit_test(a_cut_can_be_tried),
        cmocka_unit_test(a_counted_cut_is_tried_by_its_figures),
    };
    return cmocka_run_group_tests_name("segments", tests, up, words_down);
}
