/*
 * preview.c - what a period's totals would be under some alternatives.
 */
#include "preview.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

/* --- the alternatives ---------------------------------------------------------------------------
 */

/* Which units are looked at. */
static void
set_within(struct preview *preview)
{
    const struct tree *tree = &preview->tree;
    preview->within = DC_NEW_ARRAY(preview->arena, bool, tree->count + 1);
    int32_t top = tree_find(tree, preview->unit_id);
    for (size_t i = 0; i < tree->count && top >= 0; i++) {
        int32_t unit = tree->by_depth[i], parent = tree->parents[unit];
        preview->within[unit] =
            unit == top || (preview->with_tree && parent >= 0 && preview->within[parent]);
    }
}

enum dc_code
preview_init(struct preview *preview, struct dc_error *error)
{
    const struct definitions *live = preview->definitions;
    preview->primary = definitions_primary(live);
    tree_build(&preview->tree, preview->arena, live->places, live->place_count, preview->day);
    set_within(preview);
    preview->units = DC_NEW_ARRAY(preview->arena, struct preview_unit,
                                  preview->tree.count * PREVIEW_SIDES + 1);
    return preview_add(preview, NULL, 0, NULL, 0, error);
}

/* The sheets of the indicators whose targets change, as they are. */
static enum dc_code
load_sheets(struct preview *preview, Goals__TargetChange *const *changes, size_t count,
            struct sheet **sheets, size_t *ret_count, struct dc_error *error)
{
    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct indicator *indicator =
            definitions_indicator(preview->definitions, changes[i]->indicator_id);
        bool loaded = false;
        for (size_t s = 0; s < *ret_count; s++) {
            loaded |= sheets[s]->indicator == indicator;
        }
        if (!indicator) {
            return dc_fail_field(error, DC_NOT_FOUND, "targets",
                                 "change %zu: there is no such indicator", i);
        }
        if (!loaded) {
            DC_TRY(preview_load_sheet(preview, indicator, &sheets[(*ret_count)++], error));
        }
    }
    return DC_OK;
}

enum dc_code
preview_add(struct preview *preview, Goals__PlanChange *const *plans, size_t plan_count,
            Goals__TargetChange *const *targets, size_t target_count, struct dc_error *error)
{
    DC_ASSERT(preview->side_count < PREVIEW_SIDES);
    struct alternative *side = &preview->sides[preview->side_count];
    side->calendar = &preview->calendar;
    side->day = preview->day;
    struct sheet **sheets = DC_NEW_ARRAY(preview->arena, struct sheet *, target_count + 1);
    size_t sheet_count;
    DC_TRY(alternative_plans(side, preview->arena, preview->definitions, &preview->tree,
                             preview->last_day, plans, plan_count, error));
    DC_TRY(load_sheets(preview, targets, target_count, sheets, &sheet_count, error));
    DC_TRY(alternative_targets(side, preview->arena, sheets, sheet_count, targets, target_count,
                               error));
    preview->want_ends |= side->plans.want_ends;
    preview->side_count++;
    return DC_OK;
}

/* --- people -------------------------------------------------------------------------------------
 */

static bool
same_grade(const struct grade_row *a, const struct grade_row *b)
{
    return a == b || (a && b && strcmp(a->code, b->code) == 0 &&
                      dc_decimal_cmp(a->coefficient, b->coefficient) == 0);
}

bool
preview_changed(const struct preview_person *person, size_t side, struct dc_decimal *ret_change)
{
    *ret_change = DC_DECIMAL_ZERO;
    if (person->known[0] != person->known[side]) {
        return true;
    }
    *ret_change = dc_decimal_sub(person->totals[side], person->totals[0]);
    return (person->known[0] && dc_decimal_sign(*ret_change) != 0) ||
           !same_grade(person->grades[0], person->grades[side]);
}

