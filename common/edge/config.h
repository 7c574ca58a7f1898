/*
 * config.h - configuration as a table of rows.
 *
 * A program declares its options once, as rows: name, type, default, bounds, and a sentence. The
 * rows drive the reading of the YAML file, the defaults, `--help`, `--print-config` (the sample
 * file) and the checks. Unknown keys, wrong types and values out of bounds are errors that name
 * file, line and column and say what is allowed. Secrets are read from files: a row of type
 * SECRET_FILE holds a path, its value is the file's content without the final newline.
 *
 * Sources, later ones win: default, the file, the environment (DACHENG_<NAME in capitals>, dots
 * as underscores), `--set name=value`.
 */
#ifndef DC_EDGE_CONFIG_H
#define DC_EDGE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"

enum dc_option_type {
    DC_OPTION_TEXT,
    DC_OPTION_INT,
    DC_OPTION_BOOL,
    DC_OPTION_LIST,        /* a YAML sequence of text, or comma-separated text */
    DC_OPTION_SECRET_FILE, /* path of a file that holds the value */
};

struct dc_option {
    const char *name; /* "bus.endpoints": nested mappings in the file, one dot a level */
    enum dc_option_type type;
    const char *default_value; /* NULL: must be given */
    int64_t minimum, maximum;  /* of an INT; both 0 = unbounded */
    const char *sentence;      /* for --help and the sample file; gives the unit */
};

struct dc_config;

/* `rows` are tables ended by a row whose name is NULL; `tables` is a NULL-ended list of them, so
 * that the skeleton's and a service's own rows stand side by side. They must outlive the config.
 * path NULL: no file. `sets`: "name=value" texts. Errors: INVALID_ARGUMENT with "file:line:col". */
enum dc_code dc_config_load(struct dc_config **ret_config, const struct dc_option *const *tables,
                            const char *path, const char *const *sets, size_t set_count,
                            struct dc_error *error) DC_MUST_CHECK;
void dc_config_free(struct dc_config *config);
DC_DEFINE_AUTO(dc_config)

/* Asking for a name that is not in the tables, or by the wrong type, is a bug. The text lives as
 * long as the config. */
const char *dc_config_text(const struct dc_config *config, const char *name);
int64_t dc_config_int(const struct dc_config *config, const char *name);
bool dc_config_bool(const struct dc_config *config, const char *name);
size_t dc_config_list_length(const struct dc_config *config, const char *name);
const char *dc_config_list_at(const struct dc_config *config, const char *name, size_t index);

/* The sample file: every row with its sentence and default. */
void dc_config_print_sample(const struct dc_option *const *tables, struct dc_text *text);
/* For --help. */
void dc_config_print_help(const struct dc_option *const *tables, struct dc_text *text);

#endif
