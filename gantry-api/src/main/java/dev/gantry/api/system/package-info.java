/// The daemon as the Engine API describes it: version, info, disk usage, errors, registry logins.
/// Records hold the fields of the wire under the names of the wire, and decide nothing.
@NullMarked
package dev.gantry.api.system;

import org.jspecify.annotations.NullMarked;
