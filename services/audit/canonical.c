/* canonical.c - the bytes that an audit entry's hash covers, written and read back. */
#include "canonical.h"

#include <sodium.h>
#include <string.h>

enum { FIELDS = 13, HEAD = 5 };

static void
put_integer(uint8_t *at, uint64_t value, int size)
{
    for (int i = size - 1; i >= 0; i--, value >>= 8) {
        at[i] = (uint8_t)value;
    }
}

static uint64_t
get_integer(const uint8_t *at, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

/* The fields as bytes, in their order; integers into `room`. */
static void
fields_of(const struct audit_facts *facts, uint8_t room[6][8], struct dc_bytes ret_fields[FIELDS])
{
    const int64_t integers[] = {facts->at,    facts->person_id, facts->denied,
                                facts->epoch, facts->partition, facts->event_number};
    for (int i = 0; i < 6; i++) {
        put_integer(room[i], (uint64_t)integers[i], 8);
    }
#define TEXT(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), strlen(text)                                                      \
    }
#define INTEGER(index)                                                                             \
    {                                                                                              \
        room[index], 8                                                                             \
    }
    const struct dc_bytes fields[FIELDS] = {
        INTEGER(0),           TEXT(facts->stream), TEXT(facts->type),    TEXT(facts->key),
        TEXT(facts->account), INTEGER(1),          TEXT(facts->address), INTEGER(2),
        TEXT(facts->cause),   INTEGER(3),          INTEGER(4),           INTEGER(5),
        facts->body,
    };
#undef TEXT
#undef INTEGER
    memcpy(ret_fields, fields, sizeof(fields));
}

struct dc_bytes
audit_canonical(const struct audit_facts *facts, struct dc_arena *arena)
{
    uint8_t room[6][8];
    struct dc_bytes fields[FIELDS];
    fields_of(facts, room, fields);
    size_t size = 0;
    for (int i = 0; i < FIELDS; i++) {
        size += HEAD + fields[i].size;
    }
    uint8_t *data = dc_arena_alloc(arena, size), *at = data;
    for (int i = 0; i < FIELDS; i++) {
        *at = (uint8_t)(i + 1);
        put_integer(at + 1, fields[i].size, 4);
        if (fields[i].size) {
            memcpy(at + HEAD, fields[i].data, fields[i].size);
        }
        at += HEAD + fields[i].size;
    }
    return (struct dc_bytes){data, size};
}

bool
audit_canonical_read(struct dc_bytes canonical, struct dc_arena *arena,
                     struct audit_facts *ret_facts)
{
    struct dc_bytes fields[FIELDS];
    size_t at = 0;
    for (int i = 0; i < FIELDS; i++) {
        if (canonical.size - at < HEAD || canonical.data[at] != i + 1) {
            return false;
        }
        fields[i].size = get_integer(canonical.data + at + 1, 4);
        fields[i].data = canonical.data + at + HEAD;
        if (canonical.size - at - HEAD < fields[i].size) {
            return false;
        }
        at += HEAD + fields[i].size;
    }
    const int integers[] = {0, 5, 7, 9, 10, 11};
    for (int i = 0; i < 6; i++) {
        if (fields[integers[i]].size != 8) {
            return false;
        }
    }
    if (at != canonical.size) {
        return false;
    }
#define TEXT(index) dc_arena_strndup(arena, (const char *)fields[index].data, fields[index].size)
#define INTEGER(index) (int64_t) get_integer(fields[index].data, 8)
    *ret_facts = (struct audit_facts){
        .at = INTEGER(0),
        .stream = TEXT(1),
        .type = TEXT(2),
        .key = TEXT(3),
        .account = TEXT(4),
        .person_id = INTEGER(5),
        .address = TEXT(6),
        .denied = INTEGER(7) != 0,
        .cause = TEXT(8),
        .epoch = INTEGER(9),
        .partition = INTEGER(10),
        .event_number = INTEGER(11),
        .body = fields[12],
    };
#undef TEXT
#undef INTEGER
    return true;
}

bool
audit_facts_equal(const struct audit_facts *a, const struct audit_facts *b)
{
    uint8_t room_a[6][8], room_b[6][8];
    struct dc_bytes fields_a[FIELDS], fields_b[FIELDS];
    fields_of(a, room_a, fields_a);
    fields_of(b, room_b, fields_b);
    for (int i = 0; i < FIELDS; i++) {
        if (fields_a[i].size != fields_b[i].size ||
            (fields_a[i].size && memcmp(fields_a[i].data, fields_b[i].data, fields_a[i].size))) {
            return false;
        }
    }
    return true;
}

void
audit_chain_hash(const uint8_t previous[AUDIT_HASH_SIZE], int64_t number, struct dc_bytes canonical,
                 uint8_t ret_hash[AUDIT_HASH_SIZE])
{
    uint8_t count[8];
    put_integer(count, (uint64_t)number, 8);
    crypto_hash_sha256_state context;
    crypto_hash_sha256_init(&context);
    crypto_hash_sha256_update(&context, previous, AUDIT_HASH_SIZE);
    crypto_hash_sha256_update(&context, count, sizeof(count));
    crypto_hash_sha256_update(&context, canonical.data, canonical.size);
    crypto_hash_sha256_final(&context, ret_hash);
}
