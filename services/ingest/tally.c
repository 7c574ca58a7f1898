/* Counting: sums by place, then by owner and period; distinct values by what each owner sees. */
#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

struct place {
    int64_t series;
    int64_t person_id;
    int64_t path;
    int64_t month;
};

struct owner_key {
    int64_t series;
    int64_t id;
    int32_t kind;
    int32_t period;
};

enum {
    UNIT = GOALS__OWNER_KIND__OWNER_KIND_UNIT,
    PERSON = GOALS__OWNER_KIND__OWNER_KIND_PERSON,
    PERIODS = 3
};

struct span_owner {
    int64_t span;
    int64_t id;
    int64_t kind;
};

/* Of a span: itself alone. */
static int
periods_of(int64_t month, int32_t ret_periods[PERIODS])
{
    if (month < 0) {
        ret_periods[0] = (int32_t)month;
        return 1;
    }
    int32_t year = (int32_t)(month / 12);
    int32_t index = (int32_t)(month % 12);
    ret_periods[0] = year * 100 + index + 1;
    ret_periods[1] = year * 100 + 21 + index / 3;
    ret_periods[2] = year * 100;
    return PERIODS;
}

void
tally_init(struct tally *tally, const struct book *book)
{
    *tally = (struct tally){.book = book};
    lookup_init(&tally->span_owners, sizeof(struct span_owner));
    lookup_init(&tally->places, sizeof(struct place));
    lookup_init(&tally->values, sizeof(struct tally_value));
    lookup_init(&tally->owners, sizeof(struct owner_key));
}

void
tally_release(struct tally *tally)
{
    lookup_release(&tally->span_owners);
    lookup_release(&tally->places);
    lookup_release(&tally->values);
    lookup_release(&tally->owners);
    free(tally->slots);
    free(tally->paths);
    free(tally->dimensions);
    free(tally->matches);
    free(tally->place_sums);
    free(tally->value_change);
    free(tally->value_before);
    free(tally->changes);
    *tally = (struct tally){0};
}

size_t
tally_add_path(struct tally *tally, int64_t id, const int64_t *units, size_t count)
{
    tally->paths = lookup_grow(tally->paths, &tally->path_capacity, tally->path_count + 1,
                               sizeof(*tally->paths));
    tally->paths[tally->path_count] = (struct tally_path){id, units, count};
    return tally->path_count++;
}

size_t
tally_add_dims(struct tally *tally, const char *const *dimensions)
{
    size_t series_count = tally->book->series_count;
    tally->dimensions = lookup_grow(tally->dimensions, &tally->dims_capacity, tally->dims_count + 1,
                                    sizeof(*tally->dimensions));
    tally->matches = lookup_grow(tally->matches, &tally->match_capacity,
                                 (tally->dims_count + 1) * series_count + 1, 1);
    for (size_t s = 0; s < series_count; s++) {
        tally->matches[tally->dims_count * series_count + s] =
            series_matches(&tally->book->series[s], dimensions);
    }
    tally->dimensions[tally->dims_count] = dimensions;
    return tally->dims_count++;
}

static void
add_sums(struct sums *to, const struct sums *from)
{
    to->records += from->records;
    to->amount.units += from->amount.units;
    to->collected.units += from->collected.units;
    to->cost.units += from->cost.units;
    to->quantity.units += from->quantity.units;
    to->distinct_values += from->distinct_values;
    to->repeat_values += from->repeat_values;
}

static size_t
value_number(struct tally *tally, const struct tally_value *value)
{
    bool is_new;
    size_t number = lookup_add(&tally->values, value, &is_new);
    tally->value_change =
        lookup_grow(tally->value_change, &tally->change_capacity, number + 1, sizeof(int64_t));
    tally->value_before =
        lookup_grow(tally->value_before, &tally->before_capacity, number + 1, sizeof(int64_t));
    if (is_new) {
        tally->value_change[number] = 0;
        tally->value_before[number] = 0;
    }
    return number;
}

