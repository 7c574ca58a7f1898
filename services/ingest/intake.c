/* From rows to records: people, units, paths, dimensions. */
#include "intake.h"

#include <string.h>

#include "base/assert.h"

/* Different texts, each with its first number. */
struct names {
    struct lookup lookup;
    const char **texts;
};

static void
names_init(struct names *names, struct dc_arena *arena, size_t most)
{
    lookup_init(&names->lookup, sizeof(struct hash128));
    names->texts = dc_arena_alloc(arena, (most + 1) * sizeof(char *));
}

static size_t
names_add(struct names *names, const char *text)
{
    struct hash128 hash = hash_of(text, strlen(text));
    bool is_new;
    size_t number = lookup_add(&names->lookup, &hash, &is_new);
    if (is_new) {
        names->texts[number] = text;
    }
    return number;
}

static size_t
names_find(const struct names *names, const char *text)
{
    struct hash128 hash = hash_of(text, strlen(text));
    return lookup_find(&names->lookup, &hash);
}

/* What the rows of one batch name, as the organisation has it. */
struct directory {
    struct names codes;
    size_t *post_from; /* per code: its posts [from, to) */
    size_t *post_to;
    struct store_post *posts;
    struct names unit_codes;
    int64_t *unit_ids; /* per code; 0 = unknown */
    struct lookup unit_paths;
    size_t *path_from; /* per unit */
    size_t *path_to;
    struct store_path *paths;
};

static void
directory_release(struct directory *d)
{
    lookup_release(&d->codes.lookup);
    lookup_release(&d->unit_codes.lookup);
    lookup_release(&d->unit_paths);
}

static enum dc_code
load_people(struct dc_step *step, struct directory *d, struct dc_error *error)
{
    size_t codes = d->codes.lookup.count;
    size_t count;
    DC_TRY(store_people(step, d->codes.texts, codes, &d->posts, &count, error));
    d->post_from = DC_NEW_ARRAY(step->arena, size_t, codes);
    d->post_to = DC_NEW_ARRAY(step->arena, size_t, codes);
    for (size_t i = 0; i < count; i++) {
        size_t code = names_find(&d->codes, d->posts[i].code);
        DC_ASSERT(code != SIZE_MAX);
        if (d->post_to[code] == 0) {
            d->post_from[code] = i;
        }
        d->post_to[code] = i + 1;
    }
    return DC_OK;
}

static enum dc_code
load_units(struct dc_step *step, struct directory *d, struct dc_error *error)
{
    size_t codes = d->unit_codes.lookup.count;
    d->unit_ids = DC_NEW_ARRAY(step->arena, int64_t, codes);
    if (codes == 0) {
        return DC_OK;
    }
    const char **found;
    int64_t *ids;
    size_t count;
    DC_TRY(store_units(step, d->unit_codes.texts, codes, &found, &ids, &count, error));
    for (size_t i = 0; i < count; i++) {
        size_t code = names_find(&d->unit_codes, found[i]);
        DC_ASSERT(code != SIZE_MAX);
        d->unit_ids[code] = ids[i];
    }
    return DC_OK;
}

static enum dc_code
load_paths(struct dc_step *step, struct directory *d, size_t post_count, struct dc_error *error)
{
    bool is_new;
    for (size_t i = 0; i < post_count; i++) {
        lookup_add(&d->unit_paths, &d->posts[i].unit_id, &is_new);
    }
    for (size_t i = 0; i < d->unit_codes.lookup.count; i++) {
        lookup_add(&d->unit_paths, &d->unit_ids[i], &is_new);
    }
    size_t units = d->unit_paths.count;
    size_t count;
    DC_TRY(store_paths(step, (const int64_t *)d->unit_paths.keys, units, &d->paths, &count, error));
    d->path_from = DC_NEW_ARRAY(step->arena, size_t, units);
    d->path_to = DC_NEW_ARRAY(step->arena, size_t, units);
    for (size_t i = 0; i < count; i++) {
        size_t unit = lookup_find(&d->unit_paths, &d->paths[i].unit_id);
        DC_ASSERT(unit != SIZE_MAX);
        if (d->path_to[unit] == 0) {
            d->path_from[unit] = i;
        }
        d->path_to[unit] = i + 1;
    }
    return DC_OK;
}

static enum dc_code
load_directory(struct dc_step *step, const struct batch *batch, struct directory *d,
               struct dc_error *error)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct row *row = &batch->rows[i];
        if (!row->deleted) {
            names_add(&d->codes, row->person_code);
            if (*row->unit_code) {
                names_add(&d->unit_codes, row->unit_code);
            }
        }
    }
    DC_TRY(load_people(step, d, error));
    DC_TRY(load_units(step, d, error));
    size_t posts = 0;
    for (size_t i = 0; i < d->codes.lookup.count; i++) {
        posts = d->post_to[i] > posts ? d->post_to[i] : posts;
    }
    return load_paths(step, d, posts, error);
}

/* The path of a unit that holds on a day; 0 = none. */
static int64_t
path_on(const struct directory *d, int64_t unit_id, dc_date day)
{
    size_t unit = lookup_find(&d->unit_paths, &unit_id);
    int64_t path = 0;
    for (size_t i = unit == SIZE_MAX ? 0 : d->path_from[unit];
         unit != SIZE_MAX && i < d->path_to[unit] && d->paths[i].from <= day; i++) {
        path = d->paths[i].path_id;
    }
    return path;
}

