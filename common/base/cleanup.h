/*
 * cleanup.h - locals that clean themselves up at the end of their scope.
 *
 *     DC_AUTO_FREE char *name = strdup(...);
 *     DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
 *
 * DC_AUTO(noun) calls `noun_free(pointer)`; declare it once per noun, in the noun's header,
 * with DC_DEFINE_AUTO(noun). Every `noun_free` takes NULL. DC_TAKE hands a value over: it
 * returns the pointer and leaves NULL behind.
 */
#ifndef DC_BASE_CLEANUP_H
#define DC_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DC_DEFINE_AUTO(noun)                                                                       \
    static inline void noun##_auto_(struct noun **pointer)                                         \
    {                                                                                              \
        noun##_free(*pointer);                                                                     \
    }

#define DC_AUTO(noun) __attribute__((cleanup(noun##_auto_)))
#define DC_AUTO_FREE __attribute__((cleanup(dc_free_auto_)))
#define DC_AUTO_CLOSE __attribute__((cleanup(dc_close_auto_)))
#define DC_AUTO_FCLOSE __attribute__((cleanup(dc_fclose_auto_)))

static inline void
dc_free_auto_(void *pointer)
{
    free(*(void **)pointer);
}

static inline void
dc_close_auto_(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static inline void
dc_fclose_auto_(FILE **file)
{
    if (*file) {
        fclose(*file);
    }
}

#define DC_TAKE(pointer)                                                                           \
    ({                                                                                             \
        __typeof__(pointer) dc_taken_ = (pointer);                                                 \
        (pointer) = NULL;                                                                          \
        dc_taken_;                                                                                 \
    })

#endif
