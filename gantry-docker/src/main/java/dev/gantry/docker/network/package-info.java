/// The networks there are: those that need no driver. What a container does with them is elsewhere.
@NullMarked
package dev.gantry.docker.network;

import org.jspecify.annotations.NullMarked;
