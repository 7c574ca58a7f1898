/* main.c - org: the organisation, its people, and who may log in. */
#include "handlers.h"

int
main(int argc, char **argv)
{
    return dc_service_main(argc, argv, &org_spec);
}
