/// Published ports: how they are written, which are taken. Knows no socket and no rule.
@NullMarked
package dev.gantry.network.port;

import org.jspecify.annotations.NullMarked;
