/* tasks_test.c - decided tasks as measures, with a real PostgreSQL and bus: whose they are, when
 * they count, and that no sale is touched by them. The tests go on from each other.
 */
#include "stage_test.h"
#include "task_record.h"

/* --- pure ---------------------------------------------------------------------------------------
 */
#define HOUR (3600LL * DC_SECOND)

/* One seat: times in hours; due 0: no deadline. Writes "person on_time before_reminder hours day".
 */
static const char *
record_of(Workflow__HeldBy held_by, Workflow__SeatState seat_state, int opened, int decided,
          double due, bool reminded)
{
    static char text[100];
    struct task_record *records;
    char day[DC_DATE_TEXT];
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Workflow__Task task = WORKFLOW__TASK__INIT;
    Workflow__Seat seat = WORKFLOW__SEAT__INIT, *seats[] = {&seat};
    task.id = 5;
    task.seats = seats;
    task.n_seats = 1;
    task.opened_at_us = opened * HOUR;
    task.due_at_us = (int64_t)(due * (double)HOUR);
    seat.number = 1;
    seat.owner_id = 3;
    seat.holder_id = held_by == WORKFLOW__HELD_BY__HELD_BY_OWNER ? 3 : 4;
    seat.held_by = held_by;
    seat.state = seat_state;
    seat.opened_at_us = task.opened_at_us;
    seat.decided_at_us = decided * HOUR + (decided ? 12 * 60 * (int64_t)DC_SECOND : 0);
    seat.decided_by_id = seat.holder_id;
    seat.reminded = reminded;
    if (task_records(&task, 8 * 3600, arena, &records) == 0) {
        return "";
    }
    const struct row *row = &records[0].row;
    char on_time[DC_DECIMAL_TEXT], early[DC_DECIMAL_TEXT], hours[DC_DECIMAL_TEXT];
    dc_date_format(row->on, day);
    snprintf(text, sizeof(text), "%d %s %s %s %s", (int)row->person_id,
             dc_decimal_format(row->amount, on_time), dc_decimal_format(row->collected, early),
             dc_decimal_format(row->quantity, hours), day);
    assert_string_equal(row->key, "task/5/1");
    return text;
}

static void
whose_a_seat_is(void **state)
{
    (void)state;
#define BY(name) WORKFLOW__HELD_BY__HELD_BY_##name
#define IS(name) WORKFLOW__SEAT_STATE__SEAT_STATE_##name
    /* the day is the deadline's: 40 hours after the epoch is 1970-01-03 00:00 in China */
    assert_string_equal(record_of(BY(OWNER), IS(DONE), 10, 12, 39, false), "3 1 1 2.2 1970-01-02");
    assert_string_equal(record_of(BY(OWNER), IS(DONE), 10, 12, 40, true), "3 1 0 2.2 1970-01-03");
    assert_string_equal(record_of(BY(OWNER), IS(DONE), 10, 50, 40, true), "3 0 0 40.2 1970-01-03");
    /* to the second of the deadline */
    assert_string_equal(record_of(BY(OWNER), IS(DONE), 10, 12, 12.2, false),
                        "3 1 1 2.2 1970-01-01");
    assert_string_equal(record_of(BY(OWNER), IS(DONE), 10, 12, 12.199, false),
                        "3 0 1 2.2 1970-01-01");
    /* without one: the day of the decision */
    assert_string_equal(record_of(BY(OWNER), IS(DONE), 10, 60, 0, false), "3 1 1 50.2 1970-01-03");
    /* who holds it answers for it, but not for what was taken from another one by escalation */
    assert_string_equal(record_of(BY(DELEGATION), IS(DONE), 10, 12, 39, false),
                        "4 1 1 2.2 1970-01-02");
    assert_string_equal(record_of(BY(TRANSFER), IS(DONE), 10, 12, 11, false),
                        "4 0 1 2.2 1970-01-01");
    assert_string_equal(record_of(BY(ESCALATION), IS(DONE), 10, 12, 39, false),
                        "3 0 0 2.2 1970-01-02");
    assert_string_equal(record_of(BY(OWNER), IS(OPEN), 10, 0, 39, false), "");
    assert_string_equal(record_of(BY(OWNER), IS(LAPSED), 10, 0, 39, false), "");
    assert_string_equal(record_of(BY(OWNER), IS(WAITING), 10, 0, 39, false), "");
}

