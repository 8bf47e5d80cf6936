/// Commands about networks.
@NullMarked
package dev.gantry.cli.network;

import org.jspecify.annotations.NullMarked;
