/* change_test.c - org changed: units by date, people, imports. */
#include <iconv.h>

#include "house.h"

/* --- changes ------------------------------------------------------------------------------- */
static enum dc_code
save_unit(const char *account, struct dc_error *error, const char *unit)
{
    return dc_test_refused(edge, ORG, "SaveUnits", as(account), error,
                           "{\"units\":[%s],\"reason\":\"test\"}", unit);
}

static void
the_tree_stays_valid(void **state)
{
    (void)state;
    struct dc_error error;
    char unit[512];
    assert_int_equal(save_unit("supervisor", &error, "{}"), DC_PERMISSION_DENIED);
    snprintf(unit, sizeof(unit),
             "{\"id\":\"%lld\",\"code\":\"A\",\"name\":\"华东\",\"kind\":\"UNIT_KIND_TEAM\","
             "\"parentId\":\"%lld\",\"validFrom\":\"2015-01-01\"}",
             (long long)unit_id("A"), (long long)unit_id("A1"));
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_FAILED_PRECONDITION);
    assert_string_equal(error.field, "units[0].parent_id");
    snprintf(unit, sizeof(unit),
             "{\"code\":\"A1\",\"name\":\"x\",\"kind\":\"UNIT_KIND_TEAM\",\"parentId\":\"%lld\","
             "\"validFrom\":\"2026-01-01\"}",
             (long long)unit_id("A"));
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_ALREADY_EXISTS);
    snprintf(unit, sizeof(unit),
             "{\"code\":\"R2\",\"name\":\"x\",\"kind\":\"UNIT_KIND_GROUP\",\"validFrom\":"
             "\"2026-01-01\"}");
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_FAILED_PRECONDITION);
    snprintf(unit, sizeof(unit),
             "{\"id\":\"%lld\",\"code\":\"A1\",\"name\":\"x\",\"kind\":\"UNIT_KIND_TEAM\","
             "\"parentId\":\"%lld\",\"validFrom\":\"2015-01-01\",\"validTo\":\"2026-06-01\"}",
             (long long)unit_id("A1"), (long long)unit_id("A"));
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_FAILED_PRECONDITION); /* posts */
    snprintf(unit, sizeof(unit),
             "{\"id\":\"%lld\",\"code\":\"A1\",\"name\":\"x\",\"kind\":\"UNIT_KIND_TEAM\","
             "\"parentId\":\"%lld\",\"version\":\"77\"}",
             (long long)unit_id("A1"), (long long)unit_id("A"));
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_ABORTED);
}

static bool
moved_unit_was_told(void *context)
{
    (void)context;
    DC_AUTO_FREE char *told = dc_test_pg_value(
        pg, "SELECT told_day = (now() AT TIME ZONE time_zone)::date FROM org.tenant WHERE code = "
            "'demo'");
    return strcmp(told, "t") == 0;
}

static void
a_planned_move_is_told_on_its_day(void **state)
{
    (void)state;
    struct dc_error error;
    char unit[512];
    DC_AUTO_FREE char *tomorrow =
        dc_test_pg_value(pg, "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date + 1");
    snprintf(unit, sizeof(unit),
             "{\"id\":\"%lld\",\"code\":\"D3\",\"name\":\"西部三组\",\"kind\":\"UNIT_KIND_TEAM\","
             "\"parentId\":\"%lld\",\"validFrom\":\"%s\"}",
             (long long)unit_id("D3"), (long long)unit_id("C"), tomorrow);
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_OK);
    json_t *today = dc_test_ask(edge, ORG, "GetTree", as("boss"), "{}");
    json_t *then = dc_test_ask(edge, ORG, "GetTree", as("boss"), "{\"asOf\":\"%s\"}", tomorrow);
    int64_t now_parent = 0, then_parent = 0;
    for (size_t i = 0; i < 22; i++) {
        json_t *a = json_array_get(dc_test_value(today, "nodes"), i);
        json_t *b = json_array_get(dc_test_value(then, "nodes"), i);
        now_parent = strcmp(dc_test_text(a, "unit.code"), "D3") == 0
                         ? dc_test_number(a, "unit.parentId")
                         : now_parent;
        then_parent = strcmp(dc_test_text(b, "unit.code"), "D3") == 0
                          ? dc_test_number(b, "unit.parentId")
                          : then_parent;
    }
    assert_int_equal(now_parent, unit_id("D"));
    assert_int_equal(then_parent, unit_id("C"));
    /* The day comes: as if the plan had been made a day earlier. */
    dc_test_pg_exec(pg, "UPDATE org.unit_state s SET valid_from = valid_from - 1 FROM org.unit u "
                        "WHERE u.id = s.unit_id AND u.code = 'D3' AND s.valid_from > '2015-01-01'; "
                        "UPDATE org.tenant SET told_day = told_day - 1 WHERE code = 'demo'");
    assert_int_equal(dc_test_service_stop(org), 0);
    dc_test_service_start(org); /* tasks look at once */
    assert_true(dc_test_wait_until(moved_unit_was_told, NULL, 30000));
    snprintf(unit, sizeof(unit),
             "{\"id\":\"%lld\",\"code\":\"D3\",\"name\":\"西部三组 (D3)\",\"kind\":"
             "\"UNIT_KIND_TEAM\",\"parentId\":\"%lld\",\"validFrom\":\"2015-01-01\"}",
             (long long)unit_id("D3"), (long long)unit_id("D"));
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_OK); /* back, from the beginning */
}

