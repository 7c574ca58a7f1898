/* Tests the cascade by rows of cases, and its promises over random trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/cascade.h"
#include "tests/lib/harness.h"

enum { NODES_MAX = 64, PATH_MAX_ = 32 };

/* --- rows of cases ------------------------------------------------------------------------------
 */

struct drawn {
    char path[NODES_MAX][PATH_MAX_];
    struct cascade_node nodes[NODES_MAX];
    size_t count;
};

static struct dc_decimal
number(const char *text)
{
    struct dc_decimal value;
    struct dc_error error = {0};
    if (dc_decimal_parse(text, &value, &error) != DC_OK) {
        dc_test_die("%s: %s", text, error.message);
    }
    return value;
}

static int64_t
find_path(const struct drawn *tree, const char *path, size_t length)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (strlen(tree->path[i]) == length && strncmp(tree->path[i], path, length) == 0) {
            return (int64_t)i;
        }
    }
    return CASCADE_TOP;
}

static void
draw_node(struct drawn *tree, char *token)
{
    size_t at = tree->count++;
    struct cascade_node *node = &tree->nodes[at];
    assert_true(tree->count <= NODES_MAX);
    *node = (struct cascade_node){.people = 1};
    for (char *end = token + strlen(token) - 1; *end == '!' || *end == '^'; *end-- = '\0') {
        node->pinned = node->pinned || *end == '!';
        node->joining = node->joining || *end == '^';
    }
    char *outside = strchr(token, '~');
    if (outside) {
        *outside++ = '\0';
        node->outside = number(outside);
    }
    char *value = strchr(token, '='), *people = strchr(token, ':');
    node->absent = value == NULL;
    if (people) {
        *people++ = '\0';
        node->people = atoi(people);
    }
    if (value) {
        *value++ = '\0';
        node->old_value = node->value = number(value);
    }
    snprintf(tree->path[at], sizeof tree->path[at], "%s", token);
    const char *dot = strrchr(token, '.');
    node->parent = dot ? find_path(tree, token, (size_t)(dot - token)) : CASCADE_TOP;
}

static void
draw(struct drawn *tree, char *text)
{
    *tree = (struct drawn){0};
    for (char *save, *token = strtok_r(text, " ", &save); token;
         token = strtok_r(NULL, " ", &save)) {
        draw_node(tree, token);
    }
}

static void
give(struct drawn *tree, char *text)
{
    for (char *save, *token = strtok_r(text, " ", &save); token;
         token = strtok_r(NULL, " ", &save)) {
        char *value = strchr(token, '=');
        if (!value) {
            continue;
        }
        *value++ = '\0';
        int64_t at = find_path(tree, token, strlen(token));
        assert_true(at >= 0);
        tree->nodes[at].given = true;
        tree->nodes[at].value = number(value);
    }
}

static void
check_after(const char *where, const struct drawn *tree, char *text)
{
    struct drawn after;
    draw(&after, text);
    assert_int_equal(after.count, tree->count);
    for (size_t i = 0; i < after.count; i++) {
        int64_t at = find_path(tree, after.path[i], strlen(after.path[i]));
        assert_true(at >= 0);
        char got[DC_DECIMAL_TEXT], wanted[DC_DECIMAL_TEXT];
        dc_decimal_format(tree->nodes[at].value, got);
        dc_decimal_format(after.nodes[i].value, wanted);
        if (strcmp(got, wanted) != 0 || tree->nodes[at].absent != after.nodes[i].absent) {
            fail_msg("%s: %s is %s%s, not %s", where, after.path[i], got,
                     tree->nodes[at].absent ? " (absent)" : "", wanted);
        }
    }
}

static void
check_said(const char *where, const struct drawn *tree, const struct cascade_sum *sums,
           const char *said)
{
    char got[512] = "";
    for (size_t i = 0; i < tree->count; i++) {
        if (sums[i].grown) {
            size_t length = strlen(got);
            snprintf(got + length, sizeof got - length, "%s%s", length ? " " : "", tree->path[i]);
        }
    }
    if (strcmp(got[0] ? got : "-", said) != 0) {
        fail_msg("%s: to be said at \"%s\", not \"%s\"", where, got[0] ? got : "-", said);
    }
}