static void
count_total(struct preview_totals *totals, struct dc_decimal total)
{
    __int128 tens = total.units / ((__int128)10 * DC_DECIMAL_ONE_UNITS);
    int bin = total.units < 0 ? 0 : tens >= PREVIEW_BINS ? PREVIEW_BINS - 1 : (int)tens;
    totals->people++;
    totals->sum = dc_decimal_add(totals->sum, total);
    totals->bins[bin]++;
}

static void
count_grade(struct preview *preview, struct preview_totals *totals, const struct grade_row *grade)
{
    size_t at = 0;
    while (at < preview->grade_count && strcmp(preview->grades[at], grade->code) != 0) {
        at++;
    }
    if (at == preview->grade_count && at < PREVIEW_GRADES) {
        preview->grades[preview->grade_count++] = grade->code;
    }
    if (at < PREVIEW_GRADES) {
        totals->grades[at]++;
    }
    totals->graded++;
    totals->coefficients = dc_decimal_add(totals->coefficients, grade->coefficient);
}

static struct dc_decimal
coefficient_of(const struct grade_row *grade)
{
    return grade ? grade->coefficient : DC_DECIMAL_ZERO;
}

static void
count_change(struct preview_totals *totals, const struct preview_person *person, size_t side)
{
    struct dc_decimal change;
    if (!preview_changed(person, side, &change)) {
        return;
    }
    totals->changed++;
    totals->risen += dc_decimal_sign(change) > 0;
    totals->fallen += dc_decimal_sign(change) < 0;
    int step = dc_decimal_cmp(coefficient_of(person->grades[side]), coefficient_of(person->grades[0]));
    totals->promoted += step > 0;
    totals->demoted += step < 0;
    totals->largest_gain = dc_decimal_max(totals->largest_gain, change);
    totals->largest_loss = dc_decimal_min(totals->largest_loss, change);
}

static void
keep_person(struct preview *preview, const struct preview_person *person)
{
    if (preview->person_count == preview->person_room) {
        preview->person_room = preview->person_room ? preview->person_room * 2 : 256;
        preview->people =
            realloc(preview->people, preview->person_room * sizeof(*preview->people));
        DC_ASSERT(preview->people);
    }
    preview->people[preview->person_count++] = *person;
}

static void
score_side(struct preview *preview, size_t at, const struct facts *facts,
           const struct pass_post *post, int32_t unit, struct preview_person *person,
           struct dc_arena *scratch)
{
    struct alternative *side = &preview->sides[at];
    struct score score;
    const struct scheme *scheme = schemes_get(&side->schemes, person->id, unit, post->position);
    struct facts own =
        alternative_facts(side, facts, GOALS__OWNER_KIND__OWNER_KIND_PERSON, person->id, scratch);
    score_person(&score, scratch, scheme, &own, side->definitions, preview->primary);
    person->known[at] = score.total.known;
    person->totals[at] = score.total.known ? score.total.value : DC_DECIMAL_ZERO;
    person->places[at] = (int8_t)scheme->total_decimals;
    person->grades[at] =
        score.grade > 0 ? &scheme->graded_by->grades.rows[score.grade - 1] : NULL;
}

void
preview_take(struct preview *preview, int64_t person_id, const struct facts *facts,
             struct dc_arena *scratch)
{
    const struct pass_post *post = pass_post_of(&preview->posts, person_id);
    int32_t unit = post ? tree_find(&preview->tree, post->unit_id) : -1;
    if (unit < 0 || !preview->within[unit]) {
        return;
    }
    struct preview_person person = {.id = person_id, .unit_id = post->unit_id};
    struct dc_decimal change;
    for (size_t side = 0; side < preview->side_count; side++) {
        struct preview_unit *of_unit = &preview->units[(size_t)unit * PREVIEW_SIDES + side];
        score_side(preview, side, facts, post, unit, &person, scratch);
        if (person.known[side]) {
            count_total(&preview->totals[side], person.totals[side]);
            of_unit->people++;
            of_unit->sum = dc_decimal_add(of_unit->sum, person.totals[side]);
        }
        if (person.grades[side]) {
            count_grade(preview, &preview->totals[side], person.grades[side]);
        }
        count_change(&preview->totals[side], &person, side);
        of_unit->changed += preview_changed(&person, side, &change);
    }
    if (preview_changed(&person, preview->by, &change)) {
        keep_person(preview, &person);
    }
}

