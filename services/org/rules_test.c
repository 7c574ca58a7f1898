/* rules_test.c - people, managers, roles and passwords, without a database. */
#include <sodium.h>
#include <string.h>

#include "grants.h"
#include "password.h"
#include "roster.h"
#include "service/access.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

/* --- managers ------------------------------------------------------------------------------ */
static void
nobody_is_above_himself(void **state)
{
    (void)state;
    static const struct {
        int64_t managers[6]; /* of 1..6 */
        size_t problems;
    } cases[] = {
        {{0, 1, 1, 2, 2, 5}, 0}, {{2, 1, 0, 0, 0, 0}, 1}, {{1, 0, 0, 0, 0, 0}, 1},
        {{2, 3, 4, 5, 6, 0}, 0}, {{2, 3, 4, 5, 6, 1}, 1}, {{9, 0, 0, 0, 0, 0}, 1},
        {{2, 1, 4, 3, 6, 5}, 3}, {{2, 3, 2, 1, 1, 1}, 1},
    };
    static const int64_t ids[] = {1, 2, 3, 4, 5, 6};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct org_problems problems = {.arena = arena};
        org_check_managers(ids, cases[i].managers, 6, &problems);
        if (problems.count != cases[i].problems) {
            fail_msg("case %zu: %zu problems", i, problems.count);
        }
    }
}

/* --- posts --------------------------------------------------------------------------------- */
static struct org_post
post(int64_t unit, const char *share, int from, int to)
{
    struct org_post made = {.unit_id = unit, .position = "p", .from = from, .to = to};
    assert_int_equal(dc_decimal_parse(share, &made.share, NULL), DC_OK);
    return made;
}

static void
posts_are_settled(void **state)
{
    (void)state;
    struct dc_error error;
    struct org_post two[] = {post(2, "0.4", 100, ORG_OPEN), post(1, "0.6", 100, ORG_OPEN)};
    struct org_person person = {
        .employed_from = 100, .employed_to = 900, .posts = two, .post_count = 2};
    assert_int_equal(org_person_settle(&person, &error), DC_OK);
    assert_int_equal(two[0].unit_id, 1); /* the larger share is the main one */
    assert_true(two[0].main && !two[1].main);
    assert_int_equal(two[0].to, 900); /* ends with the employment */
    struct org_post line[] = {post(1, "1", 100, 200), post(2, "1", 200, ORG_OPEN)};
    person.posts = line;
    assert_int_equal(org_person_settle(&person, &error), DC_OK);
    assert_true(line[0].main && line[1].main);
    struct org_post much[] = {post(1, "1", 100, 200), post(2, "0.000001", 199, ORG_OPEN)};
    person.posts = much;
    assert_int_equal(org_person_settle(&person, &error), DC_INVALID_ARGUMENT);
    struct org_post early[] = {post(1, "1", 99, 200)};
    person.posts = early;
    person.post_count = 1;
    assert_int_equal(org_person_settle(&person, &error), DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "posts");
}

static void
addresses_that_could_change_a_header_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"a",     "@b",    "a@",   "a@b@c",  "a b@c", "a@b\r\nBcc:x",
                                      "<a@b>", "a,b@c", "张@b", "\"a\"@b"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(org_check_email(bad[i], NULL), DC_INVALID_ARGUMENT);
    }
    assert_int_equal(org_check_email("", NULL), DC_OK);
    assert_int_equal(org_check_email("zhang.san+x@mail.demo.example", NULL), DC_OK);
}

/* --- roles --------------------------------------------------------------------------------- */
static void
homes_follow_the_widest_role(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct org_grant director[] = {
        {KERNEL__ROLE__ROLE_EMPLOYEE, KERNEL__SCOPE__SCOPE_SELF, 0},
        {KERNEL__ROLE__ROLE_DIRECTOR, KERNEL__SCOPE__SCOPE_UNIT_TREE, 7}};
    struct org_grant vice[] = {{KERNEL__ROLE__ROLE_VICE_PRESIDENT, KERNEL__SCOPE__SCOPE_GROUP, 0}};
    assert_string_equal(org_grants_home(arena, director, 2, 1), "unit/7");
    assert_string_equal(org_grants_home(arena, vice, 1, 1), "unit/1");
    assert_string_equal(org_grants_home(arena, director, 1, 1), "me");
    assert_string_equal(org_grants_home(arena, director, 0, 1), "me");
}

