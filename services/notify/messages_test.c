/* messages_test.c - notify with real receivers of mail, SMS and chats: what workflow tells becomes
 * one message, at the right time, whatever fails on the way. The clock is turned by moving due
 * times, and by where the tenant is. */
#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>
#include <string.h>
#include <unistd.h>

#include "handlers.h"
#include "tests/lib/ask.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/service.h"
#include "tests/lib/tell.h"

#define NOTIFY &notify__notify_service__descriptor
enum { TENANT = 7, ZHANG = 11, DIRECTOR = 12, VICE = 13, STARTER = 14, MUTE = 15, ADMIN = 90 };
enum { HOUR = 3600 };

static const struct dc_statement *const none[] = {NULL};
static const struct dc_service_spec org_stand_in = {
    .name = "org", .sentence = "its log", .statements = none, .publishes = true};
static const struct dc_service_spec workflow_stand_in = {
    .name = "workflow", .sentence = "its log", .statements = none, .publishes = true};

static struct dc_test_pg *pg;
static struct dc_test_bus *bus;
static struct dc_test_service *notify, *second, *org, *workflow;
static struct dc_bus *edge;
static struct dc_test_receiver *mail_server, *http;

/* --- looking ------------------------------------------------------------------------------- */
static bool
is_true(void *sql)
{
    if (edge) {
        dc_bus_poll(edge, 0); /* who says nothing for long is taken for dead */
    }
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return strcmp(value, "t") == 0;
}

static void
wait_for(const char *format, ...)
{
    char sql[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sql, sizeof(sql), format, arguments);
    va_end(arguments);
    if (!dc_test_wait_until(is_true, sql, 40000)) {
        DC_AUTO_FREE char *rows = dc_test_pg_value(
            pg, "SELECT string_agg(format('%s channel %s %s %s attempts %s due %s: %s', person_id, "
                "channel, template, state, attempts, due_at, last_answer), E'\\n') FROM (SELECT * "
                "FROM notify.delivery ORDER BY id DESC LIMIT 20) d");
        fail_msg("did not come true: %s\n%s", sql, rows);
    }
}

static Kernel__Grant admin_grants[] = {KERNEL__GRANT__INIT, KERNEL__GRANT__INIT};
static Kernel__Grant *admin_grant_list[] = {&admin_grants[0], &admin_grants[1]};

static Kernel__Context
person(int64_t id)
{
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = TENANT;
    context.person_id = id;
    context.account = "somebody";
    context.language = "zh-CN";
    if (id == ADMIN) {
        admin_grants[0].role = KERNEL__ROLE__ROLE_OPERATIONS;
        admin_grants[1].role = KERNEL__ROLE__ROLE_SYSTEM_ADMIN;
        admin_grants[0].scope = admin_grants[1].scope = KERNEL__SCOPE__SCOPE_GROUP;
        context.grants = admin_grant_list;
        context.n_grants = 2;
    }
    return context;
}

static json_t *
ask(int64_t id, const char *method, const char *request)
{
    Kernel__Context context = person(id);
    return dc_test_ask(edge, NOTIFY, method, &context, "%s", request);
}

/* Where it is `hour` o'clock now (the half of it), in minutes east of Greenwich. */
static int
offset_at(int hour)
{
    int minute = hour * 60 + 30 - (int)(dc_now() / DC_SECOND / 60 % (24 * 60));
    return minute > 14 * 60 ? minute - 24 * 60 : minute < -14 * 60 ? minute + 24 * 60 : minute;
}

/* What the tenant allows, from here on. `more`: fields of the settings. */
static void
allow(int hour, const char *more)
{
    Kernel__Context admin = person(ADMIN);
    json_t *now = ask(ADMIN, "GetTenantSettings", "{}");
    dc_test_ask(edge, NOTIFY, "SetTenantSettings", &admin,
                "{\"settings\":{\"version\":\"%lld\",\"digestAt\":\"08:30\",\"quiet\":{\"from\":"
                "\"22:00\",\"until\":\"08:00\"},\"utcOffsetMinutes\":%d%s}}",
                (long long)dc_test_number(now, "settings.version"), offset_at(hour), more);
}

/* Everything that waits is due now. */
static void
turn_clock(void)
{
    dc_test_pg_exec(pg, "UPDATE notify.delivery SET due_at = now() - interval '1 second' WHERE "
                        "state IN ('gathering', 'queued')");
}

static void
write_file(const char *name, const char *text)
{
    char path[600];
    snprintf(path, sizeof(path), "%s/%s", dc_test_receiver_directory(http), name);
    dc_test_write_file(path, text, strlen(text));
}

static void
set_mode(const char *provider, const char *mode)
{
    char name[32];
    snprintf(name, sizeof(name), "mode.%s", provider);
    write_file(name, mode);
}

/* How many requests a provider got; the last of them. */
static size_t
requests(const char *provider, json_t **ret_last)
{
    json_t *list = dc_test_receiver_records(http, "requests"), *record;
    size_t i, count = 0;
    json_array_foreach(list, i, record)
    {
        if (strcmp(dc_test_text(record, "provider"), provider) == 0) {
            count++;
            if (ret_last) {
                json_decref(*ret_last);
                *ret_last = json_incref(record);
            }
        }
    }
    json_decref(list);
    return count;
}

