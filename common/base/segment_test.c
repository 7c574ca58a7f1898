/* Cuts of periods by rows of text, and what must hold for any of them. */
#include "segment.h"

#include <string.h>

#include "base/text.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static struct dc_decimal
number(const char *text)
{
    struct dc_decimal value;
    if (dc_decimal_parse(text, &value, NULL) != DC_OK) {
        dc_test_die("%s is no number", text);
    }
    return value;
}

static dc_date
day(const char *text)
{
    dc_date date;
    if (dc_date_parse(text, &date, NULL) != DC_OK) {
        dc_test_die("%s is no day", text);
    }
    return date;
}

/* "700/420/840" */
static struct segment
figures(char *words)
{
    struct segment segment = {0};
    char *floor = strchr(words, '/'), *stretch = floor ? strchr(floor + 1, '/') : NULL;
    if (stretch) {
        *stretch = '\0';
        segment.has_stretch = true;
        segment.stretch = number(stretch + 1);
    }
    if (floor) {
        *floor = '\0';
        segment.has_floor = true;
        segment.floor = number(floor + 1);
    }
    segment.value = number(words);
    return segment;
}

static void
write_segments(const struct segment *segments, size_t count, struct dc_text *text)
{
    char from[DC_DATE_TEXT], to[DC_DATE_TEXT], value[DC_DECIMAL_TEXT];
    for (size_t i = 0; i < count; i++) {
        dc_date_format(segments[i].from, from);
        dc_date_format(segments[i].to, to);
        dc_text_printf(text, "%s%s..%s=%s", i > 0 ? " " : "", from, to,
                       dc_decimal_format(segments[i].value, value));
        if (segments[i].has_floor) {
            dc_text_printf(text, "/%s", dc_decimal_format(segments[i].floor, value));
        }
        if (segments[i].has_stretch) {
            dc_text_printf(text, "/%s", dc_decimal_format(segments[i].stretch, value));
        }
    }
    dc_text_add(text, count == 0 ? "-" : "");
}

/* period | figures | acts | segments */
static void
cut_row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    struct dc_period period;
    struct segment segments[SEGMENTS_MAX];
    size_t segment_count = 0;
    if (count != 4 || dc_period_parse(column[0], &period, NULL) != DC_OK) {
        dc_test_die("%s: period, figures, acts, segments", where);
    }
    struct segment now = figures(column[1]);
    for (char *act, *rest = column[2]; (act = strsep(&rest, " "));) {
        char *words = strchr(act, '=');
        *words++ = '\0';
        struct segment after = figures(words);
        assert_true(segments_cut(&period, day(act), &now, &after, segments, &segment_count));
        now = after;
    }
    DC_AUTO_TEXT struct dc_text got = DC_TEXT_INIT;
    write_segments(segments, segment_count, &got);
    if (strcmp(dc_text_cstr(&got), column[3]) != 0) {
        fail_msg("%s: %s, not %s", where, dc_text_cstr(&got), column[3]);
    }
}

static void
cuts_by_rows(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/segments.txt", cut_row, NULL) >= 15);
}

/* On each day holds what was said last for it, however the cuts came; no hole, no neighbours alike. */
static void
every_day_has_its_figures(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    struct dc_period period;
    assert_int_equal(dc_period_parse("2026Q3", &period, NULL), DC_OK);
    enum { DAYS = 92 };
    for (int round = 0; round < 2000; round++) {
        struct segment segments[SEGMENTS_MAX], now = {.value = DC_DECIMAL_INT(1)};
        size_t count = 0;
        struct dc_decimal wanted[DAYS];
        for (int i = 0; i < DAYS; i++) {
            wanted[i] = now.value;
        }
        for (int acts = 1 + (int)dc_test_random_below(&random, 30); acts > 0; acts--) {
            int on = (int)dc_test_random_below(&random, DAYS);
            struct segment after = {.value =
                                        DC_DECIMAL_INT((int)dc_test_random_below(&random, 4))};
            if (!segments_cut(&period, period.first + on, &now, &after, segments, &count)) {
                continue; /* full: as if it had not been asked for */
            }
            now = after;
            for (int i = on; i < DAYS; i++) {
                wanted[i] = after.value;
            }
        }
        assert_true(count != 1 && count <= SEGMENTS_MAX);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(segments[i].from, i > 0 ? segments[i - 1].to + 1 : period.first);
            assert_true(i == 0 || dc_decimal_cmp(segments[i].value, segments[i - 1].value) != 0);
        }
        for (int i = 0; i < DAYS; i++) {
            size_t s = 0;
            while (s < count && segments[s].to < period.first + i) {
                s++;
            }
            struct dc_decimal got = count > 0 ? segments[s].value : now.value;
            assert_int_equal(dc_decimal_cmp(got, wanted[i]), 0);
        }
        assert_true(count == 0 || segments[count - 1].to == period.last);
    }
}

static void
too_many_are_refused(void **state)
{
    (void)state;
    struct dc_period period;
    struct segment segments[SEGMENTS_MAX], now = {.value = DC_DECIMAL_INT(1)};
    size_t count = 0;
    assert_int_equal(dc_period_parse("2026Q3", &period, NULL), DC_OK);
    for (int i = 1; i < SEGMENTS_MAX; i++) {
        struct segment after = {.value = DC_DECIMAL_INT(1 + i)};
        assert_true(segments_cut(&period, period.first + i, &now, &after, segments, &count));
    }
    assert_int_equal(count, SEGMENTS_MAX);
    struct segment more = {.value = DC_DECIMAL_INT(99)};
    assert_false(segments_cut(&period, period.last, &now, &more, segments, &count));
    assert_int_equal(count, SEGMENTS_MAX);
    assert_true(segments_cut(&period, period.first + 5, &now, &more, segments, &count));
    assert_int_equal(count, 6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_by_rows),
        cmocka_unit_test(every_day_has_its_figures),
        cmocka_unit_test(too_many_are_refused),
    };
    return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
