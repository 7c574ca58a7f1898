/* config_test.c - loading by rows, and errors that say where and what is allowed. */
#include "edge/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static const struct dc_option bus_rows[] = {
    {"bus.endpoints", DC_OPTION_LIST, "tcp://127.0.0.1:7100", 0, 0, "where the bus listens"},
    {"bus.secret_key", DC_OPTION_SECRET_FILE, "", 0, 0, "file with our key"},
    {"workers", DC_OPTION_INT, "4", 1, 64, "threads that answer"},
    {0},
};
static const struct dc_option service_rows[] = {
    {"database", DC_OPTION_TEXT, NULL, 0, 0, "how to reach the database"},
    {"bus.quiet", DC_OPTION_BOOL, "false", 0, 0, "say less"},
    {"deep.er.option", DC_OPTION_TEXT, "a \"quoted\" text", 0, 0, "three levels"},
    {0},
};
static const struct dc_option *const tables[] = {bus_rows, service_rows, NULL};

static const char *
file_of(const char *content)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/config.yaml", dc_test_tmpdir());
    dc_test_write_file(path, content, strlen(content));
    return path;
}

static void
sources_win_in_order(void **state)
{
    (void)state;
    char secret[600], yaml[2000];
    snprintf(secret, sizeof secret, "%s/key", dc_test_tmpdir());
    dc_test_write_file(secret, "s3cret\n", 7);
    snprintf(yaml, sizeof yaml,
             "# a comment\nbus:\n  endpoints: [tcp://a:1, 'tcp://b:2']\n  secret_key: %s\n"
             "workers: 8\ndatabase: dbname=x\ndeep: {er: {option: 深}}\n",
             secret);
    DC_AUTO(dc_config) struct dc_config *config = NULL;
    struct dc_error error;
    const char *sets[] = {"workers=16", "database=host=/run dbname=y"};
    setenv("DACHENG_WORKERS", "12", 1);
    setenv("DACHENG_BUS_QUIET", "true", 1);
    setenv("DACHENG_DEEP_ER_OPTION", "", 1); /* empty: not set */
    enum dc_code code = dc_config_load(&config, tables, file_of(yaml), sets, 2, &error);
    unsetenv("DACHENG_WORKERS");
    unsetenv("DACHENG_BUS_QUIET");
    unsetenv("DACHENG_DEEP_ER_OPTION");
    if (code != DC_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(dc_config_int(config, "workers"), 16);
    assert_true(dc_config_bool(config, "bus.quiet"));
    assert_string_equal(dc_config_text(config, "database"), "host=/run dbname=y");
    assert_string_equal(dc_config_text(config, "deep.er.option"), "深");
    assert_string_equal(dc_config_text(config, "bus.secret_key"), "s3cret");
    assert_int_equal(dc_config_list_length(config, "bus.endpoints"), 2);
    assert_string_equal(dc_config_list_at(config, "bus.endpoints", 1), "tcp://b:2");
}

static void
defaults_and_comma_lists(void **state)
{
    (void)state;
    DC_AUTO(dc_config) struct dc_config *config = NULL;
    const char *sets[] = {"database=d", "bus.endpoints= a , b,,c"};
    assert_int_equal(dc_config_load(&config, tables, NULL, sets, 2, NULL), DC_OK);
    assert_int_equal(dc_config_int(config, "workers"), 4);
    assert_string_equal(dc_config_text(config, "bus.secret_key"), "");
    assert_int_equal(dc_config_list_length(config, "bus.endpoints"), 3);
    assert_string_equal(dc_config_list_at(config, "bus.endpoints", 0), "a");
    assert_string_equal(dc_config_list_at(config, "bus.endpoints", 1), "b");
}

/* The text of the file, and what the error must say. */
static const struct {
    const char *yaml;
    const char *where;
    const char *says;
} wrong[] = {
    {"database: d\nbus:\n  endpoint: x\n", "config.yaml:3:3: ", "bus.endpoints"},
    {"database: d\nworker: 3\n", "config.yaml:2:1: ", "workers"},
    {"database: d\nzzzzzzzzzzzz: 3\n", "config.yaml:2:1: ", "allowed are: bus.endpoints"},
    {"database: d\nworkers: 65\n", "config.yaml:2:10: ", "allowed are 1 to 64"},
    {"database: d\nworkers: many\n", "config.yaml:2:10: ", "a whole number is wanted"},
    {"database: d\nworkers:\n", "config.yaml:2:9: ", "a whole number is wanted"},
    {"database: d\nworkers: [1]\n", "config.yaml:2:10: ", "is a list; a whole number"},
    {"database: d\nbus: 3\n", "config.yaml:2:6: ", "bus is a section"},
    {"database: d\nbus:\n  quiet: yes\n", "config.yaml:3:10: ", "allowed are true and false"},
    {"database: d\nbus:\n  endpoints: [[a]]\n", "config.yaml:3:15: ", "not a text"},
    {"database: d\nworkers: 1\nworkers: 2\n", "config.yaml:3:1: ", "given twice"},
    {"database: {a: 1}\n", "config.yaml:1:11: ", "is a mapping; a text is wanted"},
    {"database: d\n  bad: [\n", "config.yaml:2:", ""},
    {"- a\n- b\n", "config.yaml:1:1: ", "must be a mapping"},
    {"database: \"a\\0b\"\n", "config.yaml:1:11: ", "NUL"},
    {"[a]: b\n", "config.yaml:1:1: ", "a key is not a text"},
    {"workers: 2\n", "config.yaml: ", "DACHENG_DATABASE"},
    {"database: d\nbus: {secret_key: /no/such/file}\n", "config.yaml:2:19: ", "/no/such/file"},
    {"a: &a [*a]\n", "config.yaml:1:", ""},
};

static void
errors_say_where_and_what(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct dc_config *config = NULL;
        struct dc_error error = {0};
        enum dc_code code =
            dc_config_load(&config, tables, file_of(wrong[i].yaml), NULL, 0, &error);
        if (code != DC_INVALID_ARGUMENT || !strstr(error.message, wrong[i].where) ||
            !strstr(error.message, wrong[i].says)) {
            fail_msg("%s\n-> %s\nwanted: %s ... %s", wrong[i].yaml, error.message, wrong[i].where,
                     wrong[i].says);
        }
        assert_null(config);
    }
    struct dc_config *config = NULL;
    struct dc_error error;
    assert_int_equal(dc_config_load(&config, tables, "/no/such.yaml", NULL, 0, &error),
                     DC_INVALID_ARGUMENT);
    const char *sets[] = {"database"};
    assert_int_equal(dc_config_load(&config, tables, NULL, sets, 1, &error), DC_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "name=value"));
    const char *unknown[] = {"databse=x"};
    assert_int_equal(dc_config_load(&config, tables, NULL, unknown, 1, &error),
                     DC_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "near it are: database"));
}

