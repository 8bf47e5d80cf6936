/// Command lines as the docker client reads them: long and short flags, clusters, repeated flags, the end of flags at
/// the
/// first argument where a command of the container follows. Help is printed from the same table.
@NullMarked
package dev.gantry.cli.flag;

import org.jspecify.annotations.NullMarked;