/* In a sequence the task's deadline is the next one's by then. */
static void
a_seat_answers_for_its_own_deadline(void **state)
{
    (void)state;
    struct task_record *records;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Workflow__Task task = WORKFLOW__TASK__INIT;
    Workflow__Seat one = WORKFLOW__SEAT__INIT, other = WORKFLOW__SEAT__INIT;
    Workflow__Seat *seats[] = {&one, &other};
    task.id = 5;
    task.seats = seats;
    task.n_seats = 2;
    task.due_at_us = 90 * HOUR;
    one.owner_id = one.holder_id = 3;
    one.state = WORKFLOW__SEAT_STATE__SEAT_STATE_DONE;
    one.opened_at_us = 10 * HOUR;
    one.decided_at_us = 50 * HOUR;
    one.due_at_us = 40 * HOUR;
    other.state = WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN;
    assert_int_equal(task_records(&task, 0, arena, &records), 1);
    assert_false(records[0].shown->on_time);
    assert_int_equal(records[0].shown->due_at_us, 40 * HOUR);
    one.rung = 1; /* moved up, and from there handed to another one */
    one.holder_id = one.decided_by_id = 6;
    one.held_by = WORKFLOW__HELD_BY__HELD_BY_TRANSFER;
    assert_int_equal(task_records(&task, 0, arena, &records), 1);
    assert_true(records[0].shown->escalated);
    assert_int_equal(records[0].row.person_id, 3);
}

/* --- told by workflow ---------------------------------------------------------------------------
 */
enum { UNIT = 1, PERSON = 2 };
enum { DECIDED = 21, ON_TIME, RATE, HOURS, APPROVED, EARLY };

static void
tell_task_measures(void)
{
    tell("goals", "measures", &goals__measures_defined__descriptor,
         "{\"measures\":["
         "{\"id\":21,\"code\":\"decided\",\"kind\":2,\"of\":1,\"version\":1},"
         "{\"id\":22,\"code\":\"on_time\",\"kind\":1,\"field\":\"on_time\",\"of\":1,\"version\":1},"
         "{\"id\":23,\"code\":\"rate\",\"kind\":5,\"numeratorId\":22,\"denominatorId\":21,\"of\":1,"
         "\"version\":1},"
         "{\"id\":24,\"code\":\"hours\",\"kind\":4,\"field\":\"hours\",\"of\":1,\"version\":1},"
         "{\"id\":25,\"code\":\"approved\",\"kind\":1,\"field\":\"tasks\",\"of\":1,\"version\":1,"
         "\"filters\":[{\"dimension\":\"stage\",\"values\":[\"approve\"]}]}]}");
    wait_for("SELECT count(*) = 5 FROM ingest.measure WHERE told AND measure_id >= 21");
}

static int64_t
us(const char *time)
{
    dc_time at;
    assert_int_equal(dc_time_parse(time, 0, &at, NULL), DC_OK);
    return at;
}

/* A seat of a task that opened on 2026-10-19 at 8 and was due on the 20th at 18 in China. */
static char *
task_json(int id, const char *stage, int state, int owner, int holder, int held_by,
          const char *decided, bool reminded)
{
    static char json[8][900];
    static size_t at;
    char *text = json[at++ % 8];
    snprintf(text, sizeof(json[0]),
             "{\"id\":%d,\"cycleId\":9,\"cycleName\":\"10月考核\",\"definition\":\"month\","
             "\"stage\":\"%s\",\"stageName\":\"结果审批\",\"subjectKind\":2,\"subjectId\":101,"
             "\"subjectName\":\"A1\",\"unitId\":101,\"period\":\"2026-10\",\"state\":%d,"
             "\"openedAtUs\":%lld,\"dueAtUs\":%lld,\"version\":2,\"seats\":[{\"number\":1,"
             "\"ownerId\":%d,\"holderId\":%d,\"heldBy\":%d,\"state\":3,\"decidedById\":%d,"
             "\"decidedByName\":\"某人\",\"openedAtUs\":%lld,\"decidedAtUs\":%lld,"
             "\"reminded\":%s},{\"number\":2,\"ownerId\":5,\"holderId\":5,\"heldBy\":1,"
             "\"state\":4}]}",
             id, stage, state, (long long)us("2026-10-19T00:00:00Z"),
             (long long)us("2026-10-20T10:00:00Z"), owner, holder, held_by, holder,
             (long long)us("2026-10-19T00:00:00Z"), (long long)us(decided),
             reminded ? "true" : "false");
    return text;
}

static void
tell_tasks(const ProtobufCMessageDescriptor *type, const char *one, const char *other)
{
    char json[2000];
    snprintf(json, sizeof(json), "{\"tasks\":[%s%s%s]}", one, *other ? "," : "", other);
    tell("workflow", "tasks/1", type, json);
    wait_for("SELECT (SELECT coalesce(sum(number), 0) FROM ingest.consumer_position WHERE stream = "
             "'workflow') >= (SELECT count(*) FROM workflow.outbox)");
    wait_until_counted();
}