static void
people_are_judged(void **state)
{
    (void)state;
    struct dc_error error;
    static const char person[] =
        "{\"people\":[{\"code\":\"%s\",\"name\":\"试\",\"email\":\"%s\",\"employedFrom\":"
        "\"2026-01-01\",\"managerId\":\"%lld\",\"posts\":[{\"unitId\":\"%lld\",\"position\":"
        "\"sales_rep\",\"share\":\"%s\"}%s]}]}";
    long long a1 = unit_id("A1"), lead = person_id("E1100");
    static const struct {
        const char *code, *email, *share, *more, *field;
        enum dc_code outcome;
    } cases[] = {
        {"E1101", "", "1", "", "people[0].code", DC_ALREADY_EXISTS},
        {"N1", "no address", "1", "", "people[0].email", DC_INVALID_ARGUMENT},
        {"N1", "a@b\\r\\nBcc: x@y", "1", "", "people[0].email", DC_INVALID_ARGUMENT},
        {"N1", "", "1.5", "", "people[0].posts[0].share", DC_INVALID_ARGUMENT},
        {"N1", "", "0.6", ",{\"unitId\":\"1\",\"position\":\"x\",\"share\":\"0.5\"}",
         "people[0].posts", DC_INVALID_ARGUMENT},
        {"N1", "", "0.6", ",{\"unitId\":\"999999\",\"position\":\"x\",\"share\":\"0.4\"}",
         "unit_id", DC_INVALID_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum dc_code code =
            dc_test_refused(edge, ORG, "SavePeople", as("sysadmin"), &error, person, cases[i].code,
                            cases[i].email, lead, a1, cases[i].share, cases[i].more);
        if (code != cases[i].outcome || strcmp(error.field, cases[i].field) != 0) {
            fail_msg("case %zu: %s in %s: %s", i, dc_code_wire_name(code), error.field,
                     error.message);
        }
    }
    /* 李雷 below 张三, who reports to him: a circle. */
    json_t *lei =
        dc_test_ask(edge, ORG, "GetPerson", as("sysadmin"), "{\"personId\":\"%lld\"}", lead);
    json_t *changed = json_deep_copy(dc_test_value(lei, "person"));
    json_object_set_new(changed, "managerId", json_integer(person_id("E1101")));
    DC_AUTO_FREE char *text = json_dumps(changed, 0);
    json_decref(changed);
    assert_int_equal(
        dc_test_refused(edge, ORG, "SavePeople", as("sysadmin"), &error, "{\"people\":[%s]}", text),
        DC_FAILED_PRECONDITION);
    assert_string_equal(error.field, "manager_id");
}

/* --- import -------------------------------------------------------------------------------- */
static void
the_same_file_again_changes_nothing(void **state)
{
    (void)state;
    json_t *units =
        import_file(ORG__IMPORT_KIND__IMPORT_KIND_UNITS, "deploy/demo/units.csv", false);
    assert_int_equal(dc_test_number(units, "unchanged"), 22);
    assert_int_equal(dc_test_number(units, "changed") + dc_test_number(units, "created"), 0);
    json_t *people =
        import_file(ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE, "deploy/demo/people.csv", false);
    assert_int_equal(dc_test_number(people, "unchanged"), 120);
    assert_true(json_is_true(dc_test_value(people, "written")));
}

static void
every_bad_row_is_listed_and_nothing_is_written(void **state)
{
    (void)state;
    json_t *answer = import_text(ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE,
                                 "code,name,unit_code,position,employed_from,manager_code\n"
                                 "X1,甲,A1,sales_rep,2026-01-01,E1100\n"
                                 "X2,乙,NOWHERE,sales_rep,2026-01-01,E1100\n"
                                 "X3,丙,A1,sales_rep,2026-13-01,E1100\n"
                                 "X4,丁,A1,sales_rep,2026-01-01,NOBODY\n"
                                 "X5,\"戊\n"
                                 "X6,,A1,sales_rep,2026-01-01,\n"
                                 "X7,己,A1,sales_rep,2026-01-01,X8\n"
                                 "X8,庚,A1,sales_rep,2026-01-01,X7\n");
    static const struct {
        int64_t line;
        const char *column;
    } expected[] = {{6, ""},     {3, "unit_code"},   {4, "employed_from"}, {5, "manager_code"},
                    {7, "name"}, {9, "manager_code"}};
    assert_int_equal(dc_test_number(answer, "rejected"), 6);
    for (size_t i = 0; i < 6; i++) {
        const json_t *row = json_array_get(dc_test_value(answer, "rejections"), i);
        if (dc_test_number(row, "line") != expected[i].line ||
            strcmp(dc_test_text(row, "column"), expected[i].column) != 0) {
            fail_msg("rejection %zu: line %lld, column %s: %s", i,
                     (long long)dc_test_number(row, "line"), dc_test_text(row, "column"),
                     dc_test_text(row, "reason"));
        }
    }
    assert_null(dc_test_value(answer, "written"));
    assert_value("SELECT count(*) FROM org.person WHERE code LIKE 'X%'", "0");
    json_t *units = import_text(ORG__IMPORT_KIND__IMPORT_KIND_UNITS,
                                "code,name,kind,parent_code\nP,p,team,Q\nQ,q,team,P\n"
                                "A,又一个 A,planet,CO\n");
    assert_true(dc_test_number(units, "rejected") >= 1);
    assert_null(dc_test_value(units, "written"));
}

static void
chinese_headers_in_gb18030_are_read(void **state)
{
    (void)state;
    static const char text[] = "工号;姓名;邮箱;部门编码;岗位;直接上级;入职日期;占比\r\n"
                               "G1;林㐂;lin@demo.example;B1;sales_rep;E2001;2026/3/1;0.6\r\n"
                               "G1;;;B2;sales_rep;;;0.4\r\n";
    char coded[1024];
    char *in = (char *)text, *out = coded;
    size_t in_left = strlen(text), out_left = sizeof(coded);
    iconv_t converter = iconv_open("GB18030", "UTF-8");
    assert_int_not_equal(iconv(converter, &in, &in_left, &out, &out_left), (size_t)-1);
    iconv_close(converter);
    Kernel__Context context = program(tenant);
    size_t size = sizeof(coded) - out_left;
    json_t *tried = import(&context, ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE, coded, size, true);
    assert_int_equal(dc_test_number(tried, "created"), 1);
    assert_value("SELECT count(*) FROM org.person WHERE code = 'G1'", "0");
    json_t *done = import(&context, ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE, coded, size, false);
    if (dc_test_number(done, "created") != 1) {
        fail_msg("%s", dc_test_text(done, "rejections.0.reason"));
    }
    assert_value("SELECT p.name || ' ' || string_agg(u.code || ' ' || o.share::text || ' ' || "
                 "o.main::text, ', ' ORDER BY o.seq) FROM org.person p JOIN org.post o ON "
                 "o.person_id = p.id JOIN org.unit u ON u.id = o.unit_id WHERE p.code = 'G1' GROUP "
                 "BY p.name",
                 "林㐂 B1 0.600000 true, B2 0.400000 false");
    /* Moved by a later file: the old posts end when the new one begins. */
    json_t *moved = import_text(ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE,
                                "工号,姓名,部门编码,岗位,入职日期,任岗日期\n"
                                "G1,林㐂,C1,sales_rep,2026-03-01,2026-09-01\n");
    assert_int_equal(dc_test_number(moved, "changed"), 1);
    assert_value("SELECT string_agg(u.code || ' ' || o.valid_from || ' ' || o.valid_to || ' ' || "
                 "o.main::text, ', ' ORDER BY o.seq) FROM org.person p JOIN org.post o ON "
                 "o.person_id = p.id JOIN org.unit u ON u.id = o.unit_id WHERE p.code = 'G1'",
                 "B1 2026-03-01 2026-09-01 true, B2 2026-03-01 2026-09-01 false, C1 2026-09-01 "
                 "infinity true");
}

static void
not_a_table_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "code,name\n", "code,code,name,kind,parent_code\n",
                                        "\xff\xfe\x63\x00"};
    static const size_t sizes[] = {0, 10, 33, 4};
    Kernel__Context context = program(tenant);
    for (size_t i = 0; i < 4; i++) {
        Org__ImportRequest request = ORG__IMPORT_REQUEST__INIT;
        struct dc_error error = {0};
        json_t *answer;
        request.kind = ORG__IMPORT_KIND__IMPORT_KIND_UNITS;
        request.csv.data = (uint8_t *)texts[i];
        request.csv.len = sizes[i];
        assert_int_equal(
            dc_test_send(edge, ORG, "Import", &context, &request.base, &answer, &error),
            DC_INVALID_ARGUMENT);
    }
    struct dc_error error;
    assert_int_equal(dc_test_refused(edge, ORG, "Import", as("boss"), &error,
                                     "{\"kind\":\"IMPORT_KIND_UNITS\"}"),
                     DC_PERMISSION_DENIED);
}

