/*
 * health.h - what the programs of the deployment last told of themselves, for the operators' page.
 *
 * Kept in memory, by instance; nothing is asked for, so a program that hangs is seen by its silence.
 * Shared by the gateway's threads, of which one hears.
 */
#ifndef GATEWAY_HEALTH_H
#define GATEWAY_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dacheng/gateway/v1/operations.pb-c.h>
#include <dacheng/kernel/v1/context.pb-c.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/time.h"

struct health;
struct health *health_new(void);
void health_free(struct health *health);
DC_DEFINE_AUTO(health)

/* A notice on "_health.<service>" or "_health.bus", heard at `now` (dc_monotonic()); what is not
 * understood is left. */
void health_hear(struct health *health, const char *subject, const uint8_t *body, size_t size,
                 dc_time now);
/* PERMISSION_DENIED for who is not OPERATIONS of the group. The response lives in the arena. */
enum dc_code health_answer(struct health *health, const Kernel__Context *who, dc_time now,
                           struct dc_arena *arena, Gateway__GetHealthResponse **ret_response,
                           struct dc_error *error) DC_MUST_CHECK;

#endif
