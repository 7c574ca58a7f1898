/* trace_test.c - traceparents, and that spans cost nothing when off and hold nobody up when the
 * collector is away. What is sent is tested by tests/scenarios/operations_test.py. */
#include "edge/trace.h"

#include <string.h>

#include "edge/metrics.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static const char sampled[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
static const char not_sampled[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

static struct dc_config *
config_of(const char *endpoint, const char *per_mille)
{
    static const struct dc_option *const tables[] = {dc_trace_options, NULL};
    char first[120], second[60];
    snprintf(first, sizeof(first), "trace.endpoint=%s", endpoint);
    snprintf(second, sizeof(second), "trace.per_mille=%s", per_mille);
    const char *sets[] = {first, second};
    struct dc_config *config;
    struct dc_error error;
    assert_int_equal(dc_config_load(&config, tables, NULL, sets, 2, &error), DC_OK);
    return config;
}

static void
a_traceparent_is_known_by_its_form(void **state)
{
    (void)state;
    assert_true(dc_trace_is_valid(sampled));
    assert_false(dc_trace_is_valid("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
    assert_false(dc_trace_is_valid("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
    assert_false(dc_trace_is_valid("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    assert_false(dc_trace_is_valid("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x"));
    assert_false(dc_trace_is_valid("00-0af7"));
    assert_false(dc_trace_is_valid(""));
}

static void
off_records_nothing(void **state)
{
    (void)state;
    DC_AUTO(dc_config) struct dc_config *config = config_of("", "1000");
    struct dc_error error;
    char trace[DC_TRACE_TEXT], other[DC_TRACE_TEXT];
    assert_int_equal(dc_trace_start(config, "p", "i", &error), DC_OK);
    dc_trace_new(trace);
    dc_trace_new(other);
    assert_true(dc_trace_is_valid(trace));
    assert_string_not_equal(trace, other);
    assert_string_equal(trace + strlen(trace) - 3, "-00");
    struct dc_span span;
    dc_span_begin(&span, DC_SPAN_SERVER, sampled);
    assert_false(span.recorded);
    assert_string_equal(span.own, "");
    dc_span_end(&span, DC_OK);
    dc_trace_stop();
}

static void
the_flag_and_the_ratio_decide(void **state)
{
    (void)state;
    static const struct {
        const char *per_mille, *flags;
    } rows[] = {{"0", "-00"}, {"1000", "-01"}};
    struct dc_error error;
    for (size_t i = 0; i < 2; i++) {
        DC_AUTO(dc_config) struct dc_config *config =
            config_of("http://127.0.0.1:1/v1/traces", rows[i].per_mille);
        assert_int_equal(dc_trace_start(config, "p", "i", &error), DC_OK);
        char trace[DC_TRACE_TEXT];
        dc_trace_new(trace);
        assert_string_equal(trace + strlen(trace) - 3, rows[i].flags);
        struct dc_span span;
        dc_span_begin(&span, DC_SPAN_SERVER, not_sampled);
        assert_false(span.recorded);
        dc_span_begin(&span, DC_SPAN_SERVER, "nonsense");
        assert_false(span.recorded);
        dc_span_begin(&span, DC_SPAN_SERVER, sampled);
        assert_true(span.recorded);
        assert_true(dc_trace_is_valid(span.own));
        assert_memory_equal(span.own, sampled, 36); /* the same trace */
        assert_string_not_equal(span.own, sampled); /* a span of its own */
        dc_span_end(&span, DC_OK);
        dc_trace_stop();
    }
}

static bool
all_dropped(void *context)
{
    const uint64_t *wanted = context;
    return dc_counter_value(dc_counter("dacheng_trace_dropped_total", "", "")) >= *wanted;
}

static void
without_a_collector_spans_are_dropped_and_counted(void **state)
{
    (void)state;
    enum { SPANS = 20000 };
    DC_AUTO(dc_config) struct dc_config *config = config_of("http://127.0.0.1:1/v1/traces", "0");
    struct dc_error error;
    assert_int_equal(dc_trace_start(config, "p", "i", &error), DC_OK);
    uint64_t wanted = dc_counter_value(dc_counter("dacheng_trace_dropped_total", "", "")) + SPANS;
    for (int i = 0; i < SPANS; i++) {
        struct dc_span span;
        dc_span_begin(&span, DC_SPAN_SERVER, sampled);
        dc_span_name(&span, "some.Service/Method");
        dc_span_attribute(&span, "dacheng.peer", "gateway");
        dc_span_end(&span, DC_INTERNAL);
    }
    assert_true(dc_test_wait_until(all_dropped, &wanted, 20000));
    dc_trace_stop();
    assert_int_equal(dc_counter_value(dc_counter("dacheng_trace_sent_total", "", "")), 0);
}

static void
what_is_no_address_is_refused(void **state)
{
    (void)state;
    DC_AUTO(dc_config) struct dc_config *config = config_of("collector:4318", "0");
    struct dc_error error;
    assert_int_equal(dc_trace_start(config, "p", "i", &error), DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "trace.endpoint");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_traceparent_is_known_by_its_form),
        cmocka_unit_test(off_records_nothing),
        cmocka_unit_test(the_flag_and_the_ratio_decide),
        cmocka_unit_test(without_a_collector_spans_are_dropped_and_counted),
        cmocka_unit_test(what_is_no_address_is_refused),
    };
    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
