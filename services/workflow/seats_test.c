/* Tests the seats of a task by rows of cases, and what must hold whatever happens in whatever
 * order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "seats.h"
#include "tests/lib/harness.h"

enum { BARRED = 99, DELEGATIONS_MAX = 32, TODAY = 20000 };

static const struct wf_outcome outcomes[] = {{.code = "yes", .kind = WF_APPROVE},
                                             {.code = "back", .kind = WF_RETURN},
                                             {.code = "skip", .kind = WF_SKIP}};
static const struct wf_stage stage = {.outcomes = (struct wf_outcome *)outcomes,
                                      .outcome_count = 3};

/* --- a task with what is around it ----------------------------------------------------- */

struct play {
    struct wf_task task;
    struct wf_seat seats[WF_SEATS_MAX];
    struct wf_delegation delegations[DELEGATIONS_MAX];
    struct wf_delegations away;
    dc_time now;
};

static Workflow__SeatMode
mode_of(const char *name)
{
    static const char *const modes[] = {"", "one", "any", "all", "sequence"};
    for (int i = 1; i <= 4; i++) {
        if (strcmp(modes[i], name) == 0) {
            return (Workflow__SeatMode)i;
        }
    }
    dc_test_die("%s is no mode", name);
}

static void
add_owner(struct play *play, int64_t owner)
{
    play->seats[play->task.seat_count++] = (struct wf_seat){
        .owner_id = owner, .holder_id = owner, .held_by = WORKFLOW__HELD_BY__HELD_BY_OWNER};
}

static void
start(struct play *play, Workflow__SeatMode mode)
{
    play->task.seats = play->seats;
    play->task.mode = mode;
    play->task.barred_id = BARRED;
    play->away.items = play->delegations;
    play->now = 1000;
    wf_task_open(&play->task, play->now);
}

static enum dc_code
decide(struct play *play, int64_t person, const struct wf_outcome *outcome, const char *reason)
{
    struct wf_decided decided;
    struct wf_decision decision = {.person_id = person,
                                   .outcome = outcome,
                                   .stage = &stage,
                                   .reason = reason,
                                   .now = ++play->now};
    return wf_task_decide(&play->task, &decision, &decided, NULL);
}

static void
set_away(struct play *play, int64_t person, int64_t to)
{
    size_t kept = 0;
    for (size_t i = 0; i < play->away.count; i++) {
        if (play->delegations[i].person_id != person) {
            play->delegations[kept++] = play->delegations[i];
        }
    }
    if (to > 0 && kept < DELEGATIONS_MAX) {
        play->delegations[kept++] = (struct wf_delegation){person, to, TODAY - 1, TODAY + 1};
    }
    play->away.count = kept;
    wf_task_delegate(&play->task, &play->away, TODAY, NULL);
}

static enum dc_code
give(struct play *play, int64_t person, int64_t to)
{
    enum dc_code code = wf_task_transfer(&play->task, person, to, "在外", NULL, NULL);
    if (code == DC_OK) {
        wf_task_delegate(&play->task, &play->away, TODAY, NULL);
    }
    return code;
}

static void
escalate(struct play *play, int32_t rung, int64_t to)
{
    wf_task_escalate(&play->task, rung, to, NULL);
    wf_task_delegate(&play->task, &play->away, TODAY, NULL);
}

static enum dc_code
undo(struct play *play, int64_t person, bool acted_on)
{
    bool reopened;
    enum dc_code code = wf_task_withdraw(&play->task, person, acted_on, "看错了", &reopened, NULL);
    if (code == DC_OK) {
        wf_task_delegate(&play->task, &play->away, TODAY, NULL);
    }
    return code;
}

static void
again(struct play *play, int64_t person)
{
    struct wf_seat seats[WF_SEATS_MAX];
    struct wf_task task;
    wf_task_reopen(&play->task, person, seats, &task, ++play->now);
    memcpy(play->seats, seats, sizeof seats);
    play->task = task;
    play->task.seats = play->seats;
}

/* --- rows ------------------------------------------------------------------------------ */

static enum dc_code
act(struct play *play, const char *where, const char *verb, int64_t first, int64_t second)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        if (strcmp(verb, outcomes[i].code) == 0) {
            return decide(play, first, &outcomes[i],
                          outcomes[i].kind == WF_RETURN ? "数字不对" : "");
        }
    }
    if (strcmp(verb, "silent") == 0) {
        return decide(play, first, &outcomes[1], " ");
    } else if (strcmp(verb, "away") == 0 || strcmp(verb, "here") == 0) {
        set_away(play, first, second);
    } else if (strcmp(verb, "give") == 0) {
        return give(play, first, second);
    } else if (strcmp(verb, "rung") == 0) {
        escalate(play, (int32_t)first, second);
    } else if (strcmp(verb, "undo") == 0 || strcmp(verb, "undo!") == 0) {
        return undo(play, first, verb[4] == '!');
    } else if (strcmp(verb, "again") == 0) {
        again(play, first);
    } else if (strcmp(verb, "cancel") == 0) {
        return wf_task_cancel(&play->task, NULL);
    } else {
        dc_test_die("%s: %s is no act", where, verb);
    }
    return DC_OK;
}