static void
add_value(struct tally *tally, int sign, const struct tally_entry *entry, size_t series,
          int64_t month)
{
    const struct series *of = &tally->book->series[series];
    const char *text = of->field == SERIES_CUSTOMER ? entry->customer
                       : of->field == SERIES_PRODUCT
                           ? tally->dimensions[entry->dims][DIMENSION_PRODUCT]
                           : entry->order;
    if (*text == '\0') {
        return; /* no customer is not a customer */
    }
    struct tally_value value = {.series = (int64_t)series,
                                .value = hash_of(text, strlen(text)),
                                .month = month,
                                .person_id = entry->person_id,
                                .path = (int64_t)entry->path};
    if (of->orders) {
        value.detail = hash_of(entry->order, strlen(entry->order));
    }
    size_t number = value_number(tally, &value); /* may move the arrays */
    tally->value_change[number] += sign;
}

static void
add_to_place(struct tally *tally, int sign, const struct tally_entry *entry, size_t series,
             int64_t month)
{
    struct place place = {(int64_t)series, entry->person_id, (int64_t)entry->path, month};
    bool is_new;
    size_t number = lookup_add(&tally->places, &place, &is_new);
    tally->place_sums =
        lookup_grow(tally->place_sums, &tally->place_capacity, number + 1, sizeof(struct sums));
    struct sums *sums = &tally->place_sums[number];
    if (is_new) {
        *sums = (struct sums){0};
    }
    sums->records += sign;
    if (tally->book->series[series].field == SERIES_SUMS) {
        sums->amount.units += sign * entry->amount.units;
        sums->collected.units += sign * entry->collected.units;
        sums->cost.units += sign * entry->cost.units;
        sums->quantity.units += sign * entry->quantity.units;
    }
}

void
tally_add_span_owner(struct tally *tally, size_t span, int kind, int64_t id)
{
    struct span_owner key = {(int64_t)span, id, kind};
    bool is_new;
    lookup_add(&tally->span_owners, &key, &is_new);
}

/* In months and their quarters and years everybody is counted. */
static bool
is_counted(const struct tally *tally, int64_t month, int32_t kind, int64_t id)
{
    struct span_owner key = {(int64_t)span_index(month), id, kind};
    return month >= 0 || lookup_find(&tally->span_owners, &key) != SIZE_MAX;
}

/* Is anybody of the entry's place counted in the span? */
static bool
concerns(const struct tally *tally, int64_t month, const struct tally_entry *entry)
{
    const struct tally_path *path = &tally->paths[entry->path];
    bool found = is_counted(tally, month, PERSON, entry->person_id);
    for (size_t u = 0; u < path->count && !found; u++) {
        found = is_counted(tally, month, UNIT, path->units[u]);
    }
    return found;
}

/* The month and the spans that an entry counts into. */
static size_t
slots_of(struct tally *tally, const struct tally_entry *entry, int only_span)
{
    const struct book *book = tally->book;
    int year, month, day;
    size_t count = 0;
    tally->slots = lookup_grow(tally->slots, &tally->slot_capacity, book->span_count + 1,
                               sizeof(*tally->slots));
    if (only_span < 0) {
        dc_date_to_civil(entry->on, &year, &month, &day);
        tally->slots[count++] = (int64_t)year * 12 + month - 1;
    }
    for (size_t i = 0; i < book->span_count && tally->span_owners.count > 0; i++) {
        const struct span *span = &book->spans[i];
        bool counted = only_span < 0 ? span_counts(span, entry->on, entry->record_id)
                                     : (size_t)only_span == i;
        if (counted && concerns(tally, span_period(i), entry)) {
            tally->slots[count++] = span_period(i);
        }
    }
    return count;
}

