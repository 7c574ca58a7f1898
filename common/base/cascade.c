/* How a changed target goes down its tree: in proportion, and to the cent. */
#include "base/cascade.h"

#include "base/assert.h"

const struct dc_decimal CASCADE_VALUE_MAX = {(__int128)1000000000000000 * DC_DECIMAL_ONE_UNITS};

/* The children of each node, in the order of the array: child[first[i]] .. child[first[i+1]-1]. */
struct family {
    size_t *first;
    size_t *child;
};

/* Scratch for one set of siblings, as large as the largest set. */
struct siblings {
    size_t *node;
    struct dc_decimal *share;
    struct dc_decimal *part;
    size_t count;
};

struct work {
    struct cascade_node *nodes;
    struct family family;
    struct siblings siblings;
    bool additive;
    int decimals;
};

static struct family
find_families(const struct cascade_node *nodes, size_t count, struct dc_arena *arena,
              size_t *ret_largest)
{
    struct family family = {.first = DC_NEW_ARRAY(arena, size_t, count + 2),
                            .child = DC_NEW_ARRAY(arena, size_t, count + 1)};
    size_t *sizes = DC_NEW_ARRAY(arena, size_t, count + 1);
    size_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        DC_ASSERT(nodes[i].parent >= CASCADE_TOP && nodes[i].parent < (int64_t)i);
        if (nodes[i].parent != CASCADE_TOP && ++sizes[nodes[i].parent] > largest) {
            largest = sizes[nodes[i].parent];
        }
    }
    for (size_t i = 0; i < count; i++) {
        family.first[i + 1] = family.first[i] + sizes[i];
        sizes[i] = family.first[i]; /* from here on: where the next child goes */
    }
    for (size_t i = 0; i < count; i++) {
        if (nodes[i].parent != CASCADE_TOP) {
            family.child[sizes[nodes[i].parent]++] = i;
        }
    }
    *ret_largest = largest;
    return family;
}

static void
gather(struct work *work, size_t node, struct dc_decimal share)
{
    work->siblings.node[work->siblings.count] = node;
    work->siblings.share[work->siblings.count] = share;
    work->siblings.count++;
}

/* Shares `total` out among the gathered nodes; all shares 0: nothing happens. */
static enum dc_code
hand_out(struct work *work, struct dc_decimal total, struct dc_error *error)
{
    struct siblings *s = &work->siblings;
    bool any = false;
    for (size_t i = 0; i < s->count && !any; i++) {
        any = dc_decimal_sign(s->share[i]) > 0;
    }
    if (!any) {
        return DC_OK;
    }
    DC_TRY(dc_decimal_split(total, s->share, s->count, work->decimals, s->part, error));
    for (size_t i = 0; i < s->count; i++) {
        if (dc_decimal_cmp(s->part[i], CASCADE_VALUE_MAX) > 0) {
            return dc_fail(error, DC_OUT_OF_RANGE,
                           "a target below would pass 1000000000000000, the largest there may be");
        }
        work->nodes[s->node[i]].value = s->part[i];
    }
    return DC_OK;
}

static bool
follows(const struct cascade_node *child)
{
    return !child->pinned && !child->given && !child->joining && !child->absent;
}

/* Takes the children of node `at` along from its old value to its new one. */
static enum dc_code
take_along(struct work *work, size_t at, struct dc_error *error)
{
    const struct cascade_node *node = &work->nodes[at];
    if (node->fresh || dc_decimal_cmp(node->old_value, node->value) == 0) {
        return DC_OK;
    }
    struct dc_decimal sum = DC_DECIMAL_ZERO;
    work->siblings.count = 0;
    for (size_t i = work->family.first[at]; i < work->family.first[at + 1]; i++) {
        struct cascade_node *child = &work->nodes[work->family.child[i]];
        if (!follows(child)) {
            continue;
        }
        if (!work->additive) {
            child->value = node->value;
            continue;
        }
        gather(work, work->family.child[i], child->old_value);
        sum = dc_decimal_add(sum, child->old_value);
    }
    if (dc_decimal_sign(sum) == 0 || dc_decimal_sign(node->old_value) == 0) {
        return DC_OK;
    }
    struct dc_decimal total;
    DC_TRY(dc_decimal_mul_div(sum, node->value, node->old_value, work->decimals, &total, error));
    return hand_out(work, total, error);
}

/* Gives `value` to an absent node: a target that was not there before. */
static void
give(struct cascade_node *node, struct dc_decimal value)
{
    node->absent = false;
    node->fresh = true;
    node->given = true;
    node->value = value;
}

/* Of an indicator that does not add up: every absent child with people takes the value. */
static void
fill_alike(struct work *work, size_t at)
{
    for (size_t i = work->family.first[at]; i < work->family.first[at + 1]; i++) {
        struct cascade_node *child = &work->nodes[work->family.child[i]];
        if (child->absent && child->people > 0) {
            give(child, work->nodes[at].value);
        }
    }
}

/* What the children of `at` have; and how many of the absent ones could get something. */
static struct dc_decimal
sum_of_children(const struct work *work, size_t at, size_t *ret_absent)
{
    struct dc_decimal sum = work->nodes[at].outside;
    *ret_absent = 0;
    for (size_t i = work->family.first[at]; i < work->family.first[at + 1]; i++) {
        const struct cascade_node *child = &work->nodes[work->family.child[i]];
        if (child->absent) {
            *ret_absent += child->people > 0;
        } else {
            sum = dc_decimal_add(sum, child->value);
        }
    }
    return sum;
}