static json_t *
mail_to(const char *address, size_t *ret_count)
{
    json_t *list = dc_test_receiver_records(mail_server, "mails"), *mail, *last = NULL;
    size_t i;
    *ret_count = 0;
    json_array_foreach(list, i, mail)
    {
        if (strcmp(dc_test_text(mail, "to"), address) == 0) {
            last = mail;
            (*ret_count)++;
        }
    }
    json_incref(last);
    json_decref(list);
    return last;
}

/* --- telling ------------------------------------------------------------------------------- */
static void
tell_person(int64_t id, const char *name, const char *email, const char *mobile)
{
    Org__Person one = ORG__PERSON__INIT;
    Org__Person *people[] = {&one};
    Org__PeopleChanged event = ORG__PEOPLE_CHANGED__INIT;
    char code[32], key[32];
    snprintf(code, sizeof(code), "P%lld", (long long)id);
    snprintf(key, sizeof(key), "people/%lld", (long long)(id % 16));
    one.id = id;
    one.code = code;
    one.name = (char *)name;
    one.email = (char *)email;
    one.mobile = (char *)mobile;
    one.language = "zh-CN";
    one.employed_from = "2020-01-01";
    one.version = 1;
    event.people = people;
    event.n_people = 1;
    dc_test_tell(pg, "org", TENANT, key, &event.base);
}

enum { TASKS_MAX = 64 };
static Workflow__Task tasks[TASKS_MAX];
static Workflow__Seat seats[TASKS_MAX];
static Workflow__Seat *seat_list[TASKS_MAX];
static Workflow__Task *task_list[TASKS_MAX];

/* Tasks from an id on, of one holder. Due in an hour unless said otherwise. */
static void
make_tasks(int64_t first, size_t count, int64_t owner, int64_t holder)
{
    for (size_t i = 0; i < count; i++) {
        workflow__task__init(&tasks[i]);
        workflow__seat__init(&seats[i]);
        seats[i].number = 1;
        seats[i].owner_id = owner;
        seats[i].owner_name = owner == DIRECTOR ? "总监" : "张三";
        seats[i].holder_id = holder;
        seats[i].holder_name = holder == VICE ? "副总" : "张三";
        seats[i].held_by = owner == holder ? WORKFLOW__HELD_BY__HELD_BY_OWNER
                                           : WORKFLOW__HELD_BY__HELD_BY_ESCALATION;
        seats[i].state = WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN;
        seat_list[i] = &seats[i];
        tasks[i].id = first + (int64_t)i;
        tasks[i].cycle_id = 3;
        tasks[i].cycle_name = "2026年11月销售考核";
        tasks[i].stage = "confirm";
        tasks[i].stage_name = "目标确认";
        tasks[i].stage_name_en = "Goal confirmation";
        tasks[i].subject_name = "华东一组";
        tasks[i].period = "2026-11";
        tasks[i].state = WORKFLOW__TASK_STATE__TASK_STATE_OPEN;
        tasks[i].mode = WORKFLOW__SEAT_MODE__SEAT_MODE_ONE;
        tasks[i].seats = &seat_list[i];
        tasks[i].n_seats = 1;
        tasks[i].due_at_us = dc_now() + 48 * HOUR * (dc_time)DC_SECOND;
        tasks[i].version = 1;
        task_list[i] = &tasks[i];
    }
}

static char *
task_key(int64_t first)
{
    static char key[32];
    snprintf(key, sizeof(key), "tasks/%lld", (long long)(first % 16));
    return key;
}

static void
tell_opened(int64_t first, size_t count, int64_t holder, Workflow__Channel channel)
{
    Workflow__TasksOpened event = WORKFLOW__TASKS_OPENED__INIT;
    make_tasks(first, count, holder, holder);
    event.tasks = task_list;
    event.n_tasks = count;
    event.channels = &channel;
    event.n_channels = 1;
    dc_test_tell(pg, "workflow", TENANT, task_key(first), &event.base);
}

static void
tell_reminded(int64_t first, size_t count, Workflow__Channel channel, const char *cause)
{
    Workflow__TasksReminded event = WORKFLOW__TASKS_REMINDED__INIT;
    event.tasks = task_list;
    event.n_tasks = count;
    event.channels = &channel;
    event.n_channels = 1;
    event.step = 1;
    event.cause = (char *)cause;
    dc_test_tell(pg, "workflow", TENANT, task_key(first), &event.base);
}

static void
remind(int64_t first, size_t count, int64_t holder, Workflow__Channel channel, const char *cause)
{
    make_tasks(first, count, holder, holder);
    tell_reminded(first, count, channel, cause);
}

/* --- the stage ------------------------------------------------------------------------------ */
static const char config[] =
    "smtp: {url: 'smtp://127.0.0.1:%d', from: dacheng@mail.demo.example, timeout_s: 2,\n"
    "       lease_s: 5, first_delay_s: 1, longest_delay_s: 1, attempts: 6}\n"
    "mail: {base_url: 'https://perf.demo.example'}\n"
    "gather_s: 3600\n"
    "breaker: {faults: 3, first_pause_s: 1, longest_pause_s: 1, throttle_pause_s: 1}\n"
    "sms:\n"
    "  provider: aliyun\n"
    "  templates: [tasks_reminded SMS_1 name stage due, digest SMS_2 number=count, '* SMS_3 "
    "name']\n"
    "aliyun: {url: 'http://127.0.0.1:%d/aliyun', access_key_id: id, sign_name: 达成,\n"
    "         access_key_secret_file: %s/secret}\n"
    "dingtalk: {url: 'http://127.0.0.1:%d/dingtalk', token_file: %s/secret,\n"
    "           secret_file: %s/ding}\n"
    "wecom: {url: 'http://127.0.0.1:%d/wecom', key_file: %s/secret}\n"
    "feishu: {url: 'http://127.0.0.1:%d/feishu', token_file: %s/secret, secret_file: %s/fei}\n";

