/* peers_test.c - the peers file: permissions, and mistakes with their place. */
#include "peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

#define KEY_A "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define KEY_B "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"

static char path[512];

static enum dc_code
load(const char *yaml, struct peers **ret_peers, struct dc_error *error)
{
    snprintf(path, sizeof(path), "%s/peers.yaml", dc_test_tmpdir());
    dc_test_write_file(path, yaml, strlen(yaml));
    return peers_load(ret_peers, path, error);
}

static void
test_covering(void **state)
{
    (void)state;
    static const struct {
        const char *wide, *narrow;
        bool covers;
    } rows[] = {
        {">", "goals", true},         {">", "goals.log", true},      {">", ">", true},
        {"*", "goals", true},         {"*", "goals.log", false},     {"*", ">", false},
        {"*.log", "goals.log", true}, {"*.log", "*.log", true},      {"*.log", "*.*", false},
        {"goals.>", "goals.A", true}, {"goals.>", "goals", false},   {"goals.>", "goals.>", true},
        {"goals.>", ">", false},      {"goals.>", "*.A", false},     {"goals.*", "goals.>", false},
        {"goals.A", "goals.A", true}, {"goals.A", "goals.*", false}, {"goals", "goals.A", false},
        {"*.*", "*.A", true},         {"a.>", "a.*.c", true},        {"a.*.c", "a.>", false},
        {"goals", "goal", false},     {"goal", "goals", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (pattern_covers(rows[i].wide, rows[i].narrow) != rows[i].covers) {
            fail_msg("%s over %s is not %d", rows[i].wide, rows[i].narrow, rows[i].covers);
        }
    }
}

static void
test_a_good_file(void **state)
{
    (void)state;
    struct peers *peers;
    struct dc_error error = {0};
    dc_test_write_file("build/.peers_test.pub", KEY_B "\n", strlen(KEY_B) + 1);
    char yaml[2048];
    snprintf(yaml, sizeof(yaml),
             "# a comment\npeers:\n  gateway:\n    key: \"%s\"\n    call: [\">\"]\n"
             "    speaks_for_people: true\n  goals:\n    key_file: %s/build/.peers_test.pub\n"
             "    offer: [goals, goals.log]\n    publish: [\"goals.>\", _log.goals]\n",
             KEY_A, dc_test_root());
    if (load(yaml, &peers, &error) != DC_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(peers_count(peers), 2);
    const struct peer *gateway = peers_find(peers, KEY_A);
    assert_string_equal(gateway->name, "gateway");
    assert_true(gateway->speaks_for_people);
    assert_false(gateway->admin);
    assert_true(rules_cover(&gateway->call, "goals.log"));
    assert_false(rules_cover(&gateway->hear, "goals.A"));
    const struct peer *goals = peers_find(peers, KEY_B);
    assert_true(rules_cover(&goals->offer, "goals.log"));
    assert_false(rules_cover(&goals->offer, "scoring"));
    assert_true(rules_cover(&goals->publish, "_log.goals"));
    assert_false(rules_cover(&goals->publish, "scoring.A"));
    assert_null(peers_find(peers, "nobody"));
    assert_false(peers_have_changed(peers));
    dc_test_write_file("build/.peers_test.pub", KEY_A "\n\n", strlen(KEY_A) + 2);
    assert_true(peers_have_changed(peers));
    peers_free(peers);
    remove("build/.peers_test.pub");
}

static void
test_mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *place, *sentence;
    } rows[] = {
        {"", ":1:1", "peers:"},
        {"- a\n", ":1:1", "peers:"},
        {"people: {}\n", ":1:1", "peers:"},
        {"peers:\n  a: [\n", ":3:1", ""},
        {"peers:\n  a:\n    key: short\n", ":3:10", "40 characters"},
        {"peers:\n  a:\n    call: []\n", ":3:5", "no key"},
        {"peers:\n  a:\n    key_file: no/such/file\n", ":3:15", "cannot read"},
        {"peers:\n  a:\n    colour: red\n", ":3:5", "unknown key"},
        {"peers:\n  a:\n    admin: maybe\n", ":3:12", "true or false"},
        {"peers:\n  a:\n    call: goals\n", ":3:11", "list of patterns"},
        {"peers:\n  a:\n    call: [\"goals..x\"]\n", ":3:12", "not a pattern"},
        {"peers:\n  a:\n    call: [a]\n    call: [b]\n", ":4:11", "twice"},
        {"peers:\n  \"a b\":\n    call: []\n", ":2:3", "name"},
        {"peers:\n  a:\n    key: \"" KEY_A "\"\n  a:\n    key: \"" KEY_B "\"\n", ":4:3", "twice"},
        {"peers:\n  a:\n    key: \"" KEY_A "\"\n  b:\n    key: \"" KEY_A "\"\n", ":5:5",
         "same key"},
        {"peers:\n  a:\n    key: \"" KEY_A "\"\n    key: \"" KEY_B "\"\n", ":4:10", "already"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct peers *peers = NULL;
        struct dc_error error = {0};
        if (load(rows[i].yaml, &peers, &error) != DC_INVALID_ARGUMENT ||
            !strstr(error.message, rows[i].place) || !strstr(error.message, rows[i].sentence)) {
            fail_msg("row %zu: %s", i, error.message);
        }
        assert_null(peers);
    }
}

static void
test_the_sample_file_is_good_but_for_its_keys(void **state)
{
    (void)state;
    size_t size;
    char *sample = dc_test_read_file("deploy/config/peers.yaml", &size);
    struct peers *peers;
    struct dc_error error;
    char directory[512], key[1024];
    snprintf(directory, sizeof(directory), "%s", dc_test_tmpdir());
    snprintf(key, sizeof(key), "mkdir -p %s/keys", directory);
    assert_int_equal(system(key), 0);
    for (char *at = strstr(sample, "key_file: keys/"); at; at = strstr(at + 1, "key_file: keys/")) {
        char name[64], public_key[DC_BUS_KEY_TEXT], secret_key[DC_BUS_KEY_TEXT];
        assert_int_equal(sscanf(at, "key_file: keys/%60[a-z.]", name), 1);
        dc_bus_key_pair(public_key, secret_key);
        snprintf(key, sizeof(key), "%s/keys/%s", directory, name);
        dc_test_write_file(key, public_key, strlen(public_key));
    }
    snprintf(key, sizeof(key), "%s/peers.yaml", directory);
    dc_test_write_file(key, sample, size);
    free(sample);
    if (peers_load(&peers, key, &error) != DC_OK) {
        fail_msg("%s", error.message);
    }
    assert_true(peers_count(peers) >= 8);
    peers_free(peers);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_covering),
        cmocka_unit_test(test_a_good_file),
        cmocka_unit_test(test_mistakes_are_told_with_their_place),
        cmocka_unit_test(test_the_sample_file_is_good_but_for_its_keys),
    };
    return cmocka_run_group_tests_name("peers", tests, NULL, NULL);
}