static void
run_acts(struct play *play, const char *where, char *acts)
{
    for (char *save, *text = strtok_r(acts, ",", &save); text; text = strtok_r(NULL, ",", &save)) {
        char verb[16] = "", refusal[16] = "";
        long long first = 0, second = 0;
        char *equals = strchr(text, '=');
        if (equals) {
            snprintf(refusal, sizeof refusal, "%s", equals + 1);
            *equals = '\0';
        }
        sscanf(text, "%15s %lld %lld", verb, &first, &second);
        enum dc_code code = act(play, where, verb, first, second);
        enum dc_code wanted = strcmp(refusal, "denied") == 0    ? DC_PERMISSION_DENIED
                              : strcmp(refusal, "state") == 0   ? DC_FAILED_PRECONDITION
                              : strcmp(refusal, "invalid") == 0 ? DC_INVALID_ARGUMENT
                                                                : DC_OK;
        if (code != wanted) {
            fail_msg("%s: %s %lld: %s", where, verb, first, dc_code_wire_name(code));
        }
    }
}

static void
show(const struct play *play, char *seats, size_t room, char *task, size_t task_room)
{
    static const char *const states[] = {"none", "waiting", "open", "done", "lapsed"};
    static const char *const tasks[] = {"none", "open", "decided", "withdrawn", "cancelled"};
    static const char held[] = "-odte";
    size_t length = 0;
    for (size_t i = 0; i < play->task.seat_count; i++) {
        const struct wf_seat *seat = &play->seats[i];
        length += (size_t)snprintf(seats + length, room - length, "%s%lld %s", i > 0 ? ", " : "",
                                   (long long)seat->owner_id, states[seat->state]);
        if (seat->holder_id != seat->owner_id) {
            length += (size_t)snprintf(seats + length, room - length, " %lld%c",
                                       (long long)seat->holder_id, held[seat->held_by]);
        }
    }
    bool decided = play->task.state == WORKFLOW__TASK_STATE__TASK_STATE_DECIDED;
    snprintf(task, task_room, "%s%s%s", tasks[play->task.state], decided ? " " : "",
             decided ? play->task.outcome : "");
}

static void
run_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 6);
    struct play play = {0};
    for (char *save, *owner = strtok_r(columns[2], " ", &save); owner;
         owner = strtok_r(NULL, " ", &save)) {
        add_owner(&play, atoll(owner));
    }
    start(&play, mode_of(columns[1]));
    run_acts(&play, where, columns[3]);
    char seats[500], task[50];
    show(&play, seats, sizeof seats, task, sizeof task);
    if (strcmp(seats, columns[4]) != 0 || strcmp(task, columns[5]) != 0) {
        fail_msg("%s: %s | %s", where, seats, task);
    }
}

static void
test_cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/seats.txt", run_case, NULL) > 60);
}

/* --- whatever happens, in whatever order ----------------------------------------------- */

/* What a copy of the task makes of its holder's decision: he can decide, really. */
static void
check_holder_can_decide(const struct play *play, int64_t holder)
{
    struct play copy = *play;
    copy.task.seats = copy.seats;
    assert_int_equal(decide(&copy, holder, &outcomes[0], ""), DC_OK);
}

static void
check_open(const struct play *play)
{
    size_t open = 0;
    bool after_open = false;
    for (size_t i = 0; i < play->task.seat_count; i++) {
        const struct wf_seat *seat = &play->seats[i];
        if (seat->state == WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN) {
            open++;
            after_open = true;
            assert_true(seat->holder_id > 0 && seat->opened_at > 0);
            assert_true(seat->holder_id != BARRED || seat->owner_id == BARRED);
            check_holder_can_decide(play, seat->holder_id);
        } else if (play->task.mode == WORKFLOW__SEAT_MODE__SEAT_MODE_SEQUENCE) {
            assert_int_equal(seat->state, after_open ? WORKFLOW__SEAT_STATE__SEAT_STATE_WAITING
                                                     : WORKFLOW__SEAT_STATE__SEAT_STATE_DONE);
        }
    }
    assert_true(open >= 1);
    assert_true(open == 1 || play->task.mode != WORKFLOW__SEAT_MODE__SEAT_MODE_SEQUENCE);
    /* Somebody who sits nowhere cannot. */
    struct play copy = *play;
    copy.task.seats = copy.seats;
    assert_int_equal(decide(&copy, 77, &outcomes[0], ""), DC_PERMISSION_DENIED);
}