/* The robots' secrets are those that http_receiver.py checks signatures with. */
static struct dc_test_service *
replica(void)
{
    static char path[600];
    struct dc_test_service *made = dc_test_service_new("notify", pg, bus);
    const char *directory = dc_test_receiver_directory(http);
    int port = dc_test_receiver_port(http);
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_printf(&text, config, dc_test_receiver_port(mail_server), port, directory, port,
                   directory, directory, port, directory, port, directory, directory);
    write_file("notify.yaml", text.data);
    write_file("secret", "a-secret\n");
    write_file("ding", "SEC-ding-secret\n");
    write_file("fei", "feishu-secret\n");
    snprintf(path, sizeof(path), "%s/notify.yaml", directory);
    dc_test_service_config(made, path);
    return made;
}

static struct dc_test_service *
publisher(const char *name)
{
    struct dc_test_service *made = dc_test_service_new(name, pg, bus);
    dc_test_service_start(made);
    return made;
}

static int
set_up(void **state)
{
    (void)state;
    static const char peer[] = "call: [\"*.log\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]";
    mail_server = dc_test_receiver_start("smtp_server.py", NULL);
    http = dc_test_receiver_start("http_receiver.py", NULL);
    dc_test_pg_start(&pg);
    bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "notify", peer);
    dc_test_bus_peer(bus, "org", peer);
    dc_test_bus_peer(bus, "workflow", peer);
    dc_test_bus_peer(bus, "edge", "call: [\">\"]\nspeaks_for_people: true");
    dc_test_bus_start(bus);
    org = publisher("org");
    workflow = publisher("workflow");
    notify = replica();
    dc_test_service_start(notify);
    edge = dc_test_bus_open(bus, "edge");
    tell_person(ZHANG, "张三", "zhangsan@demo.example", "138 0013 8000");
    tell_person(DIRECTOR, "总监", "director@demo.example", "13900139000");
    tell_person(VICE, "副总", "vice@demo.example", "13700137000");
    tell_person(STARTER, "主管", "starter@demo.example", "");
    tell_person(MUTE, "静", "mute@demo.example", "13600136000");
    wait_for("SELECT count(*) = 5 FROM notify.org_person");
    allow(12, "");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    dc_test_ask_forget();
    dc_bus_free(edge);
    assert_int_equal(dc_test_service_stop(notify), 0);
    dc_test_service_stop(org);
    dc_test_service_stop(workflow);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return 0;
}

/* --- one message ------------------------------------------------------------------------------ */
static void
forty_tasks_are_one_message(void **state)
{
    (void)state;
    size_t count = 0;
    for (int64_t bucket = 0; bucket < 8; bucket++) { /* as workflow tells them: in several events */
        tell_opened(100 + 5 * bucket, 5, ZHANG, WORKFLOW__CHANNEL__CHANNEL_MAIL);
    }
    wait_for("SELECT count(*) = 40 FROM notify.notice WHERE template = 'tasks_opened'");
    json_t *inbox = ask(ZHANG, "ListInbox", "{}");
    assert_int_equal(dc_test_number(inbox, "unread"), 1);
    assert_int_equal(dc_test_number(inbox, "notices.0.count"), 40);
    assert_string_equal(dc_test_text(inbox, "notices.0.title"), "40 项新待办：目标确认");
    assert_string_equal(dc_test_text(inbox, "notices.0.link"), "/tasks");
    wait_for("SELECT count(*) = 1 AND min(count) = 40 FROM notify.delivery WHERE state = "
             "'gathering'");
    /* A crash in between changes nothing. */
    dc_test_service_kill(notify);
    dc_test_service_start(notify);
    turn_clock();
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE state = 'sent' AND person_id = %d",
             ZHANG);
    json_t *mail = mail_to("zhangsan@demo.example", &count);
    assert_int_equal(count, 1);
    assert_string_equal(dc_test_text(mail, "subject"), "40 项新待办：目标确认");
    assert_non_null(strstr(dc_test_text(mail, "text"), "https://perf.demo.example/tasks/100"));
    assert_non_null(strstr(dc_test_text(mail, "text"), "另有 20 项"));
    assert_non_null(strstr(dc_test_text(mail, "html"), "href=\"https://perf.demo.example/tasks\""));
    json_decref(mail);
    /* Read together; what comes later is an entry of its own. */
    ask(ZHANG, "MarkRead", "{\"all\":true}");
    assert_int_equal(dc_test_number(ask(ZHANG, "ListInbox", "{}"), "unread"), 0);
}

