/* problem.c - collecting what is wrong with a text. */
#include "problem.h"

#include <stdio.h>

#include "base/assert.h"

int
wf_cut(const char *text)
{
    enum { CHARACTERS = 40 };
    int bytes = 0, characters = 0;
    for (; text[bytes]; bytes++) {
        bool starts = ((unsigned char)text[bytes] & 0xc0) != 0x80;
        if (starts && characters++ == CHARACTERS) {
            break;
        }
    }
    return bytes;
}

/* Cut at the longest message of an error, between characters. */
static const char *
kept(struct dc_arena *arena, const char *text)
{
    struct dc_error cut;
    (void)dc_fail(&cut, DC_INVALID_ARGUMENT, "%s", text);
    return dc_arena_strdup(arena, cut.message);
}

void
wf_problem_add(struct wf_problems *problems, int64_t line, int64_t column,
               struct dc_bilingual message)
{
    DC_ASSERT(problems && problems->arena);
    if (problems->count == WF_PROBLEMS_MAX) {
        problems->untold++;
        return;
    }
    problems->items[problems->count++] = (struct wf_problem){
        .line = line > INT32_MAX ? INT32_MAX : (int32_t)line,
        .column = column > INT32_MAX ? INT32_MAX : (int32_t)column,
        .message = {kept(problems->arena, message.en), kept(problems->arena, message.zh)},
    };
}

static bool
stands_before(const struct wf_problem *a, const struct wf_problem *b)
{
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

void
wf_problems_finish(struct wf_problems *problems)
{
    DC_ASSERT(problems);
    /* By insertion: there are at most a hundred, and equal places keep their order. */
    for (size_t i = 1; i < problems->count; i++) {
        struct wf_problem moving = problems->items[i];
        size_t at = i;
        for (; at > 0 && stands_before(&moving, &problems->items[at - 1]); at--) {
            problems->items[at] = problems->items[at - 1];
        }
        problems->items[at] = moving;
    }
    if (problems->untold > 0) {
        struct wf_problem *last = &problems->items[problems->count - 1];
        last->message = DC_BILINGUAL(dc_arena_printf(problems->arena,
                                                     "%s (and %zu more problems after this one)",
                                                     last->message.en, problems->untold),
                                     dc_arena_printf(problems->arena, "%s（此后还有 %zu 处问题）",
                                                     last->message.zh, problems->untold));
        problems->untold = 0;
    }
}

enum dc_code
wf_problems_refuse(const struct wf_problems *problems, struct dc_error *error)
{
    DC_ASSERT(problems && problems->count > 0);
    const struct wf_problem *first = &problems->items[0];
    bool more = problems->count > 1;
    char en[DC_ERROR_MESSAGE_MAX + 64], zh[DC_ERROR_MESSAGE_MAX + 64];
    snprintf(en, sizeof en, "%d:%d: %s%s", first->line, first->column, first->message.en,
             more ? " (and more)" : "");
    snprintf(zh, sizeof zh, "%d:%d：%s%s", first->line, first->column, first->message.zh,
             more ? "（还有其他问题）" : "");
    return dc_fail_with(error, DC_INVALID_ARGUMENT, "", en, zh);
}
