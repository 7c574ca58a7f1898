/* canonical_test.c - the bytes under the hash: read back, distinct, and hashed as documented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "canonical.h"

#include "base/text.h"

static struct audit_facts
example(void)
{
    return (struct audit_facts){
        .at = 1795500000000000,
        .stream = "goals",
        .type = "TargetsAdjusted",
        .key = "targets/7",
        .account = "主管",
        .person_id = 12,
        .address = "127.0.0.1",
        .cause = "k",
        .epoch = 1,
        .partition = 7,
        .event_number = 42,
        .body = {(const uint8_t *)"\x08\x01", 2},
    };
}

static void
reads_back(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct audit_facts facts = example(), kept;
    struct dc_bytes bytes = audit_canonical(&facts, arena);
    assert_true(audit_canonical_read(bytes, arena, &kept));
    assert_true(audit_facts_equal(&facts, &kept));
}

static void
refuses_what_is_cut_or_longer(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct audit_facts facts = example(), kept;
    struct dc_bytes bytes = audit_canonical(&facts, arena);
    for (size_t size = 0; size < bytes.size; size++) {
        assert_false(audit_canonical_read((struct dc_bytes){bytes.data, size}, arena, &kept));
    }
    uint8_t *longer = dc_arena_calloc(arena, 1, bytes.size + 1);
    memcpy(longer, bytes.data, bytes.size);
    assert_false(audit_canonical_read((struct dc_bytes){longer, bytes.size + 1}, arena, &kept));
}

static void
text_that_moves_between_fields_differs(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct audit_facts a = example(), b = example();
    a.key = "ab", a.account = "c";
    b.key = "a", b.account = "bc";
    struct dc_bytes x = audit_canonical(&a, arena), y = audit_canonical(&b, arena);
    assert_true(x.size == y.size && memcmp(x.data, y.data, x.size) != 0);
    assert_false(audit_facts_equal(&a, &b));
}

/* SHA-256 over 32 zero bytes, 00..01, and "abc"; computed by
 *   (head -c 39 /dev/zero; printf '\001abc') | sha256sum */
static void
hashes_as_documented(void **state)
{
    (void)state;
    const uint8_t zero[AUDIT_HASH_SIZE] = {0};
    uint8_t hash[AUDIT_HASH_SIZE];
    char hex[2 * AUDIT_HASH_SIZE + 1];
    audit_chain_hash(zero, 1, (struct dc_bytes){(const uint8_t *)"abc", 3}, hash);
    dc_hex_encode(hash, sizeof(hash), hex);
    assert_string_equal(hex, "328976acf07e9b1c4a8967f2d63902c9a724235b6363ac83087246ad84cd222a");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back),
        cmocka_unit_test(refuses_what_is_cut_or_longer),
        cmocka_unit_test(text_that_moves_between_fields_differs),
        cmocka_unit_test(hashes_as_documented),
    };
    return cmocka_run_group_tests_name("audit canonical", tests, NULL, NULL);
}
