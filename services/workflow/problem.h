/*
 * problem.h - everything that is wrong with a text, each with its place: a person who corrects a
 * file wants to see all of it, not the first one only.
 */
#ifndef DC_WORKFLOW_PROBLEM_H
#define DC_WORKFLOW_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bilingual.h"
#include "base/error.h"

/* More than these are not kept; the last one kept then says how many there were. */
enum { WF_PROBLEMS_MAX = 100 };

struct wf_problem {
    int32_t line;                /* from 1; 0 = the text as a whole */
    int32_t column;              /* from 1, in characters; 0 = the line as a whole */
    struct dc_bilingual message; /* what is wrong, and what is allowed; in the arena */
};

/* Zeroed but for the arena: `struct wf_problems problems = {.arena = arena};` */
struct wf_problems {
    struct dc_arena *arena;
    struct wf_problem items[WF_PROBLEMS_MAX];
    size_t count;
    size_t untold; /* found, and not kept */
};

/* Bytes of the first 40 characters of valid UTF-8, for "%.*s" in messages that quote what came from
 * outside: they stay short, and valid. */
int wf_cut(const char *text);

void wf_problem_add(struct wf_problems *problems, int64_t line, int64_t column,
                    struct dc_bilingual message);
/* In the order of their places; says in the last one how many are not told. Call once, at the end.
 */
void wf_problems_finish(struct wf_problems *problems);
/* INVALID_ARGUMENT with the first of them: "line:column: message". There is at least one. */
enum dc_code wf_problems_refuse(const struct wf_problems *problems, struct dc_error *error);

#endif
