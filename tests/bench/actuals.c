/*
 * actuals.c - what it costs goals to keep its own copy of actuals: events of MeasuresChanged as a consumer
 * applies them, beside one that only reads its events and stores nothing.
 *
 *     actuals [OWNERS [ROUNDS]]      20,000 owners with 5 measures in 3 periods, 3 rounds
 *
 * An event holds 1,000 totals, a batch 16 events; each round tells every total anew, in its next version.
 * An owner's totals come together in one event, and then, as `apart`, one measure of everybody after
 * the other: a record seldom moves all measures of its owner.
 */
#include "../../services/goals/stage_test.h"

enum { MEASURES = 5, PERIODS = 3, TOTALS = 1000, BATCH = 16, ROUNDS_MAX = 50 };

static const char *const periods[PERIODS] = {"2026", "2026Q4", "2026-11"};

static double
seconds_since(int64_t start)
{
    return (double)(dc_monotonic() - start) / DC_SECOND;
}

/* In what order a round's totals come. */
struct order {
    int64_t count; /* owners * MEASURES * PERIODS */
    bool apart;    /* by measure, then owner; else by owner, then period */
};

/* The totals [from, from + TOTALS) of one round. */
static Ingest__MeasuresChanged *
make_event(struct dc_arena *arena, struct order order, int64_t from, int64_t version)
{
    int64_t each = order.count / MEASURES; /* totals of one measure */
    Ingest__MeasuresChanged *event =
        DC_NEW_MESSAGE(arena, Ingest__MeasuresChanged, ingest__measures_changed__init);
    event->totals = DC_NEW_ARRAY(arena, Ingest__Total *, TOTALS);
    for (int64_t n = from; n < from + TOTALS; n++) {
        Ingest__Total *total = DC_NEW_MESSAGE(arena, Ingest__Total, ingest__total__init);
        total->owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
        total->measure_id = 1 + (order.apart ? n / each : n % MEASURES);
        int64_t of_measure = order.apart ? n % each : n / MEASURES;
        total->owner_id = 1 + of_measure / PERIODS;
        total->period = (char *)periods[of_measure % PERIODS];
        total->numerator = dc_arena_printf(arena, "%lld.25", (long long)(n * version));
        total->denominator = "1";
        total->version = version;
        event->totals[event->n_totals++] = total;
    }
    return event;
}

/* One round; storing false: the events are made and gathered, and nothing else. */
static double
hear(struct order order, int64_t version, bool storing)
{
    int64_t events = order.count / TOTALS;
    int64_t start = dc_monotonic();
    for (int64_t first = 0; first < events; first += BATCH) {
        struct dc_step step;
        dc_step_init(&step, &stage.thread, "bench", 0);
        step.context = stage_context(stage.thread.arena, &supervisor);
        stage_must(dc_step_begin(&step, 1, &stage.error));
        for (int64_t e = first; e < first + BATCH && e < events; e++) {
            Kernel__Event *outer =
                DC_NEW_MESSAGE(stage.thread.arena, Kernel__Event, kernel__event__init);
            outer->tenant_id = 1;
            Ingest__MeasuresChanged *event =
                make_event(stage.thread.arena, order, e * TOTALS, version);
            const struct dc_delivery delivery = {.event = outer, .body = &event->base};
            stage_must(goals_on_measures_changed(&step, &delivery, &stage.error));
        }
        stage_must(storing ? goals_store_heard(&step, &stage.error) : DC_OK);
        stage_must(dc_step_commit(&step, &stage.error));
        dc_arena_reset(stage.thread.arena, 0);
    }
    return seconds_since(start);
}

static int
by_seconds(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

int
main(int argc, char **argv)
{
    int64_t owners = argc > 1 ? atoll(argv[1]) : 20000;
    int rounds = argc > 2 ? atoi(argv[2]) : 3;
    int64_t events = owners * MEASURES * PERIODS / TOTALS;
    if (events < 1 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "actuals [OWNERS [ROUNDS]]: 100 owners and one round at least\n");
        return 2;
    }
    const struct order together = {events * TOTALS, false}, apart = {events * TOTALS, true};
    double ours[ROUNDS_MAX], some[ROUNDS_MAX], theirs[ROUNDS_MAX];
    stage_open(NULL);
    double fresh = hear(together, 1, true);
    for (int i = 0; i < rounds; i++) {
        ours[i] = hear(together, 2 * i + 2, true);
        some[i] = hear(apart, 2 * i + 3, true);
        theirs[i] = hear(together, 2 * i + 3, false);
    }
    qsort(ours, (size_t)rounds, sizeof *ours, by_seconds);
    qsort(some, (size_t)rounds, sizeof *some, by_seconds);
    qsort(theirs, (size_t)rounds, sizeof *theirs, by_seconds);
    double middle = ours[rounds / 2];
    printf("bench actuals ours=%.3fs peer=%.3fs ratio=%.2f per_event=%.2fms per_total=%.1fus "
           "apart=%.1fus fresh=%.3fs events=%lld totals=%lld runs=%d\n",
           middle, theirs[rounds / 2], theirs[rounds / 2] / middle, 1e3 * middle / (double)events,
           1e6 * middle / (double)together.count, 1e6 * some[rounds / 2] / (double)together.count,
           fresh, (long long)events, (long long)together.count, rounds);
    stage_down(NULL);
    return 0;
}
