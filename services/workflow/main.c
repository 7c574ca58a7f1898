/* main.c - workflow: cycles that chase by themselves. */
#include "handlers.h"

int
main(int argc, char **argv)
{
    return dc_service_main(argc, argv, &workflow_spec);
}
