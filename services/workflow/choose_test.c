/* Tests who sits where: rows of cases, the ladder, and whole random processes walked to their end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "choose.h"
#include "life.h"
#include "sample_test.h"
#include "tests/lib/harness.h"

enum { LIST_MAX = 64, TODAY = 20000, FALLBACK = 50 };

/* --- rows ------------------------------------------------------------------------------ */

struct lists {
    struct wf_candidate items[WF_WHO_MAX][LIST_MAX];
    struct wf_candidates of[WF_WHO_MAX];
    struct wf_delegation away[LIST_MAX];
    size_t away_count;
};

static enum wf_who_kind
kind_of(const char *where, const char *name)
{
    static const char *const kinds[] = {[WF_WHO_SELF] = "self",
                                        [WF_WHO_MANAGER] = "manager",
                                        [WF_WHO_PERSON] = "person",
                                        [WF_WHO_ROLE] = "role",
                                        [WF_WHO_STARTER] = "starter"};
    for (int i = 0; i < 5; i++) {
        if (strcmp(kinds[i], name) == 0) {
            return (enum wf_who_kind)i;
        }
    }
    dc_test_die("%s: %s is nobody", where, name);
}

static Workflow__SeatMode
mode_of(const char *where, const char *name)
{
    for (int i = 1; i <= 4; i++) {
        if (strcmp(wf_mode_name((Workflow__SeatMode)i), name) == 0) {
            return (Workflow__SeatMode)i;
        }
    }
    dc_test_die("%s: %s is no mode", where, name);
}

static void
read_candidates(char *text, struct lists *lists, size_t who_count)
{
    for (size_t i = 0; i < who_count; i++) {
        char *list = strsep(&text, ";");
        assert_non_null(list);
        lists->of[i].items = lists->items[i];
        for (char *save, *one = strtok_r(list, " ", &save); one; one = strtok_r(NULL, " ", &save)) {
            long long person;
            int level;
            assert_int_equal(sscanf(one, "%lld@%d", &person, &level), 2);
            lists->items[i][lists->of[i].count++] = (struct wf_candidate){person, level};
        }
    }
    assert_null(text);
}

static void
read_away(char *text, struct lists *lists)
{
    for (char *save, *one = strtok_r(text, " ", &save); one; one = strtok_r(NULL, " ", &save)) {
        long long person, to;
        if (sscanf(one, "%lld>%lld", &person, &to) == 2) {
            lists->away[lists->away_count++] = (struct wf_delegation){person, to, TODAY, TODAY};
        }
    }
}

static void
add_remark(char *text, size_t room, const char *remark, size_t number)
{
    size_t length = strlen(text);
    snprintf(text + length, room - length, "%s%s", length > 0 ? ", " : "", remark);
    if (number > 0) {
        length = strlen(text);
        snprintf(text + length, room - length, " %zu", number);
    }
}

static void
show(const struct wf_chosen *chosen, size_t who_count, char seats[300], char remarks[100])
{
    size_t length = 0;
    for (size_t i = 0; i < chosen->count; i++) {
        const struct wf_seat *seat = &chosen->seats[i];
        length += (size_t)snprintf(seats + length, 300 - length, "%s%lld", i > 0 ? " " : "",
                                   (long long)seat->owner_id);
        if (seat->holder_id != seat->owner_id) {
            assert_int_equal(seat->deputy_for_id, seat->owner_id);
            length +=
                (size_t)snprintf(seats + length, 300 - length, "/%lld", (long long)seat->holder_id);
        }
        assert_int_equal(seat->number, i + 1);
    }
    remarks[0] = '\0';
    if (chosen->fell_back) {
        add_remark(remarks, 100, "fell back", 0);
    }
    for (size_t i = 0; i < who_count; i++) {
        if (chosen->nobody & 1u << i) {
            add_remark(remarks, 100, "nobody", i + 1);
        }
    }
    if (chosen->cut) {
        add_remark(remarks, 100, "cut", 0);
    }
}

static void
run_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 8);
    struct lists lists = {0};
    struct wf_who who[WF_WHO_MAX] = {0};
    struct wf_stage stage = {.who = who, .mode = mode_of(where, columns[1])};
    for (char *save, *name = strtok_r(columns[2], " ", &save); name;
         name = strtok_r(NULL, " ", &save)) {
        who[stage.who_count++].kind = kind_of(where, name);
    }
    read_candidates(columns[3], &lists, stage.who_count);
    read_away(columns[5], &lists);
    struct wf_choice choice = {.fallback_id = FALLBACK,
                               .barred_id = atoll(columns[4]),
                               .delegations = {lists.away, lists.away_count},
                               .today = TODAY};
    struct wf_chosen chosen;
    wf_choose_seats(&stage, lists.of, &choice, &chosen);
    char seats[300] = "", remarks[100];
    show(&chosen, stage.who_count, seats, remarks);
    if (strcmp(seats, columns[6]) != 0 || strcmp(*remarks ? remarks : "-", columns[7]) != 0) {
        fail_msg("%s: %s | %s", where, seats, remarks);
    }
}