static void
the_past_heard_again_makes_nothing(void **state)
{
    (void)state;
    DC_AUTO_FREE char *notices = dc_test_pg_value(pg, "SELECT count(*) FROM notify.notice");
    DC_AUTO_FREE char *deliveries = dc_test_pg_value(pg, "SELECT count(*) FROM notify.delivery");
    assert_int_equal(dc_test_service_stop(notify), 0);
    dc_test_pg_exec(pg, "DELETE FROM notify.consumer_position WHERE stream = 'workflow'");
    dc_test_service_start(notify);
    tell_opened(100 + 39, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_MAIL); /* said twice */
    tell_opened(1, 1, STARTER, WORKFLOW__CHANNEL__CHANNEL_IN_APP);    /* behind it */
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE person_id = %d", STARTER);
    wait_for("SELECT count(*) = %s + 1 FROM notify.notice", notices);
    wait_for("SELECT count(*) = %s FROM notify.delivery", deliveries);
}

static void
what_is_done_needs_nobody(void **state)
{
    (void)state;
    Workflow__TasksDecided event = WORKFLOW__TASKS_DECIDED__INIT;
    size_t before = 0, after = 0;
    json_decref(mail_to("zhangsan@demo.example", &before));
    remind(300, 2, ZHANG, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/300/1");
    wait_for("SELECT count(*) = 2 FROM notify.notice WHERE template = 'tasks_reminded'");
    for (int i = 0; i < 2; i++) {
        tasks[i].state = WORKFLOW__TASK_STATE__TASK_STATE_DECIDED;
        seats[i].state = WORKFLOW__SEAT_STATE__SEAT_STATE_DONE;
    }
    event.tasks = task_list;
    event.n_tasks = 2;
    dc_test_tell(pg, "workflow", TENANT, task_key(300), &event.base);
    wait_for("SELECT count(*) = 2 FROM notify.notice WHERE template = 'tasks_reminded' AND moot "
             "AND read_at IS NOT NULL");
    turn_clock();
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE state = 'dropped' AND last_answer "
             "LIKE 'moot%%'");
    json_decref(mail_to("zhangsan@demo.example", &after));
    assert_int_equal(before, after);
}

static void
the_right_moves_and_the_director_is_told(void **state)
{
    (void)state;
    Workflow__TasksEscalated event = WORKFLOW__TASKS_ESCALATED__INIT;
    Workflow__Channel channel = WORKFLOW__CHANNEL__CHANNEL_MAIL;
    size_t count = 0;
    remind(400, 1, DIRECTOR, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/400/1");
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE person_id = %d", DIRECTOR);
    make_tasks(400, 1, DIRECTOR, VICE);
    seats[0].rung = 1;
    event.tasks = task_list;
    event.n_tasks = 1;
    event.rung = 1;
    event.channels = &channel;
    event.n_channels = 1;
    dc_test_tell(pg, "workflow", TENANT, task_key(400), &event.base);
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE person_id = %d AND template = "
             "'tasks_escalated'",
             VICE);
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE person_id = %d AND template = "
             "'tasks_escalated_owner'",
             DIRECTOR);
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE moot AND person_id = %d AND template = "
             "'tasks_reminded'",
             DIRECTOR);
    turn_clock();
    wait_for("SELECT count(*) = 2 FROM notify.delivery WHERE state = 'sent' AND person_id IN (%d, "
             "%d)",
             VICE, DIRECTOR);
    json_t *mail = mail_to("vice@demo.example", &count);
    assert_string_equal(dc_test_text(mail, "subject"), "逾期升级：目标确认（华东一组）转由您决定");
    assert_non_null(strstr(dc_test_text(mail, "text"), "https://perf.demo.example/tasks/400"));
    json_decref(mail);
    mail = mail_to("director@demo.example", &count);
    assert_non_null(strstr(dc_test_text(mail, "subject"), "转由副总决定"));
    json_decref(mail);
    assert_int_equal(requests("aliyun", NULL), 0); /* the reminder was moot by then */
    event.owner_untold = true;
    make_tasks(401, 1, DIRECTOR, VICE);
    seats[0].rung = 1;
    dc_test_tell(pg, "workflow", TENANT, task_key(401), &event.base);
    wait_for("SELECT count(*) = 2 FROM notify.notice WHERE template = 'tasks_escalated'");
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE template = 'tasks_escalated_owner'");
    turn_clock();
    wait_for("SELECT count(*) = 0 FROM notify.delivery WHERE state IN ('gathering', 'queued')");
}

static void
the_starter_hears_of_the_end(void **state)
{
    (void)state;
    Workflow__Cycle cycle = WORKFLOW__CYCLE__INIT;
    Workflow__CycleChanged event = WORKFLOW__CYCLE_CHANGED__INIT;
    cycle.id = 3;
    cycle.name = "2026年11月销售考核";
    cycle.period = "2026-11";
    cycle.author_person_id = STARTER;
    event.cycle = &cycle;
    cycle.state = WORKFLOW__CYCLE_STATE__CYCLE_STATE_RUNNING;
    dc_test_tell(pg, "workflow", TENANT, "cycle/3", &event.base);
    cycle.state = WORKFLOW__CYCLE_STATE__CYCLE_STATE_CLOSED;
    dc_test_tell(pg, "workflow", TENANT, "cycle/3", &event.base);
    dc_test_tell(pg, "workflow", TENANT, "cycle/3", &event.base);
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE template = 'cycle_closed' AND person_id "
             "= %d",
             STARTER);
}

/* --- providers ----------------------------------------------------------------------------------
 */
