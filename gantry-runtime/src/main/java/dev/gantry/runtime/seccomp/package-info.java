/// System call filters: a profile (Docker's form or OCI's) in, the kernel's classic BPF program out. Pure: the kernel
/// is never asked, the system call numbers are tables of ours.
@NullMarked
package dev.gantry.runtime.seccomp;

import org.jspecify.annotations.NullMarked;
