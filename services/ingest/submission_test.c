/* submission_test.c - data submission from the first check to late data, with a real PostgreSQL and
 * bus; what workflow decides is told into its log. The tests go on from each other.
 */
#include <dacheng/ingest/v1/submission.pb-c.h>

#include "stage_test.h"

#define SUBMISSION &ingest__submission_service__descriptor
#define DIRECTOR_A WHO(TENANT, 50, DIRECTOR, UNIT_TREE, 10)
#define LEAD_A1 WHO(TENANT, 51, TEAM_LEAD, UNIT, 101)
#define VICE WHO(TENANT, 60, VICE_PRESIDENT, UNIT_TREE, 1)
#define UNIT_A "\"unitId\":10,\"period\":\"2026-09\""

/* --- records ------------------------------------------------------------------------------------
 */
/* A record of 1000.00 for every Monday to Friday from one day to another, but for one day. */
static void
push_days(const char *person, const char *from, const char *to, const char *without)
{
    dc_date first, last, hole = 0;
    DC_AUTO_TEXT struct dc_text records = DC_TEXT_INIT;
    assert_int_equal(dc_date_parse(from, &first, NULL), DC_OK);
    assert_int_equal(dc_date_parse(to, &last, NULL), DC_OK);
    assert_true(!*without || dc_date_parse(without, &hole, NULL) == DC_OK);
    for (dc_date day = first; day <= last; day++) {
        char text[DC_DATE_TEXT];
        if ((day + 3) % 7 >= 5 || day == hole) {
            continue;
        }
        dc_date_format(day, text);
        dc_text_printf(&records,
                       "%s{\"sourceKey\":\"%s/%s\",\"amount\":\"1000\",\"personCode\":\"%s\","
                       "\"occurredAt\":\"%s\"}",
                       records.length ? "," : "", person, text, person, text);
    }
    dc_test_ask(edge, INGEST, "PushRecords", SUPERVISOR, "{\"source\":\"crm\",\"records\":[%s]}",
                records.data);
}

static int64_t
push_one(const char *key, const char *amount, const char *person, const char *day)
{
    json_t *answer =
        dc_test_ask(edge, INGEST, "PushRecords", SUPERVISOR,
                    "{\"source\":\"crm\",\"records\":[{\"sourceKey\":\"%s\",\"amount\":\"%s\","
                    "\"personCode\":\"%s\",\"occurredAt\":\"%s\"}]}",
                    key, amount, person, day);
    return dc_test_number(answer, "run.id");
}

/* --- answers and events -------------------------------------------------------------------------
 */
static json_t *
check(const Kernel__Context *caller)
{
    return dc_test_ask(edge, SUBMISSION, "CheckSubmission", caller, "{" UNIT_A "}");
}

static json_t *
get(void)
{
    return dc_test_ask(edge, SUBMISSION, "GetSubmission", SUPERVISOR, "{" UNIT_A "}");
}

/* The finding of a kind, by a part of its sentence; its place in the answer. */
static int
place_of(const json_t *answer, const char *kind, const char *part)
{
    char path[60];
    for (size_t i = 0; i < dc_test_count(answer, "findings"); i++) {
        snprintf(path, sizeof(path), "findings.%zu.kind", i);
        if (strcmp(dc_test_text(answer, path), kind) == 0) {
            snprintf(path, sizeof(path), "findings.%zu.sentenceZh", i);
            if (strstr(dc_test_text(answer, path), part)) {
                return (int)i;
            }
        }
    }
    return -1;
}

static int64_t
id_of(const json_t *answer, const char *kind, const char *part)
{
    char path[60];
    int at = place_of(answer, kind, part);
    if (at < 0) {
        fail_msg("no finding %s about %s", kind, part);
    }
    snprintf(path, sizeof(path), "findings.%d.id", at);
    return dc_test_number(answer, path);
}

static const char *
field_of(const json_t *answer, const char *kind, const char *part, const char *field)
{
    char path[60];
    int at = place_of(answer, kind, part);
    assert_true(at >= 0);
    snprintf(path, sizeof(path), "findings.%d.%s", at, field);
    return dc_test_text(answer, path);
}