/* Last, because it is large. */
static void
a_hundred_thousand_people_come_in_one_file(void **state)
{
    (void)state;
    enum { PEOPLE = 100000 };
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_add(&text, "code,name,email,mobile,unit_code,position,manager_code,employed_from\n");
    static const char *const teams[] = {"A1", "A2", "B1", "B2", "C1", "D1", "D2"};
    for (int i = 0; i < PEOPLE; i++) {
        char manager[16] = "";
        if (i > 0) {
            snprintf(manager, sizeof(manager), "M%d", i / 10);
        }
        dc_text_printf(&text, "M%d,员工%d,m%d@demo.example,139%08d,%s,sales_rep,%s,2025-01-01\n", i,
                       i, i, i, teams[i % 7], manager);
    }
    Kernel__Context context = program(tenant);
    int64_t began = dc_monotonic();
    json_t *done =
        import(&context, ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE, text.data, text.length, false);
    double first = (double)(dc_monotonic() - began) / DC_SECOND;
    assert_int_equal(dc_test_number(done, "created"), PEOPLE);
    began = dc_monotonic();
    done = import(&context, ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE, text.data, text.length, false);
    double again = (double)(dc_monotonic() - began) / DC_SECOND;
    assert_int_equal(dc_test_number(done, "unchanged"), PEOPLE);
    printf("%d people, %.1f MB: %.1f s; again without a change: %.1f s\n", PEOPLE,
           (double)text.length / 1e6, first, again);
    assert_true(first < 60 && again < 60);
    began = dc_monotonic();
    json_t *list = dc_test_ask(edge, ORG, "ListPeople", as("director.a"), "{\"limit\":100}");
    json_t *tree = dc_test_ask(edge, ORG, "GetTree", as("boss"), "{}");
    printf("list and tree of %lld: %.2f s\n", (long long)dc_test_number(list, "total"),
           (double)(dc_monotonic() - began) / DC_SECOND);
    assert_true(dc_test_number(tree, "nodes.0.peopleBelow") >= PEOPLE);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_stays_valid),
        cmocka_unit_test(a_planned_move_is_told_on_its_day),
        cmocka_unit_test(people_are_judged),
        cmocka_unit_test(the_same_file_again_changes_nothing),
        cmocka_unit_test(every_bad_row_is_listed_and_nothing_is_written),
        cmocka_unit_test(not_a_table_is_refused),
        cmocka_unit_test(chinese_headers_in_gb18030_are_read),
        cmocka_unit_test(a_hundred_thousand_people_come_in_one_file),
    };
    return house_main(argc, argv, "org changes", tests, sizeof(tests) / sizeof(tests[0]));
}
