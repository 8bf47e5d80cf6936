/* Small system idioms that several faces use. */
#ifndef GANTRY_SYS_H
#define GANTRY_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* All of it, whatever it takes; -1 and errno. For blocking descriptors. */
int write_all(int fd, const void *bytes, size_t size);
/* Exactly `size` bytes: 1; end of file before the first: 0; else -1. For blocking descriptors. */
int read_all(int fd, void *bytes, size_t size);

/* Start time of a process in clock ticks since boot, or 0. It also tells two owners of one pid apart. */
uint64_t process_start_time(pid_t pid);

uint64_t monotonic_ns(void);
uint64_t realtime_ns(void);

int sys_pidfd_open(pid_t pid, unsigned flags);
int sys_pidfd_send_signal(int pidfd, int signal);

/* Default dispositions and an empty mask: what a new program expects. */
void sys_reset_signals(void);

/* The arguments of this process, kept by main so that sys_retitle can replace what /proc/<pid>/cmdline shows. */
void sys_keep_arguments(int argc, char **argv);
/* Shows `title` as the command line and name of this process, and nothing of its arguments. */
void sys_retitle(const char *title);

/* A decimal number that fills the whole string. */
bool parse_u64(const char *text, uint64_t *out);

#endif
