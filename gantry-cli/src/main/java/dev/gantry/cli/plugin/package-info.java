/// `gantry plugin …`: plugins that the engine runs itself.
@NullMarked
package dev.gantry.cli.plugin;

import org.jspecify.annotations.NullMarked;
