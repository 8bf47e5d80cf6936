/* gantry-shim: the only native program of Gantry. docs/shim-protocol.md says what each face does. */
#include <stdio.h>
#include <string.h>

#include "faces.h"
#include "frame.h"
#include "sys.h"

#ifndef GANTRY_FUZZ /* libFuzzer brings its own main */
static int face_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("gantry-shim protocol %d\n", SHIM_VERSION);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage;
} FACES[] = {
    {"starter", face_starter, "[--cgroup PATH]...    spawn watches; frames on standard input and output"},
    {"launch", face_launch, "PLAN-FD               obey one plan with the caller's descriptors 0-2"},
    {"init", face_init, "[--] PROGRAM ARGS...  be process 1: forward signals, reap"},
    {"userns", face_userns, "[--map-range UID:COUNT] -- PROGRAM ARGS...  run in a user namespace of one's own"},
    {"idmap", face_idmap, "                       hold a user namespace until standard input ends"},
    {"rootless", face_rootless, "--state DIR --net HOW -- PROGRAM ARGS...  run in namespaces that outlive the program"},
    {"decode", face_decode, "                      print the plan on standard input as text"},
    {"version", face_version, ""},
};

int main(int argc, char **argv)
{
    sys_keep_arguments(argc, argv);
    const size_t count = sizeof FACES / sizeof FACES[0];
    for (size_t i = 0; argc > 1 && i < count; i++)
        if (strcmp(argv[1], FACES[i].name) == 0)
            return FACES[i].run(argc - 2, argv + 2);
    fputs("usage: gantry-shim FACE ARGUMENTS\n", stderr);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "  %-8s %s\n", FACES[i].name, FACES[i].usage);
    return 2;
}
#endif
