/// What stands between a request and its route: the table of all operations, the judge that keeps the rules of access,
/// and the audit log.
@NullMarked
package dev.gantry.docker.guard;

import org.jspecify.annotations.NullMarked;
