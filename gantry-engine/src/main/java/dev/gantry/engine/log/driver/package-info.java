/// The drivers that come with the engine: `syslog`, `fluentd`, `gelf` and `journald`, as their receivers' documents
/// have
/// them. They know records and addresses, and nothing of containers but what a [dev.gantry.engine.log.LogSource] tells.
@NullMarked
package dev.gantry.engine.log.driver;

import org.jspecify.annotations.NullMarked;
