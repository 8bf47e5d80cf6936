/* The id maps of a user namespace that an ordinary user makes. */
#ifndef GANTRY_SUBIDS_H
#define GANTRY_SUBIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ID_RANGES 8

struct id_ranges {
    size_t count;
    struct {
        uint64_t start, size;
    } range[ID_RANGES];
};

struct idmap {
    struct id_ranges uids, gids;
};

/* The ranges that /etc/subuid and /etc/subgid give the calling user; none is no error. */
void idmap_of_user(struct idmap *out);
/* There is no range: only the user's own id can be mapped. */
bool idmap_is_single(const struct idmap *map);
/* From outside, for process `pid` in its new namespace. 0, or -1 and a line on standard error. */
int idmap_write_outside(pid_t pid, const struct idmap *map, const char *face);
/* From inside: this id alone, as 0. 0, or -1 and errno. */
int idmap_write_single(uid_t uid, gid_t gid);

#endif
