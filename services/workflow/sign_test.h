/*
 * sign_test.h - a process for tests: of each department its director and the vice president sign,
 * and of each person his manager.
 */
#ifndef DC_WORKFLOW_SIGN_TEST_H
#define DC_WORKFLOW_SIGN_TEST_H

#include "stage_test.h"

static const char SIGN[] =
    "code: sign\nname: 会办\nperiod: month\nstages:\n"
    "  - code: first\n    name: 总监\n    subject: unit\n    unit_kinds: [department]\n"
    "    who: [{role: director}]\n    due: {after: 5 days}\n"
    "    escalation:\n      - {after: 0 days, to: {role: vice_president}}\n"
    "    outcomes:\n      - {code: agree, name: 同意, kind: approve}\n"
    "  - code: second\n    name: 副总\n    subject: unit\n    unit_kinds: [department]\n"
    "    who: [{role: vice_president}]\n    due: {after: 5 days}\n"
    "    outcomes:\n      - {code: agree, name: 同意, kind: approve}\n"
    "  - code: self\n    name: 自评\n    subject: person\n    who: [manager]\n"
    "    due: {after: 5 days}\n    outcomes:\n      - {code: ok, name: 好, kind: submit}\n";

/* Before each test: it is defined. */
static int
prepare(void **state)
{
    stage_clear(state);
    define(SIGN);
    stage_deaf();
    return 0;
}

#endif
