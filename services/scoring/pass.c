/*
 * pass.c - one computation of a tenant's period: load, score, rank, roll up, write what changed.
 */
#include "pass.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "store.h"
#include "tell.h"

/* --- people -------------------------------------------------------------------------------------
 */

static void *
grown(void *array, size_t *room, size_t size)
{
    *room = *room ? *room * 2 : 256;
    void *larger = realloc(array, *room * size);
    DC_ASSERT(larger);
    return larger;
}

struct pass_person *
pass_add_person(struct pass *pass)
{
    if (pass->person_count == pass->person_room) {
        pass->persons = grown(pass->persons, &pass->person_room, sizeof(*pass->persons));
    }
    struct pass_person *person = &pass->persons[pass->person_count++];
    *person = (struct pass_person){.unit = -1, .grade = ""};
    return person;
}

struct pass_post *
pass_add_post(struct pass *pass)
{
    if (pass->post_count == pass->post_room) {
        pass->posts = grown(pass->posts, &pass->post_room, sizeof(*pass->posts));
    }
    return &pass->posts[pass->post_count++];
}

void
pass_release(struct pass *pass)
{
    free(pass->persons);
    free(pass->posts);
    pass->persons = NULL;
    pass->posts = NULL;
}

const struct pass_post *
pass_post_of(const struct pass *pass, int64_t person_id)
{
    size_t low = 0, high = pass->post_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pass->posts[middle].person_id < person_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < pass->post_count && pass->posts[low].person_id == person_id ? &pass->posts[low]
                                                                             : NULL;
}

static bool
maybe_equal(struct maybe a, struct maybe b)
{
    return a.known == b.known && (!a.known || a.value.units == b.value.units);
}

static bool
items_equal(const struct score *score, const struct pass_stored *stored)
{
    if (stored->score_count != score->scheme->count) {
        return false;
    }
    for (size_t i = 0; i < score->scheme->count; i++) {
        if (stored->remarks[i] != rule_remark_letter(score->items[i].remark) ||
            stored->scores[i].units != score->items[i].score.units) {
            return false;
        }
    }
    return true;
}

void
pass_score(struct pass *pass, int64_t person_id, const struct facts *facts,
           const struct pass_stored *stored, struct dc_arena *scratch)
{
    const struct pass_post *post = pass_post_of(pass, person_id);
    struct pass_person *person = pass_add_person(pass);
    person->id = person_id;
    person->scored = true;
    person->unit_id = post ? post->unit_id : 0;
    person->unit = post ? tree_find(&pass->tree, post->unit_id) : -1;
    const struct scheme *scheme =
        schemes_get(&pass->schemes, person_id, person->unit, post ? post->position : 0);
    person->places = scheme->total_decimals;
    score_person(&person->score, scratch, scheme, facts, pass->definitions, pass->primary);
    if (person->score.grade > 0) {
        const struct grade_row *row = &scheme->graded_by->grades.rows[person->score.grade - 1];
        person->grade = row->code;
        person->coefficient = row->coefficient;
    }
    if (stored->present) {
        struct score *score = &person->score;
        person->stored = true;
        person->old_unit_id = stored->unit_id;
        person->old_scheme_id = stored->scheme_id;
        person->old_rank = stored->rank;
        person->old_version = stored->version;
        person->total_same = maybe_equal(score->total, stored->total);
        person->items_same =
            stored->inputs == score->inputs && stored->unit_id == person->unit_id &&
            stored->open_items == score->open_items && items_equal(score, stored) &&
            maybe_equal(score->attainment, stored->attainment) &&
            maybe_equal(score->actual, stored->actual) &&
            maybe_equal(score->target, stored->target);
    }
    person->score.items = person->items_same
                              ? NULL
                              : dc_arena_memdup(pass->arena, person->score.items,
                                                sizeof(struct rule_score) * (scheme->count + 1));
}

static int
by_id(const void *a, const void *b)
{
    const struct pass_person *left = a, *right = b;
    return left->id < right->id ? -1 : left->id > right->id;
}

bool
pass_has_scored(const struct pass *pass, int64_t person_id)
{
    struct pass_person key = {.id = person_id};
    return pass->scored_count > 0 &&
           bsearch(&key, pass->persons, pass->scored_count, sizeof(*pass->persons), by_id);
}

int64_t
pass_scheme_id(const struct pass_person *person)
{
    return person->score.scheme ? person->score.scheme->id : person->old_scheme_id;
}

enum pass_change
pass_change_of(const struct pass_person *person)
{
    if (!person->stored) {
        return PASS_NEW;
    }
    if (!person->items_same) {
        return PASS_ALL;
    }
    bool same = person->total_same && person->rank == person->old_rank &&
                pass_scheme_id(person) == person->old_scheme_id;
    return same ? PASS_NOTHING : PASS_TOTAL;
}

/* --- scope: the units whose ranking and roll-up are computed ------------------------------------
 */

