/*
 * timers.c - how fast timers fire while 1,000,000 are pending, beside SQL that only takes them.
 *
 *     timers [PEOPLE]      100,000 people, 10 timers each
 *
 * 100,000 fall due at one moment: reminders first, then an escalation. Ours takes the timers, loads
 * tasks and seats, moves what is to be moved, writes history, counts and events, in batches. The
 * peer deletes as many timers and counts the reminders in the seats, in one statement, and tells
 * nobody. Lateness is from that moment until the commit of the batch that told of it.
 */
#include "workflow_stage.h"

static const char CHASE[] =
    "code: chase\nname: 催办\nperiod: month\nstages:\n"
    "  - code: review\n    name: 评价\n    subject: person\n    who: [manager, {role: "
    "vice_president}]\n    due: {after: 60 days}\n    reminders:\n"
    "      - {before: 40 days}\n      - {before: 35 days}\n      - {before: 30 days}\n"
    "      - {before: 25 days}\n      - {before: 20 days}\n      - {before: 15 days}\n"
    "      - {before: 10 days}\n      - {before: 5 days}\n      - {before: 1 days}\n"
    "    escalation:\n      - {after: 0 days, to: {role: vice_president}, by: [sms]}\n"
    "    outcomes:\n      - {code: ok, name: 好, kind: submit}\n";

enum { BATCHES_MAX = 10000 };
static double ends[BATCHES_MAX];

/* Everything that is due at stage.now; seconds, and the lateness of all but one in a hundred. */
static double
fire(double *ret_p99)
{
    size_t batches = 0;
    int64_t start = dc_monotonic();
    while (piece(workflow_task_timers)) {
        if (batches == BATCHES_MAX) {
            dc_test_die("more batches than there can be");
        }
        ends[batches++] = seconds_since(start);
    }
    *ret_p99 = batches ? ends[batches - 1 - batches / 100] : 0;
    return batches ? ends[batches - 1] : 0;
}

int
main(int argc, char **argv)
{
    int64_t people = argc > 1 ? atoll(argv[1]) : 100000;
    if (people < TEAMS) {
        fprintf(stderr, "timers [PEOPLE]: 1000 at least\n");
        return 2;
    }
    stage_open(NULL);
    stage_clock("2026-11-02 09:00:00");
    people_many(people);
    define(CHASE);
    start_cycle("chase", GROUP);
    dc_test_pg_exec(stage.pg, "VACUUM ANALYZE");
    int64_t pending = stage_number("SELECT count(*) FROM workflow.timer");

    double idle = 1e9, late;
    for (int i = 0; i < 20; i++) {
        int64_t start = dc_monotonic();
        piece(workflow_task_timers);
        idle = seconds_since(start) < idle ? seconds_since(start) : idle;
    }
    dc_time before = stage.now;
    stage_clock("2026-11-25 00:00:00"); /* the first reminder */
    int64_t due = stage_number("SELECT count(*) FROM workflow.timer WHERE kind = 1 AND step = 1");
    double reminded = fire(&late);
    if (stage_number("SELECT count(*) FROM workflow.history WHERE what = 'reminded'") != due ||
        stage_number("SELECT count(*) FROM workflow.seat WHERE reminders = 1") != due) {
        dc_test_die("not every reminder was fired once");
    }
    printf("bench timers_idle pending=%lld poll=%.2fms\n", (long long)pending, idle * 1000);
    (void)before;

    int64_t start = dc_monotonic();
    dc_test_pg_exec(
        stage.pg, "SET search_path = workflow; WITH gone AS (DELETE FROM timer WHERE kind = 1 AND "
                  "step = 2 RETURNING tenant_id, task_id) UPDATE seat s SET reminders = "
                  "reminders + 1 FROM gone g WHERE s.tenant_id = g.tenant_id AND s.task_id = "
                  "g.task_id AND s.state = 2");
    double theirs = seconds_since(start);
    printf("bench timers ours=%.2fs peer=%.2fs ratio=%.2f fired=%lld fired_per_s=%.0f "
           "late_p99=%.2fs pending=%lld\n",
           reminded, theirs, theirs / reminded, (long long)due, (double)due / reminded, late,
           (long long)pending);

    dc_test_pg_exec(stage.pg, "DELETE FROM workflow.timer WHERE kind = 1");
    dc_test_pg_exec(stage.pg, "VACUUM ANALYZE");
    stage_clock("2027-01-05 00:00:00"); /* past the deadline */
    double escalated = fire(&late);
    int64_t moved = stage_number("SELECT count(*) FROM workflow.seat WHERE rung = 1");
    if (moved != people) {
        dc_test_die("%lld of %lld tasks moved up", (long long)moved, (long long)people);
    }
    printf("bench timers_escalate ours=%.2fs fired=%lld fired_per_s=%.0f late_p99=%.2fs\n",
           escalated, (long long)moved, (double)moved / escalated, late);
    stage_down(NULL);
    return 0;
}
