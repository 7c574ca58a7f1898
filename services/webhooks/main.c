/* main.c - webhooks: events for programs that only speak HTTP. */
#include "handlers.h"

int
main(int argc, char **argv)
{
    return dc_service_main(argc, argv, &webhooks_spec);
}