static void
check_ended(const struct play *play)
{
    for (size_t i = 0; i < play->task.seat_count; i++) {
        Workflow__SeatState state = play->seats[i].state;
        assert_true(state == WORKFLOW__SEAT_STATE__SEAT_STATE_DONE ||
                    state == WORKFLOW__SEAT_STATE__SEAT_STATE_LAPSED);
    }
    struct play copy = *play;
    copy.task.seats = copy.seats;
    for (int64_t person = 1; person <= 12; person++) {
        assert_int_equal(decide(&copy, person, &outcomes[0], ""), DC_FAILED_PRECONDITION);
    }
}

/* One random act. Returns whether it may have changed something. */
static bool
random_act(struct play *play, struct dc_test_random *random, int *rung)
{
    int64_t person = 1 + (int64_t)dc_test_random_below(random, 12);
    int64_t other = dc_test_random_below(random, 8) == 0
                        ? BARRED
                        : 1 + (int64_t)dc_test_random_below(random, 12);
    size_t outcome = dc_test_random_below(random, 5);
    switch (dc_test_random_below(random, 8)) {
    case 0:
    case 1:
        outcome = outcome < 3 ? 0 : outcome - 2;
        return decide(play, person, &outcomes[outcome], "因为") == DC_OK;
    case 2:
        set_away(play, person, other);
        return true;
    case 3:
        set_away(play, person, 0);
        return true;
    case 4:
        return give(play, person, other) == DC_OK;
    case 5:
        escalate(play, ++*rung, other == BARRED ? 0 : other);
        return true;
    case 6:
        return undo(play, person, dc_test_random_below(random, 2)) == DC_OK;
    default:
        wf_task_remind(&play->task);
        return true;
    }
}

static void
test_every_open_task_can_be_decided(void **state)
{
    (void)state;
    struct dc_test_random random = {.state = dc_test_seed()};
    int decided = 0, withdrawn = 0;
    for (int round = 0; round < 4000; round++) {
        struct play play = {0};
        Workflow__SeatMode mode = (Workflow__SeatMode)(1 + dc_test_random_below(&random, 4));
        size_t count =
            mode == WORKFLOW__SEAT_MODE__SEAT_MODE_ONE ? 1 : 1 + dc_test_random_below(&random, 5);
        int64_t owners[5];
        for (size_t i = 0; i < count; i++) {
            owners[i] = i == 0 && dc_test_random_below(&random, 10) == 0 ? BARRED : (int64_t)i + 1;
            add_owner(&play, owners[i]);
        }
        start(&play, mode);
        int rung = 0;
        for (int i = 0; i < 30; i++) {
            struct play before = play;
            if (!random_act(&play, &random, &rung)) {
                /* What was refused changed nothing. */
                assert_memory_equal(before.seats, play.seats, sizeof play.seats);
                assert_int_equal(before.task.state, play.task.state);
            }
            for (size_t j = 0; j < count; j++) {
                assert_int_equal(play.seats[j].owner_id, owners[j]);
            }
            if (play.task.state == WORKFLOW__TASK_STATE__TASK_STATE_OPEN) {
                check_open(&play);
                /* Delegating again changes nothing. */
                uint32_t moved = 1;
                wf_task_delegate(&play.task, &play.away, TODAY, &moved);
                assert_int_equal(moved, 0);
            } else {
                check_ended(&play);
            }
            if (play.task.state == WORKFLOW__TASK_STATE__TASK_STATE_WITHDRAWN) {
                withdrawn++;
                int64_t back = 0;
                for (size_t j = 0; j < count; j++) {
                    bool his = dc_text_equal(play.seats[j].outcome, play.task.outcome) &&
                               play.seats[j].decided_by_id;
                    back = his ? play.seats[j].decided_by_id : back;
                }
                again(&play, back);
                wf_task_delegate(&play.task, &play.away, TODAY, NULL);
                check_open(&play);
            }
        }
        decided += play.task.state == WORKFLOW__TASK_STATE__TASK_STATE_DECIDED;
    }
    assert_true(decided > 1000 && withdrawn > 100); /* it did happen */
}

