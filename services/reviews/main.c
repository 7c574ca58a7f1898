/* main.c - reviews: 360, manager and self ratings, told without telling who answered what. */
#include "handlers.h"

int
main(int argc, char **argv)
{
    return dc_service_main(argc, argv, &reviews_spec);
}