static void
test_cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/choose.txt", run_case, NULL) > 25);
}

/* --- the ladder ------------------------------------------------------------------------ */

static void
test_rungs(void **state)
{
    (void)state;
    struct wf_seat seats[2] = {{.owner_id = 1, .holder_id = 1}, {.owner_id = 2, .holder_id = 6}};
    struct wf_task task = {
        .mode = WORKFLOW__SEAT_MODE__SEAT_MODE_ALL, .seats = seats, .seat_count = 2};
    wf_task_open(&task, 1);
    struct wf_choice choice = {
        .fallback_id = FALLBACK, .barred_id = 7, .barred_too_id = 5, .today = TODAY};
    static const struct wf_candidate items[] = {{1, 0}, {2, 0}, {6, 1}, {7, 1},
                                                {5, 1}, {8, 2}, {9, 3}};
    /* Owner, owner, holder, subject, proposer: all of them are left out. */
    assert_int_equal(wf_choose_rung(&(struct wf_candidates){items, 7}, &task, &choice), 8);
    assert_int_equal(wf_choose_rung(&(struct wf_candidates){items, 5}, &task, &choice), FALLBACK);
    choice.fallback_id = 6;
    assert_int_equal(wf_choose_rung(&(struct wf_candidates){items, 5}, &task, &choice), 0);
    choice.fallback_id = 7;
    assert_int_equal(wf_choose_rung(&(struct wf_candidates){items, 0}, &task, &choice), 0);
}

/* --- whole processes ------------------------------------------------------------------- */

struct walk {
    struct wf_definition *definition;
    struct dc_test_random *random;
    struct wf_fact facts[2];
    struct wf_choice choice;
    enum wf_case_state state;
    int32_t stage; /* where the case stands; WF_TO_END */
    struct wf_chosen chosen;
    struct wf_task task;
    int opened, ended; /* tasks */
    dc_time now;
};

static void
enter(struct walk *walk, int32_t at)
{
    walk->stage = at;
    if (at == WF_TO_END) {
        assert_int_equal(wf_case_step(&walk->state, WF_CASE_END, NULL), DC_OK);
        return;
    }
    bool first = walk->state == WF_CASE_NONE;
    assert_int_equal(wf_case_step(&walk->state, first ? WF_CASE_START : WF_CASE_ADVANCE, NULL),
                     DC_OK);
    const struct wf_stage *stage = &walk->definition->stages[at];
    static struct wf_candidate items[WF_WHO_MAX][4];
    struct wf_candidates lists[WF_WHO_MAX];
    for (size_t i = 0; i < stage->who_count; i++) {
        lists[i] = (struct wf_candidates){items[i], dc_test_random_below(walk->random, 5)};
        for (size_t j = 0; j < lists[i].count; j++) {
            items[i][j] =
                (struct wf_candidate){1 + wf_sample_below(walk->random, 9), (int32_t)(j / 2)};
        }
    }
    wf_choose_seats(stage, lists, &walk->choice, &walk->chosen);
    walk->task = (struct wf_task){.mode = stage->mode,
                                  .seats = walk->chosen.seats,
                                  .seat_count = walk->chosen.count,
                                  .barred_id = walk->choice.barred_id};
    wf_task_open(&walk->task, ++walk->now);
    walk->opened++;
}

/* One of those who can; there always is one. */
static int64_t
some_holder(const struct walk *walk)
{
    int64_t holders[WF_SEATS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < walk->task.seat_count; i++) {
        if (walk->task.seats[i].state == WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN) {
            holders[count++] = walk->task.seats[i].holder_id;
        }
    }
    assert_true(count > 0);
    return holders[dc_test_random_below(walk->random, count)];
}

static void
decide(struct walk *walk, const struct wf_outcome *outcome)
{
    const struct wf_stage *stage = &walk->definition->stages[walk->stage];
    struct wf_decision decision = {.person_id = some_holder(walk),
                                   .outcome = outcome,
                                   .stage = stage,
                                   .reason = "因为",
                                   .now = ++walk->now};
    struct wf_decided decided;
    assert_int_equal(wf_task_decide(&walk->task, &decision, &decided, NULL), DC_OK);
    if (!decided.task) {
        return;
    }
    walk->ended++;
    assert_string_equal(walk->task.outcome, outcome->code);
    int32_t track = stage->track;
    int32_t to = wf_stage_after(walk->definition, walk->stage, outcome, walk->facts, 2, NULL);
    assert_true(to == WF_TO_END || walk->definition->stages[to].track == track);
    enter(walk, to);
}