#define TEAM "FINDING_KIND_TEAM_MISSING"
#define PERSON "FINDING_KIND_PERSON_MISSING"
#define DAY "FINDING_KIND_DAY_MISSING"
#define JUMP "FINDING_KIND_AMOUNT_JUMP"
#define STATE_OF(answer) dc_test_text(answer, "submission.state")

/* How many events of the submission were told, and the last one. */
static int
events_told(void)
{
    DC_AUTO_FREE char *count =
        dc_test_pg_value(pg, "SELECT count(*) FROM ingest.outbox WHERE type = 'SubmissionChecked' "
                             "AND key = 'submission/10/2026-09' AND tenant_id = 7");
    return atoi(count);
}

static Ingest__SubmissionChecked *
last_event(void)
{
    DC_AUTO_FREE char *hex = dc_test_pg_value(
        pg, "SELECT encode(body, 'hex') FROM ingest.outbox WHERE type = 'SubmissionChecked' AND "
            "key = 'submission/10/2026-09' ORDER BY id DESC LIMIT 1");
    size_t size = strlen(hex) / 2;
    uint8_t *body = calloc(1, size + 1);
    for (size_t i = 0; i < size; i++) {
        unsigned byte;
        sscanf(hex + 2 * i, "%2x", &byte);
        body[i] = (uint8_t)byte;
    }
    Ingest__SubmissionChecked *event = ingest__submission_checked__unpack(NULL, size, body);
    free(body);
    assert_non_null(event);
    return event;
}

