/// The Container Device Interface: which environment, device nodes and mounts a container needs for a
/// device such as
/// `vendor.com/gpu=0`, as its vendor wrote it down. Files in, values out; nothing is opened, made or
/// executed.
@NullMarked
package dev.gantry.engine.plugin.cdi;

import org.jspecify.annotations.NullMarked;