static void
everybody_sees_his_own_but_administrators(void **state)
{
    (void)state;
    struct org_grant effective[3];
    struct org_grant boss = {KERNEL__ROLE__ROLE_BOSS, KERNEL__SCOPE__SCOPE_GROUP, 0};
    assert_int_equal(org_grants_effective(&boss, 1, effective), 2);
    assert_int_equal(effective[0].role, KERNEL__ROLE__ROLE_EMPLOYEE);
    assert_int_equal(org_grants_effective(NULL, 0, effective), 1);
    static const Kernel__Role apart[] = {
        KERNEL__ROLE__ROLE_SYSTEM_ADMIN, KERNEL__ROLE__ROLE_SECURITY_ADMIN,
        KERNEL__ROLE__ROLE_AUDITOR, KERNEL__ROLE__ROLE_OPERATIONS, KERNEL__ROLE__ROLE_INTEGRATOR};
    for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
        struct org_grant grant = {apart[i], KERNEL__SCOPE__SCOPE_GROUP, 0};
        assert_int_equal(org_grants_effective(&grant, 1, effective), 1);
    }
}

/* Every pair: with an administrator only itself goes. */
static void
roles_that_exclude_each_other(void **state)
{
    (void)state;
    for (int a = KERNEL__ROLE__ROLE_SYSTEM_ADMIN; a <= KERNEL__ROLE__ROLE_AUDITOR; a++) {
        for (int b = KERNEL__ROLE__ROLE_BOSS; b <= KERNEL__ROLE__ROLE_AUDITOR; b++) {
            struct org_grant two[] = {{a, KERNEL__SCOPE__SCOPE_GROUP, 0},
                                      {b, KERNEL__SCOPE__SCOPE_GROUP, 0}};
            assert_int_equal(org_grants_check(two, 2, NULL),
                             a == b ? DC_OK : DC_FAILED_PRECONDITION);
        }
    }
}

/* --- passwords ----------------------------------------------------------------------------- */
static void
passwords_are_judged(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "123456789",    "1234567890",   "Password123",
                                      "qwertyuiop", "aaaaaaaaaa",   "abcabcabcabc", "zhangsan12",
                                      "ZHANGSAN!1", "woaini1314520"};
    static const char *const good[] = {"八千里路云和月 2026", "correct horse battery",
                                       "scenario-Pass-2026", "K7$m-quiet-lake"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (org_password_check(bad[i], "zhangsan", "p", NULL) == DC_OK) {
            fail_msg("\"%s\" passed", bad[i]);
        }
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (org_password_check(good[i], "zhangsan", "p", NULL) != DC_OK) {
            fail_msg("\"%s\" did not pass", good[i]);
        }
    }
}

static void
hashes_fit_only_their_password(void **state)
{
    (void)state;
    struct org_hashing hashing, stronger;
    char hash[ORG_HASH_TEXT], password[ORG_ONE_TIME_TEXT], other[ORG_ONE_TIME_TEXT];
    assert_int_equal(org_hashing_init(&hashing, 1, 8192, NULL), DC_OK);
    assert_int_equal(org_hashing_init(&stronger, 2, 16384, NULL), DC_OK);
    org_one_time_password(password);
    org_one_time_password(other);
    assert_string_not_equal(password, other);
    assert_int_equal(strspn(password, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789-"), 19);
    assert_int_equal(org_password_hash(&hashing, password, hash, NULL), DC_OK);
    assert_true(org_password_fits(&hashing, hash, password));
    assert_false(org_password_fits(&hashing, hash, other));
    assert_false(org_password_fits(&hashing, NULL, password));
    assert_false(org_password_is_dated(&hashing, hash));
    assert_true(org_password_is_dated(&stronger, hash));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_above_himself),
        cmocka_unit_test(posts_are_settled),
        cmocka_unit_test(addresses_that_could_change_a_header_are_refused),
        cmocka_unit_test(homes_follow_the_widest_role),
        cmocka_unit_test(everybody_sees_his_own_but_administrators),
        cmocka_unit_test(roles_that_exclude_each_other),
        cmocka_unit_test(passwords_are_judged),
        cmocka_unit_test(hashes_fit_only_their_password),
    };
    return cmocka_run_group_tests_name("org rules", tests, NULL, NULL);
}
