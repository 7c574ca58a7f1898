/*
 * arena.h - memory that is dropped as a whole.
 *
 * The memory of one request is one arena: protobuf-c unpacks into it, handlers allocate from it
 * and free nothing. An arena belongs to one thread.
 *
 * An arena may have a budget in bytes. While outside bytes are decoded the budget is what bounds
 * amplification: dc_arena_try_alloc() and the protobuf allocator answer NULL when it is used up.
 * dc_arena_alloc() is for our own code: it never returns NULL; when the machine has no memory
 * left it ends the process (every effect is in a transaction, so nothing is lost).
 */
#ifndef DC_BASE_ARENA_H
#define DC_BASE_ARENA_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

struct dc_arena;

/* budget: bytes that dc_arena_try_alloc may hand out; 0 = without bound. */
struct dc_arena *dc_arena_new(size_t budget);
void dc_arena_free(struct dc_arena *arena);
DC_DEFINE_AUTO(dc_arena)

/* Forgets everything allocated, keeps one block for the next use, sets a new budget. */
void dc_arena_reset(struct dc_arena *arena, size_t budget);

/* Aligned to 16 bytes; not zeroed. size 0 gives a unique pointer. */
void *dc_arena_alloc(struct dc_arena *arena, size_t size);
void *dc_arena_calloc(struct dc_arena *arena, size_t count, size_t size);
void *dc_arena_try_alloc(struct dc_arena *arena, size_t size);
char *dc_arena_strdup(struct dc_arena *arena, const char *text);
char *dc_arena_strndup(struct dc_arena *arena, const char *text, size_t length);
void *dc_arena_memdup(struct dc_arena *arena, const void *data, size_t size);
char *dc_arena_printf(struct dc_arena *arena, const char *format, ...) DC_PRINTF(2, 3);

/* Bytes handed out since the last reset. */
size_t dc_arena_used(const struct dc_arena *arena);

/* For protobuf-c; `free` does nothing. Valid as long as the arena. */
ProtobufCAllocator *dc_arena_allocator(struct dc_arena *arena);

/* One zeroed object, or an array of them. */
#define DC_NEW(arena, type) ((type *)dc_arena_calloc((arena), 1, sizeof(type)))
#define DC_NEW_ARRAY(arena, type, count) ((type *)dc_arena_calloc((arena), (count), sizeof(type)))

/* An initialised protobuf message:  Goals__Target *t = DC_NEW_MESSAGE(arena, goals__target);
 * The type's init function is noun__init, as protoc-c generates it. */
#define DC_NEW_MESSAGE(arena, Type, init)                                                          \
    ({                                                                                             \
        Type *dc_message_ = dc_arena_alloc((arena), sizeof(Type));                                 \
        init(dc_message_);                                                                         \
        dc_message_;                                                                               \
    })

#endif
