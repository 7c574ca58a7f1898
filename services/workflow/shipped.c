/* shipped.c - the definitions and the calendar that come with the product, read once at start. */
#include "handlers.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 50, FILE_MAX = 1 << 20 };

struct flow_shipped {
    struct dc_arena *arena;
    const struct wf_definition *items[FILES_MAX];
    const char *yaml[FILES_MAX];
    size_t count;
    const struct wf_day *days;
    size_t day_count;
};

static enum dc_code
read_file(struct dc_arena *arena, const char *path, char **ret_data, size_t *ret_size,
          struct dc_error *error)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "shipped.dir", "%s: %s", path,
                             strerror(errno));
    }
    char *data = dc_arena_alloc(arena, FILE_MAX + 1);
    size_t size = fread(data, 1, FILE_MAX + 1, file);
    bool whole = size <= FILE_MAX && !ferror(file);
    fclose(file);
    if (!whole) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "shipped.dir",
                             "%s cannot be read, or has more than %d bytes", path, FILE_MAX);
    }
    data[size] = '\0';
    *ret_data = data;
    *ret_size = size;
    return DC_OK;
}

static enum dc_code
read_definition(struct flow_shipped *shipped, const char *path, struct dc_error *error)
{
    struct wf_problems *problems = DC_NEW(shipped->arena, struct wf_problems);
    struct wf_definition *definition;
    char *yaml;
    size_t size;
    problems->arena = shipped->arena;
    DC_TRY(read_file(shipped->arena, path, &yaml, &size, error));
    if (wf_definition_read(shipped->arena, yaml, size, &definition, problems, error) != DC_OK) {
        return dc_fail_context(error, "%s", path);
    }
    shipped->items[shipped->count] = definition;
    shipped->yaml[shipped->count++] = yaml;
    return DC_OK;
}

static enum dc_code
read_days(struct flow_shipped *shipped, const char *path, struct dc_error *error)
{
    struct wf_problems *problems = DC_NEW(shipped->arena, struct wf_problems);
    const struct wf_day *days;
    size_t size, count;
    char *csv;
    problems->arena = shipped->arena;
    DC_TRY(read_file(shipped->arena, path, &csv, &size, error));
    if (wf_calendar_read_csv(shipped->arena, csv, size, &days, &count, problems, error) != DC_OK) {
        return dc_fail_context(error, "%s", path);
    }
    struct wf_day *all =
        DC_NEW_ARRAY(shipped->arena, struct wf_day, shipped->day_count + count + 1);
    for (size_t i = 0; i < shipped->day_count; i++) {
        all[i] = shipped->days[i];
    }
    for (size_t i = 0; i < count; i++) {
        all[shipped->day_count + i] = days[i];
    }
    shipped->days = all;
    shipped->day_count += count;
    return DC_OK;
}

static bool
ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);
    return length > tail && strcmp(name + length - tail, end) == 0;
}

/* Every file of a folder that ends so, in the order of their names. */
static enum dc_code
read_folder(struct flow_shipped *shipped, const char *folder, const char *end,
            enum dc_code (*read_one)(struct flow_shipped *, const char *, struct dc_error *),
            struct dc_error *error)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    if (count < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "shipped.dir", "%s: %s", folder,
                             strerror(errno));
    }
    enum dc_code code = DC_OK;
    for (int i = 0; i < count; i++) {
        if (code == DC_OK && ends_with(entries[i]->d_name, end) && shipped->count < FILES_MAX) {
            code = read_one(shipped,
                            dc_arena_printf(shipped->arena, "%s/%s", folder, entries[i]->d_name),
                            error);
        }
        free(entries[i]);
    }
    free(entries);
    return code;
}

enum dc_code
flow_shipped_read(const char *folder, struct flow_shipped **ret_shipped, struct dc_error *error)
{
    struct dc_arena *arena = dc_arena_new(0);
    struct flow_shipped *shipped = DC_NEW(arena, struct flow_shipped);
    shipped->arena = arena;
    enum dc_code code = read_folder(shipped, dc_arena_printf(arena, "%s/processes", folder),
                                    ".yaml", read_definition, error);
    if (code == DC_OK) {
        code = read_folder(shipped, dc_arena_printf(arena, "%s/calendars", folder), ".csv",
                           read_days, error);
    }
    if (code != DC_OK) {
        dc_arena_free(arena);
        return code;
    }
    *ret_shipped = shipped;
    return DC_OK;
}

void
flow_shipped_free(struct flow_shipped *shipped)
{
    if (shipped) {
        dc_arena_free(shipped->arena);
    }
}

enum dc_code
flow_shipped_install(struct flow_work *work, const struct flow_shipped *shipped,
                     struct dc_error *error)
{
    bool calendar;
    DC_TRY(flow_store_install(work, shipped->items, shipped->yaml, shipped->count, shipped->days,
                              shipped->day_count, &calendar, error));
    return calendar ? flow_tell_calendars(work, shipped->days, shipped->day_count, 1, error)
                    : DC_OK;
}

enum dc_code
flow_code_of_purpose(struct flow_work *work, const char *purpose, const char **ret_code,
                     struct dc_error *error)
{
    const struct flow_shipped *shipped = dc_service_shared(work->step->service);
    DC_TRY(flow_store_code_of_purpose(work, purpose, ret_code, error));
    if (!**ret_code && shipped) {
        DC_TRY(flow_shipped_install(work, shipped, error));
        DC_TRY(flow_store_code_of_purpose(work, purpose, ret_code, error));
    }
    return **ret_code ? DC_OK
                      : dc_fail(error, DC_FAILED_PRECONDITION,
                                "no definition has `approval: true` and the purpose %s", purpose);
}
