/// From an OCI runtime configuration to a launch plan: the wire records, the checks of a configuration against itself,
/// Docker's defaults as a table, and the compiler. Everything is a pure function over values; the exceptions,
/// `HostFacts.observe` and `CgroupTree.prepare`, meet the host once. Nothing here knows containers, images or engines.
@NullMarked
package dev.gantry.runtime.oci;

import org.jspecify.annotations.NullMarked;