static void
resolve_row(struct batch *batch, size_t i, const struct directory *d)
{
    struct row *row = &batch->rows[i];
    char day[DC_DATE_TEXT];
    dc_date_format(row->on, day);
    size_t code = names_find(&d->codes, row->person_code);
    if (d->post_to[code] == 0) {
        batch_reject(batch, i, COLUMN_PERSON, row->person_code,
                     DC_BILINGUAL("nobody has this employee number", "没有这个员工编号"));
        return;
    }
    const struct store_post *post = &d->posts[d->post_from[code]];
    row->person_id = post->person_id;
    if (row->on < post->employed_from || row->on >= post->employed_to) {
        batch_reject(batch, i, COLUMN_PERSON, row->person_code,
                     dc_bilingual_printf(batch->arena, "not employed on %s", "%s 不在职", day));
        return;
    }
    int64_t unit_id = 0;
    if (*row->unit_code) {
        unit_id = row->unit_id = d->unit_ids[names_find(&d->unit_codes, row->unit_code)];
        if (unit_id == 0) {
            batch_reject(batch, i, COLUMN_UNIT, row->unit_code,
                         DC_BILINGUAL("no unit has this code", "没有这个组织编码"));
            return;
        }
    }
    for (size_t p = d->post_from[code]; unit_id == 0 && p < d->post_to[code]; p++) {
        post = &d->posts[p];
        if (post->person_id == row->person_id && post->from <= row->on && row->on < post->to) {
            unit_id = post->unit_id;
        }
    }
    if (unit_id == 0) {
        batch_reject(batch, i, COLUMN_PERSON, row->person_code,
                     dc_bilingual_printf(batch->arena,
                                         "in no unit on %s; give the unit in unit_code, or "
                                         "correct the person's posts",
                                         "%s 不属于任何组织；请在 unit_code 列填写组织编码，"
                                         "或更正此人的任职",
                                         day));
        return;
    }
    row->path_id = path_on(d, unit_id, row->on);
    if (row->path_id == 0) {
        batch_reject(batch, i, *row->unit_code ? COLUMN_UNIT : COLUMN_PERSON,
                     *row->unit_code ? row->unit_code : row->person_code,
                     dc_bilingual_printf(batch->arena, "the unit was not there on %s",
                                         "该组织在 %s 不存在", day));
    }
}

enum dc_code
intake_resolve(struct dc_step *step, struct batch *batch, struct dc_error *error)
{
    struct directory d = {0};
    names_init(&d.codes, step->arena, batch->count);
    names_init(&d.unit_codes, step->arena, batch->count);
    lookup_init(&d.unit_paths, sizeof(int64_t));
    enum dc_code code = load_directory(step, batch, &d, error);
    for (size_t i = 0; code == DC_OK && i < batch->count; i++) {
        if (!batch->rows[i].deleted) {
            resolve_row(batch, i, &d);
        }
    }
    directory_release(&d);
    if (code == DC_OK) {
        batch_settle(batch);
    }
    return code;
}

/* --- writing ------------------------------------------------------------------------------------
 */
/* Of a sale only its own six are in it, as it was before there was anything else. */
static struct hash128
hash_dimensions(const char *const *dimensions)
{
    enum dimension count = *dimensions[DIMENSION_KIND] ? DIMENSION_COUNT : DIMENSION_SALES;
    char text[DIMENSION_COUNT * 404];
    size_t length = 0;
    for (enum dimension d = 0; d < count; d++) {
        size_t bytes = strlen(dimensions[d]) + 1; /* with its NUL, which keeps them apart */
        DC_ASSERT(length + bytes <= sizeof(text));
        memcpy(text + length, dimensions[d], bytes);
        length += bytes;
    }
    return hash_of(text, length);
}

static enum dc_code
find_dims(struct dc_step *step, struct batch *batch, struct dc_error *error)
{
    struct lookup lookup;
    lookup_init(&lookup, sizeof(struct hash128));
    uint32_t *numbers = dc_arena_alloc(step->arena, (batch->count + 1) * sizeof(uint32_t));
    const char *const **dimensions =
        dc_arena_alloc(step->arena, (batch->count + 1) * sizeof(*dimensions));
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->rows[i].deleted) {
            continue;
        }
        struct hash128 hash = hash_dimensions(batch->rows[i].dimensions);
        bool is_new;
        numbers[i] = (uint32_t)lookup_add(&lookup, &hash, &is_new);
        if (is_new) {
            dimensions[numbers[i]] = batch->rows[i].dimensions;
        }
    }
    size_t count = lookup.count;
    struct hash128 *hashes = dc_arena_memdup(step->arena, lookup.keys ? lookup.keys : (void *)"",
                                             count * sizeof(*hashes));
    lookup_release(&lookup);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    if (count > 0) {
        DC_TRY(store_dims(step, hashes, dimensions, count, ids, error));
    }
    for (size_t i = 0; i < batch->count; i++) {
        if (!batch->rows[i].deleted) {
            batch->rows[i].dims_id = ids[numbers[i]];
        }
    }
    return DC_OK;
}

enum dc_code
intake_store(struct dc_step *step, const char *source, int64_t run_id, struct batch *batch,
             struct store_counts *ret_counts, struct dc_error *error)
{
    int64_t source_id;
    DC_TRY(store_source(step, source, &source_id, error));
    DC_TRY(find_dims(step, batch, error));
    return store_records(step, source_id, run_id, batch, ret_counts, error);
}

enum dc_code
intake_write(struct dc_step *step, const char *source, int64_t run_id, struct batch *batch,
             const char *encoding, struct dc_error *error)
{
    struct store_counts counts;
    DC_TRY(intake_store(step, source, run_id, batch, &counts, error));
    DC_TRY(store_rejected(step, run_id, batch->rejections, batch->rejected, error));
    return store_run_count(step, run_id, batch, &counts, false, encoding, error);
}