static json_t *
list(const Kernel__Context *caller, int measure, int kind, int owner, const char *period)
{
    return dc_test_ask(edge, INGEST, "ListRecords", caller,
                       "{\"measureId\":%d,\"ownerKind\":%d,\"ownerId\":%d,\"period\":\"%s\"}",
                       measure, kind, owner, period);
}

static void
assert_total(int measure, int kind, int owner, const char *period, const char *numerator,
             const char *denominator)
{
    json_t *answer = list(SUPERVISOR, measure, kind, owner, period);
    assert_string_equal(dc_test_text(answer, "total.numerator"), numerator);
    assert_string_equal(dc_test_text(answer, "total.denominator"), denominator);
}

static void
decided_tasks_are_counted_beside_sales(void **state)
{
    (void)state;
    dc_test_ask(edge, INGEST, "PushRecords", SUPERVISOR,
                "{\"source\":\"crm\",\"records\":[{\"sourceKey\":\"S1\",\"amount\":\"400\","
                "\"customer\":\"C1\",\"personCode\":\"E3\",\"occurredAt\":\"2026-10-05\"}]}");
    tell_task_measures();
    tell_tasks(&workflow__tasks_decided__descriptor,
               task_json(1, "approve", 2, 3, 3, 1, "2026-10-19T02:30:00Z", false),
               task_json(2, "confirm", 2, 3, 4, 2, "2026-10-20T10:00:01Z", true));
    /* escalated to 赵六, who decided in November: 张三's, late, in October */
    tell_tasks(&workflow__tasks_decided__descriptor,
               task_json(3, "approve", 2, 3, 6, 4, "2026-11-02T00:00:00Z", true), "");
    assert_total(DECIDED, PERSON, 3, "2026-10", "2", "1");
    assert_total(ON_TIME, PERSON, 3, "2026-10", "1", "1");
    assert_total(RATE, PERSON, 3, "2026-10", "1", "2");
    assert_total(RATE, PERSON, 4, "2026Q4", "0", "1");
    assert_total(RATE, UNIT, 10, "2026", "1", "3");
    assert_total(RATE, UNIT, 1, "2026-10", "1", "3");
    assert_total(HOURS, PERSON, 3, "2026-10", "338.5", "2"); /* 2.5 and 14 days */
    assert_total(APPROVED, UNIT, 101, "2026-10", "2", "1");
    assert_total(DECIDED, PERSON, 6, "2026-11", "0", "1");
    /* sales as computed from nothing, by another way */
    assert_totals_agree();
    assert_total(1, PERSON, 3, "2026-10", "400", "1");
    assert_total(5, PERSON, 3, "2026-10", "1", "1");
    dc_test_ask_forget();
}

static void
a_number_opens_into_its_tasks(void **state)
{
    (void)state;
    json_t *answer = list(SUPERVISOR, RATE, PERSON, 3, "2026-10");
    assert_int_equal(dc_test_count(answer, "records"), 2);
    assert_int_equal(dc_test_number(answer, "records.0.task.taskId"), 3);
    assert_true(json_is_true(dc_test_value(answer, "records.0.task.escalated")));
    assert_int_equal(dc_test_number(answer, "records.1.task.taskId"), 1);
    assert_string_equal(dc_test_text(answer, "records.1.task.hours"), "2.50");
    assert_string_equal(dc_test_text(answer, "records.1.task.stageName"), "结果审批");
    assert_string_equal(dc_test_text(answer, "records.1.task.subjectName"), "A1");
    assert_true(json_is_true(dc_test_value(answer, "records.1.task.onTime")));
    assert_true(json_is_true(dc_test_value(answer, "records.1.task.beforeReminder")));
    assert_string_equal(dc_test_text(answer, "records.1.personName"), "张三");
    assert_string_equal(dc_test_text(answer, "records.1.source"), "workflow");
    assert_string_equal(dc_test_text(answer, "records.1.record.amount"), "");
    json_t *one = dc_test_ask(edge, INGEST, "GetRecord", SUPERVISOR, "{\"id\":%lld}",
                              (long long)dc_test_number(answer, "records.1.id"));
    assert_int_equal(dc_test_number(one, "versions.0.task.taskId"), 1);
    /* the filter of the measure, and sales alone where no measure is named */
    assert_int_equal(dc_test_count(list(SUPERVISOR, APPROVED, UNIT, 10, "2026-10"), "records"), 2);
    json_t *sales = list(SUPERVISOR, 0, PERSON, 3, "2026-10");
    assert_int_equal(dc_test_count(sales, "records"), 1);
    assert_string_equal(dc_test_text(sales, "records.0.record.sourceKey"), "S1");
    assert_int_equal(dc_test_count(list(SUPERVISOR, 1, PERSON, 3, "2026-10"), "records"), 1);
    /* within reach alone */
    struct dc_error error;
    assert_int_equal(dc_test_refused(edge, INGEST, "ListRecords", WHO(TENANT, 4, EMPLOYEE, SELF, 0),
                                     &error,
                                     "{\"measureId\":23,\"ownerKind\":2,\"ownerId\":3,"
                                     "\"period\":\"2026-10\"}"),
                     DC_PERMISSION_DENIED);
    assert_int_equal(dc_test_refused(edge, INGEST, "ListRecords", WHO(8, 1, SUPERVISOR, GROUP, 0),
                                     &error,
                                     "{\"measureId\":23,\"ownerKind\":2,\"ownerId\":3,"
                                     "\"period\":\"2026-10\"}"),
                     DC_NOT_FOUND);
    dc_test_ask_forget();
}