void
tally_add(struct tally *tally, int sign, const struct tally_entry *entry, struct tally_scope only)
{
    DC_ASSERT(entry->path < tally->path_count && entry->dims < tally->dims_count);
    size_t slots = slots_of(tally, entry, only.span);
    const uint8_t *matches = tally->matches + entry->dims * tally->book->series_count;
    for (size_t s = 0; s < tally->book->series_count; s++) {
        const struct series *series = &tally->book->series[s];
        bool counted =
            only.series < 0 ? entry->record_id <= series->built_to : (size_t)only.series == s;
        for (size_t i = 0; counted && matches[s] && i < slots; i++) {
            add_to_place(tally, sign, entry, s, tally->slots[i]);
            if (series->field != SERIES_SUMS) {
                add_value(tally, sign, entry, s, tally->slots[i]);
            }
        }
    }
}

void
tally_before(struct tally *tally, const struct tally_value *value, int64_t n)
{
    size_t number = value_number(tally, value);
    tally->value_before[number] = n;
}

/* --- from places to owners ----------------------------------------------------------------------
 */
static void
add_to_owner(struct tally *tally, int64_t series, int32_t kind, int64_t id, int32_t period,
             const struct sums *sums)
{
    struct owner_key key = {series, id, kind, period};
    bool is_new;
    size_t number = lookup_add(&tally->owners, &key, &is_new);
    if (is_new) {
        tally->changes = lookup_grow(tally->changes, &tally->changes_capacity, number + 1,
                                     sizeof(*tally->changes));
        tally->changes[number] = (struct tally_change){
            .series = (int32_t)series, .owner = {.id = id, .kind = kind, .period = period}};
        tally->change_count = number + 1;
    }
    add_sums(&tally->changes[number].sums, sums);
}

static void
add_to_owners(struct tally *tally, int64_t series, int64_t person_id, int64_t path, int64_t month,
              const struct sums *sums)
{
    int32_t periods[PERIODS];
    int count = periods_of(month, periods);
    const struct tally_path *of = &tally->paths[path];
    for (int p = 0; p < count; p++) {
        if (is_counted(tally, month, PERSON, person_id)) {
            add_to_owner(tally, series, PERSON, person_id, periods[p], sums);
        }
        for (size_t u = 0; u < of->count; u++) {
            if (is_counted(tally, month, UNIT, of->units[u])) {
                add_to_owner(tally, series, UNIT, of->units[u], periods[p], sums);
            }
        }
    }
}

/* --- distinct values ----------------------------------------------------------------------------
 */
/* What an owner sees of one value in a period, before and after the batch. */
struct sight {
    bool any[2];
    bool two[2]; /* in two orders or more */
    struct hash128 first[2];
};

static void
see(struct sight *sight, int when, const struct hash128 *detail)
{
    if (!sight->any[when]) {
        sight->any[when] = true;
        sight->first[when] = *detail;
    } else if (memcmp(&sight->first[when], detail, sizeof(*detail)) != 0) {
        sight->two[when] = true;
    }
}

struct sights {
    struct lookup owners;
    struct sight *items;
    size_t capacity;
};

static void
see_owner(struct sights *sights, int32_t kind, int64_t id, int32_t period,
          const struct tally_value *value, int64_t before, int64_t after)
{
    struct owner_key key = {0, id, kind, period};
    bool is_new;
    size_t number = lookup_add(&sights->owners, &key, &is_new);
    sights->items = lookup_grow(sights->items, &sights->capacity, number + 1, sizeof(struct sight));
    if (is_new) {
        sights->items[number] = (struct sight){0};
    }
    if (before > 0) {
        see(&sights->items[number], 0, &value->detail);
    }
    if (after > 0) {
        see(&sights->items[number], 1, &value->detail);
    }
}

static void
tell_sights(struct tally *tally, int64_t series, const struct sights *sights)
{
    for (size_t i = 0; i < sights->owners.count; i++) {
        const struct owner_key *key = lookup_key(&sights->owners, i);
        const struct sight *sight = &sights->items[i];
        struct sums sums = {.distinct_values = sight->any[1] - sight->any[0],
                            .repeat_values = sight->two[1] - sight->two[0]};
        if (sums.distinct_values != 0 || sums.repeat_values != 0) {
            add_to_owner(tally, series, key->kind, key->id, key->period, &sums);
        }
    }
}

