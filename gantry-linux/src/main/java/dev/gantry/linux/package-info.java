/// The native boundary: every system call Gantry's Java makes, with errno captured in the call itself.
///
/// Start at [Kernel], the one door; [FileCalls], [ProcessCalls] and [TerminalCalls] give it words,
/// [RecordingKernel] is its twin without a kernel. Nothing here calls `setns`, `unshare` or `umask`: they
/// belong to a thread, and the callers are virtual ones.
@NullMarked
package dev.gantry.linux;

import org.jspecify.annotations.NullMarked;
