/*
 * rollup.c - ranks, and what a unit's tree comes to.
 */
#include "rollup.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

static int
best_first(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    if (left->known != right->known) {
        return left->known ? -1 : 1;
    }
    if (left->known && left->figure.units != right->figure.units) {
        return left->figure.units > right->figure.units ? -1 : 1;
    }
    return left->id < right->id ? -1 : left->id > right->id;
}

void
rank_entries(struct entry *entries, size_t count, int32_t *ret_ranks)
{
    qsort(entries, count, sizeof(*entries), best_first);
    for (size_t i = 0; i < count; i++) {
        if (!entries[i].known) {
            ret_ranks[i] = 0;
        } else if (i > 0 && entries[i].figure.units == entries[i - 1].figure.units) {
            ret_ranks[i] = ret_ranks[i - 1];
        } else {
            ret_ranks[i] = (int32_t)i + 1;
        }
    }
}

/* Merges a sorted list into the sorted top. */
static void
merge_top(struct rollup *rollup, const struct ranked_person *list, size_t count)
{
    struct ranked_person merged[ROLLUP_TOP];
    size_t i = 0, j = 0, n = 0;
    while (n < ROLLUP_TOP && (i < rollup->top_count || j < count)) {
        bool take_old;
        if (i == rollup->top_count || j == count) {
            take_old = j == count;
        } else {
            const struct ranked_person *old = &rollup->top[i], *new = &list[j];
            take_old = old->total.units != new->total.units ? old->total.units > new->total.units
                                                            : old->id < new->id;
        }
        merged[n++] = take_old ? rollup->top[i++] : list[j++];
    }
    memcpy(rollup->top, merged, n * sizeof(*merged));
    rollup->top_count = n;
}

void
rollup_add_people(struct rollup *rollup, const struct entry *people, size_t count)
{
    struct ranked_person best[ROLLUP_TOP] = {0};
    size_t listed = count < ROLLUP_TOP ? count : ROLLUP_TOP;
    for (size_t i = 0; i < listed; i++) {
        best[i] = (struct ranked_person){people[i].id, people[i].figure};
    }
    merge_top(rollup, best, listed);
    for (size_t i = 0; i < count; i++) {
        DC_ASSERT(people[i].known);
        rollup->total_sum = dc_decimal_add(rollup->total_sum, people[i].figure);
    }
    rollup->people += (int32_t)count;
}

void
rollup_add_grade(struct rollup *rollup, const char *code, int64_t people, struct dc_arena *arena)
{
    size_t at = 0, count = rollup->grade_count;
    while (at < count && strcmp(rollup->grades[at].code, code) < 0) {
        at++;
    }
    if (at < count && strcmp(rollup->grades[at].code, code) == 0) {
        rollup->grades[at].people += people;
        return;
    }
    /* A few codes in all of a group, so growing by one is seldom. */
    struct grade_count *grown = DC_NEW_ARRAY(arena, struct grade_count, count + 1);
    if (count > 0) {
        memcpy(grown, rollup->grades, at * sizeof(*grown));
        memcpy(grown + at + 1, rollup->grades + at, (count - at) * sizeof(*grown));
    }
    grown[at] = (struct grade_count){code, people};
    rollup->grades = grown;
    rollup->grade_count++;
}

void
rollup_add_child(struct rollup *rollup, const struct rollup *child, struct dc_arena *arena)
{
    for (size_t i = 0; i < child->grade_count; i++) {
        rollup_add_grade(rollup, child->grades[i].code, child->grades[i].people, arena);
    }
    merge_top(rollup, child->top, child->top_count);
    rollup->people += child->people;
    rollup->open_items += child->open_items;
    rollup->total_sum = dc_decimal_add(rollup->total_sum, child->total_sum);
}

bool
rollup_equal(const struct rollup *a, const struct rollup *b)
{
    if (a->people != b->people || a->open_items != b->open_items ||
        a->total_sum.units != b->total_sum.units || a->top_count != b->top_count ||
        a->grade_count != b->grade_count) {
        return false;
    }
    for (size_t i = 0; i < a->grade_count; i++) {
        if (strcmp(a->grades[i].code, b->grades[i].code) != 0 ||
            a->grades[i].people != b->grades[i].people) {
            return false;
        }
    }
    for (size_t i = 0; i < a->top_count; i++) {
        if (a->top[i].id != b->top[i].id || a->top[i].total.units != b->top[i].total.units) {
            return false;
        }
    }
    return true;
}
