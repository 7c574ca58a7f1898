/*
 * kernel_services.h - two small services for the tests of the skeleton.
 *
 * "maker" keeps things by name: Make adds one to a thing and tells the new number (event "Parked",
 * key and number filled); Look reads it; both check access to the unit that `partition` names when
 * it is not 0. "taker" hears maker's events and adds up: every event once, in the order of its key,
 * or the test's constraints fail. Messages are borrowed from the kernel's own contract.
 */
#ifndef DC_TESTS_KERNEL_SERVICES_H
#define DC_TESTS_KERNEL_SERVICES_H

#include "service/service.h"

extern const struct dc_service_spec dc_test_maker;
extern const struct dc_service_spec dc_test_taker;
extern const struct dc_service_spec dc_test_wrong; /* maker with a statement that is wrong */

/* "dacheng.maker.v1.MakerService/" + Make, Look, Break, Slow, Outside. Requests are
 * Kernel__RedriveRequest: key = the thing; answers Kernel__RedriveResponse: events = its number. */
#define DC_TEST_MAKER "dacheng.maker.v1.MakerService/"

#endif
