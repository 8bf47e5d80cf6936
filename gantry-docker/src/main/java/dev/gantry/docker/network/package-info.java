/// Networks of the Engine API, and containers' places in them. What a container does there is elsewhere.
@NullMarked
package dev.gantry.docker.network;

import org.jspecify.annotations.NullMarked;