static void
put_in_scope(struct pass *pass, int32_t unit)
{
    while (unit >= 0 && !pass->work[unit].in_scope) {
        pass->work[unit].in_scope = true;
        unit = pass->tree.parents[unit];
    }
}

static void
set_scope(struct pass *pass)
{
    pass->work = DC_NEW_ARRAY(pass->arena, struct pass_unit, pass->tree.count + 1);
    if (pass->everybody) {
        for (size_t i = 0; i < pass->tree.count; i++) {
            pass->work[i].in_scope = true;
        }
        return;
    }
    for (size_t i = 0; i < pass->scored_count; i++) {
        put_in_scope(pass, pass->persons[i].unit);
        if (pass->persons[i].stored) {
            put_in_scope(pass, tree_find(&pass->tree, pass->persons[i].old_unit_id));
        }
    }
    for (size_t i = 0; i < pass->unit_count; i++) {
        put_in_scope(pass, tree_find(&pass->tree, pass->units[i]));
    }
}

/* --- rankings ------------------------------------------------------------------------------------
 */

/* Everybody who stands in a unit in scope, unit by unit. */
struct lineup {
    struct entry *entries;
    int32_t *ranks;
    size_t *starts; /* by unit; one more than there are units */
};

static void
line_up(struct pass *pass, struct lineup *ret_lineup)
{
    size_t units = pass->tree.count;
    struct lineup lineup = {.entries =
                                DC_NEW_ARRAY(pass->arena, struct entry, pass->person_count + 1),
                            .ranks = DC_NEW_ARRAY(pass->arena, int32_t, pass->person_count + 1),
                            .starts = DC_NEW_ARRAY(pass->arena, size_t, units + 2)};
    size_t *next = lineup.starts + 1; /* becomes starts, shifted by one, while filling */
    for (size_t i = 0; i < pass->person_count; i++) {
        if (pass->persons[i].unit >= 0) {
            next[pass->persons[i].unit + 1]++;
        }
    }
    for (size_t unit = 1; unit <= units; unit++) {
        next[unit] += next[unit - 1];
    }
    for (size_t i = 0; i < pass->person_count; i++) {
        struct pass_person *person = &pass->persons[i];
        if (person->unit >= 0) {
            lineup.entries[next[person->unit]++] = (struct entry){
                person->id, person->score.total.known, person->score.total.value, person};
        }
    }
    *ret_lineup = lineup;
}

static void
rank_unit(struct pass *pass, const struct lineup *lineup, int32_t unit)
{
    struct rollup *rollup = &pass->work[unit].new.rollup;
    size_t start = lineup->starts[unit], count = lineup->starts[unit + 1] - start;
    struct entry *entries = &lineup->entries[start];
    rank_entries(entries, count, &lineup->ranks[start]);
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        struct pass_person *person = entries[i].owner;
        person->rank = lineup->ranks[start + i];
        rollup->open_items += person->score.open_items;
        known += entries[i].known;
        if (person->grade[0]) {
            rollup_add_grade(rollup, person->grade, 1, pass->arena);
        }
    }
    rollup_add_people(rollup, entries, known);
}

/* Deepest units first, so that a unit is complete before it is added to its parent. */
static void
roll_up(struct pass *pass)
{
    struct lineup lineup;
    line_up(pass, &lineup);
    for (size_t i = pass->tree.count; i > 0; i--) {
        int32_t unit = pass->tree.by_depth[i - 1], parent = pass->tree.parents[unit];
        struct pass_unit *work = &pass->work[unit];
        work->new.parent_id = parent < 0 ? 0 : pass->tree.ids[parent];
        if (work->in_scope) {
            if (!work->new.rollup.top) {
                work->new.rollup.top = DC_NEW_ARRAY(pass->arena, struct ranked_person, ROLLUP_TOP);
            }
            rank_unit(pass, &lineup, unit);
        } else {
            work->new = work->old;
        }
        if (parent >= 0 && pass->work[parent].in_scope) {
            struct rollup *above = &pass->work[parent].new.rollup;
            if (!above->top) {
                above->top = DC_NEW_ARRAY(pass->arena, struct ranked_person, ROLLUP_TOP);
            }
            rollup_add_child(above, &work->new.rollup, pass->arena);
        }
    }
}

/* Ranks the units of one parent (-1: the roots) among themselves. */
static void
rank_siblings(struct pass *pass, const int32_t *units, size_t count)
{
    bool touched = false;
    struct entry *entries = DC_NEW_ARRAY(pass->arena, struct entry, count);
    int32_t *ranks = DC_NEW_ARRAY(pass->arena, int32_t, count);
    size_t present = 0;
    for (size_t i = 0; i < count; i++) {
        struct pass_unit *work = &pass->work[units[i]];
        touched |= work->in_scope;
        if (work->in_scope || work->stored) {
            entries[present++] =
                (struct entry){pass->tree.ids[units[i]], work->new.figures.attainment.known,
                               work->new.figures.attainment.value, work};
        }
    }
    if (touched) {
        rank_entries(entries, present, ranks);
        for (size_t i = 0; i < present; i++) {
            ((struct pass_unit *)entries[i].owner)->new.rank = ranks[i];
        }
    }
}

