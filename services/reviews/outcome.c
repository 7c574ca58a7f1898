/* outcome.c - a tally in words: groups, cells, means to be shown, and comments without their order. */
#include "outcome.h"

#include <string.h>

#include "base/assert.h"

static char *
shown(struct dc_arena *arena, struct dc_ratio ratio, int places)
{
    char text[DC_DECIMAL_TEXT];
    struct dc_decimal value;
    if (ratio.denominator.units == 0) {
        return (char *)"";
    }
    /* A mean is at most the highest level. */
    DC_ASSERT(dc_decimal_mul_div(DC_DECIMAL_INT(1), ratio.numerator, ratio.denominator, places,
                                 &value, NULL) == DC_OK);
    return dc_arena_strdup(arena, dc_decimal_format_fixed(value, places, text));
}

static void
add_cells(const struct form_scale *scale, const struct tally_group *group, struct dc_arena *arena,
          Reviews__Group *message)
{
    message->cells = DC_NEW_ARRAY(arena, Reviews__Cell *, scale->tally.questions + 1);
    for (size_t q = 0; q < scale->tally.questions; q++) {
        const struct tally_cell *cell = &group->cells[q];
        if (cell->count == 0) {
            continue;
        }
        Reviews__Cell *c = DC_NEW_MESSAGE(arena, Reviews__Cell, reviews__cell__init);
        c->question = scale->questions[q]->code;
        c->sum = cell->sum;
        c->count = cell->count;
        c->mean = shown(arena,
                        (struct dc_ratio){DC_DECIMAL_INT(cell->sum), DC_DECIMAL_INT(cell->count)},
                        2);
        message->cells[message->n_cells++] = c;
    }
}

static void
shuffle(char **texts, size_t count, uint32_t (*lot)(uint32_t))
{
    for (size_t i = count; i > 1; i--) {
        size_t j = lot((uint32_t)i);
        char *text = texts[i - 1];
        texts[i - 1] = texts[j];
        texts[j] = text;
    }
}

/* Each question by itself, so that two comments of one rater do not stand at the same place. */
static void
add_comments(const Reviews__Question *question, const struct outcome_rating *ratings, size_t count,
             unsigned relations, uint32_t (*lot)(uint32_t), struct dc_arena *arena,
             Reviews__Group *message)
{
    char **texts = DC_NEW_ARRAY(arena, char *, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const Reviews__SaveRatingRequest *given = ratings[i].answers;
        for (size_t a = 0; relations & (1u << ratings[i].relation) && a < given->n_answers; a++) {
            if (strcmp(given->answers[a]->question, question->code) == 0 &&
                given->answers[a]->text[0] != '\0') {
                texts[n++] = given->answers[a]->text;
            }
        }
    }
    if (n > 0) {
        Reviews__Comment *comment = DC_NEW_MESSAGE(arena, Reviews__Comment, reviews__comment__init);
        shuffle(texts, n, lot);
        comment->question = question->code;
        comment->texts = texts;
        comment->n_texts = n;
        message->comments[message->n_comments++] = comment;
    }
}

static Reviews__Group *
group_message(const Reviews__Form *form, const struct form_scale *scale,
              const struct tally_group *group, const struct outcome_rating *ratings, size_t count,
              uint32_t (*lot)(uint32_t), struct dc_arena *arena)
{
    Reviews__Group *g = DC_NEW_MESSAGE(arena, Reviews__Group, reviews__group__init);
    g->relations = DC_NEW_ARRAY(arena, Reviews__Relation, TALLY_RELATIONS);
    for (int r = 1; r < TALLY_RELATIONS; r++) {
        if (group->relations & (1u << r)) {
            g->relations[g->n_relations++] = (Reviews__Relation)r;
        }
    }
    g->raters = group->raters;
    g->weight = group->weight;
    g->counted = group->weight > 0 && group->mean.denominator.units != 0;
    g->mean = shown(arena, group->mean, 2);
    add_cells(scale, group, arena, g);
    g->comments = DC_NEW_ARRAY(arena, Reviews__Comment *, TALLY_QUESTIONS_MAX);
    for (size_t s = 0; s < form->n_sections; s++) {
        for (size_t q = 0; q < form->sections[s]->n_questions; q++) {
            if (form->sections[s]->questions[q]->free_text) {
                add_comments(form->sections[s]->questions[q], ratings, count, group->relations,
                             lot, arena, g);
            }
        }
    }
    return g;
}

const Reviews__Result *
outcome(const Reviews__Form *form, const struct form_scale *scale,
        const struct outcome_rating *ratings, size_t count, uint32_t (*lot)(uint32_t),
        struct dc_arena *arena, struct dc_ratio *ret_total, int64_t *ret_raters)
{
    struct tally_rating *levels = DC_NEW_ARRAY(arena, struct tally_rating, count + 1);
    struct tally_result result;
    for (size_t i = 0; i < count; i++) {
        const Reviews__SaveRatingRequest *given = ratings[i].answers;
        levels[i] = (struct tally_rating){
            ratings[i].relation, form_levels(scale, given->answers, given->n_answers, arena)};
    }
    tally(&scale->tally, levels, count, arena, &result);
    Reviews__Result *r = DC_NEW_MESSAGE(arena, Reviews__Result, reviews__result__init);
    char text[DC_DECIMAL_TEXT];
    *ret_total = (struct dc_ratio){DC_DECIMAL_ZERO, DC_DECIMAL_ZERO};
    *ret_raters = 0;
    if (result.known) {
        *ret_total = result.total;
        r->numerator = dc_arena_strdup(arena, dc_decimal_format(result.total.numerator, text));
        r->denominator = dc_arena_strdup(arena, dc_decimal_format(result.total.denominator, text));
        r->total = shown(arena, result.total, 2);
    }
    r->groups = DC_NEW_ARRAY(arena, Reviews__Group *, result.count + 1);
    for (size_t g = 0; g < result.count; g++) {
        *ret_raters += result.groups[g].raters;
        r->groups[r->n_groups++] =
            group_message(form, scale, &result.groups[g], ratings, count, lot, arena);
    }
    r->hidden = DC_NEW_ARRAY(arena, Reviews__Relation, TALLY_RELATIONS);
    for (int relation = 1; relation < TALLY_RELATIONS; relation++) {
        if (result.hidden & (1u << relation)) {
            r->hidden[r->n_hidden++] = (Reviews__Relation)relation;
        }
    }
    return r;
}