static void
run_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    if (count != 8) {
        fail_msg("%s: %zu columns instead of 8", where, count);
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct drawn tree;
    struct cascade_sum sums[NODES_MAX];
    struct dc_error error = {0};
    bool filling = strcmp(columns[1], "fill") == 0, additive = strcmp(columns[2], "sums") == 0;
    draw(&tree, columns[4]);
    give(&tree, columns[5]);
    enum dc_code code = (filling ? cascade_fill : cascade_resplit)(
        tree.nodes, tree.count, additive, atoi(columns[3]), arena, sums, &error);
    if (code != DC_OK) {
        fail_msg("%s: %s", where, error.message);
    }
    check_after(where, &tree, columns[6]);
    check_said(where, &tree, sums, columns[7]);
}

static void
test_cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/cascade.txt", run_case, NULL) > 30);
}

/* --- promises over random trees -----------------------------------------------------------------
 */

struct forest {
    struct cascade_node *nodes;
    struct cascade_sum *sums;
    size_t count;
};

/* A tree that is handed out to the cent, three to five levels deep. */
static struct forest
grow(struct dc_arena *arena, struct dc_test_random *random, size_t count, unsigned pinned_of_100)
{
    struct forest f = {.nodes = DC_NEW_ARRAY(arena, struct cascade_node, count),
                       .sums = DC_NEW_ARRAY(arena, struct cascade_sum, count),
                       .count = count};
    for (size_t i = 0; i < count; i++) {
        f.nodes[i].parent =
            i == 0 ? CASCADE_TOP : (int64_t)dc_test_random_below(random, (i + 3) / 4);
        f.nodes[i].pinned = i > 0 && dc_test_random_below(random, 100) < pinned_of_100;
        /* Leaves get a value; inner nodes the sum of theirs, below. */
        f.nodes[i].old_value.units = (__int128)dc_test_random_below(random, 1000000) * 10000;
    }
    bool *inner = DC_NEW_ARRAY(arena, bool, count);
    for (size_t i = count; i-- > 1;) {
        struct cascade_node *parent = &f.nodes[f.nodes[i].parent];
        if (!inner[f.nodes[i].parent]) {
            inner[f.nodes[i].parent] = true;
            parent->old_value = DC_DECIMAL_ZERO;
        }
        parent->old_value = dc_decimal_add(parent->old_value, f.nodes[i].old_value);
    }
    return f;
}

static void
adjust_root(struct forest *f, struct dc_arena *arena, struct dc_decimal value)
{
    f->nodes[0].given = true;
    f->nodes[0].value = value;
    assert_int_equal(cascade_resplit(f->nodes, f->count, true, 2, arena, f->sums, NULL), DC_OK);
}

static void
test_sums_are_exact(void **state)
{
    (void)state;
    struct dc_test_random random = {.state = dc_test_seed()};
    for (int round = 0; round < 200; round++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct forest f = grow(arena, &random, 2 + dc_test_random_below(&random, 400), 0);
        struct dc_decimal value = {(__int128)dc_test_random_below(&random, 10000000000) * 10000};
        adjust_root(&f, arena, value);
        for (size_t i = 0; i < f.count; i++) {
            if (f.sums[i].children > 0 && dc_decimal_sign(f.nodes[i].old_value) > 0) {
                assert_int_equal(dc_decimal_cmp(f.sums[i].new_sum, f.nodes[i].value), 0);
                assert_false(f.sums[i].over);
            }
        }
    }
}

/* Each child is its exact share of what the children of its parent come to, less than a cent off.
 */
static void
test_shares_are_in_proportion(void **state)
{
    (void)state;
    struct dc_test_random random = {.state = dc_test_seed() + 1};
    for (int round = 0; round < 100; round++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct forest f = grow(arena, &random, 2 + dc_test_random_below(&random, 400), 0);
        struct dc_decimal value = {(__int128)dc_test_random_below(&random, 10000000000) * 10000};
        adjust_root(&f, arena, value);
        for (size_t i = 1; i < f.count; i++) {
            const struct cascade_node *parent = &f.nodes[f.nodes[i].parent];
            /* |part - old/V * V'| < 1 cent, without dividing; amounts here are below 2^50 cents. */
            __int128 cent = 10000;
            __int128 part = f.nodes[i].value.units / cent, old = f.nodes[i].old_value.units / cent;
            __int128 before = parent->old_value.units / cent, now = parent->value.units / cent;
            __int128 off = part * before - old * now;
            assert_true((off < 0 ? -off : off) < before || before == 0);
        }
    }
}