#define assert_last_event(wanted_state, wanted_open, wanted_listed)                                \
    do {                                                                                           \
        Ingest__SubmissionChecked *event_ = last_event();                                          \
        assert_int_equal(event_->submission->state,                                                \
                         INGEST__SUBMISSION_STATE__SUBMISSION_STATE_##wanted_state);               \
        assert_int_equal(event_->submission->findings_open, wanted_open);                          \
        assert_int_equal(event_->n_findings, wanted_listed);                                       \
        ingest__submission_checked__free_unpacked(event_, NULL);                                   \
    } while (0)

static void
wait_until_looked_at(void)
{
    wait_for("SELECT NOT EXISTS (SELECT FROM ingest.pending) AND NOT EXISTS (SELECT FROM "
             "ingest.submission_touch)");
}

#define assert_refused(wanted_code, wanted_field, method, caller, ...)                             \
    do {                                                                                           \
        struct dc_error error_ = {0};                                                              \
        assert_int_equal(dc_test_refused(edge, SUBMISSION, method, caller, &error_, __VA_ARGS__),  \
                         wanted_code);                                                             \
        assert_string_equal(error_.field, wanted_field);                                           \
    } while (0)

/* --- checking -----------------------------------------------------------------------------------
 */
static void
thresholds_are_the_tenants(void **state)
{
    (void)state;
    json_t *usual = dc_test_ask(edge, SUBMISSION, "GetThresholds", DIRECTOR_A, "{}");
    assert_string_equal(dc_test_text(usual, "thresholds.dayFactor"), "3");
    assert_string_equal(dc_test_text(usual, "thresholds.periodFactor"), "1.5");
    assert_refused(DC_PERMISSION_DENIED, "", "SetThresholds", DIRECTOR_A,
                   "{\"thresholds\":{\"dayFactor\":\"3\",\"periodFactor\":\"2\","
                   "\"leastAmount\":\"1\"}}");
    assert_refused(DC_INVALID_ARGUMENT, "thresholds", "SetThresholds", SUPERVISOR, "{}");
    assert_refused(DC_INVALID_ARGUMENT, "thresholds.day_factor", "SetThresholds", SUPERVISOR,
                   "{\"thresholds\":{\"dayFactor\":\"1\",\"periodFactor\":\"2\","
                   "\"leastAmount\":\"1\"}}");
    assert_refused(DC_INVALID_ARGUMENT, "thresholds.positions", "SetThresholds", SUPERVISOR,
                   "{\"thresholds\":{\"dayFactor\":\"2\",\"periodFactor\":\"2\","
                   "\"leastAmount\":\"1\",\"positions\":[\"\"]}}");
    dc_test_ask(edge, SUBMISSION, "SetThresholds", SUPERVISOR,
                "{\"thresholds\":{\"dayFactor\":\"3\",\"periodFactor\":\"1.5\",\"leastAmount\":"
                "\"5000\",\"everyDay\":true,\"everyPerson\":true,\"positions\":[\"rep\"]}}");
    json_t *set = dc_test_ask(edge, SUBMISSION, "GetThresholds", VICE, "{}");
    assert_string_equal(dc_test_text(set, "thresholds.leastAmount"), "5000.00");
    assert_string_equal(dc_test_text(set, "thresholds.positions.0"), "rep");
    /* another tenant's are its own */
    json_t *others =
        dc_test_ask(edge, SUBMISSION, "GetThresholds", WHO(8, 1, SUPERVISOR, GROUP, 0), "{}");
    assert_string_equal(dc_test_text(others, "thresholds.leastAmount"), "10000.00");
    dc_test_ask_forget();
}

static void
a_check_says_what_is_missing(void **state)
{
    (void)state;
    push_days("E3", "2026-06-01", "2026-09-30", "2026-09-10");
    json_t *answer = check(DIRECTOR_A);
    assert_string_equal(STATE_OF(answer), "SUBMISSION_STATE_FAILED");
    assert_int_equal(dc_test_number(answer, "submission.findingsOpen"), 3);
    assert_int_equal(dc_test_number(answer, "submission.records"), 21);
    assert_string_equal(dc_test_text(answer, "submission.amount"), "21000.00");
    assert_string_equal(dc_test_text(answer, "submission.until"), "2026-09-30");
    assert_int_equal(dc_test_count(answer, "findings"), 3);
    assert_string_equal(field_of(answer, TEAM, "A2", "unitName"), "A2");
    assert_string_equal(field_of(answer, PERSON, "李四", "personName"), "李四");
    assert_string_equal(field_of(answer, DAY, "2026-09-10", "date"), "2026-09-10");
    assert_string_equal(field_of(answer, DAY, "2026-09-10", "state"), "FINDING_STATE_OPEN");
    assert_int_equal(events_told(), 1);
    assert_last_event(FAILED, 3, 3);
    /* a team's own submission looks at the team alone */
    json_t *team = dc_test_ask(edge, SUBMISSION, "CheckSubmission", LEAD_A1,
                               "{\"unitId\":101,\"period\":\"2026-09\"}");
    assert_int_equal(dc_test_count(team, "findings"), 2);
    assert_int_equal(place_of(team, TEAM, ""), -1);
    dc_test_ask_forget();
}

static void
who_may_check_and_read(void **state)
{
    (void)state;
    assert_refused(DC_PERMISSION_DENIED, "", "CheckSubmission", WHO(TENANT, 3, EMPLOYEE, SELF, 0),
                   "{" UNIT_A "}");
    assert_refused(DC_PERMISSION_DENIED, "", "CheckSubmission",
                   WHO(TENANT, 52, DIRECTOR, UNIT_TREE, 11), "{" UNIT_A "}");
    assert_refused(DC_PERMISSION_DENIED, "", "CheckSubmission", LEAD_A1, "{" UNIT_A "}");
    assert_refused(DC_PERMISSION_DENIED, "", "CheckSubmission", VICE, "{" UNIT_A "}");
    assert_refused(DC_PERMISSION_DENIED, "", "GetSubmission", WHO(TENANT, 9, INTEGRATOR, GROUP, 0),
                   "{" UNIT_A "}");
    assert_refused(DC_NOT_FOUND, "unit_id", "CheckSubmission", SUPERVISOR,
                   "{\"unitId\":99,\"period\":\"2026-09\"}");
    assert_refused(DC_INVALID_ARGUMENT, "period", "CheckSubmission", SUPERVISOR,
                   "{\"unitId\":10,\"period\":\"2026Q3\"}");
    assert_refused(DC_FAILED_PRECONDITION, "period", "CheckSubmission", SUPERVISOR,
                   "{\"unitId\":10,\"period\":\"2126-09\"}");
    assert_refused(DC_NOT_FOUND, "", "GetSubmission", SUPERVISOR,
                   "{\"unitId\":11,\"period\":\"2026-09\"}");
    /* the same ids in another tenant are nothing */
    assert_refused(DC_NOT_FOUND, "unit_id", "GetSubmission", WHO(8, 1, SUPERVISOR, GROUP, 0),
                   "{" UNIT_A "}");
    json_t *all =
        dc_test_ask(edge, SUBMISSION, "ListSubmissions", VICE, "{\"period\":\"2026-09\"}");
    assert_int_equal(dc_test_count(all, "submissions"), 2);
    assert_int_equal(dc_test_number(all, "submissions.0.unitId"), 10);
    json_t *own =
        dc_test_ask(edge, SUBMISSION, "ListSubmissions", LEAD_A1, "{\"period\":\"2026-09\"}");
    assert_int_equal(dc_test_count(own, "submissions"), 1);
    assert_int_equal(dc_test_number(own, "submissions.0.unitId"), 101);
    json_t *others = dc_test_ask(edge, SUBMISSION, "ListSubmissions",
                                 WHO(8, 1, SUPERVISOR, GROUP, 0), "{\"period\":\"2026-09\"}");
    assert_int_equal(dc_test_count(others, "submissions"), 0);
    assert_refused(DC_PERMISSION_DENIED, "", "ListSubmissions", LEAD_A1,
                   "{\"period\":\"2026-09\",\"unitId\":10}");
    dc_test_ask_forget();
}

/* --- declaring and accepting ---------------------------------------------------------------------
 */
#define DECLARE(ids, reason)                                                                       \
    "{" UNIT_A ",\"findingIds\":[%lld],\"reason\":\"" reason "\"}", (long long)(ids)
#define ACCEPT(ids) "{" UNIT_A ",\"findingIds\":[%lld]}", (long long)(ids)

static void
a_hole_is_declared_and_accepted_by_the_next_level(void **state)
{
    (void)state;
    json_t *now = get();
    int64_t team = id_of(now, TEAM, "A2"), person = id_of(now, PERSON, "李四");
    assert_refused(DC_PERMISSION_DENIED, "", "DeclareHoles", SUPERVISOR, DECLARE(team, "x"));
    assert_refused(DC_PERMISSION_DENIED, "", "DeclareHoles", LEAD_A1, DECLARE(team, "x"));
    assert_refused(DC_INVALID_ARGUMENT, "reason", "DeclareHoles", DIRECTOR_A, DECLARE(team, ""));
    assert_refused(DC_INVALID_ARGUMENT, "finding_ids", "DeclareHoles", DIRECTOR_A,
                   "{" UNIT_A ",\"reason\":\"x\"}");
    assert_refused(DC_NOT_FOUND, "finding_ids", "DeclareHoles", DIRECTOR_A, DECLARE(999999, "x"));
    assert_refused(DC_FAILED_PRECONDITION, "finding_ids", "AcceptHoles", VICE, ACCEPT(team));
    json_t *declared = dc_test_ask(edge, SUBMISSION, "DeclareHoles", DIRECTOR_A,
                                   "{" UNIT_A ",\"findingIds\":[%lld,%lld,%lld],\"reason\":"
                                   "\"团队整月培训\"}",
                                   (long long)team, (long long)person, (long long)team);
    assert_string_equal(STATE_OF(declared), "SUBMISSION_STATE_FAILED");
    assert_int_equal(dc_test_number(declared, "submission.findingsOpen"), 3);
    assert_string_equal(field_of(declared, TEAM, "A2", "state"), "FINDING_STATE_DECLARED");
    assert_string_equal(field_of(declared, TEAM, "A2", "reason"), "团队整月培训");
    /* who declared it does not accept it, whatever else he is */
    assert_refused(DC_PERMISSION_DENIED, "", "AcceptHoles", DIRECTOR_A, ACCEPT(team));
    assert_refused(DC_PERMISSION_DENIED, "finding_ids", "AcceptHoles",
                   WHO(TENANT, 50, VICE_PRESIDENT, UNIT_TREE, 1), ACCEPT(team));
    assert_refused(DC_PERMISSION_DENIED, "", "AcceptHoles",
                   WHO(TENANT, 61, VICE_PRESIDENT, UNIT_TREE, 11), ACCEPT(team));
    assert_refused(DC_NOT_FOUND, "unit_id", "AcceptHoles", WHO(8, 60, SUPERVISOR, GROUP, 0),
                   ACCEPT(team));
    /* refused with a reason, declared again, accepted */
    assert_refused(DC_INVALID_ARGUMENT, "reason", "AcceptHoles", VICE,
                   "{" UNIT_A ",\"findingIds\":[%lld],\"refuse\":true}", (long long)person);
    json_t *refused = dc_test_ask(edge, SUBMISSION, "AcceptHoles", VICE,
                                  "{" UNIT_A ",\"findingIds\":[%lld],\"refuse\":true,\"reason\":"
                                  "\"李四有订单\"}",
                                  (long long)person);
    assert_string_equal(field_of(refused, PERSON, "李四", "state"), "FINDING_STATE_OPEN");
    assert_string_equal(field_of(refused, PERSON, "李四", "refusal"), "李四有订单");
    dc_test_ask(edge, SUBMISSION, "AcceptHoles", VICE, ACCEPT(team));
    assert_last_event(FAILED, 2, 2);
    assert_refused(DC_FAILED_PRECONDITION, "finding_ids", "DeclareHoles", DIRECTOR_A,
                   DECLARE(team, "x"));
    json_t *again = check(SUPERVISOR);
    assert_string_equal(field_of(again, TEAM, "A2", "state"), "FINDING_STATE_ACCEPTED");
    assert_int_equal(id_of(again, TEAM, "A2"), team);
    assert_int_equal(dc_test_number(again, "submission.findingsOpen"), 2);
    dc_test_ask_forget();
}

static void
new_records_and_calendars_are_looked_at_by_themselves(void **state)
{
    (void)state;
    int before = events_told();
    push_one("late-E4", "800", "E4", "2026-09-12"); /* a Saturday */
    wait_until_looked_at();
    json_t *now = get();
    assert_int_equal(place_of(now, PERSON, "李四"), -1);
    assert_int_equal(dc_test_number(now, "submission.findingsOpen"), 1);
    assert_string_equal(dc_test_text(now, "submission.amount"), "21800.00");
    assert_int_equal(events_told(), before + 1);
    /* the 10th is a day off: workflow's calendar says so; an older calendar changes nothing */
    tell("workflow", "calendar", &workflow__calendar_changed__descriptor,
         "{\"year\":2026,\"version\":2,\"days\":[{\"date\":\"2026-09-10\",\"name\":\"厂庆\"}]}");
    tell("workflow", "calendar", &workflow__calendar_changed__descriptor,
         "{\"year\":2026,\"version\":1,\"days\":[{\"date\":\"2026-09-12\",\"working\":true}]}");
    wait_for("SELECT EXISTS (SELECT FROM ingest.submission WHERE unit_id = 10 AND state = 2)");
    wait_until_looked_at();
    assert_sql("2026-09-10", "SELECT string_agg(day::text, ' ') FROM ingest.calendar_day");
    assert_last_event(PASSED, 0, 0);
    /* a month and a unit that nobody submits stay alone */
    assert_sql("0", "SELECT count(*) FROM ingest.submission WHERE unit_id NOT IN (10, 101)");
    dc_test_ask_forget();
}

static void
an_amount_that_jumps_is_a_finding(void **state)
{
    (void)state;
    push_one("big", "60000", "E3", "2026-09-15");
    wait_until_looked_at();
    json_t *now = get();
    assert_string_equal(STATE_OF(now), "SUBMISSION_STATE_FAILED");
    int64_t day = id_of(now, JUMP, "2026-09-15 的金额"), period = id_of(now, JUMP, "截至");
    assert_string_equal(field_of(now, JUMP, "2026-09-15 的金额", "amount"), "61000.00");
    assert_string_equal(field_of(now, JUMP, "2026-09-15 的金额", "expected"), "1000.00");
    dc_test_ask(edge, SUBMISSION, "DeclareHoles", DIRECTOR_A,
                "{" UNIT_A ",\"findingIds\":[%lld,%lld],\"reason\":\"大单\"}", (long long)day,
                (long long)period);
    dc_test_ask(edge, SUBMISSION, "AcceptHoles", VICE, "{" UNIT_A ",\"findingIds\":[%lld,%lld]}",
                (long long)day, (long long)period);
    assert_last_event(PASSED, 0, 0);
    /* a little more is still what was accepted, much more is not */
    push_one("small", "4999", "E3", "2026-09-15");
    wait_until_looked_at();
    assert_string_equal(STATE_OF(get()), "SUBMISSION_STATE_PASSED");
    push_one("small", "5001", "E3", "2026-09-15");
    wait_until_looked_at();
    now = get();
    assert_string_equal(STATE_OF(now), "SUBMISSION_STATE_FAILED");
    assert_string_equal(field_of(now, JUMP, "2026-09-15 的金额", "state"), "FINDING_STATE_OPEN");
    /* without them everything passes again */
    dc_test_ask(edge, INGEST, "PushRecords", SUPERVISOR,
                "{\"source\":\"crm\",\"records\":[{\"sourceKey\":\"small\",\"deleted\":true},"
                "{\"sourceKey\":\"big\",\"deleted\":true}]}");
    wait_until_looked_at();
    assert_string_equal(STATE_OF(get()), "SUBMISSION_STATE_PASSED");
    dc_test_ask_forget();
}

/* --- closing ------------------------------------------------------------------------------------
 */
static void
tell_decided(const char *outcome_kind, const char *gate, const char *period)
{
    char json[500];
    snprintf(json, sizeof(json),
             "{\"tasks\":[{\"id\":1,\"definition\":\"month\",\"stage\":\"data\",\"subjectKind\":2,"
             "\"subjectId\":10,\"period\":\"%s\",\"state\":2,\"outcome\":\"ok\","
             "\"outcomeKind\":\"%s\",\"gate\":\"%s\"}]}",
             period, outcome_kind, gate);
    tell("workflow", "tasks/1", &workflow__tasks_decided__descriptor, json);
}

/* Waits until ingest has heard everything that workflow told. */
static void
wait_until_heard(void)
{
    wait_for("SELECT (SELECT coalesce(sum(number), 0) FROM ingest.consumer_position WHERE stream = "
             "'workflow') >= (SELECT count(*) FROM workflow.outbox)");
}

static void
a_decision_closes_it(void **state)
{
    (void)state;
    int before = events_told();
    tell_decided("return", "submission_complete", "2026-09");
    tell_decided("submit", "", "2026-09");
    tell_decided("submit", "submission_complete", "");
    wait_until_heard();
    assert_int_equal(events_told(), before);
    tell_decided("submit", "submission_complete", "2026-09");
    tell_decided("submit", "submission_complete", "2026-09"); /* told again */
    wait_until_heard();
    assert_int_equal(events_told(), before + 1);
    assert_last_event(CLOSED, 0, 0);
    json_t *now = get();
    assert_int_equal(dc_test_number(now, "submission.version"), 1);
    assert_string_equal(dc_test_text(now, "submission.amountClosed"), "");
    assert_true(dc_test_number(now, "submission.closedAtUs") > 0);
    assert_int_equal(dc_test_count(now, "versions"), 1);
    assert_string_equal(dc_test_text(now, "versions.0.amount"), "21800.00");
    assert_refused(DC_FAILED_PRECONDITION, "", "DeclareHoles", DIRECTOR_A, DECLARE(1, "x"));
    dc_test_ask_forget();
}

static void
late_data_makes_a_version(void **state)
{
    (void)state;
    int before = events_told();
    char cause[60];
    snprintf(cause, sizeof(cause), "run %lld (crm: push)",
             (long long)push_one("later", "90000", "E4", "2026-09-20"));
    wait_until_looked_at();
    json_t *now = get();
    assert_string_equal(STATE_OF(now), "SUBMISSION_STATE_CLOSED");
    assert_int_equal(dc_test_number(now, "submission.version"), 2);
    assert_string_equal(dc_test_text(now, "submission.amount"), "111800.00");
    assert_string_equal(dc_test_text(now, "submission.amountClosed"), "21800.00");
    assert_string_equal(dc_test_text(now, "versions.0.delta"), "90000.00");
    assert_string_equal(dc_test_text(now, "versions.0.cause"), cause);
    assert_string_equal(dc_test_text(now, "versions.1.cause"), "submitted");
    assert_int_equal(dc_test_count(now, "findings"), 1); /* A2, as accepted */
    assert_int_equal(events_told(), before + 1);
    /* what changes nothing here makes none; what goes away makes one */
    push_one("elsewhere", "1", "E6", "2026-09-20");
    push_one("october", "1", "E4", "2026-10-20");
    push_one("later", "90000", "E4", "2026-09-20");
    dc_test_ask(edge, INGEST, "PushRecords", SUPERVISOR,
                "{\"source\":\"crm\",\"records\":[{\"sourceKey\":\"later\",\"deleted\":true}]}");
    wait_until_looked_at();
    check(SUPERVISOR);
    now = get();
    assert_int_equal(dc_test_number(now, "submission.version"), 3);
    assert_string_equal(dc_test_text(now, "versions.0.delta"), "-90000.00");
    assert_int_equal(dc_test_number(now, "versions.0.records"), 22);
    assert_int_equal(events_told(), before + 2);
    /* moved to another month: a version too */
    push_one("late-E4", "800", "E4", "2026-10-12");
    wait_until_looked_at();
    assert_int_equal(dc_test_number(get(), "submission.version"), 4);
    push_one("late-E4", "800", "E4", "2026-09-12");
    wait_until_looked_at();
    assert_int_equal(dc_test_number(get(), "submission.version"), 5);
    dc_test_ask_forget();
}

static void
a_withdrawn_decision_opens_it(void **state)
{
    (void)state;
    tell("workflow", "tasks/1", &workflow__tasks_cancelled__descriptor,
         "{\"tasks\":[{\"id\":1,\"subjectKind\":2,\"subjectId\":10,\"period\":\"2026-09\","
         "\"state\":3,\"gate\":\"submission_complete\"}]}");
    wait_until_heard();
    json_t *now = get();
    assert_string_equal(STATE_OF(now), "SUBMISSION_STATE_PASSED");
    assert_string_equal(field_of(now, TEAM, "A2", "state"), "FINDING_STATE_ACCEPTED");
    assert_int_equal(dc_test_number(now, "submission.closedAtUs"), 0);
    /* a case of its own definition closes it; the figures are the same, so no version is new */
    tell("workflow", "case/1", &workflow__cases_ended__descriptor,
         "{\"cases\":[{\"id\":1,\"purpose\":\"data_submission\",\"subjectKind\":2,\"subjectId\":10,"
         "\"period\":\"2026-09\",\"outcome\":\"ok\",\"outcomeKind\":\"submit\"},"
         "{\"id\":2,\"purpose\":\"data_submission\",\"subjectKind\":2,\"subjectId\":101,"
         "\"period\":\"2026-09\",\"outcome\":\"no\",\"outcomeKind\":\"return\"}]}");
    wait_until_heard();
    now = get();
    assert_string_equal(STATE_OF(now), "SUBMISSION_STATE_CLOSED");
    assert_int_equal(dc_test_number(now, "submission.version"), 5);
    assert_sql("1", "SELECT count(*) FROM ingest.submission WHERE state = 3");
    /* a quarter's decision is about its months; one that nobody has checked is checked first */
    tell_decided("submit", "submission_complete", "2026Q3");
    wait_until_heard();
    assert_sql("2026-07 2026-08 2026-09", "SELECT string_agg(period, ' ' ORDER BY period) FROM "
                                          "ingest.submission WHERE unit_id = 10 AND state = 3");
    assert_int_equal(dc_test_number(get(), "submission.version"), 5);
    dc_test_ask_forget();
}

static void
nobody_named_means_whoever_has_a_target(void **state)
{
    (void)state;
    dc_test_ask(edge, SUBMISSION, "SetThresholds", SUPERVISOR,
                "{\"thresholds\":{\"dayFactor\":\"3\",\"periodFactor\":\"1.5\",\"leastAmount\":"
                "\"5000\",\"everyPerson\":true}}");
    static const char ask[] = "{\"unitId\":11,\"period\":\"2026-08\"}";
    json_t *before = dc_test_ask(edge, SUBMISSION, "CheckSubmission", SUPERVISOR, ask);
    assert_int_equal(id_of(before, TEAM, "B 在") > 0, 1); /* nothing at all, and nobody is named */
    tell("goals", "targets/6", &goals__targets_adjusted__descriptor,
         "{\"targets\":[{\"id\":5,\"ownerKind\":2,\"ownerId\":6,\"period\":\"2026Q3\","
         "\"version\":2},{\"id\":6,\"ownerKind\":1,\"ownerId\":11,\"period\":\"2026Q3\","
         "\"version\":1}]}");
    wait_for("SELECT count(*) = 1 FROM ingest.person_target");
    json_t *after = dc_test_ask(edge, SUBMISSION, "CheckSubmission", SUPERVISOR, ask);
    assert_int_equal(id_of(after, TEAM, "B1") > 0, 1);
    /* removed, and an older version that comes late changes nothing */
    tell("goals", "targets/6", &goals__targets_adjusted__descriptor,
         "{\"targets\":[{\"id\":5,\"ownerKind\":2,\"ownerId\":6,\"period\":\"2026Q3\","
         "\"version\":3,\"removed\":true}]}");
    tell("goals", "targets/6", &goals__targets_adjusted__descriptor,
         "{\"targets\":[{\"id\":5,\"ownerKind\":2,\"ownerId\":6,\"period\":\"2026Q3\","
         "\"version\":1}]}");
    wait_for("SELECT (SELECT coalesce(sum(number), 0) FROM ingest.consumer_position WHERE stream = "
             "'goals') >= (SELECT count(*) FROM goals.outbox)");
    json_t *again = dc_test_ask(edge, SUBMISSION, "CheckSubmission", SUPERVISOR, ask);
    assert_int_equal(id_of(again, TEAM, "B 在") > 0, 1);
    dc_test_ask_forget();
}

static void
the_database_keeps_tenants_apart(void **state)
{
    (void)state;
    assert_sql("0", "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
                    "WHERE nspname = 'ingest' AND relkind IN ('r', 'p') AND NOT relrowsecurity AND "
                    "relname IN ('submission', 'submission_version', 'finding', "
                    "'submission_touch', 'threshold', 'calendar_year', 'calendar_day', "
                    "'person_target')");
    assert_sql("0", "SET ROLE ingest; SELECT set_config('dacheng.tenant', '8', false); SELECT "
                    "(SELECT count(*) FROM ingest.submission) + (SELECT count(*) FROM "
                    "ingest.finding) + (SELECT count(*) FROM ingest.submission_version)");
    assert_sql("f", "SELECT has_table_privilege('ingest', 'ingest.submission_version', 'UPDATE') "
                    "OR has_table_privilege('ingest', 'ingest.submission_version', 'DELETE')");
}

int
main(int argc, char **argv)
{
    int status;
    if (dc_test_service_plays(argc, argv, stage_specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thresholds_are_the_tenants),
        cmocka_unit_test(a_check_says_what_is_missing),
        cmocka_unit_test(who_may_check_and_read),
        cmocka_unit_test(a_hole_is_declared_and_accepted_by_the_next_level),
        cmocka_unit_test(new_records_and_calendars_are_looked_at_by_themselves),
        cmocka_unit_test(an_amount_that_jumps_is_a_finding),
        cmocka_unit_test(a_decision_closes_it),
        cmocka_unit_test(late_data_makes_a_version),
        cmocka_unit_test(a_withdrawn_decision_opens_it),
        cmocka_unit_test(nobody_named_means_whoever_has_a_target),
        cmocka_unit_test(the_database_keeps_tenants_apart),
    };
    return cmocka_run_group_tests_name("submission", tests, stage_up, stage_down);
}
