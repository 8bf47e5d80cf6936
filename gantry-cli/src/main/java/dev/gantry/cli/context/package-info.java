/// Which engine a command speaks to: flags, variables and the docker client's contexts.
@NullMarked
package dev.gantry.cli.context;

import org.jspecify.annotations.NullMarked;