static const struct tally_value *
value_at(const struct tally *tally, uint32_t number)
{
    return lookup_key(&tally->values, number);
}

static int
by_value(const void *a, const void *b, void *context)
{
    const struct tally *tally = context;
    const struct tally_value *x = value_at(tally, *(const uint32_t *)a);
    const struct tally_value *y = value_at(tally, *(const uint32_t *)b);
    if (x->series != y->series) {
        return x->series < y->series ? -1 : 1;
    }
    return memcmp(&x->value, &y->value, sizeof(x->value));
}

/* One value that occurs at one place only: every owner above sees the same. */
static void
finish_single(struct tally *tally, uint32_t number)
{
    const struct tally_value *value = value_at(tally, number);
    int64_t before = tally->value_before[number];
    int64_t after = before + tally->value_change[number];
    struct sums sums = {.distinct_values = (after > 0) - (before > 0)};
    if (sums.distinct_values != 0) {
        struct place place = {value->series, value->person_id, value->path, value->month};
        size_t at = lookup_find(&tally->places, &place);
        if (at != SIZE_MAX) {
            tally->place_sums[at].distinct_values += sums.distinct_values;
        } else {
            add_to_owners(tally, value->series, value->person_id, value->path, value->month, &sums);
        }
    }
}

static void
finish_group(struct tally *tally, const uint32_t *numbers, size_t count, struct sights *sights)
{
    if (count == 1) {
        finish_single(tally, numbers[0]);
        return;
    }
    lookup_clear(&sights->owners);
    for (size_t i = 0; i < count; i++) {
        const struct tally_value *value = value_at(tally, numbers[i]);
        int64_t before = tally->value_before[numbers[i]];
        int64_t after = before + tally->value_change[numbers[i]];
        int32_t periods[PERIODS];
        int period_count = periods_of(value->month, periods);
        const struct tally_path *path = &tally->paths[value->path];
        for (int p = 0; p < period_count; p++) {
            if (is_counted(tally, value->month, PERSON, value->person_id)) {
                see_owner(sights, PERSON, value->person_id, periods[p], value, before, after);
            }
            for (size_t u = 0; u < path->count; u++) {
                if (is_counted(tally, value->month, UNIT, path->units[u])) {
                    see_owner(sights, UNIT, path->units[u], periods[p], value, before, after);
                }
            }
        }
    }
    tell_sights(tally, value_at(tally, numbers[0])->series, sights);
}

static void
finish_values(struct tally *tally)
{
    size_t count = tally->values.count;
    uint32_t *order = calloc(count + 1, sizeof(*order));
    DC_ASSERT(order != NULL);
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
    }
    qsort_r(order, count, sizeof(*order), by_value, tally);
    struct sights sights = {0};
    lookup_init(&sights.owners, sizeof(struct owner_key));
    for (size_t from = 0; from < count;) {
        size_t to = from + 1;
        while (to < count && by_value(&order[from], &order[to], tally) == 0) {
            to++;
        }
        finish_group(tally, order + from, to - from, &sights);
        from = to;
    }
    lookup_release(&sights.owners);
    free(sights.items);
    free(order);
}

static bool
is_nothing(const struct sums *sums)
{
    return sums->records == 0 && sums->amount.units == 0 && sums->collected.units == 0 &&
           sums->cost.units == 0 && sums->quantity.units == 0 && sums->distinct_values == 0 &&
           sums->repeat_values == 0;
}

void
tally_finish(struct tally *tally)
{
    finish_values(tally);
    for (size_t i = 0; i < tally->places.count; i++) {
        const struct place *place = lookup_key(&tally->places, i);
        if (!is_nothing(&tally->place_sums[i])) {
            add_to_owners(tally, place->series, place->person_id, place->path, place->month,
                          &tally->place_sums[i]);
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < tally->change_count; i++) {
        if (!is_nothing(&tally->changes[i].sums)) {
            tally->changes[kept++] = tally->changes[i];
        }
    }
    tally->change_count = kept;
}
