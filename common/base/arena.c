/* arena.c - memory that is dropped as a whole: a chain of blocks and a cursor into the newest. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"

enum {
    ALIGNMENT = 16,
    BLOCK_FIRST = 4096 - 64,
    BLOCK_LARGEST = 1 << 20,
    KEEP_LARGEST = 1 << 18, /* reset keeps a block no larger than this */
};

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(address, size) ASAN_POISON_MEMORY_REGION((address), (size))
#define UNPOISON(address, size) ASAN_UNPOISON_MEMORY_REGION((address), (size))
#else
#define POISON(address, size) ((void)0)
#define UNPOISON(address, size) ((void)0)
#endif

struct block {
    struct block *previous;
    size_t size; /* of data */
    alignas(ALIGNMENT) unsigned char data[];
};

enum { ARENA_TAG = 0x41524e41 };

struct dc_arena {
    uint32_t tag;
    struct block *block;
    size_t position; /* in block->data */
    size_t used;
    size_t budget; /* 0: without bound */
    ProtobufCAllocator allocator;
};

static void *
allocator_alloc(void *arena, size_t size)
{
    return dc_arena_try_alloc(arena, size);
}

static void
allocator_free(void *arena, void *pointer)
{
    (void)arena;
    (void)pointer;
}

static _Noreturn void
out_of_memory(void)
{
    dc_assert_failed("memory is left", __FILE__, __LINE__, __func__);
}

static size_t
rounded(size_t size)
{
    size_t whole;
    if (__builtin_add_overflow(size ? size : 1, ALIGNMENT - 1, &whole)) {
        return SIZE_MAX;
    }
    return whole & ~(size_t)(ALIGNMENT - 1);
}

struct dc_arena *
dc_arena_new(size_t budget)
{
    struct dc_arena *arena = calloc(1, sizeof *arena);
    if (!arena) {
        out_of_memory();
    }
    arena->tag = ARENA_TAG;
    arena->budget = budget;
    arena->allocator = (ProtobufCAllocator){allocator_alloc, allocator_free, arena};
    return arena;
}

static void
free_blocks(struct block *block)
{
    while (block) {
        struct block *previous = block->previous;
        UNPOISON(block->data, block->size);
        free(block);
        block = previous;
    }
}

void
dc_arena_free(struct dc_arena *arena)
{
    if (!arena) {
        return;
    }
    DC_ASSERT(arena->tag == ARENA_TAG);
    free_blocks(arena->block);
    arena->tag = 0;
    free(arena);
}

void
dc_arena_reset(struct dc_arena *arena, size_t budget)
{
    DC_ASSERT(arena && arena->tag == ARENA_TAG);
    if (arena->block) {
        free_blocks(arena->block->previous);
        arena->block->previous = NULL;
        if (arena->block->size > KEEP_LARGEST) {
            free_blocks(arena->block);
            arena->block = NULL;
        } else {
            POISON(arena->block->data, arena->block->size);
        }
    }
    arena->position = 0;
    arena->used = 0;
    arena->budget = budget;
}

/* A large piece gets a block of its own behind the newest, so that the newest's rest stays usable.
 */
static void *
alloc_apart(struct dc_arena *arena, size_t size)
{
    struct block *block = malloc(sizeof *block + size);
    if (!block) {
        return NULL;
    }
    block->size = size;
    block->previous = arena->block->previous;
    arena->block->previous = block;
    return block->data;
}

static bool
add_block(struct dc_arena *arena, size_t size)
{
    size_t next = arena->block ? arena->block->size * 2 : BLOCK_FIRST;
    if (next > BLOCK_LARGEST) {
        next = BLOCK_LARGEST;
    }
    if (next < size) {
        next = size;
    }
    struct block *block = malloc(sizeof *block + next);
    if (!block) {
        return false;
    }
    block->size = next;
    block->previous = arena->block;
    POISON(block->data, next);
    arena->block = block;
    arena->position = 0;
    return true;
}

/* `whole` is a multiple of the alignment. NULL: the machine has no memory left. */
static void *
take(struct dc_arena *arena, size_t whole)
{
    if (!arena->block || arena->block->size - arena->position < whole) {
        if (whole > SIZE_MAX / 2) {
            return NULL;
        }
        if (arena->block && whole > BLOCK_LARGEST / 4) {
            void *data = alloc_apart(arena, whole);
            arena->used += data ? whole : 0;
            return data;
        }
        if (!add_block(arena, whole)) {
            return NULL;
        }
    }
    void *data = arena->block->data + arena->position;
    arena->position += whole;
    arena->used += whole;
    UNPOISON(data, whole);
    return data;
}

void *
dc_arena_alloc(struct dc_arena *arena, size_t size)
{
    DC_ASSERT(arena && arena->tag == ARENA_TAG);
    void *data = take(arena, rounded(size));
    if (!data) {
        out_of_memory();
    }
    return data;
}

void *
dc_arena_try_alloc(struct dc_arena *arena, size_t size)
{
    DC_ASSERT(arena && arena->tag == ARENA_TAG);
    size_t whole = rounded(size);
    if (arena->budget && (arena->used > arena->budget || whole > arena->budget - arena->used)) {
        return NULL;
    }
    return take(arena, whole);
}

void *
dc_arena_calloc(struct dc_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    DC_ASSERT(!__builtin_mul_overflow(count, size, &bytes));
    return memset(dc_arena_alloc(arena, bytes), 0, bytes);
}

char *
dc_arena_strdup(struct dc_arena *arena, const char *text)
{
    DC_ASSERT(text);
    return dc_arena_memdup(arena, text, strlen(text) + 1);
}

char *
dc_arena_strndup(struct dc_arena *arena, const char *text, size_t length)
{
    DC_ASSERT(text || !length);
    size_t actual = length ? strnlen(text, length) : 0;
    char *copy = dc_arena_alloc(arena, actual + 1);
    if (actual) {
        memcpy(copy, text, actual);
    }
    copy[actual] = '\0';
    return copy;
}

void *
dc_arena_memdup(struct dc_arena *arena, const void *data, size_t size)
{
    DC_ASSERT(data || !size);
    void *copy = dc_arena_alloc(arena, size);
    return size ? memcpy(copy, data, size) : copy;
}

char *
dc_arena_printf(struct dc_arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    DC_ASSERT(length >= 0);
    char *text = dc_arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

size_t
dc_arena_used(const struct dc_arena *arena)
{
    DC_ASSERT(arena && arena->tag == ARENA_TAG);
    return arena->used;
}

ProtobufCAllocator *
dc_arena_allocator(struct dc_arena *arena)
{
    DC_ASSERT(arena && arena->tag == ARENA_TAG);
    return &arena->allocator;
}
