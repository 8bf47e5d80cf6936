/// What running containers use, read from their control groups for as long as somebody asks. Containers that nobody
/// watches cost nothing here.
@NullMarked
package dev.gantry.engine.stats;

import org.jspecify.annotations.NullMarked;
