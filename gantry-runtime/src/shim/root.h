/* Paths below the root of a container. None of them is ever a string for the kernel to follow from the host's root:
 * each is resolved by openat2(RESOLVE_IN_ROOT) from a descriptor, so that `..` and absolute links stay inside, and what
 * is then done is done to descriptors. */
#ifndef GANTRY_ROOT_H
#define GANTRY_ROOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Opens `path` in `root`; -1 and errno. Magic links of /proc are refused (ELOOP). */
int root_open(int root, const char *path, uint64_t flags);

/* The same, with no symbolic link on the way (ELOOP). */
int root_open_plain(int root, const char *path, uint64_t flags);

/* Opens the directory `path` (O_PATH), and makes what is missing of it. Dangling links are followed in the root. */
int root_make_directory(int root, const char *path, mode_t mode);

/* Opens the directory that holds `path`, made when missing, and leaves the last component in `name` (NAME_MAX + 1). */
int root_make_parent(int root, const char *path, char *name);

/* Opens `path` (O_PATH); when it is missing, makes it: a directory, or an empty file. */
int root_make_target(int root, const char *path, bool directory);

#endif