/* --- units --------------------------------------------------------------------------------------
 */

/* Deepest units first, so that a unit is complete before it is added to its parent. */
static void
roll_up(struct preview *preview)
{
    for (size_t i = preview->tree.count; i > 0; i--) {
        int32_t unit = preview->tree.by_depth[i - 1], parent = preview->tree.parents[unit];
        for (size_t side = 0; parent >= 0 && side < preview->side_count; side++) {
            const struct preview_unit *from = &preview->units[(size_t)unit * PREVIEW_SIDES + side];
            struct preview_unit *to = &preview->units[(size_t)parent * PREVIEW_SIDES + side];
            to->people += from->people;
            to->changed += from->changed;
            to->sum = dc_decimal_add(to->sum, from->sum);
        }
    }
}

/* --- the whole ----------------------------------------------------------------------------------
 */

/* Positions have the same numbers in every side, for a post holds one of them. */
static void
share_positions(struct preview *preview)
{
    const struct schemes *first = &preview->posts.schemes;
    for (size_t side = 0; side < preview->side_count; side++) {
        for (size_t i = 0; i < first->position_count; i++) {
            int32_t number =
                schemes_position(&preview->sides[side].schemes, first->positions[i]);
            DC_ASSERT(number == (int32_t)i);
        }
    }
}

enum dc_code
preview_run(struct preview *preview, struct dc_error *error)
{
    DC_ASSERT(preview->by < preview->side_count);
    preview->posts = (struct pass){.step = preview->step,
                                   .tenant_id = preview->step->context->tenant_id,
                                   .period = preview->period,
                                   .day = preview->day,
                                   .arena = preview->arena};
    schemes_init(&preview->posts.schemes, preview->arena, preview->definitions, &preview->tree,
                 &preview->sides[0].plans);
    DC_TRY(preview_load_posts(preview, error));
    share_positions(preview);
    DC_TRY(preview_load_facts(preview, error));
    roll_up(preview);
    return DC_OK;
}

void
preview_release(struct preview *preview)
{
    pass_release(&preview->posts);
    free(preview->people);
    preview->people = NULL;
}

/* --- order --------------------------------------------------------------------------------------
 */

struct keyed {
    struct dc_decimal key;
    bool comes_or_goes; /* first: there is no figure for it */
    int64_t id;
    size_t at;
};

static int
largest_first(const void *a, const void *b)
{
    const struct keyed *left = a, *right = b;
    if (left->comes_or_goes != right->comes_or_goes) {
        return left->comes_or_goes ? -1 : 1;
    }
    int order = dc_decimal_cmp(right->key, left->key);
    return order != 0 ? order : (left->id > right->id) - (left->id < right->id);
}

void
preview_order(struct preview *preview, int order)
{
    size_t count = preview->person_count;
    struct keyed *keys = DC_NEW_ARRAY(preview->arena, struct keyed, count + 1);
    struct preview_person *sorted = malloc((count + 1) * sizeof(*sorted));
    DC_ASSERT(sorted);
    for (size_t i = 0; i < count; i++) {
        const struct preview_person *person = &preview->people[i];
        struct dc_decimal change;
        (void)preview_changed(person, preview->by, &change);
        bool negative = order == SCORING__PREVIEW_ORDER__PREVIEW_ORDER_LOSS ||
                        (order == SCORING__PREVIEW_ORDER__PREVIEW_ORDER_SIZE &&
                         dc_decimal_sign(change) < 0);
        keys[i] = (struct keyed){.key = negative ? dc_decimal_neg(change) : change,
                                 .comes_or_goes = person->known[0] != person->known[preview->by],
                                 .id = person->id,
                                 .at = i};
    }
    qsort(keys, count, sizeof(*keys), largest_first);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = preview->people[keys[i].at];
    }
    free(preview->people);
    preview->people = sorted;
    preview->person_room = count + 1;
}
