/// What the daemon tells those who measure it, in the text form of Prometheus. Everything is read when it is asked for.
@NullMarked
package dev.gantry.daemon.metrics;

import org.jspecify.annotations.NullMarked;