/* The sample file is one that loads, and gives the defaults. */
static void
sample_loads(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text sample = DC_TEXT_INIT, help = DC_TEXT_INIT;
    dc_config_print_sample(tables, &sample);
    assert_non_null(strstr(sample.data, "bus:\n  # where the bus listens\n"));
    assert_non_null(strstr(sample.data, "# database: must be given"));
    assert_ptr_equal(strstr(strstr(sample.data, "bus:") + 1, "bus:\n"), NULL); /* one section */
    DC_AUTO(dc_config) struct dc_config *config = NULL;
    struct dc_error error;
    const char *sets[] = {"database=d"};
    if (dc_config_load(&config, tables, file_of(sample.data), sets, 1, &error) != DC_OK) {
        fail_msg("%s\n%s", sample.data, error.message);
    }
    assert_string_equal(dc_config_text(config, "deep.er.option"), "a \"quoted\" text");
    assert_int_equal(dc_config_int(config, "workers"), 4);
    dc_config_print_help(tables, &help);
    for (const struct dc_option *row = bus_rows; row->name; row++) {
        assert_non_null(strstr(help.data, row->name));
        assert_non_null(strstr(help.data, row->sentence));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_win_in_order),
        cmocka_unit_test(defaults_and_comma_lists),
        cmocka_unit_test(errors_say_where_and_what),
        cmocka_unit_test(sample_loads),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