/* 会签: in whatever order they approve, the last one decides, and not before. */
static void
test_the_order_of_approvals_does_not_matter(void **state)
{
    (void)state;
    struct dc_test_random random = {.state = dc_test_seed() + 1};
    for (int round = 0; round < 500; round++) {
        struct play play = {0};
        size_t count = 1 + dc_test_random_below(&random, WF_SEATS_MAX);
        int64_t order[WF_SEATS_MAX];
        for (size_t i = 0; i < count; i++) {
            add_owner(&play, (int64_t)i + 1);
            order[i] = (int64_t)i + 1;
        }
        for (size_t i = count; i-- > 1;) {
            size_t j = dc_test_random_below(&random, i + 1);
            int64_t swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        start(&play, WORKFLOW__SEAT_MODE__SEAT_MODE_ALL);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(play.task.state, WORKFLOW__TASK_STATE__TASK_STATE_OPEN);
            assert_int_equal(decide(&play, order[i], &outcomes[0], ""), DC_OK);
            assert_int_equal(decide(&play, order[i], &outcomes[0], ""),
                             i + 1 < count ? DC_PERMISSION_DENIED : DC_FAILED_PRECONDITION);
        }
        assert_int_equal(play.task.state, WORKFLOW__TASK_STATE__TASK_STATE_DECIDED);
        assert_string_equal(play.task.outcome, "yes");
    }
}

static void
test_what_a_decision_tells(void **state)
{
    (void)state;
    struct play play = {0};
    add_owner(&play, 1);
    add_owner(&play, 2);
    start(&play, WORKFLOW__SEAT_MODE__SEAT_MODE_SEQUENCE);
    struct wf_decided decided;
    struct wf_decision decision = {.person_id = 1,
                                   .outcome = &outcomes[0],
                                   .stage = &stage,
                                   .reason = "",
                                   .now = 5000,
                                   .due_at = 4000};
    assert_int_equal(wf_task_decide(&play.task, &decision, &decided, NULL), DC_OK);
    assert_false(decided.task);
    assert_int_equal(decided.seat, 1);
    assert_int_equal(decided.opened_seat, 2);
    assert_int_equal(play.seats[1].opened_at, 5000);
    assert_int_equal(play.seats[0].decided_at, 5000);
    assert_int_equal(play.seats[0].due_at, 4000);
    /* Of the ladder counts what is reached by whose turn it is. */
    play.seats[0].rung = 2;
    assert_int_equal(wf_task_rung(&play.task), 0);
    wf_task_escalate(&play.task, 1, 9, NULL);
    assert_int_equal(wf_task_rung(&play.task), 1);
    decision.person_id = 9;
    assert_int_equal(wf_task_decide(&play.task, &decision, &decided, NULL), DC_OK);
    assert_true(decided.task);
    assert_int_equal(decided.opened_seat, 0);

    char reason[WF_REASON_MAX + 2];
    memset(reason, 'a', sizeof reason);
    reason[WF_REASON_MAX + 1] = '\0';
    struct play other = {0};
    add_owner(&other, 1);
    start(&other, WORKFLOW__SEAT_MODE__SEAT_MODE_ONE);
    assert_int_equal(decide(&other, 1, &outcomes[0], reason), DC_INVALID_ARGUMENT);
    reason[WF_REASON_MAX] = '\0';
    assert_int_equal(decide(&other, 1, &outcomes[0], reason), DC_OK);
}

static void
test_deputies(void **state)
{
    (void)state;
    struct wf_delegation items[] = {{1, 2, TODAY, TODAY + 5}, {1, 3, TODAY + 3, TODAY + 4}};
    struct wf_delegations away = {items, 2};
    assert_int_equal(wf_deputy(&away, 1, TODAY - 1, 0, 0), 1);
    assert_int_equal(wf_deputy(&away, 1, TODAY, 0, 0), 2);
    assert_int_equal(wf_deputy(&away, 1, TODAY + 3, 0, 0), 3); /* the later one goes before */
    assert_int_equal(wf_deputy(&away, 1, TODAY + 5, 0, 0), 2);
    assert_int_equal(wf_deputy(&away, 1, TODAY + 6, 0, 0), 1);
    assert_int_equal(wf_deputy(&away, 1, TODAY, 0, 2), 1);
    /* As long a chain as is followed, and one more. */
    struct wf_delegation chain[WF_DELEGATION_CHAIN_MAX];
    for (int i = 0; i < WF_DELEGATION_CHAIN_MAX; i++) {
        chain[i] = (struct wf_delegation){i + 1, i + 2, TODAY, TODAY};
    }
    away = (struct wf_delegations){chain, WF_DELEGATION_CHAIN_MAX - 1};
    assert_int_equal(wf_deputy(&away, 1, TODAY, 0, 0), WF_DELEGATION_CHAIN_MAX);
    away.count = WF_DELEGATION_CHAIN_MAX;
    assert_int_equal(wf_deputy(&away, 1, TODAY, 0, 0), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_every_open_task_can_be_decided),
        cmocka_unit_test(test_the_order_of_approvals_does_not_matter),
        cmocka_unit_test(test_what_a_decision_tells),
        cmocka_unit_test(test_deputies),
    };
    return cmocka_run_group_tests_name("workflow seats", tests, NULL, NULL);
}