static void
a_reminder_goes_by_sms(void **state)
{
    (void)state;
    json_t *last = NULL;
    remind(500, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/500/1");
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE channel = 3 AND person_id = %d AND "
             "state = 'gathering'",
             ZHANG);
    turn_clock();
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE channel = 3 AND person_id = %d AND "
             "state = 'sent' AND receipt = 'biz-1' AND last_answer = 'OK: said so'",
             ZHANG);
    assert_int_equal(requests("aliyun", &last), 1);
    assert_string_equal(dc_test_text(last, "query.PhoneNumbers"), "13800138000");
    assert_string_equal(dc_test_text(last, "query.TemplateCode"), "SMS_1");
    assert_string_equal(dc_test_text(last, "query.SignName"), "达成");
    assert_non_null(strstr(dc_test_text(last, "query.TemplateParam"), "\"stage\":\"目标确认\""));
    assert_null(strstr(dc_test_text(last, "query.TemplateParam"), "华东一组"));
    json_decref(last);
    /* Operations sees what was tried, and nothing of what it says. */
    DC_AUTO_FREE char *id = dc_test_pg_value(
        pg, "SELECT max(id) FROM notify.delivery WHERE channel = 3 AND state = 'sent'");
    char request[64];
    snprintf(request, sizeof(request), "{\"id\":\"%s\"}", id);
    json_t *told = ask(ADMIN, "GetDelivery", request);
    assert_string_equal(dc_test_text(told, "delivery.receipt"), "biz-1");
    assert_string_equal(dc_test_text(told, "attempts.0.outcome"), "accepted");
    assert_string_equal(dc_test_text(told, "attempts.0.provider"), "aliyun");
    assert_true(dc_test_number(told, "attempts.0.durationUs") > 0);
    DC_AUTO_FREE char *text = json_dumps(told, 0);
    assert_null(strstr(text, "13800138000"));
    assert_null(strstr(text, "目标确认"));
    Kernel__Context other = person(MUTE);
    struct dc_error error;
    assert_int_equal(dc_test_refused(edge, NOTIFY, "GetDelivery", &other, &error, "%s", request),
                     DC_PERMISSION_DENIED);
}

