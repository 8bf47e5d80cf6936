/// The name server that containers ask: container names from a table, the rest forwarded. Knows no
/// container, only views.
@NullMarked
package dev.gantry.network.dns;

import org.jspecify.annotations.NullMarked;
