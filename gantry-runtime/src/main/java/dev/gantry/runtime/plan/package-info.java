/// The launch plan: what the shim shall do, as values. Plans are compared, printed and encoded here; nothing here runs
/// one.
@NullMarked
package dev.gantry.runtime.plan;

import org.jspecify.annotations.NullMarked;