static void
told_again_it_is_the_same(void **state)
{
    (void)state;
    tell_tasks(&workflow__tasks_decided__descriptor,
               task_json(1, "approve", 2, 3, 3, 1, "2026-10-19T02:30:00Z", false),
               task_json(2, "confirm", 2, 3, 4, 2, "2026-10-20T10:00:01Z", true));
    assert_total(DECIDED, UNIT, 1, "2026", "3", "1");
    assert_sql("0", "SELECT count(*) FROM ingest.record_version");
    dc_test_ask_forget();
}

static void
what_is_withdrawn_goes(void **state)
{
    (void)state;
    tell_tasks(&workflow__tasks_cancelled__descriptor,
               task_json(1, "approve", 3, 3, 3, 1, "2026-10-19T02:30:00Z", false),
               task_json(2, "confirm", 4, 3, 4, 2, "2026-10-20T10:00:01Z", true));
    assert_total(DECIDED, PERSON, 3, "2026-10", "1", "1");
    assert_total(RATE, PERSON, 3, "2026-10", "0", "1");
    assert_total(DECIDED, PERSON, 4, "2026-10", "1", "1"); /* cancelled with its cycle: it counts */
    assert_int_equal(dc_test_count(list(SUPERVISOR, RATE, PERSON, 3, "2026-10"), "records"), 1);
    assert_totals_agree();
    dc_test_ask_forget();
}

static void
a_measure_that_comes_later_is_counted_back(void **state)
{
    (void)state;
    tell("goals", "measures", &goals__measures_defined__descriptor,
         "{\"measures\":[{\"id\":26,\"code\":\"early\",\"kind\":1,\"field\":\"before_reminder\","
         "\"of\":1,\"version\":1,\"filters\":[{\"dimension\":\"definition\",\"values\":"
         "[\"month\"]}]},{\"id\":27,\"code\":\"other\",\"kind\":2,\"of\":1,\"version\":1,"
         "\"filters\":[{\"dimension\":\"definition\",\"values\":[\"year\"]}]}]}");
    wait_for("SELECT count(*) = 7 FROM ingest.measure WHERE told AND measure_id >= 21");
    wait_until_counted();
    tell_tasks(&workflow__tasks_decided__descriptor,
               task_json(7, "approve", 2, 4, 4, 1, "2026-10-19T03:00:00Z", false), "");
    assert_total(EARLY, UNIT, 1, "2026-10", "1", "1");
    assert_int_equal(dc_test_number(list(SUPERVISOR, EARLY, UNIT, 1, "2026-10"), "total.records"),
                     3);
    assert_total(27, UNIT, 1, "2026-10", "0", "1");
    assert_sql("t", "SELECT relrowsecurity FROM pg_class WHERE oid = 'ingest.task_seat'::regclass");
    assert_totals_agree();
    dc_test_ask_forget();
}

int
main(int argc, char **argv)
{
    int status;
    if (dc_test_service_plays(argc, argv, stage_specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_a_seat_is),
        cmocka_unit_test(a_seat_answers_for_its_own_deadline),
        cmocka_unit_test(decided_tasks_are_counted_beside_sales),
        cmocka_unit_test(a_number_opens_into_its_tasks),
        cmocka_unit_test(told_again_it_is_the_same),
        cmocka_unit_test(what_is_withdrawn_goes),
        cmocka_unit_test(a_measure_that_comes_later_is_counted_back),
    };
    return cmocka_run_group_tests_name("tasks", tests, stage_up, stage_down);
}