static void
rank_units(struct pass *pass)
{
    /* by_depth is ordered by depth only; a counting sort by parent makes the families. */
    size_t units = pass->tree.count;
    size_t *next = DC_NEW_ARRAY(pass->arena, size_t, units + 3);
    int32_t *members = DC_NEW_ARRAY(pass->arena, int32_t, units + 1);
    for (size_t i = 0; i < units; i++) {
        next[pass->tree.parents[i] + 2]++;
    }
    for (size_t i = 1; i < units + 2; i++) {
        next[i] += next[i - 1];
    }
    for (size_t i = 0; i < units; i++) {
        members[next[pass->tree.parents[i] + 1]++] = (int32_t)i;
    }
    size_t start = 0;
    for (size_t family = 0; family <= units; family++) {
        if (next[family] > start) {
            rank_siblings(pass, &members[start], next[family] - start);
            start = next[family];
        }
    }
}

static bool
row_equal(const struct pass_unit_row *a, const struct pass_unit_row *b)
{
    return a->parent_id == b->parent_id && a->rank == b->rank &&
           a->figures.inputs == b->figures.inputs &&
           maybe_equal(a->figures.actual, b->figures.actual) &&
           maybe_equal(a->figures.target, b->figures.target) &&
           maybe_equal(a->figures.attainment, b->figures.attainment) &&
           rollup_equal(&a->rollup, &b->rollup);
}

static void
mark_changed_units(struct pass *pass)
{
    for (size_t i = 0; i < pass->tree.count; i++) {
        struct pass_unit *work = &pass->work[i];
        work->changed = work->in_scope ? !work->stored || !row_equal(&work->old, &work->new)
                                       : work->stored && work->old.rank != work->new.rank;
        pass->changed_units += work->changed;
    }
}

/* --- the whole
 * ------------------------------------------------------------------------------------ */

/* What people's formulas read; of everybody in one go with what units' formulas read. */
static enum dc_code
load_around_people(struct pass *pass, struct dc_error *error)
{
    struct around_wanted wanted = {
        .uses = pass->plans.uses | definitions_indicator_uses(pass->definitions, pass->primary),
        .period = pass->period,
        .everybody = pass->everybody,
        .people = pass->people,
        .people_count = pass->people_count};
    return around_load(pass->step, pass->arena, &wanted, &pass->around, error);
}

/* Units are stored by the primary indicator alone; their others are computed when they are shown.
 */
static enum dc_code
load_around_units(struct pass *pass, struct dc_error *error)
{
    int64_t *units = DC_NEW_ARRAY(pass->arena, int64_t, pass->tree.count + 1);
    struct around_wanted wanted = {.uses =
                                       definitions_indicator_uses(pass->definitions, pass->primary),
                                   .period = pass->period,
                                   .first_day = pass->first_day,
                                   .day = pass->day,
                                   .units = units,
                                   .tree = &pass->tree};
    for (size_t i = 0; i < pass->tree.count; i++) {
        if (pass->work[i].in_scope) {
            units[wanted.unit_count++] = pass->tree.ids[i];
        }
    }
    return around_load(pass->step, pass->arena, &wanted, &pass->around, error);
}

enum dc_code
pass_run(struct pass *pass, struct dc_error *error)
{
    DC_ASSERT(pass && pass->step && pass->definitions && pass->arena);
    pass->primary = definitions_primary(pass->definitions);
    tree_build(&pass->tree, pass->arena, pass->definitions->places, pass->definitions->place_count,
               pass->day);
    plans_in_force(&pass->plans, pass->arena, pass->definitions, &pass->tree, pass->last_day);
    schemes_init(&pass->schemes, pass->arena, pass->definitions, &pass->tree, &pass->plans);

    DC_TRY(store_load_posts(pass, error));
    DC_TRY(load_around_people(pass, error));
    DC_TRY(store_load_people(pass, error));
    pass->scored_count = pass->person_count;
    if (!pass->everybody && pass->person_count > 0) {
        qsort(pass->persons, pass->person_count, sizeof(*pass->persons), by_id);
    }
    set_scope(pass);
    DC_TRY(load_around_units(pass, error));
    DC_TRY(store_load_units(pass, error));
    if (!pass->everybody) {
        DC_TRY(store_load_members(pass, error));
    }
    roll_up(pass);
    rank_units(pass);
    mark_changed_units(pass);

    DC_TRY(store_save_schemes(pass, error));
    DC_TRY(store_save_people(pass, error));
    DC_TRY(store_save_units(pass, error));
    tell_scores(pass);
    tell_units(pass);
    return DC_OK;
}