/* Hands out what is left over at `at`: to the absent children, or to those that are not pinned. */
static enum dc_code
fill(struct work *work, size_t at, struct dc_error *error)
{
    if (!work->additive) {
        fill_alike(work, at);
        return DC_OK;
    }
    size_t absent;
    struct dc_decimal left =
        dc_decimal_sub(work->nodes[at].value, sum_of_children(work, at, &absent));
    if (dc_decimal_sign(left) <= 0) {
        return DC_OK;
    }
    struct dc_decimal unpinned = DC_DECIMAL_ZERO;
    work->siblings.count = 0;
    for (size_t i = work->family.first[at]; i < work->family.first[at + 1]; i++) {
        struct cascade_node *child = &work->nodes[work->family.child[i]];
        if (absent > 0 && child->absent && child->people > 0) {
            gather(work, work->family.child[i], DC_DECIMAL_INT(child->people));
            give(child, DC_DECIMAL_ZERO);
        } else if (absent == 0 && !child->absent && !child->pinned) {
            gather(work, work->family.child[i], child->value);
            unpinned = dc_decimal_add(unpinned, child->value);
        }
    }
    if (absent == 0 && dc_decimal_sign(unpinned) == 0) {
        for (size_t i = 0; i < work->siblings.count; i++) {
            work->siblings.share[i] = DC_DECIMAL_INT(work->nodes[work->siblings.node[i]].people);
        }
    }
    return hand_out(work, dc_decimal_add(left, unpinned), error);
}

/* How much the children may come to without a word: the node's value, or in proportion to what
 * they came to before when they were over already. */
static enum dc_code
limit_of(const struct cascade_node *node, struct dc_decimal old_sum, int decimals,
         struct dc_decimal *ret_limit, struct dc_error *error)
{
    *ret_limit = node->value;
    if (node->fresh || dc_decimal_cmp(old_sum, node->old_value) <= 0) {
        return DC_OK;
    }
    struct dc_decimal carried = old_sum;
    if (dc_decimal_sign(node->old_value) != 0) {
        DC_TRY(
            dc_decimal_mul_div(old_sum, node->value, node->old_value, decimals, &carried, error));
    }
    *ret_limit = dc_decimal_max(node->value, carried);
    return DC_OK;
}

static enum dc_code
check_sum(const struct work *work, size_t at, struct cascade_sum *ret_sum, struct dc_error *error)
{
    const struct cascade_node *node = &work->nodes[at];
    struct cascade_sum sum = {.old_sum = node->outside, .new_sum = node->outside};
    for (size_t i = work->family.first[at]; i < work->family.first[at + 1]; i++) {
        const struct cascade_node *child = &work->nodes[work->family.child[i]];
        if (child->absent) {
            continue;
        }
        sum.children++;
        sum.new_sum = dc_decimal_add(sum.new_sum, child->value);
        if (!child->fresh && !child->joining) {
            sum.old_sum = dc_decimal_add(sum.old_sum, child->old_value);
        }
    }
    if (!node->absent && dc_decimal_sign(sum.new_sum) > 0) {
        struct dc_decimal limit;
        DC_TRY(limit_of(node, sum.old_sum, work->decimals, &limit, error));
        sum.over = dc_decimal_cmp(sum.new_sum, node->value) > 0;
        sum.grown = sum.over && dc_decimal_cmp(sum.new_sum, limit) > 0;
    }
    *ret_sum = sum;
    return DC_OK;
}

static enum dc_code
go_down(struct cascade_node *nodes, size_t count, bool additive, int decimals, bool filling,
        struct dc_arena *arena, struct cascade_sum *ret_sums, struct dc_error *error)
{
    DC_ASSERT(count == 0 || (nodes && ret_sums));
    size_t largest;
    struct work work = {.nodes = nodes, .additive = additive, .decimals = decimals};
    work.family = find_families(nodes, count, arena, &largest);
    work.siblings.node = DC_NEW_ARRAY(arena, size_t, largest + 1);
    work.siblings.share = DC_NEW_ARRAY(arena, struct dc_decimal, largest + 1);
    work.siblings.part = DC_NEW_ARRAY(arena, struct dc_decimal, largest + 1);

    for (size_t i = 0; i < count; i++) {
        DC_ASSERT(!nodes[i].fresh || nodes[i].given);
        if (!nodes[i].given && !nodes[i].absent) {
            nodes[i].value = nodes[i].old_value;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (nodes[i].absent) {
            continue;
        }
        DC_TRY(take_along(&work, i, error));
        if (filling) {
            DC_TRY(fill(&work, i, error));
        }
    }
    for (size_t i = 0; i < count; i++) {
        ret_sums[i] = (struct cascade_sum){0};
        if (additive) {
            DC_TRY(check_sum(&work, i, &ret_sums[i], error));
        }
    }
    return DC_OK;
}

enum dc_code
cascade_resplit(struct cascade_node *nodes, size_t count, bool additive, int decimals,
                struct dc_arena *arena, struct cascade_sum *ret_sums, struct dc_error *error)
{
    return go_down(nodes, count, additive, decimals, false, arena, ret_sums, error);
}

enum dc_code
cascade_fill(struct cascade_node *nodes, size_t count, bool additive, int decimals,
             struct dc_arena *arena, struct cascade_sum *ret_sums, struct dc_error *error)
{
    return go_down(nodes, count, additive, decimals, true, arena, ret_sums, error);
}

enum dc_code
cascade_bound(struct dc_decimal bound, struct dc_decimal old_value, struct dc_decimal value,
              bool above, int decimals, struct dc_decimal *ret_bound, struct dc_error *error)
{
    if (dc_decimal_sign(old_value) == 0) {
        *ret_bound = above ? dc_decimal_max(bound, value) : dc_decimal_min(bound, value);
        return DC_OK;
    }
    return dc_decimal_mul_div(bound, value, old_value, decimals, ret_bound, error);
}
