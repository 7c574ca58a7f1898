/*
 * clock.h - a clock that can be turned ahead, so that tests and rehearsals need not wait for a
 * deadline of weeks. The file of the option `clock.ahead_file` holds whole seconds, 0..315360000
 * (ten years); it is read at start and on SIGHUP. Time never goes back while a service runs.
 */
#ifndef DC_SERVICE_CLOCK_H
#define DC_SERVICE_CLOCK_H

#include "base/error.h"

/* "" = the wall clock. A file that is not there counts as 0. INVALID_ARGUMENT, and nothing is
 * changed, when it holds something else. */
enum dc_code dc_clock_turn(const char *path, struct dc_error *error) DC_MUST_CHECK;

#endif