static void
test_pinned_trees_are_untouched(void **state)
{
    (void)state;
    struct dc_test_random random = {.state = dc_test_seed() + 2};
    for (int round = 0; round < 100; round++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct forest f = grow(arena, &random, 2 + dc_test_random_below(&random, 400), 20);
        bool *kept = DC_NEW_ARRAY(arena, bool, f.count);
        adjust_root(&f, arena, dc_decimal_add(f.nodes[0].old_value, DC_DECIMAL_INT(12345)));
        for (size_t i = 1; i < f.count; i++) {
            kept[i] = f.nodes[i].pinned || kept[f.nodes[i].parent];
            if (kept[i]) {
                assert_int_equal(dc_decimal_cmp(f.nodes[i].old_value, f.nodes[i].value), 0);
            }
            assert_true(dc_decimal_sign(f.nodes[i].value) >= 0);
        }
    }
}

static void
test_the_same_again_changes_nothing(void **state)
{
    (void)state;
    struct dc_test_random random = {.state = dc_test_seed() + 3};
    for (int round = 0; round < 100; round++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct forest f = grow(arena, &random, 2 + dc_test_random_below(&random, 400), 20);
        struct dc_decimal value = {(__int128)dc_test_random_below(&random, 10000000000) * 10000};
        adjust_root(&f, arena, value);
        for (size_t i = 0; i < f.count; i++) {
            f.nodes[i].old_value = f.nodes[i].value;
        }
        adjust_root(&f, arena, value);
        for (size_t i = 0; i < f.count; i++) {
            assert_int_equal(dc_decimal_cmp(f.nodes[i].old_value, f.nodes[i].value), 0);
            assert_false(f.sums[i].grown);
        }
    }
}

static void
test_a_thousand_children_add_up(void **state)
{
    (void)state;
    for (size_t children = 1; children <= 1000; children += 37) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct cascade_node *nodes = DC_NEW_ARRAY(arena, struct cascade_node, children + 1);
        struct cascade_sum *sums = DC_NEW_ARRAY(arena, struct cascade_sum, children + 1);
        nodes[0] = (struct cascade_node){.parent = CASCADE_TOP,
                                         .old_value = DC_DECIMAL_INT(children),
                                         .value = DC_DECIMAL_INT(100),
                                         .given = true};
        for (size_t i = 1; i <= children; i++) {
            nodes[i] = (struct cascade_node){.old_value = DC_DECIMAL_INT(1)};
        }
        assert_int_equal(cascade_resplit(nodes, children + 1, true, 2, arena, sums, NULL), DC_OK);
        assert_int_equal(dc_decimal_cmp(sums[0].new_sum, DC_DECIMAL_INT(100)), 0);
    }
}

static void
test_values_past_the_largest_are_refused(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct cascade_node nodes[2] = {
        {.parent = CASCADE_TOP,
         .old_value = DC_DECIMAL_INT(1),
         .value = CASCADE_VALUE_MAX,
         .given = true},
        {.parent = 0, .old_value = DC_DECIMAL_INT(2)}, /* over-assigned: 200 % */
    };
    struct cascade_sum sums[2];
    struct dc_error error = {0};
    assert_int_equal(cascade_resplit(nodes, 2, true, 2, arena, sums, &error), DC_OUT_OF_RANGE);
    assert_non_null(strstr(error.message, "1000000000000000"));
}

static void
test_bounds_go_along(void **state)
{
    (void)state;
    struct dc_decimal bound;
    assert_int_equal(cascade_bound(DC_DECIMAL_INT(80), DC_DECIMAL_INT(100), DC_DECIMAL_INT(125),
                                   false, 2, &bound, NULL),
                     DC_OK);
    assert_int_equal(dc_decimal_cmp(bound, DC_DECIMAL_INT(100)), 0);
    /* From 0 they are kept on their side of the value. */
    assert_int_equal(
        cascade_bound(DC_DECIMAL_INT(5), DC_DECIMAL_ZERO, DC_DECIMAL_INT(9), true, 2, &bound, NULL),
        DC_OK);
    assert_int_equal(dc_decimal_cmp(bound, DC_DECIMAL_INT(9)), 0);
    assert_int_equal(cascade_bound(DC_DECIMAL_INT(5), DC_DECIMAL_ZERO, DC_DECIMAL_INT(3), false, 2,
                                   &bound, NULL),
                     DC_OK);
    assert_int_equal(dc_decimal_cmp(bound, DC_DECIMAL_INT(3)), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_sums_are_exact),
        cmocka_unit_test(test_shares_are_in_proportion),
        cmocka_unit_test(test_pinned_trees_are_untouched),
        cmocka_unit_test(test_the_same_again_changes_nothing),
        cmocka_unit_test(test_a_thousand_children_add_up),
        cmocka_unit_test(test_values_past_the_largest_are_refused),
        cmocka_unit_test(test_bounds_go_along),
    };
    return cmocka_run_group_tests_name("goals cascade", tests, NULL, NULL);
}