/* Each failure, and what becomes of a message under it. */
static void
providers_fail_in_many_ways(void **state)
{
    (void)state;
    static const struct {
        const char *mode;
        const char *then; /* of the delivery, while it lasts */
    } cases[] = {
        {"code isv.BUSINESS_LIMIT_CONTROL", "state = 'queued' AND last_answer LIKE 'isv.BUS%%'"},
        {"code isv.AMOUNT_NOT_ENOUGH", "last_answer LIKE 'isv.AMOUNT%%' AND attempts > 0"},
        {"status 500", "last_answer = 'HTTP 500' AND attempts > 0"},
        {"status 429", "last_answer = 'HTTP 429' AND attempts > 0"},
        {"cut", "last_answer <> '' AND attempts > 0"},
        {"garbage", "last_answer LIKE 'HTTP 200 without%%' AND attempts > 0"},
        {"slow 4", "last_answer LIKE '%%timed out%%' AND attempts > 0"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char cause[40], sql[400];
        int64_t task = 510 + (int64_t)i;
        snprintf(cause, sizeof(cause), "remind/%lld/1", (long long)task);
        set_mode("aliyun", cases[i].mode);
        remind(task, 1, DIRECTOR, WORKFLOW__CHANNEL__CHANNEL_SMS, cause);
        wait_for("SELECT count(*) = 1 FROM notify.notice WHERE task_id = %lld", (long long)task);
        turn_clock();
        snprintf(
            sql, sizeof(sql),
            "SELECT count(*) = 1 FROM notify.delivery WHERE person_id = %d AND channel = 3 AND "
            "state IN ('queued', 'sending') AND (%s)",
            DIRECTOR, cases[i].then);
        wait_for(sql);
        set_mode("aliyun", "ok");
        wait_for("SELECT count(*) = 0 FROM notify.delivery WHERE person_id = %d AND channel = 3 "
                 "AND state <> 'sent' AND state <> 'dropped'",
                 DIRECTOR);
    }
    /* Under one id, however often it was tried. */
    wait_for("SELECT count(*) = %zu FROM notify.delivery WHERE person_id = %d AND channel = 3 AND "
             "state = 'sent'",
             sizeof(cases) / sizeof(cases[0]), DIRECTOR);
}

static void
a_wrong_template_fails_and_is_redriven(void **state)
{
    (void)state;
    set_mode("aliyun", "code isv.SMS_TEMPLATE_ILLEGAL");
    remind(530, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/530/1");
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE task_id = 530");
    turn_clock();
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE channel = 3 AND state = 'failed' AND "
             "attempts = 1");
    json_t *failed =
        ask(ADMIN, "ListDeliveries", "{\"state\":\"failed\",\"channel\":\"CHANNEL_SMS\"}");
    assert_int_equal(dc_test_number(failed, "total"), 1);
    set_mode("aliyun", "ok");
    json_t *queued = ask(ADMIN, "RetryDeliveries", "{\"all\":true,\"channel\":\"CHANNEL_SMS\"}");
    assert_int_equal(dc_test_number(queued, "queued"), 1);
    wait_for("SELECT count(*) = 0 FROM notify.delivery WHERE channel = 3 AND state <> 'sent' AND "
             "state <> 'dropped'");
    wait_for("SELECT count(*) = 2 FROM notify.attempt WHERE delivery_id = (SELECT max(id) FROM "
             "notify.delivery WHERE channel = 3)");
}

static json_t *
sms_channel(void)
{
    json_t *channels = ask(ADMIN, "ListChannels", "{}");
    for (size_t i = 0; i < dc_test_count(channels, "channels"); i++) {
        char path[32];
        snprintf(path, sizeof(path), "channels.%zu", i);
        json_t *one = dc_test_value(channels, path);
        if (strcmp(dc_test_text(one, "channel"), "CHANNEL_SMS") == 0) {
            return one;
        }
    }
    fail_msg("SMS is not among the channels");
    return NULL;
}

static bool
breaker_is(void *state)
{
    return strcmp(dc_test_text(sms_channel(), "breaker"), state) == 0;
}

/* SMS is down: its breaker opens, mail goes on; then it comes back by itself. */
static void
a_channel_that_is_down_delays_only_itself(void **state)
{
    (void)state;
    dc_test_receiver_kill(http); /* connections are refused */
    for (int64_t i = 0; i < 4; i++) {
        char cause[40];
        snprintf(cause, sizeof(cause), "remind/%lld/1", (long long)(540 + i));
        remind(540 + i, 1,
               i < 2    ? ZHANG
               : i == 2 ? DIRECTOR
                        : VICE,
               WORKFLOW__CHANNEL__CHANNEL_SMS, cause);
    }
    wait_for("SELECT count(*) = 4 FROM notify.notice WHERE task_id BETWEEN 540 AND 543");
    turn_clock();
    assert_true(dc_test_wait_until(breaker_is, "BREAKER_STATE_OPEN", 30000));
    json_t *channel = sms_channel();
    assert_non_null(strstr(dc_test_text(channel, "lastFault"), "connect"));
    assert_true(dc_test_number(channel, "faults") >= 3);
    assert_true(dc_test_number(channel, "untilUs") > 0);
    /* Mail meanwhile. */
    size_t count = 0;
    remind(545, 1, MUTE, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/545/1");
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE person_id = %d", MUTE);
    turn_clock();
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE state = 'sent' AND person_id = %d",
             MUTE);
    json_decref(mail_to("mute@demo.example", &count));
    assert_int_equal(count, 1);
    wait_for("SELECT count(*) = 3 FROM notify.delivery WHERE channel = 3 AND state IN ('queued', "
             "'sending')");
    dc_test_receiver_restart(http);
    wait_for("SELECT count(*) = 0 FROM notify.delivery WHERE channel = 3 AND state IN ('queued', "
             "'sending')");
    assert_true(dc_test_wait_until(breaker_is, "BREAKER_STATE_CLOSED", 30000));
    wait_for("SELECT count(*) = 1 FROM notify.breaker WHERE state = 'closed' AND faults = 0 AND "
             "channel = 3");
}

static void
robots_speak_where_the_tenant_wants_it(void **state)
{
    (void)state;
    json_t *last = NULL;
    remind(560, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_ROBOT, "remind/560/1");
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE task_id = 560");
    wait_for("SELECT count(*) = 0 FROM notify.delivery WHERE channel > 3"); /* they are off */
    allow(12, ",\"channels\":[{\"channel\":\"CHANNEL_DINGTALK\",\"on\":true},{\"channel\":"
              "\"CHANNEL_WECOM\",\"on\":true},{\"channel\":\"CHANNEL_FEISHU\",\"on\":true}]");
    remind(561, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_ROBOT, "remind/561/1");
    wait_for("SELECT count(*) = 3 FROM notify.delivery WHERE channel > 3");
    turn_clock();
    wait_for("SELECT count(*) = 3 FROM notify.delivery WHERE channel > 3 AND state = 'sent' AND "
             "last_answer = '0: said so'"); /* the receiver has checked the signatures */
    assert_int_equal(requests("dingtalk", &last), 1);
    assert_non_null(strstr(dc_test_text(last, "body.text.content"), "张三"));
    assert_null(strstr(dc_test_text(last, "body.text.content"), "华东一组"));
    assert_string_equal(dc_test_text(last, "body.at.atMobiles.0"), "13800138000");
    assert_int_equal(requests("wecom", &last), 1);
    assert_string_equal(dc_test_text(last, "query.key"), "a-secret");
    assert_int_equal(requests("feishu", &last), 1);
    assert_non_null(strstr(dc_test_text(last, "path"), "/open-apis/bot/v2/hook/a-secret"));
    json_decref(last);
    allow(12, ",\"channels\":[{\"channel\":\"CHANNEL_DINGTALK\"},{\"channel\":\"CHANNEL_WECOM\"},"
              "{\"channel\":\"CHANNEL_FEISHU\"}]");
}

/* The receiver has it, we have not heard so, and die: again, under the same id. */
static void
killed_before_the_answer_it_goes_again_under_the_same_id(void **state)
{
    (void)state;
    json_t *first = NULL, *again = NULL;
    set_mode("aliyun", "slow 1.5");
    size_t before = requests("aliyun", NULL);
    remind(570, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/570/1");
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE task_id = 570");
    turn_clock();
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE channel = 3 AND state = 'sending'");
    for (int i = 0; i < 2000 && requests("aliyun", &first) == before; i++) {
        dc_bus_poll(edge, 5);
    }
    dc_test_service_kill(notify);
    set_mode("aliyun", "ok");
    dc_test_service_start(notify);
    wait_for("SELECT count(*) = 0 FROM notify.delivery WHERE channel = 3 AND state = 'sending'");
    assert_int_equal(requests("aliyun", &again), before + 2);
    assert_string_equal(dc_test_text(first, "query.OutId"), dc_test_text(again, "query.OutId"));
    json_decref(first);
    json_decref(again);
}

/* --- when
 * ------------------------------------------------------------------------------------------ */
static void
the_night_is_quiet(void **state)
{
    (void)state;
    allow(23, ""); /* half past eleven in the evening */
    remind(600, 1, VICE, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/600/1");
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE task_id = 600");
    /* 08:00 tomorrow is eight and a half hours away. */
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE due_at BETWEEN now() + interval '8 "
             "hours 25 minutes' AND now() + interval '8 hours 35 minutes' AND person_id = %d AND "
             "state = 'gathering'",
             VICE);
    /* Even what is due by an older clock waits for the morning. */
    turn_clock();
    wait_for(
        "SELECT count(*) = 1 FROM notify.delivery WHERE state = 'queued' AND due_at > now() + "
        "interval '8 hours' AND attempts = 0 AND person_id = %d AND last_answer = 'quiet hours'",
        VICE);
    /* Its deadline is at two in the morning: it does not wait. */
    make_tasks(601, 1, VICE, VICE);
    tasks[0].due_at_us = dc_now() + 2 * HOUR * (dc_time)DC_SECOND;
    tell_reminded(601, 1, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/601/1");
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE due_at < now() + interval '61 "
             "minutes' AND person_id = %d AND channel = 3 AND state = 'gathering'",
             VICE);
    allow(12, "");
    turn_clock();
    wait_for("SELECT count(*) = 0 FROM notify.delivery WHERE state IN ('gathering', 'queued', "
             "'sending')");
}

static void
people_choose_how_they_are_told(void **state)
{
    (void)state;
    json_t *set = ask(MUTE, "SetPreferences",
                      "{\"preferences\":{\"channels\":[{\"channel\":\"CHANNEL_SMS\"},{\"channel\":"
                      "\"CHANNEL_MAIL\",\"on\":true,\"digest\":\"DIGEST_DAILY\"}],\"quiet\":{"
                      "\"from\":\"13:00\",\"until\":\"14:00\"},\"digestAt\":\"17:30\"}}");
    assert_string_equal(dc_test_text(set, "preferences.quiet.from"), "13:00");
    assert_string_equal(dc_test_text(set, "preferences.digestAt"), "17:30");
    assert_string_equal(dc_test_text(set, "preferences.channels.1.address"), "136****6000");
    assert_string_equal(dc_test_text(set, "preferences.channels.0.address"), "m***@demo.example");
    remind(610, 1, MUTE, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/610/1");
    remind(611, 1, MUTE, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/611/1");
    wait_for("SELECT count(*) = 2 FROM notify.notice WHERE task_id IN (610, 611)");
    /* At 12:30 half past five is five hours away. */
    wait_for("SELECT count(*) = 1 AND bool_and(channel = 2 AND due_at BETWEEN now() + interval "
             "'4 hours 55 minutes' AND now() + interval '5 hours 5 minutes') FROM notify.delivery "
             "WHERE person_id = %d AND state = 'gathering'",
             MUTE);
    static const char *const wrong[][2] = {
        {"{\"preferences\":{\"quiet\":{\"from\":\"25:00\",\"until\":\"08:00\"}}}",
         "preferences.quiet.from"},
        {"{\"preferences\":{\"quiet\":{\"from\":\"08:00\",\"until\":\"08:00\"}}}",
         "preferences.quiet.until"},
        {"{\"preferences\":{\"digestAt\":\"noon\"}}", "preferences.digest_at"},
        {"{\"preferences\":{\"channels\":[{\"channel\":\"CHANNEL_IN_APP\"}]}}",
         "preferences.channels[0]"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        Kernel__Context mute = person(MUTE);
        struct dc_error error;
        assert_int_equal(
            dc_test_refused(edge, NOTIFY, "SetPreferences", &mute, &error, "%s", wrong[i][0]),
            DC_INVALID_ARGUMENT);
        assert_string_equal(error.field, wrong[i][1]);
    }
}

static void
a_day_has_its_limit(void **state)
{
    (void)state;
    allow(12, ",\"channels\":[{\"channel\":\"CHANNEL_MAIL\",\"on\":true,\"perPersonPerDay\":1}]");
    DC_AUTO_FREE char *sent = dc_test_pg_value(
        pg, "SELECT count(*) FROM notify.delivery WHERE person_id = 14 AND state = 'sent'");
    assert_string_equal(sent, "1"); /* of the cycle that ended */
    remind(620, 1, STARTER, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/620/1");
    remind(621, 1, STARTER, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/621/1");
    /* Tomorrow's digest at 08:30 is twenty hours away; one message of both. */
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE count = 2 AND due_at BETWEEN now() + "
             "interval '19 hours 55 minutes' AND now() + interval '20 hours 5 minutes' AND "
             "person_id = %d AND state = 'gathering'",
             STARTER);
    allow(12, ",\"channels\":[{\"channel\":\"CHANNEL_MAIL\",\"on\":true,\"perPersonPerDay\":30}]");
}

static void
settings_are_for_administrators(void **state)
{
    (void)state;
    struct dc_error error;
    Kernel__Context zhang = person(ZHANG), admin = person(ADMIN);
    assert_int_equal(dc_test_refused(edge, NOTIFY, "GetTenantSettings", &zhang, &error, "{}"),
                     DC_PERMISSION_DENIED);
    assert_int_equal(dc_test_refused(edge, NOTIFY, "ListChannels", &zhang, &error, "{}"),
                     DC_PERMISSION_DENIED);
    assert_int_equal(dc_test_refused(edge, NOTIFY, "SetTenantSettings", &admin, &error,
                                     "{\"settings\":{\"version\":\"0\",\"digestAt\":\"08:30\"}}"),
                     DC_ABORTED); /* somebody else was quicker */
    assert_int_equal(dc_test_refused(edge, NOTIFY, "SetTenantSettings", &admin, &error,
                                     "{\"settings\":{\"digestAt\":\"8\"}}"),
                     DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "settings.digest_at");
    wait_for("SELECT count(*) > 0 FROM notify.outbox WHERE type = 'TenantSettingsChanged'");
}

static void
one_can_try_a_channel(void **state)
{
    (void)state;
    struct dc_error error;
    Kernel__Context zhang = person(ZHANG);
    json_t *made = ask(ZHANG, "SendTest", "{\"channel\":\"CHANNEL_MAIL\"}");
    char request[64];
    snprintf(request, sizeof(request), "{\"id\":\"%s\"}", dc_test_text(made, "deliveryId"));
    wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE state = 'sent' AND id = %s",
             dc_test_text(made, "deliveryId"));
    json_t *told = ask(ZHANG, "GetDelivery", request);
    assert_string_equal(dc_test_text(told, "delivery.state"), "sent");
    assert_int_equal(dc_test_refused(edge, NOTIFY, "SendTest", &zhang, &error,
                                     "{\"channel\":\"CHANNEL_WECOM\"}"),
                     DC_FAILED_PRECONDITION); /* the tenant has it off */
    for (int i = 0; i < 4; i++) {
        ask(ZHANG, "SendTest", "{\"channel\":\"CHANNEL_MAIL\"}");
    }
    assert_int_equal(
        dc_test_refused(edge, NOTIFY, "SendTest", &zhang, &error, "{\"channel\":\"CHANNEL_MAIL\"}"),
        DC_RESOURCE_EXHAUSTED);
}

/* Two replicas, a crowd with a reminder each: every SMS once. */
static void
two_replicas_send_each_message_once(void **state)
{
    (void)state;
    enum { CROWD = 60 };
    Workflow__Channel channel = WORKFLOW__CHANNEL__CHANNEL_SMS;
    Workflow__TasksReminded event = WORKFLOW__TASKS_REMINDED__INIT;
    second = replica();
    dc_test_service_start(second);
    for (int64_t i = 0; i < CROWD; i++) {
        char mobile[32];
        snprintf(mobile, sizeof(mobile), "1350000%04lld", (long long)i);
        tell_person(2000 + i, "众", "", mobile);
    }
    wait_for("SELECT count(*) = %d FROM notify.org_person WHERE person_id >= 2000", CROWD);
    make_tasks(2000, CROWD, 0, 0);
    for (int i = 0; i < CROWD; i++) {
        seats[i].owner_id = seats[i].holder_id = 2000 + i;
    }
    event.tasks = task_list;
    event.n_tasks = CROWD;
    event.channels = &channel;
    event.n_channels = 1;
    event.step = 1;
    event.cause = "remind/crowd/1";
    size_t before = requests("aliyun", NULL);
    dc_test_tell(pg, "workflow", TENANT, "tasks/0", &event.base);
    wait_for("SELECT count(*) = %d FROM notify.delivery WHERE person_id >= 2000", CROWD);
    turn_clock();
    wait_for("SELECT count(*) = %d FROM notify.delivery WHERE person_id >= 2000 AND state = "
             "'sent' AND attempts = 1",
             CROWD);
    assert_int_equal(requests("aliyun", NULL), before + CROWD);
    assert_int_equal(dc_test_service_stop(second), 0);
}

int
main(int argc, char **argv)
{
    static const struct dc_service_spec *const specs[] = {&notify_spec, &org_stand_in,
                                                          &workflow_stand_in, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forty_tasks_are_one_message),
        cmocka_unit_test(the_past_heard_again_makes_nothing),
        cmocka_unit_test(what_is_done_needs_nobody),
        cmocka_unit_test(the_right_moves_and_the_director_is_told),
        cmocka_unit_test(the_starter_hears_of_the_end),
        cmocka_unit_test(a_reminder_goes_by_sms),
        cmocka_unit_test(providers_fail_in_many_ways),
        cmocka_unit_test(a_wrong_template_fails_and_is_redriven),
        cmocka_unit_test(a_channel_that_is_down_delays_only_itself),
        cmocka_unit_test(robots_speak_where_the_tenant_wants_it),
        cmocka_unit_test(killed_before_the_answer_it_goes_again_under_the_same_id),
        cmocka_unit_test(the_night_is_quiet),
        cmocka_unit_test(people_choose_how_they_are_told),
        cmocka_unit_test(a_day_has_its_limit),
        cmocka_unit_test(settings_are_for_administrators),
        cmocka_unit_test(one_can_try_a_channel),
        cmocka_unit_test(two_replicas_send_each_message_once),
    };
    if (getenv("DC_TEST_ONLY")) {
        cmocka_set_test_filter(getenv("DC_TEST_ONLY"));
    }
    return cmocka_run_group_tests_name("notify messages", tests, set_up, tear_down);
}