static int32_t
leads_to(const struct walk *walk, int32_t at, const struct wf_outcome *outcome)
{
    return wf_stage_after(walk->definition, at, outcome, walk->facts, 2, NULL);
}

/* Outcomes from a stage to the end, by the shortest way. */
static const struct wf_outcome *
way_out(const struct walk *walk)
{
    const struct wf_definition *definition = walk->definition;
    int distance[WF_STAGES_MAX];
    const struct wf_outcome *best[WF_STAGES_MAX] = {0};
    memset(distance, 1, sizeof distance); /* far */
    for (size_t round = 0; round < definition->stage_count; round++) {
        for (size_t i = 0; i < definition->stage_count; i++) {
            for (size_t j = 0; j < definition->stages[i].outcome_count; j++) {
                const struct wf_outcome *outcome = &definition->stages[i].outcomes[j];
                int32_t to = leads_to(walk, (int32_t)i, outcome);
                int steps = to == WF_TO_END ? 1 : distance[to] + 1;
                if (steps < distance[i]) {
                    distance[i] = steps;
                    best[i] = outcome;
                }
            }
        }
    }
    assert_non_null(best[walk->stage]); /* no loop without an exit */
    return best[walk->stage];
}

static void
disturb(struct walk *walk)
{
    int64_t person = 1 + wf_sample_below(walk->random, 9),
            moved_to = 20 + wf_sample_below(walk->random, 9);
    switch (dc_test_random_below(walk->random, 4)) {
    case 0:
        (void)!wf_task_transfer(&walk->task, some_holder(walk), moved_to, "在外", NULL, NULL);
        break;
    case 1:
        wf_task_escalate(&walk->task, 1 + wf_sample_below(walk->random, 4), moved_to, NULL);
        break;
    case 2:
        wf_task_delegate(
            &walk->task,
            &(struct wf_delegations){&(struct wf_delegation){person, moved_to, TODAY, TODAY}, 1},
            TODAY, NULL);
        break;
    default:
        wf_task_remind(&walk->task);
        break;
    }
}

static void
walk_track(struct walk *walk, int32_t track)
{
    walk->state = WF_CASE_NONE;
    enter(walk, wf_stage_enter(walk->definition, wf_track_first(walk->definition, track),
                               walk->facts, 2, NULL));
    for (int step = 0; walk->stage != WF_TO_END; step++) {
        assert_int_equal(walk->state, WF_CASE_OPEN);
        assert_int_equal(walk->task.state, WORKFLOW__TASK_STATE__TASK_STATE_OPEN);
        assert_int_equal(walk->opened, walk->ended + 1); /* one open task, not two, not none */
        assert_true(step < 5000);
        disturb(walk);
        const struct wf_stage *stage = &walk->definition->stages[walk->stage];
        decide(walk,
               step > 100
                   ? way_out(walk)
                   : &stage->outcomes[dc_test_random_below(walk->random, stage->outcome_count)]);
    }
    assert_int_equal(walk->state, WF_CASE_ENDED);
    assert_int_equal(walk->opened, walk->ended);
}

static void
test_every_process_comes_to_its_end(void **state)
{
    (void)state;
    struct dc_test_random random = {.state = dc_test_seed()};
    int tasks = 0;
    for (int round = 0; round < 1500; round++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct walk walk = {.definition = wf_sample_definition(arena, &random),
                            .random = &random,
                            .facts = {{"raise_percent",
                                       dc_arena_printf(arena, "%d", wf_sample_below(&random, 100))},
                                      {"kind", wf_sample_below(&random, 2) ? "甲" : "乙"}},
                            .choice = {.fallback_id = FALLBACK,
                                       .barred_id = wf_sample_below(&random, 4),
                                       .today = TODAY}};
        Workflow__CycleState cycle = WORKFLOW__CYCLE_STATE__CYCLE_STATE_UNSPECIFIED;
        assert_int_equal(wf_cycle_step(&cycle, WF_CYCLE_START, NULL), DC_OK);
        for (int32_t track = 0; track < walk.definition->track_count; track++) {
            assert_int_equal(wf_cycle_step(&cycle, WF_CYCLE_OPENED, NULL), DC_OK);
            walk_track(&walk, track);
            bool last = track + 1 == walk.definition->track_count;
            assert_int_equal(wf_cycle_step(&cycle, last ? WF_CYCLE_CLOSE : WF_CYCLE_GO_ON, NULL),
                             DC_OK);
        }
        tasks += walk.opened;
    }
    assert_true(tasks > 5000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_rungs),
        cmocka_unit_test(test_every_process_comes_to_its_end),
    };
    return cmocka_run_group_tests_name("workflow choose", tests, NULL, NULL);
}
