/* tree_test.c - the tree of units by rows of text (tests/cases/org_tree.txt), and codes. */
#include "tree.h"

#include <dacheng/org/v1/events.pb-c.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

/* "2:A:department:1:2020-01-01..2026-01-01": id, code, kind, parent, from, end. */
static void
put(struct org_tree *tree, struct dc_arena *arena, const char *text, char *outcome)
{
    static const char *const kinds[] = {"", "group", "company", "department", "team"};
    char code[41], kind[20], from[11], to[11] = "";
    long long id, parent;
    if (sscanf(text, "%lld:%40[^:]:%19[^:]:%lld:%10[0-9-]..%10[0-9-]", &id, code, kind, &parent,
               from, to) < 5) {
        dc_test_die("not a unit: %s", text);
    }
    struct org_unit_change change = {.id = id,
                                     .code = dc_arena_strdup(arena, code),
                                     .name = dc_arena_strdup(arena, code),
                                     .parent_id = parent,
                                     .ends = ORG_OPEN};
    for (int k = 1; k <= 4; k++) {
        change.kind = strcmp(kinds[k], kind) == 0 ? k : change.kind;
    }
    assert_int_equal(dc_date_parse(from, &change.from, NULL), DC_OK);
    if (*to) {
        assert_int_equal(dc_date_parse(to, &change.ends, NULL), DC_OK);
    }
    struct dc_error error;
    if (*outcome == '\0' && org_tree_put(tree, &change, &error) != DC_OK) {
        sprintf(outcome, "%s %s", code, error.field);
    }
}

static void
one_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 2);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct org_tree tree;
    struct org_problems problems = {.arena = arena};
    char outcome[128] = "";
    org_tree_init(&tree, arena);
    for (char *unit = strtok(columns[0], " "); unit; unit = strtok(NULL, " ")) {
        put(&tree, arena, unit, outcome);
    }
    if (*outcome == '\0') {
        org_tree_check(&tree, &problems);
        if (problems.count > 0) {
            snprintf(outcome, sizeof(outcome), "%s %s",
                     org_tree_find(&tree, problems.items[0].id)->code, problems.items[0].said.field);
        }
    }
    if (strcmp(*outcome ? outcome : "ok", columns[1]) != 0) {
        fail_msg("%s: %s, not %s", where, *outcome ? outcome : "ok", columns[1]);
    }
}

static void
trees_are_judged(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/org_tree.txt", one_case, NULL) > 10);
}

static void
a_change_replaces_what_was_planned_after_it(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct org_tree tree;
    char outcome[128] = "";
    org_tree_init(&tree, arena);
    put(&tree, arena, "1:G:group:0:2020-01-01", outcome);
    put(&tree, arena, "2:A:department:1:2020-01-01", outcome);
    put(&tree, arena, "3:B:department:1:2020-01-01", outcome);
    put(&tree, arena, "4:T:team:2:2020-01-01", outcome);
    put(&tree, arena, "4:T:team:3:2027-01-01", outcome);
    const struct org_unit *unit = org_tree_find_code(&tree, "T");
    assert_int_equal(unit->state_count, 2);
    assert_int_equal(unit->version, 1);
    assert_int_equal(org_unit_on(unit, dc_date_from_civil(2026, 12, 31))->parent_id, 2);
    assert_int_equal(org_unit_on(unit, dc_date_from_civil(2027, 1, 1))->parent_id, 3);
    put(&tree, arena, "4:T:team:1:2026-06-01", outcome);
    assert_int_equal(unit->state_count, 2);
    assert_int_equal(org_unit_on(unit, dc_date_from_civil(2027, 1, 1))->parent_id, 1);
    assert_null(org_unit_on(unit, dc_date_from_civil(2019, 12, 31)));
    put(&tree, arena, "4:T:team:1:2026-06-01", outcome); /* already so */
    assert_int_equal(unit->state_count, 2);
    assert_string_equal(outcome, "");
}

static void
codes_are_found_among_many(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct org_codes *codes = org_codes_new(arena);
    int64_t id;
    for (int64_t i = 0; i < 50000; i++) {
        assert_true(org_codes_add(codes, dc_arena_printf(arena, "c%lld", (long long)i), i));
    }
    assert_false(org_codes_add(codes, "c77", 1));
    org_codes_remove(codes, "c78");
    assert_false(org_codes_find(codes, "c78", &id));
    assert_true(org_codes_add(codes, "c78", -5));
    assert_true(org_codes_find(codes, "c78", &id) && id == -5);
    for (int64_t i = 100; i < 50000; i++) {
        assert_true(org_codes_find(codes, dc_arena_printf(arena, "c%lld", (long long)i), &id) &&
                    id == i);
    }
    assert_false(org_codes_find(codes, "", &id));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_are_judged),
        cmocka_unit_test(a_change_replaces_what_was_planned_after_it),
        cmocka_unit_test(codes_are_found_among_many),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("org tree", tests, NULL, NULL);
}
